"""The customer portal: its configurations, and the sessions a donor is sent to.

https://docs.stripe.com/api/customer_portal/configurations,
https://docs.stripe.com/api/customer_portal/sessions,
https://docs.stripe.com/customer-management/portal-deep-links (flows). A session's address is good
for five minutes, and for an hour once it was opened:
https://docs.stripe.com/customer-management/integrate-customer-portal
"""

from typing import Any

from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.people import living
from sandbox.stripe.sessions import LOCALES
from sandbox.stripe.work import Object, Work, new_id

KIND, SESSION = "billing_portal.configuration", "billing_portal.session"
UNOPENED, OPENED = 5 * 60, 3600
REASONS = (
    "customer_service", "low_quality", "missing_features", "other", "switched_service",
    "too_complex", "too_expensive", "unused",
)  # fmt: skip


def _off(value: Any, name: str) -> bool:
    """What is not built here cannot be had."""
    return p.one_of("false")(value, name) != "false"


ENABLED = {"enabled": p.required(p.true_or_false)}
FEATURES = p.nested(
    {
        "customer_update": p.nested(
            {
                **ENABLED,
                "allowed_updates": p.listed(
                    p.one_of("address", "email", "name", "phone", "shipping", "tax_id")
                ),
            }
        ),
        "invoice_history": p.nested(ENABLED),
        "payment_method_update": p.nested(ENABLED),
        "subscription_cancel": p.nested(
            {
                **ENABLED,
                "mode": p.one_of("at_period_end", "immediately"),
                "proration_behavior": p.one_of("none"),
                "cancellation_reason": p.nested(
                    {**ENABLED, "options": p.listed(p.one_of(*REASONS))}
                ),
            }
        ),
        "subscription_update": p.nested({"enabled": p.required(_off)}),
    }
)
PROFILE = p.nested(
    {
        "headline": p.emptied(p.text(60)),
        "privacy_policy_url": p.url,
        "terms_of_service_url": p.url,
    }
)
UPDATE: p.Schema = {
    "active": p.true_or_false,
    "business_profile": PROFILE,
    "default_return_url": p.emptied(p.url),
    "features": FEATURES,
    "metadata": p.metadata,
    "name": p.emptied(p.text(64)),
}
CREATE: p.Schema = {
    **{name: check for name, check in UPDATE.items() if name != "active"},
    "features": p.required(FEATURES),
}
LIST: p.Schema = {
    **{name: check for name, check in PAGE.items() if name != "created"},
    "active": p.true_or_false,
    "is_default": p.true_or_false,
}
FLOWS = ("payment_method_update", "subscription_cancel")
FLOW = p.nested(
    {
        "type": p.required(p.one_of(*FLOWS)),
        "subscription_cancel": p.nested({"subscription": p.required(p.text())}),
        "after_completion": p.nested(
            {
                "type": p.required(p.one_of("hosted_confirmation", "portal_homepage", "redirect")),
                "hosted_confirmation": p.nested({"custom_message": p.text(500)}),
                "redirect": p.nested({"return_url": p.required(p.url)}),
            }
        ),
    }
)
OPEN: p.Schema = {
    "configuration": p.text(),
    "customer": p.required(p.text()),
    "flow_data": FLOW,
    "locale": p.one_of(*LOCALES),
    "return_url": p.url,
}


def create(work: Work, params: Object) -> Object:
    made = _configuration(work, params)
    work.emit(f"{KIND}.created", made)
    return made


def update(work: Work, params: Object, id: str) -> Object:
    found = work.get(KIND, id, param="configuration")
    before = {name: found[name] for name in params}
    features = params.get("features", {})
    changed = {
        "features": found["features"]
        | {name: {**found["features"][name], **given} for name, given in features.items()},
        "business_profile": found["business_profile"] | params.get("business_profile", {}),
        "metadata": merged(found["metadata"], params.get("metadata")),
        "updated": work.now,
    }
    work.save(found := {**found, **params, **changed})
    work.emit(f"{KIND}.updated", found, before)
    return found


def listed(work: Work, params: Object) -> Object:
    wanted = ("active", "is_default")
    return page(work, KIND, "/v1/billing_portal/configurations", params, wanted)


