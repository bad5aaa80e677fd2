"""System checks with stable ids; each says what to do."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from config import advice


@register(Tags.security, deploy=True)
def stripe_webhook_secret(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.SANDBOX or settings.STRIPE_WEBHOOK_SECRET:
        return []
    return [
        Error(
            "STRIPE_SECRET_KEY is set, but STRIPE_WEBHOOK_SECRET is not.",
            hint=f"Run: {advice.manage('stripe_setup')}, or copy the signing secret of the "
            "endpoint /stripe/webhook/ from Stripe's dashboard.",
            id="segnopiu.E001",
        )
    ]


@register(Tags.security, deploy=True)
def sandbox_in_public(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.SANDBOX or settings.ON_LOOPBACK:
        return []
    return [
        Warning(
            "This installation has a public address and no Stripe key: no gift is real.",
            hint="Set STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET in .env.",
            id="segnopiu.W001",
        )
    ]


@register(Tags.security, deploy=True)
def mail_leaves(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.ON_LOOPBACK or not settings.MAIL_IN_FILES:
        return []
    return [
        Error(
            "Mail is written to files: no donor gets thanks or a receipt.",
            hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.",
            id="segnopiu.E002",
        )
    ]


@register(Tags.database)
def site_stands_at_its_address(
    app_configs: Any, databases: Any = None, **kwargs: Any
) -> list[CheckMessage]:
    """Asks the database, so only where it was asked for: `check --database default`, `migrate`."""
    from cms import address

    try:
        if not databases or address.stands():
            return []
    except DatabaseError:
        return []  # no tables yet
    return [
        Warning(
            f"Canonical addresses and the sitemap do not follow SITE_URL ({settings.SITE_URL}).",
            hint=f"Run: {advice.manage('up --prepare')}. Where two sites are listed under "
            "/admin/sites/, delete the one that is not the default.",
            id="segnopiu.W002",
        )
    ]


@register(Tags.database)
def no_page_is_hidden(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """As the one before it, only where the database was asked for."""
    from cms import address

    try:
        pages = address.hidden() if databases else []
    except DatabaseError:
        return []  # no tables yet
    return [
        Warning(
            f"The page “{page}” is never seen: /{page.slug}/ is an address of the site itself.",
            hint=f"Give it another slug under /admin/pages/{page.pk}/edit/.",
            id="segnopiu.W004",
        )
        for page in pages
    ]


@register(Tags.security, deploy=True)
def proxy_is_told(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """gunicorn speaks plain http here, so an https address means a server in front."""
    trusted = bool(settings.SECURE_PROXY_SSL_HEADER)
    if settings.BEHIND_HTTPS and not trusted:
        return [
            Error(
                "SITE_URL is https, so a server in front answers the visitors, but "
                "TRUST_PROXY_HEADERS is not set: all of them seem to come from its one address.",
                hint="Let it set X-Forwarded-Proto and X-Forwarded-For itself, and write "
                "TRUST_PROXY_HEADERS=true.",
                id="segnopiu.E003",
            )
        ]
    if trusted and not settings.BEHIND_HTTPS:
        return [
            Warning(
                "TRUST_PROXY_HEADERS is set, but SITE_URL is http: without a server in front "
                "every visitor may write these headers.",
                hint="Write the https address in SITE_URL, or take TRUST_PROXY_HEADERS out.",
                id="segnopiu.W003",
            )
        ]
    return []
