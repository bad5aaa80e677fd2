"""The yearly statements: one batch for all donors, and one paper for each of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mail.storage import private_storage
from outbox.models import Leased

SAMPLES = 3


class StatementRun(Leased):
    """One batch. It gathers the figures, draws the papers, waits for the treasurer, and sends.

    The database keeps the order: what does not add up is never ready, and nothing is being sent
    before the samples were opened and somebody released it.
    """

    class State(models.TextChoices):
        GATHERING = "gathering", _("Reading the books")
        DRAWING = "drawing", _("Drawing the papers")
        DIFFERS = "differs", _("Does not add up")
        READY = "ready", _("Waits for your look")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("All sent")
        GIVEN_UP = "given_up", _("Given up")

    OPEN = (State.GATHERING, State.DRAWING, State.DIFFERS, State.READY, State.SENDING)
    RELEASED = (State.SENDING, State.SENT)

    issuer = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.GATHERING
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    cursor = models.BigIntegerField(default=0)  # the last donor who was read
    # cents; written while the books are read and when the papers are drawn
    people = models.PositiveIntegerField(_("statements"), default=0)
    gifts = models.PositiveIntegerField(_("gifts"), default=0)
    amount = models.BigIntegerField(_("stands on the statements"), default=0)
    receipts = models.BigIntegerField(_("of which with a valid receipt"), default=0)
    without_receipt = models.BigIntegerField(_("of which without a receipt"), default=0)
    nobody = models.BigIntegerField(_("given by nobody known"), default=0)
    unchanged = models.BigIntegerField(_("on statements sent before, unchanged"), default=0)
    ledger = models.BigIntegerField(_("in the ledger"), default=0)
    samples = models.PositiveSmallIntegerField(default=0)
    samples_seen = models.PositiveSmallIntegerField(default=0)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    released_at = models.DateTimeField(_("released"), null=True)

    class Meta:
        verbose_name = _("yearly statements")
        verbose_name_plural = _("yearly statements")
        default_permissions = ("add", "view")
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "version"], name="statements_once"),
            models.UniqueConstraint(
                fields=["issuer", "year"],
                condition=Q(state__in=["gathering", "drawing", "differs", "ready", "sending"]),
                name="statements_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "sending", "sent"])
                | Q(
                    amount=F("receipts") + F("without_receipt"),
                    ledger=F("amount") + F("unchanged") + F("nobody"),
                ),
                name="statements_add_up",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "sending", "sent"])
                | Q(samples=SAMPLES, people__gte=SAMPLES)
                | Q(samples=F("people"), people__gt=0, people__lt=SAMPLES),
                name="statements_have_samples",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent"])
                | Q(samples_seen=F("samples"), released_at__isnull=False),
                name="statements_seen_before_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.version}"

    @property
    def works(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in (self.State.GATHERING, self.State.DRAWING, self.State.SENDING)


class StatementQuerySet(models.QuerySet["Statement"]):
    def told(self) -> QuerySet["Statement"]:
        """Those that left, or are there for whoever has no mail address."""
        states = [Statement.State.POSTED, Statement.State.KEPT]
        return self.filter(run__state__in=StatementRun.RELEASED, state__in=states)


class Statement(Leased):
    """One donor's year; what an organisation gave from her address stands on one of its own. Number
    and data are frozen first, the PDF is drawn from `data` once: see `services.yearly.snapshot`."""

    class State(models.TextChoices):
        DRAW = "draw", _("To be drawn")
        DRAWN = "drawn", _("Drawn")
        POST = "post", _("To be sent")
        POSTED = "posted", _("Mail written")
        KEPT = "kept", _("No mail address: to be printed")
        OVERTAKEN = "overtaken", _("Not sent: the gifts have changed since")

    run = models.ForeignKey(StatementRun, on_delete=models.PROTECT, related_name="statements")
    donor = models.ForeignKey(
        "donations.Donor", on_delete=models.PROTECT, related_name="statements"
    )
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    name = models.CharField(_("name"), max_length=170)
    amount = models.BigIntegerField(_("amount"))
    receipts = models.BigIntegerField(default=0)
    without_receipt = models.BigIntegerField(default=0)
    gifts = models.PositiveIntegerField(_("gifts"))
    data = models.JSONField()
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAW)
    file = models.FileField(
        storage=private_storage, upload_to="statements/%Y/", max_length=200, blank=True
    )
    sha256 = models.CharField(max_length=64, blank=True)
    forgotten_at = models.DateTimeField(null=True, editable=False)  # as of a receipt
    mail = models.OneToOneField(
        "mail.Message", on_delete=models.PROTECT, null=True, related_name="statement"
    )
    sample = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly statement")
        verbose_name_plural = _("yearly statements")
        default_permissions = ()
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["run", "state"], name="statement_to_do")]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "donor", "organisation"], name="statement_once_a_donor"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="statement_above_zero"),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(mail__isnull=False), name="statement_has_its_mail"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
