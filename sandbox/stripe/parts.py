"""What the pages for donors share: their words in two languages, the cards to choose from."""

from dataclasses import dataclass

from markupsafe import Markup
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox.stripe.currencies import in_italian, written
from sandbox.stripe.samples import CARD, SAMPLES, SEPA, WALLET
from sandbox.stripe.work import Object
from sandbox.web import Context, page

LANGUAGES = ("it", "en")
KINDS = {CARD: "a card", SEPA: "a debit", WALLET: "a wallet"}
NUMBERS = {
    "card": "4242 4242 4242 4242",
    "card_declined": "4000 0000 0000 0002",
    "card_3ds": "4000 0025 0000 3155",
    "card_asks": "4000 0027 6000 3184",
    "card_fails_later": "4000 0000 0000 0341",
    "card_expiring": "5555 5555 5555 4444",
    "satispay": "",
    "sepa": "IT40 S054 2811 1010 0000 0123 456",
    "sepa_fails_later": "AT86 1904 3002 3547 3202",
}
WORDS = {
    "card": ("Va a buon fine", "Goes through"),
    "card_declined": ("La banca la rifiuta", "The bank refuses it"),
    "card_3ds": ("Chiede la conferma 3-D Secure", "Asks for 3-D Secure"),
    "card_asks": ("Chiede la conferma ogni volta", "Asks for 3-D Secure every time"),
    "card_fails_later": (
        "Ora va, poi la banca la rifiuta",
        "Goes through now, is refused later",
    ),
    "card_expiring": (
        "Ora va, e scade il mese prossimo",
        "Goes through now, expires next month",
    ),
    "satispay": ("Paga subito, dal telefono", "Pays at once, by telephone"),
    "sepa": ("In lavorazione per giorni", "Under way for days"),
    "sepa_fails_later": (
        "In lavorazione, e poi il conto è vuoto",
        "Under way, and then the account is empty",
    ),
    "a card": ("Carta", "Card"),
    "a wallet": ("Satispay", "Satispay"),
    "a debit": ("Addebito SEPA", "SEPA debit"),
    "choose": ("Scegli come pagare.", "Choose how to pay."),
    "how": ("Come va il pagamento", "How the payment goes"),
    "declined": (
        "La carta è stata rifiutata. Nulla è stato addebitato: prova con un’altra.",
        "The card was refused. Nothing was charged: try another one.",
    ),
    "unconfirmed": (
        "Non hai confermato il pagamento alla banca. Nulla è stato addebitato: puoi riprovare.",
        "You did not confirm the payment to your bank. Nothing was charged: you can try again.",
    ),
    "failed": (
        "Il pagamento non è riuscito. Puoi riprovare, anche con un altro metodo.",
        "The payment did not go through. You can try again, with another method too.",
    ),
    "confirm": ("Confermi il pagamento?", "Do you confirm the payment?"),
    "confirm lead": (
        "La tua banca di prova chiede conferma per",
        "Your bank, a test, asks you to confirm",
    ),
    "authorise": ("Autorizza", "Authorise"),
    "refuse": ("Rifiuta", "Refuse"),
    "pay": ("Paga", "Pay"),
    "to confirm": ("Conferma alla banca", "Confirm to your bank"),
    "keep": ("Usa questo anche per i prossimi", "Use this for the next ones too"),
    "back": ("Torna al sito", "Back to the site"),
    "bill": ("Addebito", "Charge"),
    "bill open": ("Da pagare entro oggi", "Due today"),
    "bill paid": ("Pagato", "Paid"),
    "bill paid lead": ("È tutto a posto: non serve altro.", "All is well: nothing is left to do."),
    "bill processing": ("In lavorazione", "Under way"),
    "bill processing lead": (
        "L’addebito è partito: la banca risponde entro pochi giorni.",
        "The debit is under way: the bank answers within days.",
    ),
    "bill void": ("Annullato", "Cancelled"),
    "bill void lead": ("Nessuno chiede più questo importo.", "Nobody asks for this any more."),
    "gone": ("Pagina non trovata", "Page not found"),
    "gone lead": (
        "Questo indirizzo non vale, o non vale più. Torna al sito e ricomincia da lì.",
        "This address is not valid, or not any more. Go back to the site and begin there.",
    ),
    "portal": ("I tuoi pagamenti", "Your payments"),
    "method": ("Metodo di pagamento", "Payment method"),
    "no method": ("Nessuno", "None"),
    "change method": ("Cambia metodo di pagamento", "Change payment method"),
    "save": ("Salva", "Save"),
    "saved": ("Il nuovo metodo di pagamento è salvato.", "The new payment method is saved."),
    "promises": ("Abbonamenti", "Subscriptions"),
    "no promises": ("Nessun abbonamento in corso.", "No subscription is running."),
    "next": ("prossimo addebito il", "next charge on"),
    "ends": ("finisce il", "ends on"),
    "cancel": ("Annulla l’abbonamento", "Cancel the subscription"),
    "cancel sure": ("Vuoi annullare l’abbonamento?", "Cancel the subscription?"),
    "cancel at end": (
        "Resta attivo fino alla fine del periodo pagato, poi nulla viene più addebitato.",
        "It runs until the end of the period that is paid; nothing is charged after that.",
    ),
    "cancel now": ("Finisce subito.", "It ends at once."),
    "why": ("Perché? (facoltativo)", "Why? (optional)"),
    "renew": ("Non annullare più", "Do not cancel"),
    "invoices": ("Addebiti", "Charges"),
    "done": ("Fatto", "Done"),
    "month": ("ogni mese", "every month"),
    "3 month": ("ogni tre mesi", "every three months"),
    "year": ("ogni anno", "every year"),
    "expires": ("scade", "expires"),
    "paid": ("pagato", "paid"),
    "open": ("da pagare", "due"),
    "draft": ("in preparazione", "in preparation"),
    "void": ("annullato", "cancelled"),
    "uncollectible": ("non riscosso", "not collected"),
}


