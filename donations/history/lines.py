"""One line of the file as a gift, as a donor alone, or the sentences about what is amiss."""

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from donations.countries import ITALY, code_of
from donations.fields import FiscalCodeField, MailField, NameField, PhoneField
from donations.history.files import Table
from donations.models import Donation
from donations.money import BadAmount, parse_large_amount
from donations.services.by_hand import OF_BEFORE, today
from donations.services.giving import Details
from donations.words import fold

Method = Donation.Method
# how people write it, in any word of theirs; the first that fits
WAYS = {
    Method.PAYPAL: ("paypal", "pay pal"),
    Method.CARD: ("carta", "carte", "card", "stripe", "bancomat"),
    Method.CASH: ("contant", "cash"),
    Method.CHEQUE: ("assegn", "cheque", "check"),
    Method.BANK_TRANSFER: ("bonific", "bank", "transfer"),
    Method.COMPANY_MATCH: ("raddopp", "match"),
}
SPACE = uuid.UUID("5a0cb6b0-6a5e-4a44-9f0e-0d7a3d2f8c11")  # for the tokens of lines


@dataclass
class Line:
    """`token`: the form token its gift has, the same whenever and from whatever file it comes. `alone`:
    it names a donor, and no gift."""

    number: int
    problems: list[str] = field(default_factory=list)
    day: date | None = None
    amount: int = 0
    method: str = ""
    reference: str = ""
    note: str = ""
    fund: int | None = None
    campaign: int | None = None  # its source
    donor: Details = field(default_factory=lambda: Details("", "", ""))
    token: uuid.UUID = SPACE
    alone: bool = False

    @property
    def name(self) -> str:
        one = self.donor
        return one.organisation or f"{one.first_name} {one.last_name}".strip()


def lines(
    table: Table,
    columns: dict[str, int],
    *,
    method: str,
    funds: Mapping[str, int],
    campaigns: Mapping[str, int],
) -> list[Line]:
    """`columns`: position by name (see `files.NAMES`); `method` where the file says none; `funds` and
    `campaigns`: the key of each by what a spreadsheet calls it (`plain`)."""
    read, seen = [], Counter[str]()
    for number, cells in table.rows:
        written = {name: cells[at] for name, at in columns.items()}
        if not (written.get("giorno") or written.get("cifra")):
            read.append(_donor_alone(number, written))
            continue
        line = _line(number, written, method)
        _fund(line, written.get("fondo", ""), funds)
        _campaign(line, written.get("campagna", ""), campaigns)
        if not line.problems:
            print_ = _print(line)
            seen[print_] += 1  # two gifts of one day that say the same are two gifts
            line.token = uuid.uuid5(SPACE, f"{print_}:{seen[print_]}")
        read.append(line)
    return read


def _line(number: int, cells: dict[str, str], method: str) -> Line:
    line = Line(number)
    line.donor = _donor(line, cells)
    line.day = _day(line, cells.get("giorno", ""))
    line.amount = _amount(line, cells.get("cifra", ""))
    line.method = _way(line, cells.get("modo", ""), method)
    line.reference = cells.get("riferimento", "")[:80]
    line.note = cells.get("nota", "")[:500]
    if not line.problems and not line.name and line.method != Method.CASH:
        line.problems.append(_("Write who gave: only cash may come from nobody known."))
    if line.method == Method.COMPANY_MATCH and not line.donor.organisation:
        line.problems.append(_("Write which company adds its own money."))
    return line


def _donor_alone(number: int, cells: dict[str, str]) -> Line:
    """Without a gift only what tells her from others makes her worth a row, and keeps the same line
    from coming in twice."""
    line = Line(number, alone=True)
    line.donor = one = _donor(line, cells)
    if not line.problems and not (
        line.name and (one.email or one.codice_fiscale or (one.street and one.postcode))
    ):
        line.problems.append(
            _(
                "There is no gift here: write day and amount or, for the donor alone, the name with the "
                "mail, the codice fiscale or the address."
            )
        )
    return line


