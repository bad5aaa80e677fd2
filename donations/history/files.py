"""A CSV as somebody's spreadsheet wrote it: encoding and delimiter are found out, the first line
names the columns, and a person says once which is which."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from donations.tables import NoText, table_rows
from donations.words import fold

MOST_BYTES, MOST_ROWS, MOST_COLUMNS = 5_000_000, 10_000, 60
# what a line can say → how spreadsheets call it, by the beginning of the heading
NAMES = {
    "giorno": ("data", "giorno", "date"),
    "cifra": ("importo", "cifra", "amount", "euro", "offerta"),
    "nome": ("nome", "first"),
    "cognome": ("cognome", "last", "surname"),
    "ente": ("ente", "ragione", "azienda", "organi", "company"),
    "email": ("mail", "e-mail", "posta", "email"),
    "cf": ("codice fiscale", "cf", "c.f.", "fiscal"),
    "via": ("via", "indirizzo", "address", "street"),
    "cap": ("cap", "postcode", "zip"),
    "citta": ("citta", "comune", "localita", "city", "town"),
    "provincia": ("prov",),
    "paese": ("paese", "nazione", "country"),
    "telefono": ("telefono", "tel", "cell", "phone", "mobile"),
    "modo": ("modo", "mezzo", "metodo", "pagamento", "method", "tipo"),
    "riferimento": ("riferimento", "cro", "trn", "numero", "reference"),
    "fondo": ("fondo", "fund", "destinazione"),
    "campagna": ("campagna", "campaign", "hashtag"),
    "nota": ("nota", "note", "causale"),
}


class Unreadable(ValueError):
    """Says why, to whoever chose the file."""


@dataclass(frozen=True)
class Table:
    """`rows`: the line's number in the file, and its cells, as many as there are headings."""

    headings: list[str]
    rows: list[tuple[int, list[str]]]


def table(data: bytes) -> Table:
    """Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("This file is too large: split it."))
    try:
        rows = table_rows(data)
    except NoText:
        raise Unreadable(
            _("This is not a CSV: save the sheet as CSV and choose that file.")
        ) from None
    if len(rows) < 2:
        raise Unreadable(_("There are no lines below the headings in this file."))
    if len(rows) - 1 > MOST_ROWS:
        raise Unreadable(_("This file has too many lines: split it."))
    headings = rows[0][1][:MOST_COLUMNS]
    width = len(headings)
    return Table(headings, [(n, (cells + [""] * width)[:width]) for n, cells in rows[1:]])


def guess(headings: list[str]) -> dict[str, int]:
    """Which column is probably which."""
    found: dict[str, int] = {}
    for name, beginnings in NAMES.items():
        for at, heading in enumerate(headings):
            if at not in found.values() and fold(heading).startswith(beginnings):
                found[name] = at
                break
    return found