def open_session(work: Work, params: Object) -> Object:
    """https://docs.stripe.com/api/customer_portal/sessions/create"""
    living(work, params["customer"], status=400)
    configuration = (
        work.get(KIND, params["configuration"], param="configuration", status=400)
        if "configuration" in params
        else _own(work)
    )
    if not configuration["active"]:
        raise StripeError("This configuration is not active.", param="configuration")
    back = params.get("return_url") or configuration["default_return_url"]
    flow = params.get("flow_data")
    if flow:
        _check(work, params["customer"], configuration, flow)
    secret = new_id("test", 60)
    made: Object = {
        "id": new_id("bps"),
        "object": SESSION,
        "configuration": configuration["id"],
        "created": work.now,
        "customer": params["customer"],
        "customer_account": None,
        "flow": _flow(flow) if flow else None,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": back,
        "url": f"{work.url}/p/session/{secret}",
        "_secret": secret,
        "_until": work.now + UNOPENED,
    }
    work.add(made)
    work.emit(f"{SESSION}.created", made)
    return made


def opened(work: Work, secret: str) -> Object | None:
    """The session of an address, unless its time is over; from now on it lives for an hour."""
    for found in work.find(SESSION, _secret=secret):
        if found["_until"] > work.now:
            found["_until"] = work.now + OPENED
            return work.save(found)
    return None


def _own(work: Work) -> Object:
    """The account's own configuration, as it is once it was saved in the Dashboard."""
    for found in work.find(KIND):
        if found["is_default"]:
            return found
    return _configuration(
        work,
        {
            "features": {
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True},
            }
        },
        default=True,
    )


def _configuration(work: Work, params: Object, *, default: bool = False) -> Object:
    """https://docs.stripe.com/api/customer_portal/configurations/object"""
    given = params["features"]
    cancelling: Object = {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    }
    return work.add(
        {
            "id": new_id("bpc"),
            "object": KIND,
            "active": True,
            "application": None,
            "business_profile": {
                **dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url")),
                **params.get("business_profile", {}),
            },
            "created": work.now,
            "default_return_url": params.get("default_return_url"),
            "features": {
                "customer_update": {
                    "allowed_updates": [],
                    "enabled": False,
                    **given.get("customer_update", {}),
                },
                "invoice_history": {"enabled": False, **given.get("invoice_history", {})},
                "payment_method_update": {
                    "enabled": False,
                    "payment_method_configuration": None,
                    **given.get("payment_method_update", {}),
                },
                "subscription_cancel": {**cancelling, **given.get("subscription_cancel", {})},
                "subscription_update": {
                    "billing_cycle_anchor": None,
                    "default_allowed_updates": [],
                    "enabled": False,
                    "proration_behavior": "none",
                    "schedule_at_period_end": {"conditions": []},
                    "trial_update_behavior": "end_trial",
                },
            },
            "is_default": default,
            "livemode": False,
            "login_page": {"enabled": False, "url": None},
            "metadata": params.get("metadata", {}),
            "name": params.get("name"),
            "updated": work.now,
        }
    )


def _check(work: Work, customer: str, configuration: Object, flow: Object) -> None:
    kind = flow["type"]
    if not configuration["features"][kind]["enabled"]:
        raise StripeError(
            f"You cannot create a portal session with the flow `{kind}` because the feature"
            f" `{kind}` in the portal configuration is disabled.",
            param="flow_data[type]",
        )
    if kind != "subscription_cancel":
        return
    name = "flow_data[subscription_cancel][subscription]"
    of = flow.get("subscription_cancel", {}).get("subscription", "")
    found = work.get("subscription", of, param=name, status=400)
    if found["customer"] != customer:
        raise missing("subscription", of, name, 400)
    if found["status"] == "canceled" or found["cancel_at_period_end"]:
        raise StripeError(f"{of} is already canceled, or set to be.", param=name)


def _flow(given: Object) -> Object:
    after = given.get("after_completion", {"type": "portal_homepage"})
    empty = dict.fromkeys(
        ("subscription_cancel", "subscription_update", "subscription_update_confirm")
    )
    cancel = given.get("subscription_cancel")
    return {
        **empty,
        "after_completion": {
            "hosted_confirmation": after.get("hosted_confirmation"),
            "redirect": after.get("redirect"),
            "type": after["type"],
        },
        "subscription_cancel": {"retention": None, **cancel} if cancel else None,
        "type": given["type"],
    }
