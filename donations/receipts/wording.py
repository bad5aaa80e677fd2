"""What a receipt says, in Italian: it is a paper of Italian law, whatever the donor's language.

The rules are practice, to be confirmed by the body's accountant: art. 83 and 82 D.Lgs. 117/2017,
art. 23 D.Lgs. 241/1997. A computed saving is never printed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from num2words import num2words

from donations.countries import ITALIAN, ITALY

MONTHS = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
]
METHODS = {
    "card": "Carta di pagamento",
    "sepa_debit": "Addebito diretto SEPA",
    "link": "Carta di pagamento (Link)",
    "paypal": "PayPal",
    "bancontact": "Bancontact",
    "ideal": "iDEAL",
    "satispay": "Satispay",
    "klarna": "Klarna",
    "amazon_pay": "Amazon Pay",
    "revolut_pay": "Revolut Pay",
    "eps": "EPS",
    "twint": "TWINT",
    "cash": "Contanti",
    "cheque": "Assegno",
    "bank_transfer": "Bonifico bancario",
    "company_match": "Bonifico bancario (raddoppio aziendale)",
}
# why a receipt is void: Receipt.VoidReason
VOID = {
    "refund": "rimborso del {day}",
    "refund_returned": "rimborso del {day} tornato indietro",
    "refund_reversed": "rimborso scritto per sbaglio, stornato il {day}",
    "dispute_lost": "contestazione persa, soldi ripresi il {day}",
    "dispute_won": "contestazione vinta, soldi tornati il {day}",
    "reversal": "storno del {day}",
    "corrected": "dati corretti il {day}",
}


@dataclass(frozen=True)
class Wording:
    """What a body of one kind says of the donor's benefit. `source`: where that stands; it is
    practice all the same, for the body's accountant to confirm."""

    is_a: str
    rate: str  # of the detraction, when it is not the ordinary one
    source: str
    ets: bool = True  # False: the paper says nothing of taxes, nor of stamp duty

    def benefit(self, *, organisation: bool) -> str:
        """Art. 83, c. 1 is for natural persons only."""
        limits = "nei limiti e alle condizioni dell’art. 83"
        if organisation:
            told = f"l’erogazione può essere dedotta {limits}, c. 2, del D.Lgs. 117/2017."
        else:
            told = (
                f"l’erogazione può essere detratta {self.rate}(art. 83, c. 1) o dedotta (art. 83, "
                f"c. 2) {limits} del D.Lgs. 117/2017."
            )
        return f"L’ente è {self.is_a}: {told}"


# by the kind of body that issues it (brand's legal settings)
WORDINGS = {
    "ets": Wording(
        "un ente del Terzo settore non commerciale",
        "",
        "art. 79 c. 5 and art. 83 c. 1, first sentence (30 %), c. 2 D.Lgs. 117/2017",
    ),
    "aps": Wording(
        "un’associazione di promozione sociale, ente del Terzo settore non commerciale",
        "",
        "art. 35 and art. 83 c. 1, first sentence (30 %: the 35 % is for ODV only), c. 2 "
        "D.Lgs. 117/2017",
    ),
    "odv": Wording(
        "un’organizzazione di volontariato",
        "con l’aliquota prevista per le organizzazioni di volontariato ",
        "art. 32 and art. 83 c. 1, second sentence (35 %), c. 2 D.Lgs. 117/2017",
    ),
    "other": Wording(
        "",
        "",
        "art. 4 c. 1, art. 82 and art. 83 D.Lgs. 117/2017: they are for bodies inscribed in the "
        "RUNTS, which this one is not",
        ets=False,
    ),
}
GIFT = (
    "La somma è stata versata a titolo di erogazione liberale, senza corrispettivo, a sostegno "
    "delle attività istituzionali dell’ente"
)
TRACEABLE = ", con mezzo di pagamento tracciabile ai sensi dell’art. 23 del D.Lgs. 241/1997"
TRACED_BY = " (art. 23 del D.Lgs. 241/1997)"
NOT_TRACEABLE = ("cash",)
NO_STAMP_DUTY = "Documento esente da imposta di bollo (art. 82, c. 5, D.Lgs. 117/2017)."
NBSP = "\u00a0"


