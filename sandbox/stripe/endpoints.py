"""Webhook endpoints: made, listed, changed, deleted.

https://docs.stripe.com/api/webhook_endpoints: the secret is in the answer that makes an endpoint and
in no other one; the API version is chosen then and stays. With a live key the address begins with
https://. A list shows the endpoints of the key's own mode. Stripe takes only addresses that it can
reach from outside; here one on loopback will do, and only there anything is sent: what goes to
another one would leave this computer.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.stripe import outbox
from sandbox.stripe import params as p
from sandbox.stripe.errors import invalid
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.work import Object, Work, new_id
from sandbox.web import is_loopback

KIND = "webhook_endpoint"


def event_type(value: Any, name: str) -> str:
    """The form of a type, or `*` for all: https://docs.stripe.com/api/events/types"""
    found = p.text(100)(value, name)
    if found != "*" and not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", found):
        raise invalid(f"Invalid {name}: must be the type of an event, or *", name)
    return str(found)


def version(value: Any, name: str) -> str:
    found = p.text(40)(value, name)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z]+)?", found):
        raise invalid(f"Invalid {name}: must be a version of the API", name)
    return str(found)


UPDATE: p.Schema = {
    "url": p.url,
    "enabled_events": p.listed(event_type),
    "disabled": p.one_of("true", "false"),
    "description": p.text(),
    "metadata": p.metadata,
}
CREATE: p.Schema = {
    **{name: check for name, check in UPDATE.items() if name != "disabled"},
    "url": p.required(p.url),
    "enabled_events": p.required(p.listed(event_type)),
    "api_version": version,
}
LIST: p.Schema = {name: check for name, check in PAGE.items() if name != "created"}


def create(work: Work, params: Object) -> Object:
    _reachable(work, params["url"])
    made: Object = {
        "id": new_id("we"),
        "object": KIND,
        "api_version": params.get("api_version"),
        "application": None,
        "created": work.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": work.live,
        "metadata": params.get("metadata", {}),
        "status": "enabled",
        "url": params["url"],
        "_secret": new_id("whsec", 32),
        "_delivered": _near(params["url"]),
    }
    return {**work.add(made), "secret": made["_secret"]}


def retrieve(work: Work, params: Object, id: str) -> Object:
    return work.get(KIND, id, param="webhook_endpoint")


def update(work: Work, params: Object, id: str) -> Object:
    found = retrieve(work, {}, id)
    found["metadata"] = merged(found["metadata"], params.pop("metadata", None))
    if "disabled" in params:
        found["status"] = "disabled" if params.pop("disabled") == "true" else "enabled"
    if "url" in params:
        _reachable(work, params["url"])
        found["_delivered"] = _near(params["url"])
    return work.save({**found, **params})


def delete(work: Work, params: Object, id: str) -> Object:
    """What was still to be sent there is not sent any more."""
    retrieve(work, {}, id)
    outbox.forget(work.db, id)
    work.remove(id)
    return {"id": id, "object": KIND, "deleted": True}


def listed(work: Work, params: Object) -> Object:
    mine = "json_extract(body, '$.livemode') = ?"
    return page(work, KIND, "/v1/webhook_endpoints", params, (), mine, [work.live])


def _reachable(work: Work, url: str) -> None:
    if work.live and not url.startswith("https://"):
        words = f'Invalid URL: {url}. URLs in livemode must begin with "https://"'
        raise invalid(words, "url", "url_invalid")


def _near(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")
