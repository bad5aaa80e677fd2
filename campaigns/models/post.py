"""A post: what is said, with which picture, when and on which accounts. All of it is in Wagtail's
revision, so that what was approved is what goes out."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.models import (
    AbstractGroupApprovalTask,
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    TaskState,
    Workflow,
    WorkflowMixin,
    WorkflowState,
)

from campaigns.channels import registry
from campaigns.channels.text import opening
from campaigns.errors import Refused
from campaigns.models.account import Account, validate_channel
from campaigns.states import State
from outbox import clock

LINK = "{link}"


class ReviewTask(AbstractGroupApprovalTask):
    """Somebody of these groups says yes.

    Unlike Wagtail's own group approval it never locks the post for its author: whoever corrects
    a comma while the post waits is not shut out; the correction just asks again.
    """

    class Meta:
        verbose_name = _("approval of posts")
        verbose_name_plural = _("approvals of posts")

    def locked_for_user(self, obj: Any, user: Any) -> bool:
        return False


class PostQuerySet(models.QuerySet["Post"]):
    def for_lists(self) -> "PostQuerySet":
        """With what a list or the calendar shows of each: no query a row."""
        return self.select_related("campaign", "image", "latest_revision").prefetch_related(
            "deliveries__account", "deliveries__source"
        )


class Post(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    ClusterableModel,
):
    """`live` means approved: `live_revision` is the version that goes out. Wagtail's own
    `go_live_at` is not used; the deliveries know their minute."""

    class Card(models.TextChoices):
        NONE = "none", _("No card")
        PHOTO = "photo", _("Photo with headline")
        STATEMENT = "statement", _("Statement")
        THERMOMETER = "thermometer", _("Thermometer")

    campaign = models.ForeignKey(
        "campaigns.Campaign",
        verbose_name=_("campaign"),
        on_delete=models.PROTECT,
        related_name="posts",
    )
    text = models.TextField(
        _("text"), help_text=_("{link} stands for the link, a different one for each account.")
    )
    image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    alt_text = models.CharField(
        _("alternative text"),
        max_length=1500,
        blank=True,
        help_text=_("What is in the picture, for those who cannot see it."),
    )
    card = models.CharField(_("card"), max_length=20, choices=Card.choices, default=Card.NONE)
    card_headline = models.CharField(_("headline on the card"), max_length=140, blank=True)
    planned_date = models.DateField(_("day"), null=True, blank=True)
    planned_time = models.TimeField(_("time"), null=True, blank=True)
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=clock.DEFAULT_ZONE,
        validators=[clock.validate_zone],
    )
    # the same in UTC, computed by clean()
    planned_at = models.DateTimeField(null=True, editable=False, db_index=True)
    accounts = ParentalManyToManyField(
        "campaigns.Account",
        verbose_name=pgettext_lazy("network", "accounts"),
        blank=True,
        related_name="posts",
    )
    live = models.BooleanField(_("approved"), default=False, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["planned_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(card__in=["none", "photo", "statement", "thermometer"]),
                name="post_card",
            )
        ]

    def __str__(self) -> str:
        return opening(self.text, 90)

    def clean(self) -> None:
        super().clean()
        moment = self.moment
        self.planned_at = moment.utc if moment else None
        if self.card == self.Card.PHOTO and not self.image_id:
            raise ValidationError({"image": _("This card needs a picture: choose one.")})

    @property
    def moment(self) -> clock.Moment | None:
        """Its minute, with what there is to say about the night of a clock change."""
        if self.planned_date is None or self.planned_time is None:
            return None
        return clock.moment(day=self.planned_date, at=self.planned_time, zone=self.zone)

    def text_for(self, channel: str) -> str:
        """The text on that network: its own, or the common one. `{link}` still in it."""
        for variant in self.variants.all():
            if variant.channel == channel and variant.text.strip():
                return str(variant.text)
        return self.text

    # approval --------------------------------------------------------------------------------

    def get_workflow(self) -> Workflow | None:
        """The campaign's own approval, or the usual one."""
        campaign = self.campaign if self.campaign_id else None
        if campaign and campaign.workflow and campaign.workflow.active:
            return campaign.workflow
        return self.get_default_workflow()

    def is_approved(self, revision: Revision) -> bool:
        """Whether a finished approval said yes to exactly this version."""
        return (
            TaskState.objects.filter(
                workflow_state__in=self.workflow_states.filter(
                    status=WorkflowState.STATUS_APPROVED
                ),
                revision=revision,
                status=TaskState.STATUS_APPROVED,
                finished_at__gte=revision.created_at,
            )
        ).exists()

    @transaction.atomic
    def publish(self, revision: Revision, user: Any = None, **options: Any) -> Any:
        """Only the end of an approval gets through: nobody publishes around it. Raises Refused.

        The row is locked first, as in `save_revision`: a change that was saved while somebody
        said yes is not passed over, whichever of the two was first. Not against references to it:
        a sender's COMMIT would wait for us and we for its deliveries (PostgreSQL).
        """
        rows = type(self)._base_manager.select_for_update(no_key=True).filter(pk=self.pk)
        latest = rows.values_list("latest_revision", flat=True).first()
        if latest != revision.pk or self.latest_revision_id != revision.pk:
            raise Refused(gettext("The post was changed meanwhile: look at it again."))
        if not self.is_approved(revision):
            raise Refused(gettext("A post goes out only after somebody has said yes to it."))
        options["skip_permission_checks"] = True
        return super().publish(revision, user=user, **options)

    @transaction.atomic
    def save_revision(
        self,
        user: Any = None,
        *args: Any,
        changed: bool = True,
        overwrite_revision: Revision | None = None,
        **options: Any,
    ) -> Revision:
        """A change to an approved post stops its deliveries in the same transaction and asks again.

        Raises Refused while a delivery is being sent.
        """
        type(self)._base_manager.select_for_update(no_key=True).filter(pk=self.pk).first()
        held = 0
        if changed:
            why = gettext("The post was changed: it waits for a new yes.")
            held = self.deliveries.withdraw(into=State.HELD, by=user, why=why)
        if overwrite_revision is not None and overwrite_revision.task_states.exists():
            overwrite_revision = None  # somebody was shown that version: it stays as it was
        revision: Revision = super().save_revision(
            user, *args, changed=changed, overwrite_revision=overwrite_revision, **options
        )
        workflow = self.get_workflow() if held else None
        if workflow and not self.current_workflow_state:
            workflow.start(self, user)
        return revision

    # preview ---------------------------------------------------------------------------------

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """All networks at once, then one by one: those that have an account in use."""
        used = set(Account.objects.active().values_list("channel", flat=True))
        used |= {account.channel for account in self.accounts.all()}
        names = [(key, label) for key, label in registry.choices() if key in used]
        return [("", _("All")), *names]

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """Followers hold a phone."""
        return PreviewableMixin.DEFAULT_PREVIEW_SIZES[:1]

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        return super().get_preview_context(request, mode_name) | {"mode": mode_name}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "campaigns/preview/post.html"


class PostVariant(models.Model):
    """The text for one network, where the common one does not do."""

    post = ParentalKey(Post, on_delete=models.CASCADE, related_name="variants")
    channel = models.CharField(_("network"), max_length=40, validators=[validate_channel])
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("text for a network")
        verbose_name_plural = _("texts for single networks")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["post", "channel"], name="variant_once")]

    def __str__(self) -> str:
        return self.channel
