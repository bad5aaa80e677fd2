"""Posts in Wagtail's admin: the list, the composer, what may be done with one."""

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property, classproperty
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import ChecksSidePanel, PreviewSidePanel
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views import snippets

from campaigns import services
from campaigns.admin import actions, composer, live, results
from campaigns.admin.panels import composer_panels
from campaigns.admin.preview import PostPreviewSidePanel
from campaigns.admin.states import with_looks
from campaigns.errors import Refused
from campaigns.models import Account, Campaign, Delivery, Post
from campaigns.states import OUTCOME_OPEN, State

STATES: dict[str, tuple[Any, dict[str, Any]]] = {
    "draft": (_("Draft or in approval"), {"deliveries__isnull": True}),
    "planned": (_("Planned"), {"deliveries__state__in": [State.PLANNED, State.DUE]}),
    "stopped": (_("Stopped"), {"deliveries__state": State.HELD}),
    "checking": (_("Being checked"), {"deliveries__state__in": list(OUTCOME_OPEN)}),
    "person": (
        _("Needs a person"),
        {"deliveries__state__in": [State.NEEDS_PERSON, State.REJECTED]},
    ),
    "published": (_("Out"), {"deliveries__state": State.PUBLISHED}),
    "cancelled": (_("Cancelled"), {"deliveries__state": State.CANCELLED}),
}


class PostFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(key, label) for key, (label, _lookup) in STATES.items()],
        method="in_state",
    )
    campaign = django_filters.ModelChoiceFilter(
        label=_("Campaign"), queryset=Campaign.objects.all()
    )
    accounts = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("network", "Account"),
        queryset=Account.objects.all(),
        field_name="accounts",
    )

    class Meta:
        model = Post
        fields = ["state", "campaign", "accounts"]

    def in_state(self, queryset: QuerySet[Post], name: str, value: str) -> QuerySet[Post]:
        return queryset.filter(**STATES[value][1]).distinct()


class PartColumn(Column):
    """A cell drawn by a template of ours from the post's `look` and `totals`."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.cell_template_name = f"campaigns/admin/cells/{name}.html"

    def get_value(self, instance: Post) -> Post:
        return instance


class PostIndexView(snippets.IndexView):
    @cached_property
    def columns(self) -> list[Any]:
        return [
            column
            for column in super().columns
            if not isinstance(column, BulkActionsCheckboxColumn)
        ]

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            "__str__",
            PartColumn("when", label=_("Goes out"), sort_key="planned_at"),
            PartColumn("state", label=_("State")),
            PartColumn("networks", label=_("Networks"), classname="sp-cell"),
            PartColumn("results", label=_("Visits, gifts, euros"), classname="sp-cell"),
        ]

    def get_base_queryset(self) -> QuerySet[Post]:
        return super().get_base_queryset().for_lists()

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        results.attach(with_looks(context["object_list"]))
        return context

    def get_delete_url(self, instance: Post) -> str | None:
        return None if instance.deliveries.all() else super().get_delete_url(instance)


class Composer:
    """What creating and editing share: full checks on asking for a yes, our preview, no page checks."""

    error_message = _("Nothing was saved yet: mend what is marked in red.")

    def get_available_actions(self) -> list[str]:
        """Nobody publishes around the approval, not even who may do everything."""
        return [name for name in super().get_available_actions() if name != "publish"]  # type: ignore[misc]

    def is_valid(self, form: Any) -> bool:
        valid = super().is_valid(form)  # type: ignore[misc]
        if not valid or self.action not in ("submit", "restart-workflow"):  # type: ignore[attr-defined]
            return bool(valid)
        stops = services.stops(composer.problems_of(form.save(commit=False)))
        if stops:
            self.produced_error_code = "validation_error"
            self.produced_error_message = " ".join(stops)
        return not stops

    def submit_action(self) -> None:
        """Wagtail would start a second approval beside the one that the change has started."""
        if not services.all_out(post=self.object):  # type: ignore[attr-defined]
            services.ask(post=self.object, by=self.request.user)  # type: ignore[attr-defined]

    def restart_workflow_action(self) -> None:
        if not services.all_out(post=self.object):  # type: ignore[attr-defined]
            super().restart_workflow_action()  # type: ignore[misc]

    def get_success_message(self, instance: Any = None) -> str:
        if services.all_out(post=self.object):  # type: ignore[attr-defined]
            return gettext(
                "Kept here, for us. What is out stays as it is: nothing is sent again, and nobody "
                "is asked for a yes."
            )
        if self.action in ("submit", "restart-workflow"):  # type: ignore[attr-defined]
            return gettext(
                "The yes has been asked for. The post goes out at its time once it comes."
            )
        ahead = Delivery.objects.filter(state=State.PLANNED, planned_at__gt=timezone.now())
        if self.action == "workflow-action" and ahead.filter(post=self.object.pk):  # type: ignore[attr-defined]
            return gettext("The yes is given. The post goes out at its time.")
        return str(super().get_success_message(instance))  # type: ignore[misc]

    def get_side_panels(self) -> MediaContainer:
        panels = []
        for panel in super().get_side_panels():  # type: ignore[misc]
            if isinstance(panel, PreviewSidePanel):
                panel = PostPreviewSidePanel(
                    panel.object, panel.request, preview_url=panel.preview_url
                )
            if not isinstance(panel, ChecksSidePanel):
                panels.append(panel)
        return MediaContainer(panels)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        form = context.get("form")
        if form:
            context |= composer.verdict_context(form.instance, form)
        return context


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else gettext("Somebody")


class PostCreateView(Composer, snippets.CreateView):
    def get_initial_form_instance(self) -> Post:
        return composer.new_post(day=self.request.GET.get("giorno", ""))

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"accounts": composer.usual_accounts()}


class PostEditView(Composer, snippets.EditView):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        # an approved post is held by the first change saved: that has to be somebody's decision
        if self.live_object.deliveries.exists():
            self.autosave_enabled = False

    def is_valid(self, form: Any) -> bool:
        if self.action == "workflow-action" and (self.is_out_of_date or self.looks_different):
            self.produced_error_code = "invalid_revision"
            self.produced_error_message = gettext(
                "The post was changed while you were reading. Nobody has said yes to anything: "
                "read it again."
            )
            return False
        if self.is_out_of_date and not self.expects_json_response and form.has_changed():
            self.produced_error_code = "invalid_revision"
            self.produced_error_message = gettext(
                "%(who)s saved this post while you were writing. Nothing of yours is lost, it "
                "stands below: saving again puts it in the place of theirs, which stays in the "
                "history."
            ) % {"who": _name(self.latest_revision.user)}
            return False
        return super().is_valid(form)

    @property
    def looks_different(self) -> bool:
        """Whether picture or card were changed elsewhere since the page was opened."""
        read = self.request.POST.get("seen")
        return read is not None and read != services.seen_in(post=self.object)

    def save_instance(self) -> Any:
        # Wagtail would make a version without changes, which nobody has said yes to, and ask again
        if self.object.latest_revision_id and not self.form.has_changed():
            self.new_revision = None
            return self.object
        return super().save_instance()

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
            services.stop_asking(post=self.object, by=self.request.user)
            return response
        except Refused as reason:
            self.produced_error_message = str(reason)
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        seen = services.seen_in(post=self.object) if self.object.campaign_id else ""
        user = self.request.user
        context |= results.page_context(self.live_object, user)
        return context | {"seen": seen} | results.asked_of(self.object, user)


class PostInspectView(snippets.InspectView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        services.as_it_will_be(post=self.object)
        context = super().get_context_data(**kwargs)
        return context | results.page_context(self.object, self.request.user)


class PostDeleteView(snippets.DeleteView):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        may = request.user.has_perm("campaigns.delete_post")  # who may not is told nothing of it
        if may and self.object.deliveries.exists():
            messages.error(
                request,
                gettext("This post has been planned: its history stays. Cancel it instead."),
            )
            return redirect(reverse(self.edit_url_name, args=[self.object.pk]))
        return super().dispatch(request, *args, **kwargs)


class PostAnswerView(snippets.WorkflowActionView):
    """An answer given elsewhere than on the post's page; a refusal is read there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except Refused as reason:
            messages.error(request, str(reason))
        edit = reverse("campaigns_posts:edit", args=[self.object.pk])
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(request, {"step": "success", "redirect": edit})
        return redirect(edit)


