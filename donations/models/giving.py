"""Who gives, what for, and one gift of money from the form to its settlement."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from brand.bilingual import Words
from donations.models.person import NOBODY, Written


class Fund(ClusterableModel):
    """What a gift is for."""

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    description = models.TextField(_("what it does"), blank=True)
    description_en = models.TextField(_("what it does, in English"), blank=True)
    active = models.BooleanField(_("open to gifts"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> Words:
        """To donors; among staff it goes by its name."""
        return Words(self.name, self.name_en)

    @property
    def told(self) -> Words:
        return Words(self.description, self.description_en)

    def in_use(self) -> bool:
        """Whether somebody gave to it, or began to: then it stays in the books."""
        return bool(self.pk) and self.donations.exists()

    def is_the_last_open(self) -> bool:
        """Whether nothing would be left to give to without it."""
        return not Fund.objects.filter(active=True).exclude(pk=self.pk).exists()


class SuggestedAmount(models.Model):
    """An amount that means something: 15 € is a day's groceries for a family of four."""

    fund = ParentalKey(Fund, on_delete=models.CASCADE, related_name="suggested_amounts")
    amount = models.PositiveIntegerField(_("amount"), help_text=_("In cents."))
    meaning = models.CharField(_("what it makes possible"), max_length=160)
    meaning_en = models.CharField(
        _("what it makes possible, in English"), max_length=160, blank=True
    )
    one = models.CharField(
        _("one piece"),
        max_length=40,
        blank=True,
        help_text=_("To let people give several of it: “suspended shopping bag”."),
    )
    many = models.CharField(
        _("several pieces"), max_length=40, blank=True, help_text=_("“suspended shopping bags”.")
    )
    one_en = models.CharField(_("one piece, in English"), max_length=40, blank=True)
    many_en = models.CharField(_("several pieces, in English"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("suggested amount")
        verbose_name_plural = _("suggested amounts")
        ordering = ["amount"]
        constraints = [
            models.UniqueConstraint(fields=["fund", "amount"], name="suggestion_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="suggestion_above_zero"),
            models.CheckConstraint(
                condition=Q(one="", many="") | (~Q(one="") & ~Q(many="")),
                name="suggestion_counted_both_ways",
            ),
            models.CheckConstraint(
                condition=Q(one_en="", many_en="") | (~Q(one_en="") & ~Q(many_en="") & ~Q(many="")),
                name="suggestion_counted_in_english_too",
            ),
            models.UniqueConstraint(
                fields=["fund"], condition=~Q(many=""), name="suggestion_counted_once_a_fund"
            ),
        ]

    def __str__(self) -> str:
        return self.meaning

    @property
    def meant(self) -> Words:
        return Words(self.meaning, self.meaning_en)

    @property
    def single(self) -> Words:
        return Words(self.one, self.one_en)

    @property
    def several(self) -> Words:
        return Words(self.many, self.many_en)


class Donors(models.QuerySet["Donor"]):
    def of(self, *persons: "Donor | int") -> Self:
        """All addresses of these persons (who are kept). To ask for `donor__in`: an OR over the join
        would have the database read every gift of the house."""
        keys = [one.pk if isinstance(one, Donor) else one for one in persons]
        return self.filter(Q(pk__in=keys) | Q(kept__in=keys))


class Donor(models.Model):
    """A person by mail address (lower case). What she wrote of herself stays with each gift,
    so that a form never overwrites what another form said.

    Who gave by hand may have no address: nobody can say that two such gifts come from one person,
    so each begins a donor of its own, unless the treasurer says whose other gift it was.

    `kept`: somebody found that this is another address of that person. Gifts stay with the address
    they were made from, so that mails go where the form said, and nothing is lost by parting.

    `erased_at`: her data are gone (`services.erasing`); whoever gives from her address afterwards is
    somebody new.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("mail"), unique=True, null=True, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    kept = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = Donors.as_manager()

    class Meta:
        verbose_name = _("donor")
        verbose_name_plural = _("donors")
        constraints = [
            models.CheckConstraint(
                condition=Q(kept=None) | ~Q(kept=F("id")), name="donor_not_kept_by_herself"
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="donor_mail_is_lower_case"
            ),
            models.CheckConstraint(condition=~Q(email=""), name="donor_without_mail_is_null"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(email=None), name="donor_erased_has_no_mail"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)  # logs are written with it


_RECEIVED = ["settled", "partly_refunded", "refunded", "disputed", "lost", "reversed"]


class Donation(Written):
    """One gift, with the donor as she wrote herself for it. Its state only goes forward (see `RANK`);
    amounts are cents, times UTC."""

    class State(models.TextChoices):
        STARTED = "started", _("Started")
        CHECKOUT_OPEN = "checkout_open", _("On the payment page")
        AWAITING = "awaiting", _("Waiting for the transfer")
        EXPIRED = "expired", _("Not completed in time")
        CANCELLED = "cancelled", _("Given up")
        PROCESSING = "processing", _("In progress")
        FAILED = "failed", _("Payment failed")
        SETTLED = "settled", _("Received")
        PARTLY_REFUNDED = "partly_refunded", _("Given back in part")
        REFUNDED = "refunded", _("Given back")
        DISPUTED = "disputed", _("Disputed by the bank")
        LOST = "lost", _("Taken back by the bank")
        REVERSED = "reversed", _("Reversed")  # entered by hand, and taken out again

    class Method(models.TextChoices):
        NONE = "", _("Not known yet")
        CARD = "card", _("Card")
        SEPA_DEBIT = "sepa_debit", _("SEPA direct debit")
        CASH = "cash", _("Cash")
        CHEQUE = "cheque", _("Cheque")
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        COMPANY_MATCH = "company_match", _("Company match")
        PAYPAL = "paypal", "PayPal"
        LINK = "link", _("Card, through Link")
        SATISPAY = "satispay", "Satispay"
        KLARNA = "klarna", "Klarna"
        AMAZON_PAY = "amazon_pay", "Amazon Pay"
        REVOLUT_PAY = "revolut_pay", "Revolut Pay"
        BANCONTACT = "bancontact", "Bancontact"
        EPS = "eps", "EPS"
        IDEAL = "ideal", "iDEAL"
        TWINT = "twint", "TWINT"
        OTHER = "other", _("Other")

        @classmethod
        def words(cls, key: str) -> str:
            """What people call it: Stripe names a new means before we know it, so that its own name,
            made readable, serves for one that is not in the list."""
            try:
                return str(cls(key).label)
            except ValueError:
                return key.replace("_", " ").capitalize()

    RECEIVED = (
        State.SETTLED,
        State.PARTLY_REFUNDED,
        State.REFUNDED,
        State.DISPUTED,
        State.LOST,
        State.REVERSED,
    )
    OPEN = (State.STARTED, State.CHECKOUT_OPEN, State.AWAITING, State.PROCESSING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    form_token = models.UUIDField(unique=True, editable=False)  # one form, one gift
    donor = models.ForeignKey(
        Donor, on_delete=models.PROTECT, related_name="donations", verbose_name=_("donor")
    )
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, related_name="donations", verbose_name=_("fund")
    )
    source = models.ForeignKey(
        "attribution.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("came from"),
    )
    promise = models.ForeignKey(
        "donations.RecurringDonation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="donations",
        verbose_name=_("recurring gift"),
    )
    amount = models.PositiveIntegerField(_("amount"))
    # of the amount: what the donor added for the costs of the payment
    covered = models.PositiveIntegerField(_("costs covered"), default=0)
    refunded_amount = models.PositiveIntegerField(_("given back"), default=0)
    # what the donor read beside the amount: on the page that led her to the form; or by the piece, as it
    # was called then: 3, "suspended shopping bags". Else the fund says what it means.
    pieces = models.PositiveSmallIntegerField(_("pieces"), default=0)
    meaning = models.CharField(_("what it makes possible"), max_length=160, blank=True)
    meaning_en = models.CharField(
        _("what it makes possible, in English"), max_length=160, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    receipt_by_year = models.BooleanField(
        _("receipt with the others of its year"), default=False
    )  # as the setting was when it came in
    state = models.CharField(
        _("state"), max_length=16, choices=State.choices, default=State.STARTED, db_index=True
    )
    method = models.CharField(
        _("means of payment"), max_length=16, choices=Method.choices, blank=True
    )
    method_reference = models.CharField(
        _("reference of the payment"),
        max_length=80,
        blank=True,
        help_text=_("Last digits of the card or account; number of the cheque, transfer or slip."),
    )
    language = models.CharField(_("language"), max_length=10, default="it")
    # of a gift entered by hand: when it was given, like `settled_at`
    created_at = models.DateTimeField(
        _("started"), default=timezone.now, editable=False, db_index=True
    )
    settled_at = models.DateTimeField(_("received"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("donation")
        verbose_name_plural = _("donations")
        ordering = ["-created_at", "-pk"]
        indexes = [
            # every page of the treasury asks whether one of a year that is over lacks its receipt
            models.Index(
                fields=["settled_at"],
                condition=Q(receipt_by_year=True),
                name="gift_for_the_years_receipt",
            ),
            # what a donor wrote last: read for each of them by the sheet of donors. The key of the
            # donor alone leaves it to a guess whether her gifts are read or all of them by time
            models.Index(fields=["donor", "-created_at", "-id"], name="gift_of_donor_newest_first"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="donation_above_zero"),
            models.CheckConstraint(
                condition=Q(covered__lt=F("amount")), name="donation_more_than_its_costs"
            ),
            models.CheckConstraint(
                condition=Q(pieces=0) | ~Q(meaning=""),
                name="donation_pieces_have_a_name",
            ),
            models.CheckConstraint(
                condition=Q(refunded_amount__lte=F("amount")), name="donation_refund_within"
            ),
            models.CheckConstraint(condition=Q(currency="EUR"), name="donation_in_euro"),
            models.CheckConstraint(
                condition=(Q(state__in=_RECEIVED) & Q(settled_at__isnull=False))
                | (~Q(state__in=_RECEIVED) & Q(settled_at__isnull=True, refunded_amount=0)),
                name="donation_settled_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refunded", "reversed"]) | Q(refunded_amount=F("amount")),
                name="donation_refunded_whole",
            ),
            models.CheckConstraint(  # a collection box has no name
                condition=~Q(organisation="", first_name="", last_name="") | Q(method="cash"),
                name="donation_without_name_is_cash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.donor_name}, {self.amount // 100}.{self.amount % 100:02d} {self.currency}"

    @property
    def has_name(self) -> bool:
        return bool(self.organisation or self.first_name or self.last_name) and not self.erased

    @property
    def erased(self) -> bool:
        """Its donor's data are gone: it has no receipt but in the place of one it had."""
        return self.last_name == NOBODY

    @property
    def called(self) -> str:
        """How mails and pages speak to whoever gave."""
        return self.first_name or self.donor_name

    @property
    def way(self) -> str:
        """The means of payment in the reader's language."""
        return self.Method.words(self.method)

    @property
    def traceable(self) -> bool:
        """Paid by bank, post or card, as the tax benefits ask (art. 23 D.Lgs. 241/1997)."""
        return self.method != self.Method.CASH

    @property
    def bare(self) -> int:
        """Cents without what was added for the costs of the payment."""
        return self.amount - self.covered

    @property
    def net(self) -> int:
        """Cents that stay: the amount less what went back, by a refund or by a lost dispute."""
        return self.amount - self.refunded_amount

    def get_absolute_url(self) -> str:
        """The page the donor comes back to: it shows the state and settles nothing."""
        return reverse("donations:thanks", args=[self.public_id])


class CheckoutAttempt(models.Model):
    """One Checkout session asked of Stripe: the row is committed before the call. Or the invoice of a
    promise's later charge: Stripe made it, and there is no page to open.

    `invoice_id`: also of the session that begins a promise, once it is paid.
    """

    class State(models.TextChoices):
        OPENING = "opening", _("Being opened")
        OPEN = "open", _("Open")
        COMPLETE = "complete", _("Completed")
        EXPIRED = "expired", _("Expired")
        FAILED = "failed", _("Could not be opened")

    donation = models.ForeignKey(Donation, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    amount = models.PositiveIntegerField(_("amount"))
    idempotency_key = models.CharField(max_length=80, unique=True)
    session_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    invoice_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    payment_intent = models.CharField(max_length=80, unique=True, null=True, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPENING)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["donation", "number"], name="attempt_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_above_zero"),
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class Consent(models.Model):
    """What the donor was shown (the privacy notice needs no tick) or agreed to at the form, word for
    word. It can change until the gift is paid for; from then on it is only read."""

    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy notice shown")
        NEWSLETTER = "newsletter", _("Newsletter")
        WALL = "wall", _("Name on the donor wall")
        AGENZIA = "agenzia", _("Objection to the Agenzia delle Entrate")

    donation = models.ForeignKey(Donation, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    words = models.TextField(_("words"))
    granted_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(fields=["donation", "kind"], name="consent_once_a_gift")
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
