"""The hosted checkout page, clickable without JavaScript.

https://docs.stripe.com/payments/checkout, https://docs.stripe.com/testing (cards and IBANs)
"""

import re
from pathlib import Path

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox.stripe import checkout, parts
from sandbox.stripe.control import work_in
from sandbox.stripe.currencies import in_italian
from sandbox.stripe.errors import StripeError
from sandbox.stripe.parts import notice, to
from sandbox.stripe.sessions import intent_of
from sandbox.stripe.work import Object
from sandbox.web import Context, page, template

HERE = Path(__file__).parent
REFUSED = {
    "card_declined": "declined",
    "payment_intent_authentication_failure": "unconfirmed",
}
IT = parts.Words("it")
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
        return to(f"/checkout/{id}/3ds")
    error = (intent or {}).get("last_payment_error")
    return _form(session, notice(IT[REFUSED.get(error["code"], "failed")]) if error else "")


def submit(ctx: Context, id: str) -> Response:
    """Try to pay. A second click finds the session complete and just goes on."""
    session, _ = _load(ctx, id)
    if session is None:
        return _gone()
    if session["status"] != "open":
        return _over(session)
    method, email = ctx.request.form.get("method", ""), ctx.request.form.get("email", "").strip()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", email):
        says = notice("Scrivi un indirizzo e-mail completo, per esempio nome@example.org.")
        return _form(session, says, email=email, chosen=method, status=422)
    try:
        with ctx.store.tx() as db:
            work = work_in(ctx, db)
            checkout.attempt(work, work.get("checkout.session", id), method, email)
    except StripeError:
        return _form(session, notice(IT["choose"]), email=email, status=422)
    return _onward(ctx, id)


def show_bank(ctx: Context, id: str) -> Response:
    session, intent = _load(ctx, id)
    if session is None:
        return _gone()
    if not intent or intent["status"] != "requires_action":
        return to(f"/checkout/{id}")
    amount = in_italian(session["amount_total"], session["currency"])
    return parts.bank(IT, amount, _targets(session))


def answer_bank(ctx: Context, id: str) -> Response:
    try:
        with ctx.store.tx() as db:
            work = work_in(ctx, db)
            authorised = ctx.request.form.get("answer") == "authorise"
            checkout.authenticate(work, work.get("checkout.session", id), authorised)
    except StripeError:
        return to(f"/checkout/{id}")
    return _onward(ctx, id)


def _load(ctx: Context, id: str) -> tuple[Object | None, Object | None]:
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        session = work.look("checkout.session", id)
        return session, intent_of(work, session) if session else None


def _form(
    session: Object, says: Markup | str, *, email: str = "", chosen: str = "", status: int = 200
) -> Response:
    amount = in_italian(session["amount_total"], session["currency"])
    lines = session["_line_items"]
    recurring = lines[0]["price"].get("recurring")
    body = template(HERE, "checkout.html").format(
        amount=amount,
        rhythm=IT.rhythm(recurring) if recurring else "",
        verb=VERBS.get(session["submit_type"], "Paga"),
        lines=Markup("").join(
            Markup("<li><span>{}</span> <span>{}</span></li>").format(
                line["description"], in_italian(line["amount_total"], line["currency"])
            )
            for line in lines
        ),
        notice=says,
        email=email or session.get("_email") or session["customer_email"] or "",
        choices=IT.choices(checkout.offered(session), chosen),
        cancel=_cancel(session),
    )
    return page(
        f"{amount} · Pagamento di prova", body, status=status, form_targets=_targets(session)
    )


def _onward(ctx: Context, id: str) -> Response:
    """After an attempt: to the success page, to the bank, or back to the form."""
    session, intent = _load(ctx, id)
    if session and session["status"] == "complete":
        return to(_success(session))
    asked = intent and intent["status"] == "requires_action"
    return to(f"/checkout/{id}/3ds" if asked else f"/checkout/{id}")


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
