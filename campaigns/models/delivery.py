"""A delivery: one post on one account, from its plan to its proof."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.errors import Refused
from campaigns.models.account import Account
from campaigns.states import CERTAINLY_NOT_OUT, Question, State
from outbox.models import Leased


def new_key() -> str:
    return uuid.uuid4().hex


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def speakable(self, now: datetime) -> "DeliveryQuerySet":
        """On an account that does not rest."""
        return self.filter(Q(account__rest_until__isnull=True) | Q(account__rest_until__lte=now))

    def sendable(self, now: datetime) -> "DeliveryQuerySet":
        """Due, on an account that may be spoken to now. One that waits for its account to be
        connected or taken up again is not looked at before."""
        ready = Q(account__active=True) & ~Q(account__state=Account.State.DISCONNECTED)
        return self.speakable(now).filter(Q(state=State.DUE) | Q(ready, state=State.RETRY_WAIT))

    def for_person(self) -> "DeliveryQuerySet":
        """What only a person can settle, oldest first."""
        return (
            self.filter(state__in=[State.NEEDS_PERSON, State.REJECTED])
            .select_related("post__campaign", "account", "source__link")
            .order_by("planned_at", "pk")
        )

    def locked(self) -> list["Delivery"]:
        """The rows, locked until the transaction ends (SQLite: the transaction is the lock)."""
        rows = self.select_for_update(of=("self",))  # their account is needed by other senders
        return list(rows.order_by("pk"))

    def withdraw(self, *, into: State, by: Any, why: str) -> int:
        """Holds or cancels all that can still be stopped; how many were. Inside a transaction.

        Raises Refused when one is being sent this very moment. What may be out already takes
        the new state once it is proved that it is not.
        """
        rows = self.select_related("account").locked()
        refuse_while_sending(rows)
        stopped: list[Delivery] = []
        later: list[Delivery] = []
        for row in rows:
            if row.state == into or row.state in (State.PUBLISHED, State.CANCELLED):
                continue
            (stopped if row.stoppable else later).append(row)
        DeliveryLog.objects.bulk_create(
            [row.entry(into, why=why, by=by) for row in stopped]
            + [row.entry(row.state, why=why, by=by) for row in later]
        )
        self.model._base_manager.filter(pk__in=[row.pk for row in later]).update(afterwards=into)
        self.model._base_manager.filter(pk__in=[row.pk for row in stopped]).update(
            state=into,
            question=Question.NONE,
            next_at=None,
            lease_token=None,
            lease_until=None,
        )
        return len(stopped) + len(later)


class Delivery(Leased):
    """`content` is what was approved; `payload` and `digest` are what is sent, frozen before the
    first attempt. `key` is the same at every attempt and serves as idempotency and record key.

    `next_at`: when to promote (planned), send (due, retry_wait) or ask (unknown).
    """

    post = models.ForeignKey("campaigns.Post", on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(
        "campaigns.Account", on_delete=models.PROTECT, related_name="deliveries"
    )
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.PLANNED
    )
    question = models.CharField(max_length=10, choices=Question.choices, blank=True)
    # what it becomes if it proves not to be out: held or cancelled meanwhile
    afterwards = models.CharField(max_length=20, blank=True)
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("approved version"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    planned_at = models.DateTimeField(_("planned for"), db_index=True)
    # a person said "send it now": the late policy counts from here
    released_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    content = models.JSONField(default=dict, editable=False)
    payload = models.JSONField(default=dict, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    tried_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    remote_id = models.CharField(max_length=500, blank=True)
    remote_url = models.CharField(max_length=1000, blank=True)
    published_at = models.DateTimeField(_("went out"), null=True, blank=True, db_index=True)
    source = models.OneToOneField(
        "attribution.Source", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["planned_at", "pk"]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_work")]
        constraints = [
            models.UniqueConstraint(fields=["post", "account"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]), name="delivery_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="delivery_published_when",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "unknown", "reconciling"]) | ~Q(digest=""),
                name="delivery_intent_first",
            ),
            models.CheckConstraint(
                condition=Q(state="needs_person", question__in=["late", "proof"])
                | (~Q(state="needs_person") & Q(question="")),
                name="delivery_question",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} → {self.account}"

    @property
    def stoppable(self) -> bool:
        """Certainly not out: an edit, a move or a cancellation wins at once."""
        return self.state in CERTAINLY_NOT_OUT or self.question == Question.LATE

    @property
    def late_from(self) -> datetime:
        """From then on it no longer goes out by itself (needs `post.campaign`)."""
        start = max(self.planned_at, self.released_at or self.planned_at)
        return start + timedelta(minutes=self.post.campaign.late_minutes)

    @property
    def handed_over(self) -> bool:
        """Whether this version was ever handed to the network: a refusal before is our own."""
        return bool(self.digest) and self.payload.get("revision") == (self.revision_id or 0)

    @property
    def words(self) -> str:
        """What was sent, or what would be."""
        return str((self.payload if self.handed_over else self.content).get("text", ""))

    @property
    def on_wall(self) -> bool:
        """Whether it stands on the site's wall now. A query where the entry is not selected."""
        entry = getattr(self, "wall_entry", None)
        return entry is not None and entry.taken_down_at is None

    def entry(self, to: str, *, why: str, by: Any = None) -> "DeliveryLog":
        """The unsaved log row of a change from the present state."""
        return DeliveryLog(delivery=self, before=self.state, after=to, why=str(why), by=by)


class DeliveryLog(models.Model):
    """Who changed what, when and why. Only ever added to."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    before = models.CharField(max_length=20, choices=State.choices, blank=True)
    after = models.CharField(max_length=20, choices=State.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    why = models.TextField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}: {self.why}"


def refuse_while_sending(rows: Iterable[Delivery]) -> None:
    """Raises Refused with the reason when one of them is being sent at this moment."""
    for row in rows:
        if row.state == State.SENDING:
            raise Refused(
                gettext("It is going out on %(account)s right now: try again in a moment.")
                % {"account": row.account}
            )
