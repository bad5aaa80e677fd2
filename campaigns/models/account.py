"""An account of ours on a network (profilo): who we are there, and the secrets to get in."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns import vault
from campaigns.channels import registry
from campaigns.channels.base import Channel, Limits, Session
from outbox.models import Leased


def validate_channel(value: str) -> None:
    """The column is plain text checked against the registry: a new network needs no migration."""
    if value not in registry.CHANNELS:
        raise ValidationError(_("“%(key)s” is no network we know."), params={"key": value})


class AccountQuerySet(models.QuerySet["Account"]):
    def active(self) -> "AccountQuerySet":
        return self.filter(active=True)

    def to_check(self, now: datetime) -> "AccountQuerySet":
        """Active ones that may be asked, as far as the network wishes: `claim` looks at the time."""
        return self.active().filter(Q(rest_until__isnull=True) | Q(rest_until__lte=now))


class Account(Leased):
    """Leased for the daily look at it; `next_at` is when it is asked again."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        DISCONNECTED = "disconnected", _("Disconnected")

    channel = models.CharField(_("network"), max_length=40, validators=[validate_channel])
    name = models.CharField(_("name"), max_length=80)
    handle = models.CharField(_("handle"), max_length=200, blank=True)
    url = models.CharField(max_length=1000, blank=True, editable=False)  # where one can look at it
    sealed_credentials = models.TextField(editable=False, blank=True)
    sealed_session = models.TextField(editable=False, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.CONNECTED
    )
    next_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    last_error = None  # type: ignore[assignment]  # what is wrong is `problem`
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True, editable=False)
    problem = models.TextField(_("what is wrong"), blank=True, editable=False)
    limits = models.JSONField(default=dict, blank=True, editable=False)
    # the network's own wish ("come back in 40 seconds"), or it did not answer: nothing is sent to
    # it before, and one at a time from then on; null again once it has answered
    rest_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("network", "account")
        verbose_name_plural = pgettext_lazy("network", "accounts")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "name"], name="account_once"),
            models.CheckConstraint(
                condition=Q(state__in=["connected", "disconnected"]),
                name="account_state",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def network(self) -> str | Promise:
        """The network's name."""
        return registry.channel(self.channel).label

    @property
    def credentials(self) -> dict[str, Any]:
        """Opened. Raises vault.Unreadable when the key is gone. Never show or log them."""
        return vault.unseal(self.sealed_credentials)

    @credentials.setter
    def credentials(self, values: dict[str, Any]) -> None:
        self.sealed_credentials = vault.seal(values)
        self.sealed_session = ""  # tokens of who was connected before

    def connect(self) -> Channel:
        """The channel that speaks for this account. No network. Raises vault.Unreadable."""
        return registry.connect(
            self.channel,
            self.credentials,
            limits=Limits.from_dict(self.limits) if self.limits else None,
            session=vault.unseal(self.sealed_session),
            on_session=self.keep_session,
        )

    def offline(self) -> Channel:
        """The channel without secrets, for checks, counts and previews. No network."""
        limits = Limits.from_dict(self.limits) if self.limits else None
        return registry.connect(self.channel, limits=limits)

    def keep_session(self, session: Session) -> None:
        """Stores the tokens a channel was given; called between its requests, in any thread."""
        self.sealed_session = vault.seal(session)
        Account.objects.filter(pk=self.pk).update(sealed_session=self.sealed_session)
