"""A deterministic Stripe in memory, behind the gateway's methods: what the property tests drive."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from donations.stripe_facts import (
    ATTEMPT,
    Charge,
    Dispute,
    Event,
    Invoice,
    Line,
    Mandate,
    Movement,
    NotPermitted,
    Order,
    Payout,
    Refund,
    RefundOrder,
    Rejected,
    Session,
    Subscription,
    Unavailable,
    Warned,
)
from memory_lines import line_of, lines_of

START = timedelta(hours=1)  # before now
ASKED_FOR = "cancellation_requested"


@dataclass
class MemoryStripe:
    sessions: dict[str, Session] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)  # by session, the pending ones too
    events: list[Event] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    down: bool = False
    hides_warnings: bool = False  # a key that may not read them
    mute: bool = False  # refunds are made, and the answer gets lost
    refuses: str = ""  # the code with which the next invoice is not paid
    blind: bool = False  # a key that may not read refunds
    keeps: bool = False  # refunds are not made, and the failure is kept under the key
    kept: dict[str, Refund | None] = field(default_factory=dict)  # answers by idempotency key
    breaks_after: int | None = None  # events of a list, then the connection drops
    payouts: dict[str, Payout] = field(default_factory=dict)
    strays: list[Line] = field(default_factory=list)  # money that moved, and no object of ours
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    mandates: dict[str, Mandate] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)  # changes that were made, by idempotency key
    gone: set[str] = field(default_factory=set)  # customers
    keeps_customers: bool = False  # a key that may not delete them
    number: int = 0
    now: datetime = field(default_factory=lambda: datetime.now(UTC) - START)
    moments: dict[datetime, int] = field(default_factory=dict)  # the times in their order

    # --- the gateway's face -----------------------------------------------------------------

    def open_checkout(self, order: Order) -> Session:
        self._asked("open")
        for session in self.sessions.values():
            if session.attempt == order.key:
                if self.orders[session.id] != order:
                    raise Rejected("idempotency_error")
                return session
        number = self._next()
        made = Session(
            id=f"cs_{number}",
            url=f"https://checkout.stripe.test/cs_{number}",
            status="open",
            payment_status="unpaid",
            intent_status="",
            attempt=order.key,
            payment_intent="",
        )
        self.sessions[made.id], self.orders[made.id] = made, order
        return made

    def fetch_session(
        self,
        session_id: str,
        *,
        thorough: bool = False,
        warned: bool = False,
        collected: datetime | None = None,
    ) -> Session:
        self._asked("fetch")
        if session_id not in self.sessions:
            raise Rejected("resource_missing")
        return self._read(session_id, thorough, warned, collected)

    def fetch_invoice(
        self,
        invoice_id: str,
        *,
        thorough: bool = False,
        warned: bool = False,
        collected: datetime | None = None,
    ) -> Session:
        self._asked("fetch invoice")
        found = self._read(invoice_id, thorough, warned, None)
        return replace(found, promise=self.subscriptions[found.subscription])

    def _read(
        self, session_id: str, thorough: bool, warned: bool, collected: datetime | None
    ) -> Session:
        if warned and self.hides_warnings:
            raise Rejected("PermissionError 403")
        session = self.sessions[session_id]
        charge = session.charge
        taken = charge and any(not refund.came_back for refund in charge.refunds)
        if charge and collected:
            charge = replace(charge, settled=collected)
        if charge and not (thorough or taken):
            charge = replace(charge, refunds=())
        if charge and not warned:
            charge = replace(charge, warnings=())
        return replace(session, charge=charge)

    def expire_session(self, session_id: str) -> None:
        self._asked("expire")
        if self.sessions[session_id].status != "open":
            raise Rejected("not open")
        self._session(session_id, "checkout.session.expired", status="expired", url="")

    def refund(self, order: RefundOrder) -> Refund:
        self._asked("refund")
        if self.blind:
            raise NotPermitted("PermissionError 403", permission="charge_write")
        if order.key not in self.kept:
            self.kept[order.key] = None if self.keeps else self._refund(order)
        made = self.kept[order.key]
        if made is None:
            raise Unavailable("APIError 500", stored=True)
        if self.mute:
            raise Unavailable("APIConnectionError")
        return made

    def _refund(self, order: RefundOrder) -> Refund:
        session = self._with_charge(order.charge)
        charge = session.charge
        assert charge
        back = sum(one.amount for one in charge.refunds if not one.came_back)
        if any(one.status not in ("won", "warning_closed") for one in charge.disputes):
            raise Rejected("InvalidRequestError 400", code="charge_disputed", words="Disputed.")
        if order.amount > charge.amount - back:
            code = "charge_already_refunded"
            raise Rejected("InvalidRequestError 400", code=code, words="Too much.")
        status = "pending" if charge.method == "sepa_debit" else "succeeded"
        self.give_back(session.id, order.amount, status=status, request=order.request)
        made = self.sessions[session.id].charge
        assert made
        return made.refunds[-1]

    def refund_of(self, *, charge: str, request: str) -> Refund | None:
        self._asked("refunds")
        if self.blind:
            raise NotPermitted("PermissionError 403", permission="charge_read")
        found = self._with_charge(charge).charge
        assert found
        return next((one for one in found.refunds if one.request == request), None)

    def _with_charge(self, charge: str) -> Session:
        made = [one for one in self.sessions.values() if one.charge and one.charge.id == charge]
        return made[0]

    def attempt_of_payment(self, payment_intent: str) -> str:
        self._asked("payment")
        for session in self.sessions.values():
            if session.payment_intent == payment_intent and not session.subscription:
                return session.attempt
        return ""

    def invoice_of_payment(self, payment_intent: str) -> Invoice | None:
        self._asked("invoice of payment")
        for session in self.sessions.values():
            if session.payment_intent == payment_intent and session.invoice:
                return self._invoice(session)
        return None

    def fetch_subscription(self, subscription_id: str) -> Subscription:
        self._asked("subscription")
        return self.subscriptions[subscription_id]

    def paid_invoices(self, subscription_id: str, *, since: datetime) -> list[Invoice]:
        self._asked("invoices")
        mine = [one for one in self.sessions.values() if one.subscription == subscription_id]
        told = [self._invoice(one) for one in mine]
        return [one for one in told if one.status == "paid"]

    def change_amount(self, subscription_id: str, amount: int, *, key: str) -> None:
        self._change(subscription_id, key, amount=amount)

    def pause(self, subscription_id: str, until: datetime, *, key: str) -> None:
        self._change(subscription_id, key, paused=True, paused_until=until)

    def resume(self, subscription_id: str, *, key: str) -> None:
        self._change(subscription_id, key, paused=False, paused_until=None)

    def charge_instead(self, subscription_id: str, method: str, *, key: str) -> None:
        self._change(subscription_id, key, wanted="", method_id=method, reference=method[-4:])

    def pay_invoice(self, invoice_id: str, *, key: str) -> None:
        self._asked(f"pay {invoice_id}")
        if key not in self.answered:
            self.answered.add(key)
            if self.refuses:
                words, self.refuses = self.refuses, ""
                raise Rejected("CardError 402", code=words, words="Refused.")
            if self.sessions[invoice_id].charge:
                raise Rejected("InvalidRequestError 400", words="Invoice is already paid")
            self.settle_invoice(invoice_id)
        if self.mute:
            raise Unavailable("APIConnectionError")

    def cancel(self, subscription_id: str, *, key: str) -> None:
        self._change(subscription_id, key, status="canceled", ended=self.now, end_reason=ASKED_FOR)

    def _change(self, subscription_id: str, key: str, **changes: object) -> None:
        self._asked(f"change {subscription_id}")
        if key not in self.answered:
            self.answered.add(key)
            if self.subscriptions[subscription_id].status == "canceled":
                raise Rejected("InvalidRequestError 404", code="resource_missing", words="Over.")
            self._subscription(subscription_id, **changes)
        if self.mute:
            raise Unavailable("APIConnectionError")

    def fetch_mandate(self, mandate_id: str) -> Mandate:
        self._asked("mandate")
        return self.mandates[mandate_id]

    def delete_customer(self, customer_id: str) -> None:
        self._asked(f"delete {customer_id}")
        if self.keeps_customers:
            raise NotPermitted("PermissionError 403", permission="customer_write")
        self.gone.add(customer_id)
        for one in list(self.subscriptions.values()):
            if one.customer == customer_id and one.status != "canceled":
                self._subscription(one.id, status="canceled", ended=self.now, end_reason=ASKED_FOR)
        self._tell("customer.deleted", {"id": customer_id, "email": "nobody@example.org"})

    def open_portal(self, customer: str, *, back: str, language: str) -> str:
        self._asked("portal")
        return f"https://billing.stripe.test/{customer}"

    def list_events(self, *, since: datetime, types: list[str]) -> Iterator[Event]:
        self._asked("events")
        wanted = [one for one in self.events if one.type in types and one.created >= since]
        for number, event in enumerate(reversed(wanted)):
            if number == self.breaks_after:
                raise Unavailable("dropped")
            yield event

    def fetch_payout(self, payout_id: str) -> Payout:
        self._asked("payout")
        found = self.payouts[payout_id]
        return found if found.told else replace(found, lines=None)

    def list_payouts(self, *, since: datetime) -> list[Payout]:
        self._asked("payouts")
        return [replace(one, lines=None) for one in self.payouts.values() if one.created >= since]

    # --- what donors, banks and treasurers do -------------------------------------------------

    def pay_by_card(self, session_id: str, *, fee_known: bool = True, method: str = "card") -> None:
        """Or by whatever else is paid at once."""
        charge = self._charge(session_id, method, fee_known)
        if self.orders[session_id].every:
            self._begin(session_id, "card")
        self._session(
            session_id,
            "checkout.session.completed",
            status="complete",
            payment_status="paid",
            intent_status="succeeded",
            payment_intent=f"pi_{session_id}",
            charge=charge,
        )
        self._first_is_paid(session_id)

    def learn_fee(self, session_id: str) -> None:
        session = self.sessions[session_id]
        assert session.charge
        known = replace(session.charge, transaction=f"txn_{session.charge.id}", fee=40)
        self.sessions[session_id] = replace(session, charge=known)
        self._event("charge.updated", known.id, session)

    def promise_debit(self, session_id: str) -> None:
        self.charges[session_id] = self._charge(session_id, "sepa_debit", True)
        if self.orders[session_id].every:
            self._begin(session_id, "sepa_debit")
        self._session(
            session_id,
            "checkout.session.completed",
            status="complete",
            intent_status="processing",
            payment_intent=f"pi_{session_id}",
        )

    def collect_debit(self, session_id: str) -> None:
        self.now += timedelta(days=5)
        collected = self.now + timedelta(seconds=1)  # when the event comes
        self._session(
            session_id,
            "checkout.session.async_payment_succeeded",
            payment_status="paid",
            intent_status="succeeded",
            charge=replace(self.charges[session_id], settled=collected),
        )
        self._first_is_paid(session_id)

    def refuse_debit(self, session_id: str) -> None:
        self._session(
            session_id,
            "checkout.session.async_payment_failed",
            intent_status="requires_payment_method",
        )
        if self.sessions[session_id].subscription:
            self._subscription(self.sessions[session_id].subscription, status="past_due")
            self._told_of_invoice("invoice.payment_failed", session_id, 1)

    def give_back(
        self, session_id: str, amount: int, *, status: str = "succeeded", request: str = ""
    ) -> str:
        session = self.sessions[session_id]
        assert session.charge
        number = self._next()
        refund = Refund(f"re_{number}", amount, status, self.now, f"txn_re_{number}", request)
        charge = replace(session.charge, refunds=(*session.charge.refunds, refund))
        self.sessions[session_id] = replace(session, charge=charge)
        self._event("refund.created", refund.id, session)
        self._event("charge.refunded", charge.id, session)
        return refund.id

    def dispute(self, session_id: str, amount: int, *, status: str = "needs_response") -> str:
        """A bank contests so much of a payment. `lost` at once: a SEPA debit; `warning_…`: it only
        asks, and no money moves."""
        number = self._next()
        moved = () if status.startswith("warning") else (self._moved(-amount, 20_00),)
        made = Dispute(
            id=f"dp_{number}",
            amount=amount,
            reason="fraudulent",
            status=status,
            created=self.now,
            answer_by=None if status == "lost" else self.now + timedelta(days=7),
            movements=moved,
        )
        self._disputed(session_id, made, "charge.dispute.created")
        if moved:
            self._disputed(session_id, made, "charge.dispute.funds_withdrawn")
        if status == "lost":
            self._disputed(session_id, made, "charge.dispute.closed")
        return made.id

    def warn(self, session_id: str) -> str:
        """The card's bank believes it to be a fraud."""
        session, number = self.sessions[session_id], self._next()
        assert session.charge
        warning = Warned(f"issfr_{number}", "made_with_stolen_card", True, self.now)
        charge = replace(session.charge, warnings=(*session.charge.warnings, warning))
        self.sessions[session_id] = replace(session, charge=charge)
        self._event("radar.early_fraud_warning.created", warning.id, session)
        return warning.id

    def decide_dispute(self, session_id: str, dispute_id: str, status: str) -> None:
        charge = self.sessions[session_id].charge
        assert charge
        found = next(one for one in charge.disputes if one.id == dispute_id)
        decided = replace(found, status=status)
        if status == "won":
            back = self._moved(found.amount, 0)
            decided = replace(decided, movements=(*found.movements, back))
        ended = status in ("won", "lost", "warning_closed")
        kind = "charge.dispute.closed" if ended else "charge.dispute.updated"
        self._disputed(session_id, decided, kind)
        if status == "won":
            self._disputed(session_id, decided, "charge.dispute.funds_reinstated")

    def _moved(self, amount: int, fee: int) -> Movement:
        number = self._next()
        return Movement(f"txn_dp_{number}", amount, fee, self.now)

    def _disputed(self, session_id: str, dispute: Dispute, kind: str) -> None:
        session = self.sessions[session_id]
        assert session.charge
        others = tuple(one for one in session.charge.disputes if one.id != dispute.id)
        charge = replace(session.charge, disputes=(*others, dispute))
        self.sessions[session_id] = replace(session, charge=charge)
        self._event(kind, dispute.id, session, {"status": dispute.status})

    def finish_refund(self, session_id: str, refund_id: str, status: str) -> None:
        session = self.sessions[session_id]
        assert session.charge
        refunds = tuple(
            replace(one, status=status) if one.id == refund_id else one
            for one in session.charge.refunds
        )
        self.sessions[session_id] = replace(
            session, charge=replace(session.charge, refunds=refunds)
        )
        kind = "refund.failed" if status == "failed" else "refund.updated"
        self._event(kind, refund_id, session)

    # --- payouts --------------------------------------------------------------------------------

    def pay_out(self, *, status: str = "paid", told: bool = True, also: int = 0) -> str:
        """All that was not paid out yet, and `also` so many cents that no line tells of."""
        paid = {line.id for one in self.payouts.values() for line in one.lines or ()}
        lines = tuple(line for line in self._lines() if line.id not in paid)
        number = self._next()
        made = Payout(
            id=f"po_{number}",
            amount=sum(line.amount - line.fee for line in lines) + also,
            currency="EUR",
            status=status,
            automatic=True,
            created=self.now,
            arrives=self.now.date() - timedelta(days=1),
            told=told,
            lines=lines,
        )
        self._payout(made, f"payout.{status}")
        if told:
            self._payout(made, "payout.reconciliation_completed")
        return made.id

    def pay(self, payout_id: str) -> None:
        """It is in the bank, and its lines are known."""
        made = replace(self.payouts[payout_id], status="paid")
        self._payout(made, "payout.paid")
        self._payout(replace(made, told=True), "payout.reconciliation_completed")

    def return_payout(self, payout_id: str) -> None:
        self._next()
        made = self.payouts[payout_id]
        back = replace(
            made, status="failed", returned=self.now, failure="account_closed", told=True
        )
        self._payout(back, "payout.failed")
        self.strays.append(
            line_of(f"txn_{payout_id}", "payout_back", payout_id, made.amount, self.now)
        )

    def stray(self, amount: int, *, fee: int = 0, kind: str = "other", source: str = "") -> None:
        """A charge of somebody else's, a fee of Stripe's own, an adjustment nobody explains."""
        number = self._next()
        self.strays.append(line_of(f"txn_x_{number}", kind, source, amount, self.now, fee))

    def _payout(self, made: Payout, kind: str) -> None:
        self.payouts[made.id] = made
        self._tell(kind, {"id": made.id, "object": "payout"})

    def _lines(self) -> list[Line]:
        there = [one.charge for one in self.sessions.values() if one.payment_status == "paid"]
        return [*self.strays, *(line for one in there if one for line in lines_of(one))]

    # --- promises -----------------------------------------------------------------------------

    def renew(self, subscription_id: str, *, method: str = "card") -> str:
        """The next charge falls due and goes through."""
        invoice = self._fall_due(subscription_id)
        self.settle_invoice(invoice, method=method)
        return invoice

    def fail(self, subscription_id: str, *, last: bool = False, confirm: bool = False) -> str:
        """The next charge falls due and does not go through; `confirm`: the bank asks her."""
        invoice = self._fall_due(subscription_id)
        self.fail_again(invoice, last=last, confirm=confirm)
        return invoice

    def fail_again(self, invoice: str, *, last: bool = False, confirm: bool = False) -> None:
        self._subscription(self.sessions[invoice].subscription, status="past_due")
        kinds = ["invoice.payment_failed"]
        if confirm:
            kinds.append("invoice.payment_action_required")
        for kind in kinds:
            self._told_of_invoice(kind, invoice, None if last else 1)

    def settle_invoice(self, invoice: str, *, method: str = "card") -> None:
        charge = self._charge(invoice, method, True)
        paid = replace(
            self.sessions[invoice],
            status="complete",
            payment_status="paid",
            intent_status="succeeded",
            payment_intent=f"pi_{invoice}",
            charge=charge,
        )
        self.sessions[invoice] = paid
        self._told_of_invoice("invoice.paid", invoice, None)
        self._subscription(paid.subscription, status="active")

    def give_up(self, subscription_id: str) -> None:
        """Stripe ends what nobody pays."""
        self._subscription(
            subscription_id, status="canceled", ended=self.now, end_reason="payment_failed"
        )

    def another_card(self, subscription_id: str, method: str) -> None:
        told = self.subscriptions[subscription_id]
        self.subscriptions[subscription_id] = replace(told, wanted=method)
        self._tell("customer.updated", {"id": told.customer})

    def take_leave_back(self, subscription_id: str, *, status: str = "inactive") -> str:
        """The account may not be debited any more; `status`: or may be again."""
        method = self.subscriptions[subscription_id].method_id
        made = Mandate(f"mandate_{method}", method, status)
        self.mandates[made.id] = made
        self._tell("mandate.updated", {"id": made.id, "object": "mandate"})
        return made.id

    def _begin(self, session_id: str, method: str) -> None:
        order, number = self.orders[session_id], self._next()
        first = Invoice(f"in_{session_id}", f"sub_{session_id}", order.key, "paid", True, 0, "")
        self.subscriptions[first.subscription] = Subscription(
            id=first.subscription,
            attempt=order.key,
            status="active",
            amount=order.amount,
            currency=order.currency,
            every=order.every,
            customer=f"cus_{number}",
            item=f"si_{number}",
            product=f"prod_{number}",
            begun=self.now,
            next_charge=self.now + timedelta(days=30),
            method=method,
            method_id=f"pm_{number}",
            reference="4242",
            card_expires=date(self.now.year + 2, 12, 31),
            invoice=first,
        )
        self.sessions[session_id] = replace(
            self.sessions[session_id], subscription=first.subscription, invoice=first.id
        )

    def _first_is_paid(self, session_id: str) -> None:
        if kept := self.sessions[session_id].subscription:
            self._told_of_invoice("invoice.paid", session_id, None)
            self._subscription(kept, status="active")

    def _fall_due(self, subscription_id: str) -> str:
        told, number = self.subscriptions[subscription_id], self._next()
        invoice = f"in_{number}"
        self.sessions[invoice] = Session(
            id="",
            url=f"https://invoice.stripe.test/{invoice}",
            status="open",
            payment_status="unpaid",
            intent_status="requires_payment_method",
            attempt=told.attempt,
            payment_intent="",
            invoice=invoice,
            subscription=subscription_id,
        )
        begun = next(one for one in self.orders.values() if one.key == told.attempt)
        self.orders[invoice] = replace(begun, amount=told.amount)
        assert told.next_charge
        self.subscriptions[subscription_id] = replace(
            told, next_charge=told.next_charge + timedelta(days=30)
        )
        self._subscription(subscription_id, invoice=self._invoice(self.sessions[invoice]))
        return invoice

    def _invoice(self, session: Session) -> Invoice:
        return Invoice(
            id=session.invoice,
            subscription=session.subscription,
            attempt=session.attempt,
            status="paid" if session.charge else "open",
            first=bool(session.id),
            paid=session.charge.amount if session.charge else 0,
            url=session.url,
        )

    def _subscription(self, subscription_id: str, **changes: object) -> Subscription:
        made = replace(self.subscriptions[subscription_id], **changes)  # type: ignore[arg-type]
        if made.invoice and not made.invoice.first:
            made = replace(made, invoice=self._invoice(self.sessions[made.invoice.id]))
        self.subscriptions[subscription_id] = made
        kind = "deleted" if made.status == "canceled" else "updated"
        thing: dict[str, object] = {"id": made.id, "metadata": {ATTEMPT: made.attempt}}
        self._tell(f"customer.subscription.{kind}", thing)
        return made

    def _told_of_invoice(self, kind: str, of: str, again: int | None) -> None:
        """`of`: the invoice, or the session that begins the promise."""
        told, number = self._invoice(self.sessions[of]), self._next()
        parent = {"subscription": told.subscription, "metadata": {ATTEMPT: told.attempt}}
        thing: dict[str, object] = {
            "id": told.id,
            "status": told.status,
            "billing_reason": "subscription_create" if told.first else "subscription_cycle",
            "amount_paid": told.paid,
            "next_payment_attempt": again,
            "parent": {"type": "subscription_details", "subscription_details": parent},
        }
        self._tell(kind, thing, number)

    # --- inside ---------------------------------------------------------------------------------

    def _asked(self, call: str) -> None:
        self.calls.append(call)
        if self.down:
            raise Unavailable("down")

    def _next(self) -> int:
        self.number += 1
        self.now += timedelta(seconds=1)
        self.moments[self.now] = self.number
        return self.number

    def _charge(self, session_id: str, method: str, fee_known: bool) -> Charge:
        number = self._next()
        return Charge(
            id=f"ch_{number}",
            amount=self.orders[session_id].amount,
            currency=self.orders[session_id].currency,
            settled=self.now,
            method=method,
            reference="4242",
            transaction=f"txn_ch_{number}" if fee_known else "",
            fee=40 if fee_known else 0,
        )

    def _session(self, session_id: str, kind: str, **changes: object) -> None:
        session = replace(self.sessions[session_id], **changes)  # type: ignore[arg-type]
        self.sessions[session_id] = session
        self._event(kind, session_id, session)

    def _event(
        self, kind: str, object_id: str, session: Session, more: dict[str, object] | None = None
    ) -> None:
        number = self._next()
        thing: dict[str, object] = {
            "id": object_id,
            "payment_intent": session.payment_intent,
            **(more or {}),
        }
        # refunds and the like carry metadata of their own, a promise's payments none
        bare = ("refund.", "charge.dispute.", "radar.")
        if session.subscription:
            bare += ("charge.",)
        if not kind.startswith(bare):
            thing["metadata"] = {ATTEMPT: session.attempt}
        self._tell(kind, thing, number)

    def _tell(self, kind: str, thing: dict[str, object], number: int | None = None) -> None:
        number, object_id = number or self._next(), str(thing["id"])
        body = {
            "id": f"evt_{number}",
            "type": kind,
            "created": int(self.now.timestamp()),
            "data": {"object": thing},
        }
        payload = json.dumps(body).encode()
        self.events.append(Event(f"evt_{number}", kind, object_id, self.now, payload))
