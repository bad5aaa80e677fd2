"""That somebody's data were erased: the proof, without a word of hers, and what it still asks for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbox.models import Leased


class Erasure(models.Model):
    """One person, once; `donor` is the one who is kept (see `services.merging`). Names nobody: no
    digest of an address either, since the donor's own number tells who was erased (see
    `services.erased`).

    `counts`: rows by the key of the table's part (`donations.erasure.parts`); `kept`: what the law
    makes us keep, [{"part", "number", "until"}], where `until` is the last day as ISO, or "" where
    it does not depend on a day. `withheld`: gifts whose dispute runs on; they follow when it ends.
    """

    class Reason(models.TextChoices):
        PAGE = "page", _("The donor asked on their own page")
        ASKED = "asked", _("The donor asked in another way")
        OWN = "own", _("We have no reason to keep the data any more")

    donor = models.OneToOneField(
        "donations.Donor",
        on_delete=models.PROTECT,
        related_name="erasure",
        verbose_name=_("donor"),
    )
    request = models.OneToOneField(
        "donations.ErasureRequest",
        on_delete=models.PROTECT,
        null=True,
        related_name="erasure",
        verbose_name=_("request for erasure"),
    )
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    counts = models.JSONField(default=dict)
    kept = models.JSONField(default=list)
    withheld = models.PositiveIntegerField(_("gifts in dispute"), default=0)
    # the answer to her: its address lives until it has left, or is given up
    answer = models.OneToOneField(
        "mail.Message", on_delete=models.PROTECT, null=True, related_name="+"
    )
    # when somebody looks again whether anything of hers came in since; the last event looked at
    again_at = models.DateTimeField(db_index=True)
    seen_event = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("erasure of a donor")
        verbose_name_plural = _("erasures of donors")
        default_permissions = ("add", "view")
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.pk)


class CustomerRemoval(Leased):
    """Stripe is to forget its customer of somebody who was erased."""

    class State(models.TextChoices):
        ASKED = "asked", _("To be asked of Stripe")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused by Stripe")

    erasure = models.ForeignKey(Erasure, on_delete=models.PROTECT, related_name="customers")
    customer_id = models.CharField(max_length=80, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)

    class Meta:
        verbose_name = _("customer to be removed at Stripe")
        verbose_name_plural = _("customers to be removed at Stripe")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="asked") | models.Q(next_at__isnull=True),
                name="customer_removal_due_while_asked",
            )
        ]

    def __str__(self) -> str:
        return self.customer_id
