"""What the form's guard saw, and whom it does not let in for a while. Nobody is named: digests whose
key changes every month, and hints that show a part (see `donations.visitors`)."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.alerts import Alerting


def _person(words: Any, *, blank: bool = True) -> Any:
    """Of the staff, who may leave it again."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=blank,
        related_name="+",
        verbose_name=words,
    )


class Lasting(models.QuerySet[Any]):
    def in_force(self) -> Self:
        return self.filter(until__gt=timezone.now(), lifted_at=None)


class ForAWhile(models.Model):
    """What a person, or the guard itself, decides for some hours or days; each has `lifted_at`, in words
    of its own: when a person ended it before."""

    at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), db_index=True)

    objects: Any = Lasting.as_manager()

    class Meta:
        abstract = True


class GiftTry(models.Model):
    """A form that was sent, however often; what is refused at the door is one row an hour, network
    and reason. Kept for a month at most, and never more than so many: `services.guarding`."""

    class State(models.TextChoices):
        PASSED = "passed", _("Let through")
        SLOWED = "slowed", _("Asked to wait")
        QUARANTINED = "quarantined", _("Held back")
        REFUSED = "refused", _("Not let in")
        RELEASED = "released", _("Released by a person")

    class Reason(models.TextChoices):
        NONE = "", _("Nothing amiss")
        FORM = "form", _("The same form too often")
        ADDRESS = "address", _("Too many from one address")
        NETWORK = "network", _("Too many from one network")
        DEVICE = "device", _("Too many from one kind of browser in one network")
        MAIL = "mail", _("Too many for one mail address")
        HOUSE = "house", _("Too many for the whole house")
        BRAKE = "brake", _("The brake is on: asked again")
        BAIT = "bait", _("Filled in what people do not see")
        DECLINES = "declines", _("Cards refused in a row")
        FRAUD = "fraud", _("A bank suspects fraud")
        BANNED = "banned", _("Shut out by a person")
        FLOOD = "flood", _("Sends without end")
        PROOF = "proof", _("The brake is on: too many without the check")

    class Proof(models.TextChoices):
        """Of the work that a browser does while the brake is on. Empty: nobody was asked for it."""

        UNASKED = "", _("Not asked for")
        SOLVED = "solved", _("It was done")
        WRONG = "wrong", _("Wrong, too old or used before")
        NONE = "none", _("Not done")
        DOWN = "down", _("The check did not work")

    key = models.CharField(max_length=64, unique=True)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    at = models.DateTimeField(_("last"), default=timezone.now, db_index=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    address = models.CharField(max_length=32, blank=True, db_index=True)
    network = models.CharField(max_length=32, blank=True, db_index=True)
    device = models.CharField(max_length=32, blank=True, db_index=True)
    mail = models.CharField(max_length=32, blank=True, db_index=True)
    address_hint = models.CharField(_("address"), max_length=60, blank=True)
    mail_hint = models.CharField(_("mail"), max_length=260, blank=True)
    amount = models.PositiveBigIntegerField(_("amount"), null=True, blank=True)
    proof = models.CharField(
        _("check by the browser"),
        max_length=6,
        choices=Proof.choices,
        default=Proof.UNASKED,
        db_default="",
        blank=True,
    )
    declines = models.PositiveIntegerField(_("cards refused"), default=0)
    declined_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = _person(_("decided by"))

    class Meta:
        verbose_name = _("attempt at the gift form")
        verbose_name_plural = _("attempts at the gift form")
        ordering = ["-at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(condition=Q(times__gt=0), name="gift_try_happened"),
            models.CheckConstraint(
                condition=Q(state="released", decided_at__isnull=False)
                | (~Q(state="released") & Q(decided_at__isnull=True)),
                name="gift_try_released_when_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What a donor who is held back reads, and the treasury finds."""
        return self.key[:8].upper()


class ClosedDoor(ForAWhile, Alerting):
    """Whom the form does not let in, until when, and why: one row each, the last closing; every
    closing and opening by a person is in the log. `by` is empty where it closed by itself."""

    class Kind(models.TextChoices):
        ADDRESS = "address", _("Network address")
        NETWORK = "network", _("Network")
        DEVICE = "device", _("Kind of browser in one network")
        MAIL = "mail", _("Mail address")
        HOUSE = "house", _("The whole house: the brake is on")

    class Reason(models.TextChoices):
        DECLINES = "declines", _("Cards refused in a row")
        FRAUD = "fraud", _("A bank suspects fraud")
        PERSON = "person", _("Shut by a person")

    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=32, blank=True)
    hint = models.CharField(_("which"), max_length=260, blank=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    note = models.CharField(_("why"), max_length=300, blank=True)
    by = _person(_("closed by"))
    lifted_at = models.DateTimeField(_("opened again"), null=True, blank=True)
    lifted_by = _person(_("opened by"))

    class Meta:
        verbose_name = _("closed door")
        verbose_name_plural = _("closed doors")
        ordering = ["-at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="closed_door_one_each"),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")), name="closed_door_has_an_end"
            ),
            models.CheckConstraint(
                condition=~Q(reason="person") | ~Q(note=""), name="closed_door_by_a_person_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key[:8]}"


class OpenEvening(ForAWhile):
    """A place at which many give at once, as behind the Wi-Fi of a hall: more pass from its one
    address until then (`services.evenings`). One row each, the last opening."""

    key = models.CharField(max_length=32, unique=True)  # digest of the address
    hint = models.CharField(_("which"), max_length=60, blank=True)
    note = models.CharField(_("why"), max_length=300)
    by = _person(_("opened by"), blank=False)
    lifted_at = models.DateTimeField(_("ended"), null=True, blank=True)
    lifted_by = _person(_("ended by"))

    class Meta:
        verbose_name = _("open evening")
        verbose_name_plural = _("open evenings")
        ordering = ["-at", "-pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")), name="open_evening_has_an_end"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="open_evening_says_why"),
        ]

    def __str__(self) -> str:
        return self.key[:8]
