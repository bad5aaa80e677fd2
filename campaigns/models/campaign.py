"""A campaign: its hashtags, its window, its goal, and how its posts behave."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.channels.text import hashtags
from outbox import clock

DONATE = "/dona/"


class Campaign(models.Model):  # type: ignore[django-manager-missing]
    """Its days are what a wall clock in `zone` shows; `starts_at` and `ends_at` are those in UTC."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    hashtags = models.CharField(
        _("hashtags"),
        max_length=200,
        help_text=_("With the #, separated by spaces. The first one is the campaign’s own."),
    )
    start_date = models.DateField(_("first day"))
    start_time = models.TimeField(_("first hour"), default="00:00")
    end_date = models.DateField(_("last day"))
    end_time = models.TimeField(_("last hour"), default="23:59")
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=clock.DEFAULT_ZONE,
        validators=[clock.validate_zone],
    )
    starts_at = models.DateTimeField(editable=False, db_index=True)
    ends_at = models.DateTimeField(editable=False, db_index=True)
    goal = models.PositiveBigIntegerField(
        _("goal"), null=True, blank=True, validators=[MinValueValidator(100)], help_text=_("Cents.")
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    late_minutes = models.PositiveIntegerField(
        _("late posts"),
        default=60,
        help_text=_(
            "A post that could not leave at its minute still goes out by itself for so many "
            "minutes; after that a person is asked."
        ),
    )
    landing_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("landing page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Where the posts’ links lead. Without one they lead to the donation page."),
    )
    workflow = models.ForeignKey(
        "wagtailcore.Workflow",
        verbose_name=_("approval"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who says yes to its posts. Empty: the usual approval."),
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends"),
            models.CheckConstraint(
                condition=Q(goal__isnull=True) | Q(goal__gt=0), name="campaign_goal"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Computes the window in UTC and tidies the hashtags."""
        super().clean()
        self.hashtags = self._clean_hashtags()
        if not (self.start_date and self.start_time and self.end_date and self.end_time):
            return
        self.starts_at = clock.moment(day=self.start_date, at=self.start_time, zone=self.zone).utc
        self.ends_at = clock.moment(day=self.end_date, at=self.end_time, zone=self.zone).utc
        if self.ends_at <= self.starts_at:
            raise ValidationError({"end_date": _("The campaign would end before it starts.")})

    def _clean_hashtags(self) -> str:
        words = [word if word.startswith("#") else f"#{word}" for word in self.hashtags.split()]
        for word in words:
            if [f"#{tag.value}" for tag in hashtags(word)] != [word]:
                raise ValidationError(
                    {
                        "hashtags": _("“%(word)s” is no hashtag: letters, digits and _ only.")
                        % {"word": word}
                    }
                )
        return " ".join(dict.fromkeys(words))

    @property
    def tags(self) -> list[str]:
        """Its hashtags with the #, the campaign's own first."""
        return self.hashtags.split()

    @property
    def target(self) -> str:
        """The path on this site where its links lead."""
        page = self.landing_page
        path = urlsplit(page.url or "").path if page and page.live else ""
        return path or DONATE
