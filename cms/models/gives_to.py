from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.funds import must_be_open
from cms.models.base import SitePage
from donations.models import Fund


class GivesTo(SitePage):
    """Abstract. A page whose button gives to a fund."""

    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The fund its button gives to; without one the donor chooses."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        try:
            must_be_open(self.fund)
        except ValidationError as problem:
            raise ValidationError({"fund": problem.messages}) from problem
