"""The territory's identity: what it is called and looks like, and who stands behind it by law."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from stdnum import iban
from stdnum.exceptions import ValidationError as NumberError
from stdnum.it import codicefiscale, iva
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.images import get_image_model_string
from wagtail.models import Orderable

from brand import palette
from brand.colour import mixed, validate_colour

YELLOW, INK = "#ffd21f", "#17150f"
TOLD = 3  # of the pairs that cannot be read, the worst


def _sentence(clash: palette.Clash) -> str:
    return _(
        "%(one)s and %(other)s are too close: %(where)s. The contrast is %(found)s and "
        "%(least)s is the least. Take a lighter or a darker one."
    ) % {
        "one": clash.one,
        "other": clash.other,
        "where": ", ".join(str(place) for place in clash.where),
        "found": f"{int(clash.found * 10) / 10:.1f}",  # 4.48 is not enough, and is not 4.5
        "least": f"{clash.least:g}",
    }


@register_setting(icon="sp-plus", order=100)
class BrandSettings(ClusterableModel, BaseGenericSetting):
    """Name, claim, colours, contacts."""

    name = models.CharField(_("name"), max_length=60, default="segni positivi")
    claim = models.CharField(
        _("claim"),
        max_length=60,
        default="una valle più vicina",
        help_text=_("The total at the foot of every page: what all the additions make."),
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("For search engines and shared links, where a page has none of its own."),
    )
    yellow = models.CharField(
        _("ground colour"), max_length=7, default=YELLOW, validators=[validate_colour]
    )
    ink = models.CharField(_("ink colour"), max_length=7, default=INK, validators=[validate_colour])
    logo = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("logo"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Without one, the three plus signs stand beside the name."),
    )
    favicon = models.ForeignKey(
        get_image_model_string(),
        verbose_name=_("favicon"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The small square in the browser’s tab. Without one, a plus sign."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    press_email = models.EmailField(_("e-mail for the press"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    hours = models.CharField(_("hours"), max_length=80, blank=True)
    foot_note = models.CharField(_("last line of the footer"), max_length=250, blank=True)

    panels = [
        MultiFieldPanel(
            [FieldPanel("name"), FieldPanel("claim"), FieldPanel("description")], _("Identity")
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("yellow"), FieldPanel("ink")]),
                FieldPanel("logo"),
                FieldPanel("favicon"),
            ],
            pgettext_lazy("of a brand", "Look"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("email"), FieldPanel("press_email")]),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("hours")]),
            ],
            _("Contacts"),
        ),
        InlinePanel("profiles", heading=_("Social profiles"), label=_("profile")),
        FieldPanel("foot_note"),
    ]

    class Meta:
        verbose_name = _("brand")

    def clean(self) -> None:
        super().clean()
        try:
            found = palette.clashes(self.yellow, self.ink)
        except ValueError:
            return  # the field's own message says what is wrong
        problems: dict[str, list[str]] = {}
        for clash in found[:TOLD]:
            field = "yellow" if "giallo" in clash.of else "ink"
            problems.setdefault(field, []).append(_sentence(clash))
        if problems:
            raise ValidationError(problems)

    @cached_property
    def social(self) -> list[Any]:
        """The profiles, asked for once: the footer and the page's data show them both."""
        return list(self.profiles.all())

    @property
    def own_colours(self) -> bool:
        return (self.yellow.lower(), self.ink.lower()) != (YELLOW, INK)

    @property
    def on_cards(self) -> dict[str, str]:
        """What every drawn card carries of the brand, named as a card's specification names it."""
        look = {"brand": self.name, "ground": self.yellow.lower(), "ink": self.ink.lower()}
        if self.own_colours:  # what is still empty in a thermometer is a lighter ink
            look["dim"] = mixed("#ffffff", look["ink"], 0.22)
        return look


class SocialProfile(Orderable):
    settings = ParentalKey(BrandSettings, on_delete=models.CASCADE, related_name="profiles")
    label = models.CharField(_("name"), max_length=40)
    url = models.URLField(_("address"))

    class Meta(Orderable.Meta):
        verbose_name = _("profile")


