"""The portal as a donor clicks it: another card, no more of this; after what its owner allows.

https://docs.stripe.com/customer-management. A card saved here is the customer's default; a
subscription that has a method of its own keeps that one:
https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method
"""

from collections.abc import Callable

from markupsafe import Markup
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox.stripe import billing, parts, people, portal
from sandbox.stripe.control import work_in
from sandbox.stripe.samples import LASTING, SAMPLES, SEPA
from sandbox.stripe.work import Object, Work
from sandbox.web import Context, in_rome, page


def rules() -> list[Rule]:
    return [
        Rule(f"/p/session/<secret>{path}", methods=[method], endpoint=_opened(view))
        for path, method, view in (
            ("", "GET", show),
            ("/method", "GET", show_method),
            ("/method", "POST", save_method),
            ("/cancel/<id>", "GET", show_cancel),
            ("/cancel/<id>", "POST", cancel),
            ("/renew/<id>", "POST", renew),
        )
    ]


class Visit:
    """An opened session: whose it is, what it may do, in which words."""

    def __init__(self, ctx: Context, work: Work, session: Object) -> None:
        self.ctx, self.work, self.session = ctx, work, session
        self.words = parts.words_for(ctx, session["locale"])
        self.features = work.get(portal.KIND, session["configuration"])["features"]
        self.customer = work.get("customer", session["customer"])

    def page(self, title: str, body: Markup, status: int = 200) -> Response:
        return page(
            title,
            body,
            status=status,
            form_targets=[self.session["return_url"] or "", self._after() or ""],
            language=self.words.language,
        )

    def at(self, path: str = "") -> str:
        return f"/p/session/{self.session['_secret']}{path}"

    def finish(self, says: str) -> Response:
        """Where a flow ends: at the site, with a page of its own, or at the portal's first page."""
        flow = self.session["flow"]
        if address := self._after():
            return parts.to(address)
        if flow and flow["after_completion"]["type"] == "hosted_confirmation":
            more = flow["after_completion"]["hosted_confirmation"] or {}
            says = more.get("custom_message") or says
            return parts.over(self.words, self.words["done"], says, self.back())
        return parts.to(self.at("?done=1"))

    def back(self) -> Markup | str:
        if not self.session["return_url"]:
            return ""
        return BACK.format(self.session["return_url"], self.words["back"])

    def subscription(self, id: str) -> Object | None:
        """Hers, and still going on; nobody else's."""
        found = self.work.look("subscription", id)
        mine = found and found["customer"] == self.customer["id"]
        return found if found and mine and found["status"] not in billing.ENDED else None

    def _after(self) -> str | None:
        after = (self.session["flow"] or {}).get("after_completion") or {}
        return after["redirect"]["return_url"] if after.get("type") == "redirect" else None


def _opened(view: Callable[..., Response]) -> Callable[..., Response]:
    def opened(ctx: Context, secret: str, **arguments: str) -> Response:
        with ctx.store.tx() as db:
            work = work_in(ctx, db)
            session = portal.opened(work, secret)
            if session is None:
                return parts.gone(parts.words_for(ctx))
            return view(Visit(ctx, work, session), **arguments)

    return opened


def show(visit: Visit) -> Response:
    flow, done = visit.session["flow"], visit.ctx.request.args.get("done")
    if flow and not done and flow["type"] == "payment_method_update":
        return parts.to(visit.at("/method"))
    if flow and not done and flow["type"] == "subscription_cancel":
        return parts.to(visit.at(f"/cancel/{flow['subscription_cancel']['subscription']}"))
    words, work = visit.words, visit.work
    mine = work.find("subscription", customer=visit.customer["id"])
    running = [one for one in mine if one["status"] not in billing.ENDED]
    body = HOME.format(
        title=words["portal"],
        notice=parts.notice(words["done"], "good") if done else "",
        promises=words["promises"],
        rows=Markup("").join(_promise(visit, one) for one in running)
        or EMPTY.format(words["no promises"]),
        method_title=words["method"],
        method=_chosen(visit),
        change=LINK.format(visit.at("/method"), words["change method"])
        if visit.features["payment_method_update"]["enabled"]
        else "",
        history=_history(visit) if visit.features["invoice_history"]["enabled"] else "",
        back=visit.back(),
    )
    return visit.page(words["portal"], body)


def show_method(visit: Visit, says: Markup | str = "", status: int = 200) -> Response:
    if not visit.features["payment_method_update"]["enabled"]:
        return parts.gone(visit.words)
    words = visit.words
    body = METHOD.format(
        title=words["change method"],
        now=_chosen(visit),
        notice=says,
        legend=words["method"],
        choices=words.choices(list(LASTING)),
        save=words["save"],
        back=visit.back(),
    )
    return visit.page(words["change method"], body, status)


def save_method(visit: Visit) -> Response:
    """A card that is refused at once is not kept: it is tried with nothing when it is saved."""
    chosen = visit.ctx.request.form.get("method", "")
    sample = SAMPLES[chosen] if chosen in LASTING else None
    if not visit.features["payment_method_update"]["enabled"]:
        return parts.gone(visit.words)
    if sample is None or sample.first == "declined":
        says = visit.words["choose" if sample is None else "declined"]
        return show_method(visit, parts.notice(says), 422)
    made = people.new_method(visit.work, visit.customer["id"], sample)
    usual = {"invoice_settings": {"default_payment_method": made["id"]}}
    people.update(visit.work, usual, visit.customer["id"])
    return visit.finish(visit.words["saved"])