def words(cents: int) -> str:
    """Amount as Italians write it on a receipt: 5025 → `cinquanta/25 euro`."""
    euros, rest = divmod(cents, 100)
    return f"{num2words(euros, lang='it')}/{rest:02d} euro"


def figure(cents: int) -> str:
    """Amount in figures: 123450 → `1.234,50 €`."""
    euros, rest = divmod(cents, 100)
    return f"{euros:,}".replace(",", ".") + f",{rest:02d}{NBSP}€"


def day(value: str) -> str:
    """An ISO date as `26 settembre 2026` (`1º` for the first of a month)."""
    found = date.fromisoformat(value)
    number = "1º" if found.day == 1 else str(found.day)
    return f"{number} {MONTHS[found.month - 1]} {found.year}"


def short_day(value: str) -> str:
    """An ISO date as `26/09/2026`, for a column."""
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def void(reason: str, on: date) -> str:
    """Why a receipt is void, as it stands below the stamp."""
    return VOID[reason].format(day=f"{on:%d/%m/%Y}")


def country(code: str) -> str:
    """The name of a country other than Italy, "" for Italy; a code we have no name for stays."""
    return "" if code == ITALY else ITALIAN.get(code, code)


def payment(method: str, reference: str) -> str:
    name = METHODS.get(method, "Pagamento elettronico")
    return f"{name}, riferimento {reference}" if reference else name


def count(number: int, year: int) -> str:
    return f"{number} doni del {year}, elencati sotto" if number > 1 else f"un dono del {year}"


def traceable(snapshot: dict[str, Any]) -> bool:
    return snapshot["method"] not in NOT_TRACEABLE


def keep(snapshot: dict[str, Any]) -> str:
    """What to do with the paper: cash leaves no line in a bank's statement."""
    return "Conservala con l’estratto conto." if traceable(snapshot) else "Conservala."


def _of_an_ets(kind: str) -> Wording | None:
    """What may be said of taxes. None for a body that is no ETS, and for a kind unknown here, of
    which nothing is promised either."""
    found = WORDINGS.get(kind)
    return found if found and found.ets else None


def notes(snapshot: dict[str, Any]) -> list[str]:
    """The paragraphs below the table. The tax wording needs a donor who can be recognised, and a
    means of payment that can be traced: for cash there is none, whoever gave."""
    kind = snapshot["body"].get("kind", "")
    found = [f"{GIFT}{TRACEABLE if traceable(snapshot) else ''}."]
    if wording := _of_an_ets(kind):
        due = snapshot.get("fiscal_code") and traceable(snapshot)
        organisation = bool(snapshot.get("organisation"))
        benefit = [wording.benefit(organisation=organisation)] if due else []
        found.append(" ".join([*benefit, NO_STAMP_DUTY]))
    return found


def statement_notes(snapshot: dict[str, Any]) -> list[str]:
    """The paragraphs below the table of a year; the tax wording under the same conditions as on a
    receipt, and for the traceable part alone."""
    traced, cash = snapshot["traceable"], snapshot["amount"] - snapshot["traceable"]
    found = [
        "Le somme sono state versate a titolo di erogazione liberale, senza corrispettivo, a "
        "sostegno delle attività istituzionali dell’ente. Questo riepilogo non sostituisce le "
        "ricevute: ne ripete i numeri e gli importi validi."
    ]
    if traced:
        found[0] += f" Con mezzi tracciabili{TRACED_BY}: {figure(traced)}."
    if cash:
        found[0] += f" In contanti: {figure(cash)}, che non valgono per le agevolazioni fiscali."
    if wording := _of_an_ets(snapshot["body"].get("kind", "")):
        due = snapshot["fiscal_code"] and traced
        organisation = bool(snapshot["organisation"])
        benefit = [wording.benefit(organisation=organisation)] if due else []
        found.append(" ".join([*benefit, NO_STAMP_DUTY]))
    return found