class NoBulkDelete(DeleteBulkAction):
    """In the place of Wagtail's action, which knows nothing of what has been planned."""

    @classproperty
    def models(cls) -> list[type[Post]]:
        return [Post]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("campaigns.delete_post"):
            raise PermissionDenied
        messages.error(
            request,
            gettext("Posts are deleted one at a time, on the page of each; nothing was deleted."),
        )
        return redirect("campaigns_posts:list")


class PostCancellationView(snippets.ConfirmWorkflowCancellationView):
    """Wagtail asks nobody here; the question alone would show a post to strangers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("campaigns.change_post"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PostViewSet(snippets.SnippetViewSet):
    model = Post
    admin_url_namespace = "campaigns_posts"
    base_url_path = "post"
    chooser_admin_url_namespace = "campaigns_post_chooser"
    chooser_base_url_path = "post/scegli"
    icon = "edit"
    menu_label = _("Posts")
    menu_name = "posts"
    menu_order = 210
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_per_page = 30
    ordering = ["-planned_at", "-pk"]
    filterset_class = PostFilters
    search_fields = ["text"]
    index_view_class = PostIndexView
    add_view_class = PostCreateView
    edit_view_class = PostEditView
    delete_view_class = PostDeleteView
    inspect_view_class = PostInspectView
    confirm_workflow_cancellation_view_class = PostCancellationView
    workflow_action_view_class = PostAnswerView
    index_template_name = "wagtailadmin/generic/index.html"  # without the bar for many at once
    inspect_template_name = "campaigns/admin/post_inspect.html"
    create_template_name = "campaigns/admin/post_create.html"
    edit_template_name = "campaigns/admin/post_edit.html"
    edit_handler = composer_panels()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("controlla/", live.check, name="check"),
            path("cartolina/", live.draw_card, name="card"),
            path("<int:pk>/sposta/", actions.move, name="move"),
            path("<int:pk>/annulla/", actions.cancel, name="cancel"),
            path("<int:pk>/togli/", actions.take_down, name="take_down"),
        ]
