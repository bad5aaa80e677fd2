"""The yearly statement on paper: a tagged PDF/UA-1 like the receipt, on as many pages as it takes."""

from typing import Any

from donations.receipts import wording
from donations.receipts.render import HERE, compile_paper, digest, identity, spaced

HEADINGS = ["Giorno", "Destinazione", "Mezzo di pagamento", "Ricevuta", "Importo"]


def render_statement(snapshot: dict[str, Any], *, stamp: str = "") -> bytes:
    """`stamp`: across every page of a copy. The same snapshot always gives the same bytes. See
    `services.yearly.snapshot`, and
    `replaces`: the day of the statement whose place it takes, or ""."""
    return compile_paper(
        HERE / "statement.typ", _data(snapshot) | {"stamp": stamp}, snapshot["issued_on"]
    )


def _data(snapshot: dict[str, Any]) -> dict[str, Any]:
    body, year = snapshot["body"], snapshot["year"]
    issued = wording.day(snapshot["issued_on"])
    who = [
        ("Donatore", ", ".join(filter(None, (snapshot["donor"], snapshot["address"])))),
        ("Codice fiscale", snapshot["fiscal_code"] or "non indicato"),
        ("Sostituisce", _replaced(snapshot)),
    ]
    keep = "Conservalo con le ricevute."
    sandbox = "Prova: nessun pagamento è reale, il riepilogo non vale."
    return {
        "title": f"Riepilogo {year}",
        "heading": f"Riepilogo delle erogazioni liberali {year}",
        "issued": f"Situazione al {issued}",
        "rows": [[label, value] for label, value in who if value],
        "headings": HEADINGS,
        "gifts": [_gift(row) for row in snapshot["rows"]],
        "total_label": f"Totale {year}",
        "total": wording.figure(snapshot["amount"]),
        "words": wording.words(snapshot["amount"]),
        "earlier": [_earlier(row) for row in snapshot["earlier"]],
        "earlier_label": f"Tornato indietro nel {year} di doni di anni precedenti",
        "notes": wording.statement_notes(snapshot),
        "footer": [sandbox, keep] if snapshot.get("sandbox") else [keep],
        "digest_label": "Impronta dei dati (SHA-256)",
        "digest": spaced(digest(snapshot)),
        "body": {"name": body["name"], "brand": body["brand"], "lines": identity(body)},
    }


def _replaced(snapshot: dict[str, Any]) -> str:
    before = snapshot.get("replaces")
    return f"il riepilogo del {wording.day(before)}" if before else ""


def _gift(row: dict[str, Any]) -> list[str]:
    amount = wording.figure(row["amount"])
    if row["back"]:
        amount += f"\n−{wording.figure(row['back'])} tornati indietro"
    method = wording.payment(row["method"], "")
    return [wording.short_day(row["day"]), row["purpose"], method, row["receipt"] or "–", amount]


def _earlier(row: dict[str, Any]) -> str:
    return (
        f"{wording.short_day(row['day'])}: {wording.figure(row['amount'])}, dono del {row['year']}"
    )
