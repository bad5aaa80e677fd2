"""The hosted checkout page, clickable without JavaScript.

https://docs.stripe.com/payments/checkout, https://docs.stripe.com/testing (cards and IBANs)
"""

import re
from pathlib import Path

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox.stripe import checkout
from sandbox.stripe.control import work_in
from sandbox.stripe.currencies import in_italian
from sandbox.stripe.errors import StripeError
from sandbox.stripe.sessions import intent_of
from sandbox.stripe.work import Object
from sandbox.web import Context, page, template

HERE = Path(__file__).parent
CHOICES = (
    ("card", "Carta", "4242 4242 4242 4242", "Va a buon fine"),
    ("card_declined", "Carta", "4000 0000 0000 0002", "La banca la rifiuta"),
    ("card_3ds", "Carta", "4000 0025 0000 3155", "Chiede la conferma 3-D Secure"),
    ("card_asks", "Carta", "4000 0027 6000 3184", "Chiede la conferma ogni volta"),
    ("card_fails_later", "Carta", "4000 0000 0000 0341", "Ora va, poi la banca la rifiuta"),
    ("card_expiring", "Carta", "5555 5555 5555 4444", "Ora va, e scade il mese prossimo"),
    ("sepa", "Addebito SEPA", "IT40 S054 2811 1010 0000 0123 456", "In lavorazione per giorni"),
    (
        "sepa_fails_later",
        "Addebito SEPA",
        "AT86 1904 3002 3547 3202",
        "Ora va, poi il conto è vuoto",
    ),
)
REFUSED = {
    "card_declined": "La carta è stata rifiutata. Nulla è stato addebitato: prova con un’altra.",
    "payment_intent_authentication_failure": (
        "Non hai confermato il pagamento alla banca. Nulla è stato addebitato: puoi riprovare."
    ),
}
VERBS = {"donate": "Dona", "book": "Prenota"}
OVER = {
    "complete": ("Pagamento concluso", "Questo pagamento è già concluso: non serve rifarlo."),
    "expired": ("Pagamento scaduto", "Questa pagina di pagamento è scaduta. Nulla è addebitato."),
}


def rules() -> list[Rule]:
    return [
        Rule("/checkout/<id>", methods=["GET"], endpoint=show),
        Rule("/checkout/<id>", methods=["POST"], endpoint=submit),
        Rule("/checkout/<id>/3ds", methods=["GET"], endpoint=show_bank),
        Rule("/checkout/<id>/3ds", methods=["POST"], endpoint=answer_bank),
    ]


def show(ctx: Context, id: str) -> Response:
    session, intent = _load(ctx, id)
    if session is None:
        return _gone()
    if session["status"] != "open":
        return _over(session)
    if intent and intent["status"] == "requires_action":
        return _to(f"/checkout/{id}/3ds")
    error = (intent or {}).get("last_payment_error")
    return _form(session, _notice(REFUSED.get(error["code"], error["message"])) if error else "")


def submit(ctx: Context, id: str) -> Response:
    """Try to pay. A second click finds the session complete and just goes on."""
    session, _ = _load(ctx, id)
    if session is None:
        return _gone()
    if session["status"] != "open":
        return _over(session)
    method, email = ctx.request.form.get("method", ""), ctx.request.form.get("email", "").strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        notice = _notice("Scrivi un indirizzo e-mail completo, per esempio nome@example.org.")
        return _form(session, notice, email=email, chosen=method, status=422)
    try:
        with ctx.store.tx() as db:
            work = work_in(ctx, db)
            checkout.attempt(work, work.get("checkout.session", id), method, email)
    except StripeError:
        notice = _notice("Scegli come pagare.")
        return _form(session, notice, email=email, status=422)
    return _onward(ctx, id)


def show_bank(ctx: Context, id: str) -> Response:
    session, intent = _load(ctx, id)
    if session is None:
        return _gone()
    if not intent or intent["status"] != "requires_action":
        return _to(f"/checkout/{id}")
    amount = in_italian(session["amount_total"], session["currency"])
    body = template(HERE, "bank.html").format(amount=amount)
    return page("Conferma alla banca", body, form_targets=_targets(session))