@dataclass(frozen=True)
class Words:
    language: str

    def __getitem__(self, key: str) -> str:
        return WORDS[key][LANGUAGES.index(self.language)]

    def money(self, amount: int, currency: str) -> str:
        return (in_italian if self.language == "it" else written)(amount, currency)

    def rhythm(self, recurring: Object) -> str:
        many = recurring["interval_count"]
        key = recurring["interval"] if many == 1 else f"{many} {recurring['interval']}"
        return self[key] if key in WORDS else f"/ {key}"

    def choices(self, names: list[str], chosen: str = "") -> Markup:
        """The samples one can pay with, as radio buttons; the first one is marked."""
        marked = chosen if chosen in names else names[0]
        return Markup("").join(
            CHOICE.format(
                key=name,
                kind=self[KINDS[SAMPLES[name].kind]],
                number=NUMBERS[name],
                says=self[name],
                checked=Markup(" checked") if name == marked else "",
            )
            for name in names
        )


def words_for(ctx: Context, locale: str | None = None) -> Words:
    """By what was asked for, else by the browser's own languages; Italian otherwise."""
    asked = (locale or "auto")[:2]
    if asked not in LANGUAGES:
        asked = ctx.request.accept_languages.best_match(LANGUAGES, "it")
    return Words(asked)


def notice(says: str, kind: str = "error") -> Markup:
    role = "alert" if kind == "error" else "status"
    return Markup('<p class="notice {}" role="{}">{}</p>').format(kind, role, says)


def to(url: str) -> Response:
    return Response.force_type(redirect(url, 303))


def gone(words: Words) -> Response:
    body = OVER.format(title=words["gone"], says=words["gone lead"], more="")
    return page(words["gone"], body, status=404, language=words.language)


def over(words: Words, title: str, says: str, more: Markup | str = "") -> Response:
    return page(title, OVER.format(title=title, says=says, more=more), language=words.language)


CHOICE = Markup("""<li><label class="choice">
<input type="radio" name="method" value="{key}"{checked}>
<span class="choice-text"><strong>{kind} <span class="number">{number}</span></strong>
<small>{says}</small></span>
</label></li>
""")
OVER = Markup("""<main class="pay">
<h1>{title}</h1>
<p class="lead">{says}</p>
{more}
</main>
""")
BANK = Markup("""<main class="pay">
<h1>{title}</h1>
<p class="lead">{says} <strong>{amount}</strong> (3-D Secure).</p>
<form method="post" class="answers">
<button type="submit" name="answer" value="authorise">{yes}</button>
<button type="submit" name="answer" value="refuse" class="quiet">{no}</button>
</form>
</main>
""")


def bank(words: Words, amount: str, form_targets: list[str] | None = None) -> Response:
    """The bank's own question."""
    body = BANK.format(
        title=words["confirm"],
        says=words["confirm lead"],
        amount=amount,
        yes=words["authorise"],
        no=words["refuse"],
    )
    targets = form_targets or []
    return page(words["to confirm"], body, form_targets=targets, language=words.language)
