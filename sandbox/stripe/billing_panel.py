"""The clock and what recurs, on the control page."""

from markupsafe import Markup

from sandbox.stripe import clock, parts
from sandbox.stripe.billing import ENDED
from sandbox.stripe.currencies import in_italian
from sandbox.stripe.invoice_payments import awaited
from sandbox.stripe.invoices import payable
from sandbox.stripe.work import Object, Work
from sandbox.web import in_rome

SHOWN = 30
STATES = {
    "active": "attiva",
    "past_due": "addebito non riuscito",
    "unpaid": "non pagata",
    "trialing": "salta",
    "incomplete": "aspetta la prima",
    "incomplete_expired": "mai cominciata",
    "canceled": "finita",
}
BILLS = {
    "draft": "in preparazione",
    "open": "da pagare",
    "paid": "pagato",
    "void": "annullato",
    "uncollectible": "non riscosso",
}
IT = parts.Words("it")


def time(work: Work) -> Markup:
    ahead = clock.ahead(work.db)
    days = f", avanti di {ahead // 86400} giorni" if ahead >= 86400 else ""
    return CLOCK.format(now=in_rome(clock.now(work.db)), ahead=days)


def promises(work: Work) -> Markup:
    rows = work.db.execute(
        "SELECT id FROM stripe_object WHERE kind = 'subscription'"
        " ORDER BY json_extract(body, '$.status') = 'canceled', created DESC, seq DESC LIMIT ?",
        (SHOWN,),
    ).fetchall()
    if not rows:
        return Markup('<p class="empty">Ancora nessuna promessa.</p>')
    entries = (_promise(work, work.get("subscription", row["id"])) for row in rows)
    return Markup('<ul class="rows">{}</ul>').format(Markup("").join(entries))


def _promise(work: Work, one: Object) -> Markup:
    item = one["items"]["data"][0]
    customer = work.get("customer", one["customer"])
    bill = work.get("invoice", one["latest_invoice"])
    running, state = one["status"] not in ENDED, STATES[one["status"]]
    if running and one["pause_collection"]:
        state = "in pausa"
    elif running and one["cancel_at"]:
        state = f"finisce il {in_rome(one['cancel_at'])[:10]}"
    when = f"prossimo addebito {in_rome(item['current_period_end'])}" if running else ""
    under_way = payable(bill) and not awaited(work, bill)
    failed = payable(bill) and bill["attempted"] and not under_way
    last = f"ultimo: {'in lavorazione' if under_way else BILLS[bill['status']]}"
    return ROW.format(
        amount=in_italian(item["price"]["unit_amount"] * item["quantity"], one["currency"]),
        rhythm=IT.rhythm(item["price"]["recurring"]),
        state=state,
        details=" · ".join(filter(None, (customer["email"], when, last))),
        id=one["id"],
        page=PAGE.format(bill["hosted_invoice_url"]) if failed else "",
        actions=ACTIONS.format(id=one["id"]) if running else "",
    )


CLOCK = Markup("""<h3>Orologio: {now}{ahead}</h3>
<p>Il tempo va solo avanti: quello che scade nel frattempo succede, in ordine, al suo momento.</p>
<form method="post" action="stripe/clock" class="inline">
<button type="submit" name="days" value="1" class="quiet">Un giorno</button>
<button type="submit" name="days" value="7" class="quiet">Una settimana</button>
<button type="submit" name="days" value="32">Un mese (32 giorni)</button>
<button type="submit" name="days" value="367" class="quiet">Un anno (367 giorni)</button></form>
""")
ROW = Markup("""<li class="row"><div><p class="amount">{amount} {rhythm}
<span class="state">{state}</span></p>
<p class="details">{details} {page}<br><code>{id}</code></p></div>
{actions}</li>
""")
PAGE = Markup('<a href="{}">pagina dell’addebito</a>')
ACTIONS = Markup("""<form method="post" action="stripe/refuse" class="inline">
<input type="hidden" name="subscription" value="{id}">
<button type="submit" name="how" value="declined" class="quiet">Rifiuta il prossimo</button>
<button type="submit" name="how" value="asks" class="quiet">Chiedi conferma al prossimo</button>
</form>
""")