def _donor(line: Line, cells: dict[str, str]) -> Details:
    written = {name: _clean(line, name, cells.get(name, "")) for name in FIELDS}
    return Details(
        email=written["email"],
        first_name=written["nome"],
        last_name=written["cognome"],
        organisation=written["ente"],
        codice_fiscale=written["cf"],
        street=cells.get("via", "")[:160],
        postcode=cells.get("cap", "")[:12],
        city=cells.get("citta", "")[:80],
        province=cells.get("provincia", "")[:40],
        country=_country(line, cells.get("paese", "")),
        phone=written["telefono"],
    )


def _country(line: Line, text: str) -> str:
    """Nothing written is Italy."""
    if not text.strip():
        return ITALY
    if not (code := code_of(text)):
        line.problems.append(
            _("“%(text)s” is no country: write its name or its two letters.") % {"text": text[:40]}
        )
    return code or ITALY


FIELDS = {
    "nome": NameField(required=False),
    "cognome": NameField(required=False),
    "ente": NameField(required=False, max_length=120),
    "email": MailField(required=False, max_length=254),
    "cf": FiscalCodeField(required=False, max_length=32),
    "telefono": PhoneField(),
}
DAYS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%y")
LIKE_A_DAY = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})\2(?:\d{4}|\d{2})|\d{4}([/-])(\d{1,2})\4(\d{1,2})"
)
FIRST_YEAR = 1980


def _clean(line: Line, name: str, text: str) -> str:
    try:
        return str(FIELDS[name].clean(text))
    except ValidationError as error:
        line.problems.append(f"{text}: {' '.join(map(str, error.messages))}")
        return ""


def _day(line: Line, text: str) -> date | None:
    for pattern in DAYS:
        with suppress(ValueError):
            day = datetime.strptime(text.split(" ")[0], pattern).date()  # noqa: DTZ007  a day
            if day > today():
                line.problems.append(_("This day is still to come: write when it was given."))
            elif day.year < FIRST_YEAR:
                line.problems.append(_("This is long ago: check the year."))
            return day
    sentence = _("Write the day like this: 03/11/2026.")
    if _is_no_day(text.split(" ")[0]):
        sentence = _("This day does not exist: check the day and the month.")
    line.problems.append(f"{text}: {sentence}" if text else sentence)
    return None


def _is_no_day(text: str) -> bool:
    """31/02/2025: written as days are, and in no calendar."""
    return LIKE_A_DAY.fullmatch(text) is not None


def _amount(line: Line, text: str) -> int:
    try:
        return parse_large_amount(text)
    except BadAmount as error:
        line.problems.append(f"{text}: {error}" if text else str(error))
        return 0


def _way(line: Line, text: str, default: str) -> str:
    if not text:
        return default
    folded = fold(text)
    for way, beginnings in WAYS.items():
        if any(one in folded for one in beginnings):
            return way.value
    if folded in {one.value for one in OF_BEFORE}:
        return folded
    sentence = _("%(text)s: write cash, cheque, bank transfer, card, PayPal or company match.")
    line.problems.append(sentence % {"text": text})
    return default


def plain(text: str) -> str:
    """#DonoDay 2026 → donoday2026"""
    return re.sub(r"\W+", "", fold(text))


def _fund(line: Line, text: str, funds: Mapping[str, int]) -> None:
    if not text.strip():
        return
    line.fund = funds.get(plain(text))
    if line.fund is None:
        sentence = _("%(text)s: there is no fund of this name. Write its name or its address.")
        line.problems.append(sentence % {"text": text})


def _campaign(line: Line, text: str, campaigns: Mapping[str, int]) -> None:
    if not text.strip():
        return
    line.campaign = campaigns.get(plain(text))
    if line.campaign is None:
        line.problems.append(_("%(text)s: there is no campaign of this name.") % {"text": text})


def _print(line: Line) -> str:
    one = line.donor
    said = (
        str(line.day),
        str(line.amount),
        line.method,
        fold(line.reference),
        fold(one.email),
        fold(one.codice_fiscale),
        fold(line.name),
    )
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()
