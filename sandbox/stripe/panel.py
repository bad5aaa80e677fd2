"""Stripe's part of the control page: payments, webhooks, faults. In Italian, plain forms."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from sandbox import faults
from sandbox.stripe import billing_panel, outbox, warnings
from sandbox.stripe.currencies import in_italian
from sandbox.stripe.disputes import ENDED
from sandbox.stripe.samples import CARD, SEPA, WALLET
from sandbox.stripe.work import Object, Work
from sandbox.web import World, in_rome, template

HERE = Path(__file__).parent
SHOWN = 50
WAYS = {CARD: "carta", SEPA: "addebito SEPA", WALLET: "Satispay"}
DELIVERIES_SHOWN = 10
STATES = {
    "requires_payment_method": "non riuscito",
    "requires_action": "aspetta la banca",
    "processing": "in lavorazione",
    "succeeded": "incassato",
    "canceled": "annullato",
}
DISPUTES = {
    "warning_needs_response": "la banca chiede",
    "warning_under_review": "la banca legge la risposta",
    "warning_closed": "domanda chiusa",
    "needs_response": "contestato",
    "under_review": "contestato, la banca decide",
    "won": "contestato, vinto",
    "lost": "contestato, perso",
}
PAYOUTS = {"in_transit": "in viaggio", "paid": "arrivato", "failed": "tornato indietro"}
DELIVERIES = {
    "pending": "in coda",
    "held": "trattenuto",
    "lost": "perso",
    "given_up": "abbandonato",
}
MODES = {
    "normal": "normale",
    "duplicate": "doppioni (3 copie)",
    "reorder": "in disordine",
    "delay": "in ritardo (5 secondi)",
    "loss": "persi",
    "hold": "trattenuti",
}
KINDS = {
    "error": "errore, nulla è fatto",
    "error_after": "errore, ma è fatto",
    "drop_before": "linea caduta prima",
    "drop_after": "linea caduta dopo",
    "delay": "lento",
}


def panel(world: World) -> Markup:
    with world.store.tx() as db:
        work = Work(db, world.base_url, bool(world.webhook_url), 0)
        return template(HERE, "panel.html").format(
            to_webhooks="stripe/webhooks",
            to_fault="stripe/fault",
            clock=billing_panel.time(work),
            promises=billing_panel.promises(work),
            payments=_payments(work),
            payouts=_payouts(work),
            mode=MODES[outbox.mode_of(db)["mode"]],
            modes=_options(MODES, outbox.mode_of(db)["mode"]),
            deliveries=_deliveries(db, world),
            kinds=_options(KINDS, ""),
            faults=_faults(world),
        )


def _payments(work: Work) -> Markup:
    rows = work.db.execute(
        "SELECT id FROM stripe_object WHERE kind = 'payment_intent'"
        " ORDER BY json_extract(body, '$.status') = 'processing' DESC, created DESC, seq DESC"
        " LIMIT ?",
        (SHOWN,),
    ).fetchall()
    if not rows:
        return Markup('<p class="empty">Ancora nessun pagamento.</p>')
    entries = (_payment(work, work.get("payment_intent", row["id"])) for row in rows)
    return Markup('<ul class="rows">{}</ul>').format(Markup("").join(entries))


def _payouts(work: Work) -> Markup:
    found = work.find("payout")[::-1][:SHOWN]
    if not found:
        return Markup('<p class="empty">Ancora nessun accredito.</p>')
    entries = (
        ROW.format(
            amount=in_italian(one["amount"], one["currency"]),
            details=f"in banca il {in_rome(one['arrival_date'])}",
            state=PAYOUTS[one["status"]],
            id=one["id"],
            actions=Markup("") if one["status"] == "failed" else ARRIVE.format(id=one["id"]),
        )
        for one in found
    )
    return Markup('<ul class="rows">{}</ul>').format(Markup("").join(entries))


def _payment(work: Work, intent: Object) -> Markup:
    latest = intent["latest_charge"]
    charge = work.get("charge", latest) if latest else None
    state, actions = STATES[intent["status"]], Markup("")
    if intent["status"] == "processing":
        actions = SETTLE.format(id=intent["id"])
    elif intent["status"] == "succeeded" and charge and charge["disputed"]:
        state, actions = _disputed(work, charge)
    elif intent["status"] == "succeeded" and charge:
        left = charge["amount"] - charge["amount_refunded"]
        shown = f"{left // 100},{left % 100:02d}"
        if charge["amount_refunded"]:
            state = f"rimborsato {in_italian(charge['amount_refunded'], charge['currency'])}"
        if left:  # nothing is left to ask back of what went back whole
            actions = REFUND.format(id=intent["id"], left=shown)
            if charge["payment_method_details"]["type"] != WALLET:
                actions += CONTEST.format(id=intent["id"])
        if work.find(warnings.KIND, charge=charge["id"]):
            state += ", frode segnalata"
        elif left and charge["payment_method_details"]["type"] == CARD:
            actions += WARN.format(id=intent["id"])
    how = WAYS[charge["payment_method_details"]["type"] if charge else CARD]
    who = charge["billing_details"]["email"] if charge else ""
    return ROW.format(
        amount=in_italian(intent["amount"], intent["currency"]),
        details=" · ".join(filter(None, (who, how, in_rome(intent["created"])))),
        state=state,
        id=intent["id"],
        actions=actions,
    )


def _disputed(work: Work, charge: Object) -> tuple[str, Markup]:
    last = work.find("dispute", charge=charge["id"])[-1]
    actions = Markup("") if last["status"] in ENDED else DECIDE.format(id=last["id"])
    return DISPUTES[last["status"]], actions


def _deliveries(db: Any, world: World) -> Markup:
    if not world.webhook_url:
        return Markup('<p class="empty">Nessun indirizzo a cui mandarli.</p>')
    waiting = outbox.pending(db)
    if not waiting:
        return Markup('<p class="empty">Tutti consegnati.</p>')
    entries = (
        DELIVERY.format(
            type=row["type"],
            event=row["event"],
            state=DELIVERIES[row["state"]],
            attempts=row["attempts"],
            error=row["last_error"],
        )
        for row in waiting[:DELIVERIES_SHOWN]
    )
    more = len(waiting) - DELIVERIES_SHOWN
    rest = Markup('<p class="empty">e altri {}</p>').format(more) if more > 0 else ""
    return Markup('<ul class="rows">{}</ul>{}').format(Markup("").join(entries), rest)


def _faults(world: World) -> Markup:
    armed = faults.armed(world.store, "stripe")
    if not armed:
        return Markup('<p class="empty">Nessun guasto in attesa.</p>')
    entries = (
        Markup("<li>{} <code>{}</code> volte rimaste: {}</li>").format(
            KINDS[row["kind"]], row["path"] or "ogni indirizzo", row["remaining"]
        )
        for row in armed
    )
    return Markup("<ul>{}</ul>").format(Markup("").join(entries)) + CLEAR


def _options(choices: dict[str, str], chosen: str) -> Markup:
    return Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(
            key, Markup(" selected") if key == chosen else "", label
        )
        for key, label in choices.items()
    )


ROW = Markup("""<li class="row"><div><p class="amount">{amount}
<span class="state">{state}</span></p>
<p class="details">{details}<br><code>{id}</code></p></div>
{actions}</li>
""")
SETTLE = Markup("""<form method="post" action="stripe/settle" class="inline">
<input type="hidden" name="payment_intent" value="{id}">
<button type="submit" name="outcome" value="succeeded">Incassa</button>
<button type="submit" name="outcome" value="failed" class="quiet">Rifiuta</button></form>
""")
REFUND = Markup("""<form method="post" action="stripe/refund" class="inline">
<input type="hidden" name="payment_intent" value="{id}">
<label>Euro <input name="euros" inputmode="decimal" size="8" value="{left}"></label>
<button type="submit" class="quiet">Rimborsa</button></form>
""")
CONTEST = Markup("""<form method="post" action="stripe/dispute" class="inline">
<input type="hidden" name="payment_intent" value="{id}">
<button type="submit" class="quiet">Contesta</button>
<button type="submit" name="inquiry" value="true" class="quiet">Chiedi spiegazioni</button></form>
""")
WARN = Markup("""<form method="post" action="stripe/warn" class="inline">
<input type="hidden" name="payment_intent" value="{id}">
<button type="submit" class="quiet">Segnala una frode</button></form>
""")
DECIDE = Markup("""<form method="post" action="stripe/dispute" class="inline">
<input type="hidden" name="dispute" value="{id}">
<button type="submit" name="outcome" value="under_review" class="quiet">Prove mandate</button>
<button type="submit" name="outcome" value="won">Vinta</button>
<button type="submit" name="outcome" value="lost" class="quiet">Persa</button></form>
""")
ARRIVE = Markup("""<form method="post" action="stripe/payout" class="inline">
<input type="hidden" name="payout" value="{id}">
<button type="submit" name="outcome" value="paid">Arriva</button>
<button type="submit" name="outcome" value="failed" class="quiet">Torna indietro</button></form>
""")
DELIVERY = Markup("""<li class="row"><div><p><strong>{type}</strong>
<span class="state">{state}</span></p>
<p class="details">Tentativi: {attempts} {error}<br><code>{event}</code></p></div></li>
""")
CLEAR = Markup("""<form method="post" action="stripe/fault" class="inline">
<button type="submit" name="kind" value="none" class="quiet">Togli tutti</button></form>
""")
