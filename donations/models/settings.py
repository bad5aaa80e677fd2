"""What the treasury decides about giving online."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from brand.figures import NBSP, euros
from donations.limits_form import LimitsForm
from donations.money import LARGEST, LEAST, MAXIMUM, MINIMUM, Limits

TEN_YEARS = 10  # art. 2220 of the Civil Code; the seal of the receipts knows it too
WHOLE = 10_000  # hundredths of a percent


@register_setting(icon="sp-euro", order=120)
class GivingSettings(BaseGenericSetting):
    """One row for the whole site."""

    minimum = models.PositiveIntegerField(
        _("the smallest gift online, in euros"),
        default=MINIMUM,
        help_text=_(
            "Below about 2 € the costs eat much of it. Stripe takes nothing below half a euro."
        ),
    )
    maximum = models.PositiveIntegerField(
        _("the largest, in euros"),
        default=MAXIMUM,
        help_text=_("Whoever wants to give more is asked to write to you."),
    )

    offer_costs = models.BooleanField(
        _("whoever gives may add the costs of the payment"),
        default=True,
        help_text=_("A tick in the form, never set beforehand, which says how much it is."),
    )
    cost_percent = models.DecimalField(
        _("costs in percent"),
        max_digits=4,
        decimal_places=2,
        default=Decimal("1.50"),
        validators=[MinValueValidator(0), MaxValueValidator(20)],
        help_text=_("Of a payment by card in Europe, as Stripe’s price list has it."),
    )
    cost_fixed = models.PositiveSmallIntegerField(
        _("and in cents for each payment"), default=25, validators=[MaxValueValidator(500)]
    )
    call_from = models.PositiveIntegerField(
        _("thank in person from, in euros"),
        default=500,
        null=True,
        blank=True,
        help_text=_("A gift this large puts a task on the desk. Empty: none does."),
    )

    back_after = models.PositiveSmallIntegerField(
        _("welcome back in person after a silence of, in months"),
        default=18,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("The first gift after it puts a task on the desk. Empty: none does."),
    )

    receipts_by_year = models.BooleanField(
        _("recurring gifts get one receipt a year"),
        default=False,
        help_text=_(
            "On: the charges of a recurring gift have no receipt of their own, but one for all of "
            "them, which you issue once the year is over. A donor may ask for it earlier. Off: "
            "each has its own at once; what waits already still gets its receipt of the year."
        ),
    )

    years_kept = models.PositiveSmallIntegerField(
        _("receipts and statements, in years"),
        default=TEN_YEARS,
        validators=[MinValueValidator(TEN_YEARS), MaxValueValidator(50)],
        help_text=_(
            "How long after the end of their year those of an erased donor are kept. The law asks "
            "for ten years (art. 2220 of the Civil Code)."
        ),
    )
    events_kept = models.PositiveSmallIntegerField(
        _("what Stripe told us, in months"),
        default=24,
        validators=[MinValueValidator(14), MaxValueValidator(120)],
        help_text=_(
            "After that the personal data in Stripe’s stored events go; what the books need of them "
            "stays. A bank may dispute a debit for 13 months."
        ),
    )
    mails_kept = models.PositiveSmallIntegerField(
        _("mails to donors, in months"),
        default=36,
        validators=[MinValueValidator(3), MaxValueValidator(120)],
        help_text=_("After that address, words and attachments go; that a mail left stays."),
    )

    base_form_class = LimitsForm
    panels = [
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("minimum"), FieldPanel("maximum")])],
            _("How much is given online"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("offer_costs"),
                FieldRowPanel([FieldPanel("cost_percent"), FieldPanel("cost_fixed")]),
            ],
            _("The costs of the payment"),
        ),
        FieldRowPanel([FieldPanel("call_from"), FieldPanel("back_after")]),
        FieldPanel("receipts_by_year"),
        MultiFieldPanel(
            [FieldPanel(name) for name in ("years_kept", "events_kept", "mails_kept")],
            _("How long personal data are kept"),
        ),
    ]

    class Meta:
        verbose_name = _("online giving")
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum__gte=LEAST, maximum__gte=F("minimum"), maximum__lte=LARGEST),
                name="limits_of_online_gifts",
            ),
            models.CheckConstraint(
                condition=Q(cost_percent__gte=0, cost_percent__lte=20), name="costs_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(years_kept__gte=TEN_YEARS), name="receipts_kept_as_the_law_asks"
            ),
        ]

    @property
    def limits(self) -> Limits:
        return Limits(self.minimum, self.maximum)

    @property
    def hundredths(self) -> int:
        """Of a percent: 1.5 % → 150."""
        return int(self.cost_percent * 100)

    @property
    def rule(self) -> str:
        """1,5 % + 0,25 €"""
        percent = number_format(self.cost_percent.normalize())
        return f"{percent}{NBSP}% + {euros(self.cost_fixed)}"

    def costs_of(self, cents: int) -> int:
        """Cents to pay on top, so that `cents` are left of a payment by card. Whole numbers only:
        `sum.js` reckons the same."""
        left = WHOLE - self.hundredths
        total = (2 * (cents + self.cost_fixed) * WHOLE + left) // (2 * left)
        return total - cents
