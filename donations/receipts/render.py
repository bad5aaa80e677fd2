"""Draws receipts with Typst: a tagged PDF/UA-1 in a few milliseconds, nothing of the system needed."""

import hashlib
import json
import logging
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from donations.receipts import wording

DUPLICATE = "DUPLICATO"
ANNULLED = "ANNULLATA"
HERE = Path(__file__).parent
log = logging.getLogger(__name__)


@cache
def _fonts() -> typst.Fonts:
    """Ours first, then those inside Typst, for letters that ours lack; never the machine's."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[HERE / "fonts"]
    )


def render_receipt(snapshot: dict[str, Any], *, stamp: str | None = None) -> bytes:
    """The PDF of a receipt; the same snapshot always gives the same bytes.

    `snapshot` is what was frozen when the number was given, JSON values only:
    `number` ("2026/000123"), `replaces` (the number of the void receipt whose place it takes, or
    ""), `issued_on` and `given_on` (ISO dates in Europe/Rome), `amount`
    (cents), `donor` (name and surname), `address`, `fiscal_code` (both may be empty), `method`
    (Stripe's type: card, sepa_debit …, or cash, cheque, bank_transfer, company_match), `reference`,
    `purpose` (the fund), `organisation` (bool: `donor` is one), `sandbox` (bool), and
    `body`: `name`, `brand`, `address` (street), `city` ("23100 Sondrio (SO)"), `fiscal_code`,
    `runts_number`, `runts_section`, `kind` (a key of `wording.WORDINGS`, else no tax wording).

    A cumulative receipt also has `year` and `gifts`: `day`, `amount`, `method`, `reference` and
    `purpose` of each.

    `stamp` is DUPLICATE or ANNULLED.
    """
    paper = compile_paper(HERE / "receipt.typ", _data(snapshot), snapshot["issued_on"])
    return stamp_receipt(paper, snapshot, stamp=stamp) if stamp else paper


def stamp_receipt(stored: bytes, snapshot: dict[str, Any], *, stamp: str, note: str = "") -> bytes:
    """A stored receipt under a stamp: the page is laid in as it is, so it shows what was sent.

    `note`: lines below the stamp. `snapshot` gives the words for those who cannot see the page.
    Tagged, but not PDF/UA: Typst lays no PDF into one ("embedding PDFs is currently not supported
    in this export mode").
    """
    data = _data(snapshot)
    spoken = [stamp, *note.split("\n"), data["title"], data["figure"], data["words"]]
    spoken += [f"{label}: {value}" for label, value in data["rows"]]
    spoken += [", ".join(gift) for gift in data["gifts"]] + data["notes"]
    alt = ". ".join(part for part in spoken if part)
    title = f"{data['title']}, {stamp.lower()}"
    with TemporaryDirectory() as folder:
        Path(folder, "stored.pdf").write_bytes(stored)
        source = Path(folder, "stamp.typ")
        source.write_bytes((HERE / "stamp.typ").read_bytes())
        values = {"title": title, "alt": alt, "stamp": stamp, "note": note}
        return compile_paper(source, values, snapshot["issued_on"], accessible=False)


def compile_paper(
    source: Path, data: dict[str, Any], issued_on: str, *, accessible: bool = True
) -> bytes:
    options: dict[str, Any] = {
        "root": source.parent,
        "font_paths": _fonts(),
        "format": "pdf",
        "sys_inputs": {"data": json.dumps(data, ensure_ascii=False)},
        "timestamp": datetime.fromisoformat(issued_on).replace(tzinfo=UTC),
    }
    if not accessible:
        return bytes(typst.compile(source, **options))
    try:
        return bytes(typst.compile(source, pdf_standards="ua-1", **options))
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        # a name in letters no font of ours has: the receipt must go out, its text stays readable
        log.warning("receipt drawn without PDF/UA: a letter has no glyph")
        return bytes(typst.compile(source, **options))


def _data(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the layout shows: plain strings, already in their final wording."""
    body = snapshot["body"]
    amount = int(snapshot["amount"])
    gifts = snapshot.get("gifts", [])  # of a cumulative receipt
    of_one = [
        ("Data del dono", wording.day(snapshot["given_on"])),
        ("Mezzo di pagamento", wording.payment(snapshot["method"], snapshot["reference"])),
        ("Destinazione", snapshot["purpose"]),
    ]
    of_many = [("Doni", wording.count(len(gifts), snapshot["year"]))] if gifts else []
    rows = [
        ("Da", ", ".join(part for part in (snapshot["donor"], snapshot.get("address")) if part)),
        ("Codice fiscale", snapshot.get("fiscal_code") or "non indicato"),
        *(of_many or of_one),
        ("Sostituisce", _replaced(snapshot)),
    ]
    issued = wording.day(snapshot["issued_on"])
    facsimile = (
        "Prova: nessun pagamento è reale, la ricevuta non vale." if snapshot.get("sandbox") else ""
    )
    return {
        "title": f"Ricevuta {snapshot['number']}",
        "heading": "Ricevuta di erogazione liberale",
        "number_label": "N.",
        "number": snapshot["number"],
        "issued": f"del {issued}",
        "received": "Abbiamo ricevuto, con gratitudine,",
        "words": wording.words(amount),
        "figure": wording.figure(amount),
        "rows": [[label, value] for label, value in rows if value],
        "gifts": [_gift(gift) for gift in gifts],
        "notes": wording.notes(snapshot),
        "place_and_date": ", ".join(part for part in (_town(body.get("city", "")), issued) if part),
        "signed": "Per l’ente, la tesoreria",
        "footer": [line for line in (facsimile, wording.keep(snapshot)) if line],
        "digest_label": "Impronta dei dati (SHA-256)",
        "digest": spaced(digest(snapshot)),
        "body": {"name": body["name"], "brand": body["brand"], "lines": identity(body)},
    }


def _gift(gift: dict[str, Any]) -> list[str]:
    how = wording.payment(gift["method"], gift["reference"])
    return [
        wording.short_day(gift["day"]),
        f"{gift['purpose']}, {how}",
        wording.figure(gift["amount"]),
    ]


def _replaced(snapshot: dict[str, Any]) -> str:
    number = snapshot.get("replaces")  # receipts of the first days say nothing of it
    return f"la ricevuta n. {number}, annullata" if number else ""


def _town(city: str) -> str:
    """`23100 Sondrio (SO)` → `Sondrio`."""
    return re.sub(r"^\d{5}\s+|\s+\([A-Z]{2}\)$", "", city)


def identity(body: dict[str, Any]) -> list[str]:
    register = ", ".join(
        part
        for part in (
            f"RUNTS n. {body['runts_number']}" if body.get("runts_number") else "",
            f"sezione {body['runts_section']}" if body.get("runts_section") else "",
        )
        if part
    )
    seat = [body.get("address", ""), body.get("city", "")]
    code = f"C.F. {body['fiscal_code']}" if body.get("fiscal_code") else ""
    return [line for line in (", ".join(filter(None, seat)), code, register) if line]


def digest(snapshot: dict[str, Any]) -> str:
    """SHA-256 of the snapshot in its canonical JSON form, hexadecimal."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def spaced(code: str) -> str:
    """In groups of eight, so that it breaks and can be read aloud."""
    return " ".join(code[start : start + 8] for start in range(0, len(code), 8))
