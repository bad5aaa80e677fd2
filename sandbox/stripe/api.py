"""What every API request goes through: key, version, parameters, idempotency, faults, errors.

https://docs.stripe.com/api/authentication, https://docs.stripe.com/api/versioning,
https://docs.stripe.com/api/request_ids
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox import faults, web
from sandbox.stripe import account, clock, expand, idempotency, params
from sandbox.stripe.errors import StripeError
from sandbox.stripe.idempotency import Answer
from sandbox.stripe.work import API_VERSION, Object, Work, new_id

FIRST_VERSION = "2026-09-30"  # .endive: what this stand-in is written from
KEYS = idempotency.Keys()
Rule = Callable[..., Object]


@dataclass(frozen=True, eq=False)
class Endpoint:
    """``rule(work, params, **path_arguments) -> object`` behind everything all endpoints share."""

    rule: Rule
    schema: params.Schema

    def __call__(self, ctx: web.Context, **arguments: str) -> Response:
        request_id = new_id("req", 14)
        fault = faults.take(ctx.store, "stripe", ctx.request.method, ctx.request.path)
        try:
            answer = self._serve(ctx, arguments, request_id, fault)
        except StripeError as error:
            answer = Answer(error.status, error.body())
        faults.after(ctx, fault)
        return web.answer(answer.body, answer.status, headers(ctx, answer, request_id))

    def _serve(
        self,
        ctx: web.Context,
        arguments: dict[str, str],
        request_id: str,
        fault: faults.Fault | None,
    ) -> Answer:
        key = authenticate(ctx)
        with ctx.store.tx() as db:
            account.permit(db, key, ctx.request.method, ctx.request.path)
        data = validated(ctx, self.schema)
        posted = ctx.request.method == "POST"
        once = ctx.request.headers.get("Idempotency-Key") if posted else None
        live = "_live_" in key

        def run() -> Answer:
            if fault and fault.kind == "error":
                raise refusal(fault)
            try:
                body = self._run(ctx, data, arguments, request_id, once, live)
            except StripeError as error:
                if not error.done:
                    raise
                return Answer(error.status, error.body())
            if fault and fault.kind == "error_after":
                broken = refusal(fault)
                return Answer(broken.status, broken.body())
            return Answer(200, body)

        if not once:
            faults.before(ctx, fault)
            with ctx.store.tx():
                return run()
        return self._once(ctx, once, data, request_id, fault, run)

    def _once(
        self,
        ctx: web.Context,
        key: str,
        data: Object,
        request_id: str,
        fault: faults.Fault | None,
        run: Callable[[], Answer],
    ) -> Answer:
        if len(key) > 255:
            raise StripeError("Idempotency keys can be up to 255 characters long.", saved=False)
        path = ctx.request.path
        with KEYS.using(key):
            faults.before(ctx, fault)
            kept = idempotency.saved(ctx.store, key, path, data)
            return kept or idempotency.keeping(ctx.store, key, path, data, request_id, run)

    def _run(
        self,
        ctx: web.Context,
        data: Object,
        arguments: dict[str, str],
        request_id: str,
        key: str | None,
        live: bool,
    ) -> Object:
        with ctx.store.tx() as db:
            hooked = bool(ctx.world.webhook_url)
            now = clock.now(db)
            work = Work(db, ctx.world.base_url, hooked, now, request_id, key, live)
            wanted = {name: value for name, value in data.items() if name != "expand"}
            found = self.rule(work, wanted, **arguments)
            return expand.shown(work, found, data.get("expand", []))


def endpoint(rule: Rule, schema: params.Schema | None = None) -> Endpoint:
    """An endpoint; ``expand`` is known to all: https://docs.stripe.com/api/expanding_objects"""
    return Endpoint(rule, {**(schema or {}), "expand": params.listed(params.text())})


def authenticate(ctx: web.Context) -> str:
    """The key. Any secret or restricted one will do, as ``Bearer`` or as the name of Basic."""
    given = ctx.request.authorization
    key = (given.token or given.username or "") if given else ""
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization"
            " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
            saved=False,
        )
    if not key.startswith(("sk_", "rk_")):
        shown = f"{key[:3]}***{key[-4:]}" if len(key) > 12 else "***"
        raise StripeError(f"Invalid API Key provided: {shown}", status=401, saved=False)
    return key


def validated(ctx: web.Context, schema: params.Schema) -> Object:
    """The request's parameters. A version older than this stand-in's rules is refused."""
    version = ctx.request.headers.get("Stripe-Version", API_VERSION)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z_]+)?", version) or version < FIRST_VERSION:
        raise StripeError(f"Invalid Stripe API version: {version}", saved=False)
    source = ctx.request.form if ctx.request.method == "POST" else ctx.request.args
    return params.validate(params.parse(source.items(multi=True)), schema)


def headers(ctx: web.Context, answer: Answer, request_id: str) -> dict[str, str]:
    """The SDK reads ``Stripe-Should-Retry``; Stripe says false with most 500s, since the
    idempotency layer would replay them (stripe-python, _http_client.py)."""
    given = ctx.request.headers
    found = {
        "Request-Id": request_id,
        "Stripe-Version": given.get("Stripe-Version", API_VERSION),
    }
    if given.get("Idempotency-Key"):
        found["Idempotency-Key"] = given["Idempotency-Key"]
    if given.get("Idempotency-Key") and answer.status >= 500:
        found["Stripe-Should-Retry"] = "false"
    if answer.original:
        found |= {"Idempotent-Replayed": "true", "Original-Request": answer.original}
    return found


def refusal(fault: faults.Fault) -> StripeError:
    """A fault in Stripe's shape. https://docs.stripe.com/rate-limits: a 429 ran nothing, so no
    key keeps it, nor a 409 (the key is in use); a 500 is kept."""
    if fault.status == 409:
        return idempotency.in_use("this one")
    if fault.status == 429:
        return StripeError(
            "Request rate limit exceeded. Please retry after some time.",
            status=429,
            code="rate_limit",
            saved=False,
        )
    return StripeError(
        "An unknown error occurred", status=fault.status, kind="api_error", saved=True
    )


def unrecognized(ctx: web.Context, rest: str) -> Response:
    request = ctx.request
    error = StripeError(
        f"Unrecognized request URL ({request.method}: {request.path}). Please see"
        " https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )
    answer = Answer(error.status, error.body())
    return web.answer(answer.body, answer.status, headers(ctx, answer, new_id("req", 14)))