def show_cancel(visit: Visit, id: str) -> Response:
    found = visit.subscription(id)
    feature = visit.features["subscription_cancel"]
    if found is None or not feature["enabled"]:
        return parts.gone(visit.words)
    words = visit.words
    why = WHY.format(words["why"]) if feature["cancellation_reason"]["enabled"] else ""
    body = CANCEL.format(
        title=words["cancel sure"],
        says=words["cancel now" if feature["mode"] == "immediately" else "cancel at end"],
        why=why,
        verb=words["cancel"],
        back=visit.back(),
    )
    return visit.page(words["cancel"], body)


def cancel(visit: Visit, id: str) -> Response:
    found = visit.subscription(id)
    feature = visit.features["subscription_cancel"]
    if found is None or not feature["enabled"]:
        return parts.gone(visit.words)
    if comment := visit.ctx.request.form.get("why", "").strip():
        found["cancellation_details"] |= {"comment": comment[:500], "feedback": "other"}
    if feature["mode"] == "immediately":
        billing.end(visit.work, found, "cancellation_requested")
    elif not found["cancel_at_period_end"]:
        _set_end(visit.work, found, True)
    return visit.finish(visit.words["done"])


def renew(visit: Visit, id: str) -> Response:
    found = visit.subscription(id)
    if found and found["cancel_at_period_end"]:
        _set_end(visit.work, found, False)
    return parts.to(visit.at("?done=1"))


def _set_end(work: Work, found: Object, wanted: bool) -> None:
    billing.change(work, found, billing.ending_with_period(work, found, wanted))
    billing.schedule(work, found)


def _promise(visit: Visit, one: Object) -> Markup:
    words, item = visit.words, one["items"]["data"][0]
    amount = item["price"]["unit_amount"] * item["quantity"]
    ends = one["cancel_at"]
    when = words["ends" if ends else "next"]
    action: Markup | str = ""
    if ends:
        action = RENEW.format(visit.at(f"/renew/{one['id']}"), words["renew"])
    elif visit.features["subscription_cancel"]["enabled"]:
        action = LINK.format(visit.at(f"/cancel/{one['id']}"), words["cancel"])
    return PROMISE.format(
        name=item["price"]["_name"],
        amount=words.money(amount, one["currency"]),
        rhythm=words.rhythm(item["price"]["recurring"]),
        when=f"{when} {in_rome(ends or item['current_period_end'])[:10]}",
        action=action,
    )


def _chosen(visit: Visit) -> str:
    """What is charged when nothing else is said."""
    running = visit.work.find("subscription", customer=visit.customer["id"])
    own = [one["default_payment_method"] for one in running if one["default_payment_method"]]
    chosen = visit.customer["invoice_settings"]["default_payment_method"] or (own or [None])[-1]
    if not chosen:
        return visit.words["no method"]
    method = visit.work.get("payment_method", chosen)
    details = method[method["type"]]
    if method["type"] == SEPA:
        return f"SEPA •••• {details['last4']}"
    until = f"{details['exp_month']:02d}/{details['exp_year']}"
    kind = visit.words["a card"]
    return f"{kind} •••• {details['last4']}, {visit.words['expires']} {until}"


def _history(visit: Visit) -> Markup:
    rows = [
        BILL.format(
            day=in_rome(one["created"])[:10],
            amount=visit.words.money(one["amount_due"], one["currency"]),
            url=one["hosted_invoice_url"],
            state=visit.words[one["status"]],
        )
        for one in visit.work.find("invoice", customer=visit.customer["id"])[::-1]
        if one["amount_due"] and one["hosted_invoice_url"]
    ]
    return HISTORY.format(visit.words["invoices"], Markup("").join(rows)) if rows else Markup("")


BACK = Markup('<p><a href="{}">{}</a></p>')
LINK = Markup('<a class="button" href="{}">{}</a>')
EMPTY = Markup('<p class="empty">{}</p>')
HOME = Markup("""<main class="pay portal">
<h1>{title}</h1>
{notice}
<h2>{promises}</h2>
{rows}
<h2>{method_title}</h2>
<p>{method}</p>
<p>{change}</p>
{history}
{back}
</main>
""")
PROMISE = Markup("""<section class="promise"><p class="amount">{amount} {rhythm}</p>
<p class="details">{name}: {when}</p>
{action}</section>
""")
HISTORY = Markup('<h2>{}</h2><ul class="lines">{}</ul>')
BILL = Markup('<li><span>{day} <a href="{url}">{amount}</a></span> <span>{state}</span></li>')
RENEW = Markup("""<form method="post" action="{}">
<button type="submit" class="quiet">{}</button></form>
""")
METHOD = Markup("""<main class="pay">
<h1>{title}</h1>
<p class="lead">{now}</p>
<form method="post">
{notice}
<fieldset><legend>{legend}</legend><ul class="choices">{choices}</ul></fieldset>
<p><button type="submit">{save}</button></p>
</form>
{back}
</main>
""")
CANCEL = Markup("""<main class="pay">
<h1>{title}</h1>
<p class="lead">{says}</p>
<form method="post">
{why}
<p><button type="submit">{verb}</button></p>
</form>
{back}
</main>
""")
WHY = Markup("""<p class="field"><label for="why">{}</label>
<input id="why" name="why" maxlength="500"></p>
""")