class Kind(models.TextChoices):
    """Which kind of body issues receipts: their wording follows it (art. 83 D.Lgs. 117/2017)."""

    ETS = "ets", _("non-commercial body of the third sector (ETS)")
    ODV = "odv", _("voluntary organisation (ODV)")
    APS = "aps", _("association for social promotion (APS)")
    OTHER = "other", _("not a body of the third sector")


def _number(validate: Any, message: Any) -> Any:
    def check(value: str) -> None:
        try:
            validate(value)
        except NumberError as error:
            raise ValidationError(message) from error

    return check


def validate_fiscal_code(value: str) -> None:
    """A body's codice fiscale has 11 digits, some have 16 characters."""
    check = iva.validate if value.strip().isdecimal() else codicefiscale.validate
    _number(check, _("This codice fiscale is not right: check each character."))(value)


def validate_iban(value: str) -> None:
    _number(iban.validate, _("This IBAN is not right: check each character."))(value)


def validate_vat_number(value: str) -> None:
    _number(iva.validate, _("This partita IVA is not right: it has eleven digits."))(value)


@register_setting(icon="doc-full", order=110)
class LegalSettings(BaseGenericSetting):
    """Who issues the receipts. What stands here is frozen into each receipt at its issue."""

    body = models.CharField(_("body"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    city = models.CharField(
        _("city"), max_length=80, blank=True, help_text=_("As on an envelope: 23100 Sondrio (SO).")
    )
    fiscal_code = models.CharField(
        _("codice fiscale"), max_length=16, blank=True, validators=[validate_fiscal_code]
    )
    vat_number = models.CharField(
        _("partita IVA"), max_length=13, blank=True, validators=[validate_vat_number]
    )
    kind = models.CharField(_("kind of body"), max_length=10, choices=Kind, default=Kind.OTHER)
    runts_section = models.CharField(_("section of the RUNTS"), max_length=80, blank=True)
    runts_number = models.CharField(_("number in the RUNTS"), max_length=20, blank=True)
    iban = models.CharField(
        _("IBAN for gifts"),
        max_length=42,
        blank=True,
        validators=[validate_iban],
        help_text=_(
            "With it people can give by bank transfer; without it, they are not offered it."
        ),
    )
    transfer_reminder = models.PositiveSmallIntegerField(
        _("days until a transfer is called to mind"),
        default=7,
        validators=[MaxValueValidator(60)],
        help_text=_("Once, by mail, when it has not come yet; 0 for never."),
    )
    transfer_patience = models.PositiveSmallIntegerField(
        _("days until a transfer is not waited for any more"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("If it comes after all, it is recognised all the same."),
    )
    privacy_email = models.EmailField(
        _("e-mail for personal data"),
        blank=True,
        help_text=_("Where people write about their data; without it, the brand’s e-mail."),
    )
    data_protection_officer = models.CharField(
        _("data protection officer"),
        max_length=200,
        blank=True,
        help_text=_("Name and contact, where one has been appointed."),
    )
    privacy_text = RichTextField(
        _("who else works on the data for you"),
        features=["bold", "italic", "link", "ul", "ol"],
        blank=True,
        help_text=_(
            "Who keeps the server, who sends the mails, who keeps the books. Stands in "
            "the privacy notice, which says the rest by itself."
        ),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("body"),
                FieldRowPanel([FieldPanel("address"), FieldPanel("city")]),
                FieldRowPanel([FieldPanel("fiscal_code"), FieldPanel("vat_number")]),
            ],
            _("The body"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("kind"),
                FieldRowPanel([FieldPanel("runts_section"), FieldPanel("runts_number")]),
            ],
            _("Third sector"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("iban"),
                FieldRowPanel([FieldPanel("transfer_reminder"), FieldPanel("transfer_patience")]),
            ],
            _("Bank transfers"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("privacy_email"), FieldPanel("data_protection_officer")]),
                FieldPanel("privacy_text"),
            ],
            _("Privacy notice"),
        ),
    ]

    class Meta:
        verbose_name = _("legal identity")