def answer_bank(ctx: Context, id: str) -> Response:
    try:
        with ctx.store.tx() as db:
            work = work_in(ctx, db)
            authorised = ctx.request.form.get("answer") == "authorise"
            checkout.authenticate(work, work.get("checkout.session", id), authorised)
    except StripeError:
        return _to(f"/checkout/{id}")
    return _onward(ctx, id)


def _load(ctx: Context, id: str) -> tuple[Object | None, Object | None]:
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        session = work.look("checkout.session", id)
        return session, intent_of(work, session) if session else None


def _form(
    session: Object, notice: Markup | str, *, email: str = "", chosen: str = "", status: int = 200
) -> Response:
    amount = in_italian(session["amount_total"], session["currency"])
    lines = session["_line_items"]
    body = template(HERE, "checkout.html").format(
        amount=amount,
        verb=VERBS.get(session["submit_type"], "Paga"),
        lines=Markup("").join(
            Markup("<li><span>{}</span> <span>{}</span></li>").format(
                line["description"], in_italian(line["amount_total"], line["currency"])
            )
            for line in lines
        ),
        notice=notice,
        email=email or session.get("_email") or session["customer_email"] or "",
        choices=_choices(session, chosen),
        cancel=_cancel(session),
    )
    return page(
        f"{amount} · Pagamento di prova", body, status=status, form_targets=_targets(session)
    )


def _choices(session: Object, chosen: str) -> Markup:
    names = checkout.offered(session)
    offered = [choice for choice in CHOICES if choice[0] in names]
    marked = chosen if chosen in [choice[0] for choice in offered] else offered[0][0]
    return Markup("").join(
        CHOICE.format(
            key=key,
            kind=kind,
            number=number,
            says=says,
            checked=Markup(" checked") if key == marked else "",
        )
        for key, kind, number, says in offered
    )


def _onward(ctx: Context, id: str) -> Response:
    """After an attempt: to the success page, to the bank, or back to the form."""
    session, intent = _load(ctx, id)
    if session and session["status"] == "complete":
        return _to(_success(session))
    asked = intent and intent["status"] == "requires_action"
    return _to(f"/checkout/{id}/3ds" if asked else f"/checkout/{id}")


def _over(session: Object) -> Response:
    if session["status"] == "complete":
        link = ("Continua", _success(session))
    else:
        link = ("Torna al sito", session["cancel_url"] or session["success_url"])
    title, says = OVER[session["status"]]
    body = OVER_PAGE.format(title=title, says=says, label=link[0], url=link[1])
    return page(title, body)


def _gone() -> Response:
    return page("Pagamento non trovato", NOTHING, status=404)


def _success(session: Object) -> str:
    """https://docs.stripe.com/payments/checkout/custom-success-page"""
    return str(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _targets(session: Object) -> list[str]:
    return [session["success_url"], session["cancel_url"] or ""]


def _cancel(session: Object) -> Markup | str:
    if not session["cancel_url"]:
        return ""
    return Markup('<p><a href="{}">Annulla e torna al sito</a></p>').format(session["cancel_url"])


def _notice(words: str) -> Markup:
    return Markup('<p class="notice error" role="alert">{}</p>').format(words)


def _to(url: str) -> Response:
    return Response.force_type(redirect(url, 303))


CHOICE = Markup("""<li><label class="choice">
<input type="radio" name="method" value="{key}"{checked}>
<span class="choice-text"><strong>{kind} <span class="number">{number}</span></strong>
<small>{says}</small></span>
</label></li>
""")
OVER_PAGE = Markup("""<main class="pay">
<h1>{title}</h1>
<p class="lead">{says}</p>
<p><a class="button" href="{url}">{label}</a></p>
</main>
""")
NOTHING = Markup("""<main class="pay">
<h1>Pagamento non trovato</h1>
<p class="lead">A questo indirizzo non c’è nessun pagamento. Torna al sito e ricomincia da lì.</p>
</main>
""")
