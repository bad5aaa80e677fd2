"""What the treasury gives back: asks Stripe to, or gave by hand itself. The money itself stands in the
journal, never here."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from donations.models.reversal import Reversible
from outbox.models import Leased


class Refunds(QuerySet):
    def under_way(self) -> "Refunds":
        """Asked for and not in the books yet: so much of the gift is spoken for."""
        return self.filter(state__in=RefundRequest.OPEN)

    def cents(self) -> int:
        return int(self.aggregate(sum=Sum("amount"))["sum"] or 0)

    def with_a_person(self) -> "Refunds":
        """Refused, or sent back by the bank, and nobody has said yet that they know; and those
        that Stripe did not answer when it was asked."""
        ended = Q(state__in=(RefundRequest.State.REFUSED, RefundRequest.State.RETURNED))
        late = Q(state=RefundRequest.State.ASKED) & ~Q(last_error="")
        return self.filter((ended & Q(seen_at__isnull=True)) | late)


class RefundRequest(Leased, Reversible):
    """One refund that a person asked for. The row is committed before the call; its key is in the
    refund's metadata at Stripe, so that it is found again whoever died on the way.

    Of a gift that came by hand, `way` says where the money left us and `given_on` when: no call, it is
    done with its row. A slip is reversed, with the reason (`services.giving_back`)."""

    class State(models.TextChoices):
        ASKED = "asked", _("To be asked of Stripe")
        REFUSED = "refused", _("Refused by Stripe")
        ACCEPTED = "accepted", _("Stripe gives it back")
        PENDING = "pending", _("On its way to the bank")
        DONE = "done", _("Went back")
        RETURNED = "returned", _("Sent back by the bank")
        REVERSED = "reversed", _("Reversed: it never went")  # by hand, and by mistake

    class Reason(models.TextChoices):
        """https://docs.stripe.com/api/refunds/create#create_refund-reason, and one that is ours"""

        DONOR = "requested_by_customer", _("Who gave asks for it")
        DUPLICATE = "duplicate", _("Paid twice, or too much")
        FRAUD = "fraudulent", _("A fraud: the card or account was not theirs")
        OTHER = "other", _("Something else: the note says it")

    class Way(models.TextChoices):
        STRIPE = "", "Stripe"
        BANK = "bank", _("From the bank account")
        CASH = "cash", _("From the cash box")

    OF_STRIPE = (Reason.DONOR, Reason.DUPLICATE, Reason.FRAUD)
    BY_HAND = (Reason.DONOR, Reason.DUPLICATE, Reason.OTHER)
    OPEN = (State.ASKED, State.ACCEPTED)

    key = models.CharField(max_length=60, unique=True, editable=False)
    call = models.PositiveSmallIntegerField(
        default=1
    )  # a failure that Stripe keeps needs a new one
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.PROTECT,
        related_name="refund_requests",
        verbose_name=_("donation"),
    )
    amount = models.PositiveIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=24, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)
    refund_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    refusal_code = models.CharField(max_length=80, blank=True)
    refusal = models.CharField(_("Stripe’s words"), max_length=500, blank=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    way = models.CharField(_("how it went back"), max_length=4, choices=Way.choices, blank=True)
    given_on = models.DateField(_("day"), null=True, blank=True)

    objects = Refunds.as_manager()

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_request_above_zero"),
            models.CheckConstraint(
                condition=Q(way="", state__in=["asked", "refused"], refund_id__isnull=True)
                | Q(
                    way="",
                    state__in=["accepted", "pending", "done", "returned"],
                    refund_id__isnull=False,
                )
                | Q(way__in=["bank", "cash"], state__in=["done", "reversed"], refund_id=None),
                name="refund_request_at_stripe_has_its_refund",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""),
                name="refund_request_refused_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(next_at__isnull=True),
                name="refund_request_due_while_asked",
            ),
            models.CheckConstraint(
                condition=Q(way="", given_on__isnull=True)
                | (~Q(way="") & Q(given_on__isnull=False)),
                name="refund_request_by_hand_has_its_day",
            ),
            models.CheckConstraint(
                condition=(Q(state="reversed", reversed_at__isnull=False) & ~Q(reversal_reason=""))
                | (~Q(state="reversed") & Q(reversed_at__isnull=True, reversal_reason="")),
                name="refund_request_reversed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def by_hand(self) -> bool:
        return self.way != self.Way.STRIPE

    @property
    def idempotency_key(self) -> str:
        return f"{self.key}:refund:{self.call}"
