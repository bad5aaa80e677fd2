"""Where a visit and a gift came from: a small tree of sources, their short links, visits, credits."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """A node such as a campaign, a post, a delivery, a page. Whoever owns it writes it."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    label = models.CharField(_("label"), max_length=200, blank=True)
    code = models.CharField(max_length=12, unique=True)  # what the visitor's cookie holds
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="source_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="source_not_own_parent"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.kind} {self.key}"

    @property
    def full_name(self) -> str:
        """Where there are several of one name: “Bluesky · Sei metri di muro”. Reads the parent."""
        parent = self.parent
        return f"{self} · {parent}" if parent and parent.parent_id else str(self)


class ShortLink(models.Model):
    """`/s/<code>`: one address of ours behind a code that cannot be guessed."""

    code = models.CharField(max_length=12, unique=True)
    source = models.OneToOneField(Source, on_delete=models.PROTECT, related_name="link")
    # a path on this site, never a whole address: an open redirect is impossible
    target = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(target__startswith="/") & ~Q(target__startswith="//"),
                name="link_stays_here",
            )
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        return f"/s/{self.code}"

    @property
    def url(self) -> str:
        return f"{settings.SITE_URL}{self.path}"


class Visit(models.Model):
    """One visit by a short link. No address, no browser, no person: the source and the time."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField(auto_now_add=True)
    crawler = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["source", "crawler"], name="visit_counting")]


class Credit(models.Model):
    """Money that came in (or went back, below zero) thanks to a source. A projection of the ledger."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="credits")
    ref = models.CharField(max_length=80, unique=True)
    amount = models.BigIntegerField(_("amount"), help_text=_("Cents; below zero for a refund."))
    currency = models.CharField(max_length=3, default="EUR")
    gift = models.CharField(max_length=64)  # opaque: what belongs together, a gift and its refunds
    donor = models.CharField(max_length=64)  # opaque: counts donors without knowing them
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="credit_not_zero")]


class Stamp(models.Model):
    """One row whose number grows with every credit and publication; it keys the cached pages."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="stamp_is_one_row")]
