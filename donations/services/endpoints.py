"""The webhook endpoint at Stripe: one for our address, with the version we are written for and the
events we act on. And Stripe's page on which a donor changes her card: that, and nothing else."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from donations import gateway
from donations.services.inbox import ACTED_ON
from donations.stripe_facts import Endpoint, Portal
from donations.stripe_orders import PORTAL_FEATURES


class CannotSetUp(Exception):
    """One sentence for whoever sets it up, with what to do."""


@dataclass(frozen=True)
class SetUp:
    """What was done. `endpoint.secret` is there when it was made just now."""

    endpoint: Endpoint
    changes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def made(self) -> bool:
        return bool(self.endpoint.secret)


@dataclass(frozen=True)
class PortalSetUp:
    portal: Portal
    made: bool = False
    changes: tuple[str, ...] = ()


def address() -> str:
    return settings.SITE_URL + reverse("stripe_webhook")


def is_live(key: str) -> bool:
    """A key that names no mode is one of the old live ones, or might be."""
    return "_test_" not in key


def ours(found: list[Endpoint]) -> list[Endpoint]:
    return [one for one in found if one.url == address()]


def strays(found: list[Endpoint]) -> list[Endpoint]:
    """Endpoints for the same path of another address, or without the slash at its end."""
    path = reverse("stripe_webhook").rstrip("/")
    return [
        one for one in found if one.url != address() and urlsplit(one.url).path.rstrip("/") == path
    ]


def differences(endpoint: Endpoint) -> list[str]:
    """What `set_up` changes."""
    missing, needless = set(ACTED_ON) - endpoint.types, endpoint.types - set(ACTED_ON)
    told = []
    if not endpoint.enabled:
        told.append("it is disabled")
    if "*" in endpoint.types:
        told.append("it sends every type of event there is")
    elif missing:
        told.append(f"it does not send {', '.join(sorted(missing))}")
    if needless - {"*"}:
        told.append(f"it sends {', '.join(sorted(needless))}, on which nothing is done here")
    return told


def set_up(*, replace: bool = False) -> SetUp:
    """Makes the endpoint, or brings it in line; with `replace` a new one takes the place of all
    there are. Raises CannotSetUp, or what the gateway raises."""
    url = address()
    if is_live(settings.STRIPE_SECRET_KEY) and not url.startswith("https://"):
        raise CannotSetUp(
            f"SITE_URL is {settings.SITE_URL}, and with a live key Stripe sends to https only: "
            "write the https address of the site into .env."
        )
    stripe = gateway.get()
    found = ours(stripe.list_endpoints())
    if replace or not found:
        made = stripe.make_endpoint(url=url, types=ACTED_ON)
        return SetUp(made, removed=tuple(one.id for one in found))
    if len(found) > 1:
        raise CannotSetUp(
            f"There are {len(found)} endpoints for {url}: {_listed(found)}. Each signs with a "
            "secret of its own and only one secret is accepted here, so the others fail. Delete "
            "those whose secret is not in .env in Stripe's dashboard (Webhooks), or let one new "
            "endpoint take the place of all: stripe_setup --replace."
        )
    (endpoint,) = found
    if endpoint.version != gateway.API_VERSION:
        raise CannotSetUp(
            f"The endpoint {endpoint.id} sends events of API version "
            f"{endpoint.version or '(the one of the account)'}, this release reads "
            f"{gateway.API_VERSION}, and Stripe does not let the version of an endpoint be "
            "changed. Let a new one take its place: stripe_setup --replace."
        )
    changes = differences(endpoint)
    if changes:
        endpoint = stripe.change_endpoint(endpoint.id, types=ACTED_ON)
    return SetUp(endpoint, changes=tuple(changes))


def portal_differences(portal: Portal) -> list[str]:
    """What `set_up_portal` changes. Features that are not named here are none of our business."""
    return [
        f"{name} is {'off' if wanted else 'on'}"
        for name, wanted in PORTAL_FEATURES.items()
        if (name in portal.enabled) != wanted
    ]


def set_up_portal() -> PortalSetUp:
    """Makes our configuration of the page on which a donor changes her card, or brings it in line."""
    stripe = gateway.get()
    found = stripe.portal_configuration()
    if not found:
        return PortalSetUp(stripe.make_portal_configuration(), made=True)
    changes = portal_differences(found)
    if changes:
        found = stripe.change_portal_configuration(found.id)
    return PortalSetUp(found, changes=tuple(changes))


def remove(ids: tuple[str, ...]) -> None:
    """The endpoints that a new one has taken the place of; when its secret has been told."""
    for endpoint_id in ids:
        gateway.get().delete_endpoint(endpoint_id)


def _listed(found: list[Endpoint]) -> str:
    return ", ".join(
        f"{one.id} ({one.version or 'no version'}, {'enabled' if one.enabled else 'disabled'})"
        for one in found
    )
