"""What can be laid into the words of a mail, by kind. A kind without a line of its own in KINDS has
those of COMMON that it knows, and the buttons and boxes of its template.

The names are Italian in every language: staff write them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from brand.bilingual import Words
from brand.figures import euros
from brand.templatetags.brand_tags import spell
from donations.letters import values
from donations.letters.markup import Part, Said
from donations.letters.values import Context


@dataclass(frozen=True)
class Placeholder:
    """`value`: "" says nothing in its place; None leaves out the paragraph that names it; Words are
    marked where they are not in the mail's language. `needed`: without it the mail does not do what it
    is for."""

    name: str
    means: Promise
    value: Callable[[Context], str | Words | None]
    link: bool = False
    needed: bool = False


NAME = Placeholder(
    "nome", gettext_lazy("how we call the donor"), lambda known: known["gift"].called
)
COMMON = (
    NAME,
    Placeholder(
        "importo", gettext_lazy("the amount of the gift"), lambda known: euros(known["gift"].amount)
    ),
    Placeholder(
        "fondo",
        gettext_lazy("what the gift is for"),
        lambda known: known["gift"].fund.called,
    ),
    Placeholder(
        "giorno",
        gettext_lazy("the day of the gift"),
        lambda known: spell(known["gift"].created_at, "j F Y"),
    ),
    Placeholder(
        "incassato_il",
        gettext_lazy("the day the gift arrived; before, the paragraph is left out"),
        lambda known: spell(known["gift"].settled_at, "j F Y") or None,
    ),
    Placeholder("ente", gettext_lazy("the name of the body"), lambda known: known["body"]["name"]),
    Placeholder("posta", gettext_lazy("our mail address"), lambda known: known["body"]["email"]),
    Placeholder(
        "pagina", gettext_lazy("the address of the donor’s own page"), values.page, link=True
    ),
)
VOIDED = Placeholder(
    "ricevuta_annullata",
    gettext_lazy("a sentence: which receipt is no longer valid, if there is one"),
    values.voided,
    needed=True,
)
NEW_RECEIPT = Placeholder(
    "ricevuta_nuova",
    gettext_lazy("a sentence: which receipt is attached for what stays, if there is one"),
    values.of_the_rest,
    needed=True,
)
VALID_RECEIPT = Placeholder(
    "ricevuta_nuova",
    gettext_lazy("a sentence: which receipt is attached and valid again, if there is one"),
    values.valid_again,
    needed=True,
)
NUMBER = Placeholder(
    "numero",
    gettext_lazy("the number of the receipt that is no longer valid"),
    lambda known: known["voided"].label if known["voided"] else None,
)
KINDS: dict[str, tuple[Placeholder, ...]] = {
    "thank_you": (
        Placeholder(
            "dedica",
            gettext_lazy(
                "sentences: in whose honour or memory the gift is, and when the card leaves; else "
                "the paragraph is left out"
            ),
            lambda known: known["tribute_line"] or None,
        ),
        Placeholder(
            "omaggio",
            gettext_lazy(
                "sentences: which thank-you gift it is, and how it gets there; without one the "
                "paragraph is left out"
            ),
            lambda known: known["premium_line"] or None,
        ),
        Placeholder(
            "significato",
            gettext_lazy("what the amount makes possible, if it says something"),
            lambda known: known["meaning"].sentence if known["meaning"] else "",
        ),
        Placeholder(
            "costi",
            gettext_lazy(
                "a sentence: the donor took over the costs of the payment, where it is so"
            ),
            values.costs,
        ),
        Placeholder(
            "ricevuta",
            gettext_lazy("the number of the receipt; without one the paragraph is left out"),
            lambda known: known["receipt"].label if known["receipt"] else None,
        ),
        Placeholder(
            "ricevuta_dell_anno",
            gettext_lazy(
                "a sentence: there will be one receipt for the year; where there is none, the "
                "paragraph is left out"
            ),
            values.by_year,
        ),
        Placeholder(
            "per_le_tasse",
            gettext_lazy("a sentence: the receipt serves for the tax return, where it does"),
            values.tax,
        ),
        Placeholder(
            "modulo",
            gettext_lazy("the address of the form for the same fund"),
            lambda known: known["same_form"],
            link=True,
        ),
    ),
    "refund": (
        Placeholder(
            "reso", gettext_lazy("how much was given back"), values.cents("refunded"), needed=True
        ),
        Placeholder(
            "come",
            gettext_lazy("a sentence: how the money comes back to the donor"),
            lambda known: known["how_back"],
        ),
        VOIDED,
        NEW_RECEIPT,
    ),
    "refund_returned": (
        Placeholder(
            "tornato", gettext_lazy("how much has come back"), values.cents("returned"), needed=True
        ),
        VALID_RECEIPT,
    ),
    "refund_reversed": (
        Placeholder(
            "resta", gettext_lazy("how much never went back"), values.cents("returned"), needed=True
        ),
        VALID_RECEIPT,
    ),
    "dispute_lost": (
        Placeholder(
            "tolto", gettext_lazy("how much the bank has taken"), values.cents("taken"), needed=True
        ),
        VOIDED,
        NEW_RECEIPT,
    ),
    "dispute_won": (
        Placeholder(
            "tornato", gettext_lazy("how much has come back"), values.cents("returned"), needed=True
        ),
        VALID_RECEIPT,
    ),
    "receipt_corrected": (
        Placeholder(
            "ricevuta",
            gettext_lazy("the number of the receipt that is attached"),
            lambda known: known["receipt"].label if known["receipt"] else None,
            needed=True,
        ),
        replace(NUMBER, needed=True),
    ),
    "yearly_receipt": (
        Placeholder(
            "ricevuta",
            gettext_lazy("the number of the receipt that is attached"),
            lambda known: known["receipt"].label if known["receipt"] else None,
            needed=True,
        ),
        Placeholder(
            "anno",
            gettext_lazy("the year of the receipt"),
            lambda known: str(known["receipt"].covers_year),
        ),
        Placeholder(
            "quanti",
            gettext_lazy("how many gifts it holds"),
            lambda known: str(known["number"]),
        ),
        Placeholder(
            "totale",
            gettext_lazy("their sum"),
            lambda known: euros(known["receipt"].amount, always_cents=True),
        ),
    ),
    "transfer_reminder": (
        Placeholder(
            "promesso_il",
            gettext_lazy("the day the transfer was promised"),
            lambda known: spell(known["transfer"].promised_at, "j F"),
        ),
    ),
    "reversal": (
        VOIDED,
        NUMBER,
    ),
}
AGAIN = Placeholder(
    "di_nuovo",
    gettext_lazy("the address of the form for the same fund, amount and rhythm"),
    lambda known: known["again"],
    link=True,
)
KINDS["failed"] = (AGAIN,)
AMOUNT = Placeholder(
    "importo_ricorrente",
    gettext_lazy("how much is charged each time"),
    lambda known: euros(known["promise"].amount, always_cents=True),
)
PROMISE = (
    AMOUNT,
    Placeholder(
        "ogni",
        gettext_lazy("how often: “every month”"),
        lambda known: str(known["promise"].get_interval_display()).lower(),
    ),
    Placeholder(
        "prossimo",
        gettext_lazy("a sentence: when the next charge is, if there is one"),
        values.next_charge,
    ),
    Placeholder(
        "pagina_del_dono",
        gettext_lazy("the address of the recurring gift on the donor’s own page"),
        lambda known: known["promise_page"],
        link=True,
    ),
)
KINDS |= {
    "promise_started": PROMISE,
    "promise_changed": (
        Placeholder(
            "cambiamento",
            gettext_lazy("a sentence: what has changed"),
            lambda known: known["changed"],
            needed=True,
        ),
        *PROMISE,
    ),
    "promise_ended": (
        Placeholder(
            "donati",
            gettext_lazy(
                "how much was given with it; before the first gift the paragraph is left out"
            ),
            lambda known: euros(known["given"], always_cents=True) if known["given"] else None,
        ),
        Placeholder(
            "in_viaggio",
            gettext_lazy("a sentence: what the bank is debiting already, if there is something"),
            values.on_its_way,
        ),
        *PROMISE,
    ),
    "payment_failed": PROMISE,
    "payment_confirm": PROMISE,
    "payment_given_up": (
        Placeholder(
            "finito",
            gettext_lazy(
                "a sentence: the recurring gift is over; while it goes on the paragraph is left out"
            ),
            lambda known: known["over"] or None,
        ),
        AGAIN,
        *PROMISE,
    ),
    "card_expiring": (
        Placeholder(
            "cifre",
            gettext_lazy("the last digits of the card"),
            lambda known: known["promise"].method_reference,
        ),
        Placeholder(
            "scade",
            gettext_lazy("the last month of the card"),
            lambda known: f"{known['promise'].card_expires:%m/%Y}",
        ),
        *PROMISE,
    ),
}
KINDS["mandate_ended"] = (
    Placeholder(
        "cifre",
        gettext_lazy("the last digits of the account"),
        lambda known: known["promise"].method_reference,
    ),
    *PROMISE,
)
KINDS["entry_link"] = (
    Placeholder(
        "minuti",
        gettext_lazy("for how many minutes the link is good"),
        lambda known: str(known["minutes"]),
    ),
)
BRAND = Placeholder(
    "marchio", gettext_lazy("the short name of the body"), lambda known: known["body"]["brand"]
)
KINDS["yearly_statement"] = (
    Placeholder(
        "nome",
        gettext_lazy("how we call the donor"),
        lambda known: known["statement"].data["called"],
    ),
    Placeholder(
        "anno",
        gettext_lazy("the year of the statement"),
        lambda known: str(known["statement"].run.year),
    ),
    Placeholder(
        "totale",
        gettext_lazy("how much was given in it"),
        lambda known: euros(known["statement"].amount, always_cents=True),
    ),
    Placeholder("quanti", gettext_lazy("with how many gifts: “12 gifts”"), values.how_many),
    Placeholder(
        "sostituisce",
        gettext_lazy("a sentence: it takes the place of an earlier one, where it does"),
        values.replaces,
        needed=True,
    ),
    BRAND,
)
KINDS["code_request"] = (
    Placeholder("anno", gettext_lazy("the year of the gifts"), lambda known: str(known["year"])),
    BRAND,
)
KINDS["erasure_answer"] = (
    Placeholder(
        "chiesto_il",
        gettext_lazy("the day on which the donor asked"),
        lambda known: spell(known["request"].asked_at, "j F Y"),
    ),
    Placeholder(
        "risposta",
        gettext_lazy("what the treasury has answered"),
        lambda known: known["request"].answer,
        needed=True,
    ),
)
KINDS["erasure_done"] = (
    Placeholder(
        "chiesto_il",
        gettext_lazy(
            "the day on which the donor asked, on their page; else the paragraph is left out"
        ),
        lambda known: spell(known["request"].asked_at, "j F Y") if known["request"] else None,
    ),
    Placeholder(
        "elenco",
        gettext_lazy("what was deleted, what stays and why"),
        lambda known: known["told"],
        needed=True,
    ),
)
KINDS["tribute_card"] = (
    Placeholder(
        "destinatario",
        gettext_lazy("the recipient of the card; without a name the paragraph is left out"),
        lambda known: known["tribute"].recipient or None,
    ),
    Placeholder(
        "chi_dona", gettext_lazy("the name of the donor"), lambda known: known["gift"].donor_name
    ),
    Placeholder(
        "dedica",
        gettext_lazy("a sentence: who has made a gift in whose honour or memory"),
        lambda known: known["dedication"],
        needed=True,
    ),
)
PREMIUM = (
    Placeholder(
        "omaggio",
        gettext_lazy("what the thank-you gift is"),
        lambda known: known["premium_name"],
    ),
    Placeholder(
        "dove",
        gettext_lazy("where it is picked up, or where it was sent"),
        lambda known: known["premium_where"],
        needed=True,
    ),
)
KINDS |= {"premium_ready": PREMIUM, "premium_sent": PREMIUM}
# a card tells the recipient nothing of the sum, nor of the donor's own affairs
KEPT_FROM = {"tribute_card": {"nome", "importo", "giorno", "incassato_il", "pagina"}}
# no single gift is spoken of, and who only wants to enter gets the address of the link alone
OF_A_GIFT = {"importo", "fondo", "giorno", "incassato_il"}
KEPT_FROM |= {"entry_link": OF_A_GIFT | {"pagina"}}
KEPT_FROM |= dict.fromkeys(
    ("yearly_statement", "code_request", "erasure_answer", "erasure_done"), OF_A_GIFT | {"nome"}
)
# parts of the layout that a mail can do without; all others are needed
SPARED = {("thank_you", "pulsante"), ("thank_you", "riquadro"), ("processing", "pulsante")}
SPARED |= {("tribute_card", "pulsante")}
SPARED |= {("premium_ready", "pulsante"), ("premium_sent", "pulsante")}


def of(kind: str) -> tuple[Placeholder, ...]:
    hidden = KEPT_FROM.get(kind, set())
    return (*(one for one in COMMON if one.name not in hidden), *KINDS.get(kind, ()))


def said(kind: str, known: Context, parts: Mapping[str, Part]) -> Said:
    """Of this mail. What its context does not know is no placeholder of its kind."""
    values: dict[str, str | None] = {}
    links, foreign = set(), {}
    for one in of(kind):
        try:
            value = one.value(known)
        except (KeyError, AttributeError):
            continue
        if isinstance(value, Words):
            foreign[one.name] = value.mark
        values[one.name] = None if value is None else str(value)
        if one.link:
            links.add(one.name)
    return Said(values, frozenset(links), parts, foreign)
