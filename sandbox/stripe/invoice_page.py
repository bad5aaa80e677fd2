"""The hosted page of an invoice, where a payment that failed is made good, or confirmed.

https://docs.stripe.com/invoicing/hosted-invoice-page,
https://docs.stripe.com/billing/subscriptions/overview#requires-action
"""

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox.stripe import charging, invoices, parts
from sandbox.stripe.control import work_in
from sandbox.stripe.invoice_payments import asks, awaited, pay
from sandbox.stripe.samples import LASTING, SAMPLES
from sandbox.stripe.work import Object, Work
from sandbox.web import Context, page

PROBLEMS = {
    "card_declined": "declined",
    "expired_card": "declined",
    "payment_intent_authentication_failure": "unconfirmed",
}


def rules() -> list[Rule]:
    return [
        Rule("/invoice/<id>/<token>", methods=["GET"], endpoint=show),
        Rule("/invoice/<id>/<token>", methods=["POST"], endpoint=submit),
        Rule("/invoice/<id>/<token>/3ds", methods=["GET"], endpoint=show_bank),
        Rule("/invoice/<id>/<token>/3ds", methods=["POST"], endpoint=answer_bank),
    ]


def show(ctx: Context, id: str, token: str) -> Response:
    words = parts.words_for(ctx)
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        invoice = _find(work, id, token)
        if invoice is None:
            return parts.gone(words)
        return _page(work, words, invoice)


def submit(ctx: Context, id: str, token: str) -> Response:
    """Pay with what was typed in now; a second click finds it paid."""
    words = parts.words_for(ctx)
    chosen = ctx.request.form.get("method", "")
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        invoice = _find(work, id, token)
        if invoice is None:
            return parts.gone(words)
        if not awaited(work, invoice):
            return _page(work, words, invoice)
        if chosen not in LASTING:
            return _page(work, words, invoice, parts.notice(words["choose"]), 422)
        pay(work, invoice, SAMPLES[chosen], keep=bool(ctx.request.form.get("keep")))
        onward = "/3ds" if asks(work, invoice) else ""
    return parts.to(f"/invoice/{id}/{token}{onward}")


def show_bank(ctx: Context, id: str, token: str) -> Response:
    words = parts.words_for(ctx)
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        invoice = _find(work, id, token)
        if invoice is None:
            return parts.gone(words)
        if not asks(work, invoice):
            return parts.to(f"/invoice/{id}/{token}")
        return parts.bank(words, words.money(invoice["amount_due"], invoice["currency"]))


def answer_bank(ctx: Context, id: str, token: str) -> Response:
    with ctx.store.tx() as db:
        work = work_in(ctx, db)
        invoice = _find(work, id, token)
        if invoice is None:
            return parts.gone(parts.words_for(ctx))
        if asks(work, invoice):
            charging.confirmed(work, invoice, ctx.request.form.get("answer") == "authorise")
    return parts.to(f"/invoice/{id}/{token}")


def _find(work: Work, id: str, token: str) -> Object | None:
    """The address is the key: nobody signs in."""
    invoice = work.look("invoice", id)
    right = f"{work.url}/invoice/{id}/{token}"
    return invoice if invoice and invoice["hosted_invoice_url"] == right else None


def _page(
    work: Work, words: parts.Words, invoice: Object, says: Markup | str = "", status: int = 200
) -> Response:
    if not invoices.payable(invoice):
        state = "bill paid" if invoice["status"] == "paid" else "bill void"
        return parts.over(words, words[state], words[f"{state} lead"])
    intent = invoices.intent_of(work, invoice)
    if intent["status"] == "processing":
        return parts.over(words, words["bill processing"], words["bill processing lead"])
    error = intent["last_payment_error"]
    if error and not says:
        says = parts.notice(words[PROBLEMS.get(error["code"], "failed")])
    amount = words.money(invoice["amount_due"], invoice["currency"])
    body = BODY.format(
        amount=amount,
        lines=Markup("").join(
            LINE.format(line["description"], words.money(line["amount"], line["currency"]))
            for line in invoice["lines"]["data"]
        ),
        number=invoice["number"],
        notice=says,
        confirm=CONFIRM.format(invoice["hosted_invoice_url"], words["to confirm"])
        if intent["status"] == "requires_action"
        else "",
        legend=words["how"],
        choices=words.choices(list(LASTING)),
        keep=words["keep"],
        verb=words["pay"],
    )
    return page(f"{words['bill']} · {amount}", body, status=status, language=words.language)


LINE = Markup("<li><span>{}</span> <span>{}</span></li>")
CONFIRM = Markup('<p><a class="button" href="{}/3ds">{}</a></p>')
BODY = Markup("""<main class="pay">
<section class="sum" aria-labelledby="total">
<h1 id="total">{amount}</h1>
<ul class="lines">{lines}</ul>
<p class="details">{number}</p>
</section>
<form method="post">
{notice}
{confirm}
<fieldset>
<legend>{legend}</legend>
<ul class="choices">{choices}</ul>
</fieldset>
<p><label class="tick"><input type="checkbox" name="keep" value="yes" checked> {keep}</label></p>
<p><button type="submit">{verb} {amount}</button></p>
</form>
</main>
""")
