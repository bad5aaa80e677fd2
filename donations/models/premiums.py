"""Small thank-you gifts of a campaign: what there is, where it is handed out, and who has asked for a
piece with a gift of money. What other systems call a premium; staff say "omaggio"."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel

from brand.bilingual import Words
from donations.money import MINIMUM


class PickUpPlace(models.Model):
    """Where a thank-you gift is handed over."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    address = models.CharField(_("address"), max_length=160)
    hours = models.CharField(
        _("when it is open"), max_length=160, help_text=_("“Tuesday and Thursday, 16 to 19”.")
    )
    active = models.BooleanField(_("offered in the form"), default=True)

    class Meta:
        verbose_name = _("pick-up place")
        verbose_name_plural = _("pick-up places")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(address="") & ~Q(hours=""), name="place_can_be_found"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Premium(ClusterableModel):
    """`minimum` and `fair_value` are cents, the minimum without added costs. `pieces`: all that there
    ever were; `taken`: of them, those a live claim holds. Only `services.premiums` writes it, and the
    database refuses one more than there is."""

    campaign = models.ForeignKey(
        "attribution.Source",
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": "campaign"},
        verbose_name=_("campaign"),
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    description_en = models.CharField(_("description in English"), max_length=200, blank=True)
    picture = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    minimum = models.PositiveIntegerField(_("from which gift on"))
    fair_value = models.PositiveIntegerField(
        _("value of a piece"),
        null=True,
        blank=True,
        help_text=_("Only for your accounts: it stands on no receipt and in no mail."),
    )
    pieces = models.PositiveIntegerField(_("pieces"))
    taken = models.PositiveIntegerField(_("taken"), default=0, editable=False)
    per_donor = models.PositiveSmallIntegerField(
        _("at most for one person"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    places = ParentalManyToManyField(
        PickUpPlace, blank=True, related_name="premiums", verbose_name=_("picked up at")
    )
    by_post = models.BooleanField(_("sent by post"), default=False)
    open_until = models.DateField(_("offered until"), null=True, blank=True)
    active = models.BooleanField(_("offered in the form"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("thank-you gift")
        verbose_name_plural = _("thank-you gifts")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="premium_has_a_name"),
            models.CheckConstraint(
                condition=Q(minimum__gte=MINIMUM), name="premium_for_a_gift_that_can_be"
            ),
            models.CheckConstraint(
                condition=Q(taken__lte=F("pieces")), name="premium_never_more_than_there_is"
            ),
            models.CheckConstraint(
                condition=Q(per_donor=None) | Q(per_donor__gt=0), name="premium_for_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def left(self) -> int:
        """Pieces that nobody has asked for."""
        return self.pieces - self.taken

    @property
    def called(self) -> Words:
        return Words(self.name, self.name_en)

    @property
    def told(self) -> Words:
        return Words(self.description, self.description_en)


class PremiumClaim(models.Model):
    """One piece, for one gift of money. `minimum`: cents, as it was when it was chosen. The address
    is the parcel's; it is forgotten some time after the piece is out of our hands.

    `released_why` says who may have it back: see `services.premiums`.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Waits for the gift")
        CONFIRMED = "confirmed", _("To prepare")
        PACKED = "packed", _("Prepared")
        DELIVERED = "delivered", _("Delivered")
        RELEASED = "released", _("Back in stock")

    class Way(models.TextChoices):
        PLACE = "place", _("Picked up")
        POST = "post", _("By post")

    class Why(models.TextChoices):
        UNPAID = "unpaid", _("the gift was not completed")
        REFUNDED = "refunded", _("the gift went back")
        TOO_LITTLE = "too_little", _("less came in than it is for")
        SOLD_OUT = "sold_out", _("it had run out when the gift came in")
        DONOR = "donor", _("the donor does without it")
        STAFF = "staff", _("somebody put it back")

    LIVE = (State.RESERVED, State.CONFIRMED, State.PACKED, State.DELIVERED)

    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.PROTECT,  # a piece must not get lost with it
        related_name="claim",
        verbose_name=_("donation"),
    )
    premium = models.ForeignKey(
        Premium, on_delete=models.PROTECT, related_name="claims", verbose_name=_("thank-you gift")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.RESERVED, db_index=True
    )
    minimum = models.PositiveIntegerField(_("from which gift on"))
    way = models.CharField(_("how it gets there"), max_length=5, choices=Way.choices)
    place = models.ForeignKey(
        PickUpPlace,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("pick-up place"),
    )
    recipient = models.CharField(_("name on the parcel"), max_length=120, blank=True)
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    reserved_at = models.DateTimeField(_("put aside at"))
    confirmed_at = models.DateTimeField(_("sure since"), null=True, blank=True)
    packed_at = models.DateTimeField(_("prepared at"), null=True, blank=True)
    packed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("prepared by"),
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("delivered by"),
    )
    released_at = models.DateTimeField(_("back in stock since"), null=True, blank=True)
    released_why = models.CharField(_("why"), max_length=10, choices=Why.choices, blank=True)
    forgotten_at = models.DateTimeField(_("address forgotten"), null=True, blank=True)

    class Meta:
        verbose_name = _("thank-you gift asked for")
        verbose_name_plural = _("thank-you gifts asked for")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "confirmed", "packed", "delivered"])
                & Q(released_at=None, released_why="")
                | Q(state="released", released_at__isnull=False)
                & Q(
                    released_why__in=[
                        "unpaid",
                        "refunded",
                        "too_little",
                        "sold_out",
                        "donor",
                        "staff",
                    ]
                ),
                name="claim_released_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "packed", "delivered"])
                | Q(confirmed_at__isnull=False),
                name="claim_confirmed_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["packed", "delivered"]) | Q(packed_at__isnull=False),
                name="claim_packed_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | ~Q(state="delivered") & Q(delivered_at=None)
                | Q(state="released"),
                name="claim_delivered_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(way="place", place__isnull=False, recipient="", street="", city="")
                | Q(way="post", place=None)
                & (
                    ~Q(recipient="") & ~Q(street="") & ~Q(postcode="") & ~Q(city="")
                    | Q(forgotten_at__isnull=False, recipient="", street="", postcode="", city="")
                ),
                name="claim_gets_there",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(state__in=["delivered", "released"]),
                name="claim_keeps_the_address_it_needs",
            ),
        ]

    def __str__(self) -> str:
        return str(self.donation_id)  # logs are written with it

    @property
    def is_live(self) -> bool:
        """Whether it holds a piece."""
        return self.state in self.LIVE

    @property
    def by_post(self) -> bool:
        return self.way == self.Way.POST
