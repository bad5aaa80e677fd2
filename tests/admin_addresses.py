"""Every address of the admin, with arguments that exist."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import URLResolver, get_resolver
from wagtail.blocks import Block
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Page, Site, Task, Workflow, WorkflowState

from brand.models import BrandSettings
from campaigns.models import Account, Campaign, Delivery, Post
from cms.models import HomePage
from donations.models import (
    BankLine,
    BankStatement,
    ClosedDoor,
    CustomerRemoval,
    Donation,
    Donor,
    DonorMerge,
    DonorNote,
    DonorTag,
    DonorWallEntry,
    ErasureRequest,
    FraudWarning,
    Fund,
    GiftImport,
    GiftTry,
    OpenEvening,
    Payout,
    PickUpPlace,
    Premium,
    Receipt,
    RecurringDonation,
    RefundRequest,
    Statement,
    StatementRun,
    StripeEvent,
    ThanksInPerson,
)
from mail.models import Attachment, Message
from people.models import User

# the first that fits, by the beginning of the address and the name of the argument
ARGUMENTS: list[tuple[str, str, Any]] = [
    ("admin/tesoreria/donatori/unioni/", "pk", lambda: DonorMerge.objects.first()),
    ("admin/tesoreria/donatori/note/", "pk", lambda: DonorNote.objects.first()),
    ("admin/tesoreria/donatori/", "pk", lambda: DonorTag.objects.first()),
    ("admin/post/history/", "revision_id", lambda: _post().revisions.last()),
    ("admin/post/workflow/", "pk", lambda: _waiting_post()),
    ("admin/post/workflow/", "task_state_id", lambda: _task_state(_waiting_post())),
    ("admin/post/workflow/", "task_id", lambda: _task_state(_waiting_post()).task),
    ("admin/pages/workflow/", "page_id", lambda: _waiting_page()),
    ("admin/pages/workflow/", "task_state_id", lambda: _task_state(_waiting_page())),
    ("admin/pages/workflow/", "task_id", lambda: _task_state(_waiting_page()).task),
    ("admin/pages/<int:page_id>/workflow_history/", "page_id", lambda: _waiting_page()),
    (
        "admin/pages/<int:page_id>/convert_alias/",
        "page_id",
        lambda: Page.objects.filter(alias_of__isnull=False).first(),
    ),
    ("admin/pages/", "workflow_state_id", lambda: _waiting_page().current_workflow_state),
    ("admin/post/", "workflow_state_id", lambda: _post().workflow_states.first()),
    ("admin/editing-sessions/ping/", "object_id", lambda: _page()),
    ("", "revision_id", lambda: _page().revisions.last()),
    ("", "destination_id", lambda: Page.objects.get(depth=1)),
    ("", "collection_id", lambda: Collection.objects.first()),
    ("admin/collections/", "pk", lambda: Collection.objects.last()),
    ("", "task_id", lambda: Task.objects.first()),
    ("admin/workflows/tasks/", "pk", lambda: Task.objects.first()),
    ("admin/workflows/", "pk", lambda: Workflow.objects.first()),
    ("", "workflow_pk", lambda: Workflow.objects.first()),
    ("", "image_id", lambda: get_image_model().objects.first()),
    ("", "redirect_id", lambda: Redirect.objects.first()),
    ("", "document_id", lambda: get_document_model().objects.first()),
    ("", "doc_id", lambda: get_document_model().objects.first()),
    ("admin/api/main/images", "pk", lambda: get_image_model().objects.first()),
    ("admin/images/", "pk", lambda: get_image_model().objects.first()),
    ("admin/api/main/documents", "pk", lambda: get_document_model().objects.first()),
    ("admin/documents/", "pk", lambda: get_document_model().objects.first()),
    ("admin/tesoreria/accrediti", "pk", lambda: Payout.objects.first()),
    ("admin/tesoreria/importa/", "pk", lambda: GiftImport.objects.first()),
    ("admin/tesoreria/riepiloghi/carta/", "pk", lambda: Statement.objects.first()),
    ("admin/tesoreria/riepiloghi/", "pk", lambda: StatementRun.objects.first()),
    ("admin/tesoreria/ricevute", "pk", lambda: Receipt.objects.first()),
    (
        "admin/tesoreria/posta",
        "pk",
        lambda: Message.objects.filter(acknowledgement__isnull=False).first(),
    ),
    ("admin/tesoreria/grazie", "pk", lambda: ThanksInPerson.objects.first()),
    ("admin/tesoreria/banca/estratti", "pk", lambda: BankStatement.objects.first()),
    ("admin/tesoreria/banca", "pk", lambda: BankLine.objects.first()),
    (
        "admin/tesoreria/rimborsi/<int:pk>/storno",
        "pk",
        lambda: RefundRequest.objects.exclude(way="").first(),
    ),
    ("admin/tesoreria/rimborsi", "pk", lambda: RefundRequest.objects.first()),
    ("admin/tesoreria/frodi", "pk", lambda: FraudWarning.objects.first()),
    ("admin/tesoreria/cancellazioni/clienti", "pk", lambda: CustomerRemoval.objects.first()),
    ("admin/tesoreria/cancellazioni", "pk", lambda: ErasureRequest.objects.first()),
    ("admin/tesoreria/abusi/porte/", "pk", lambda: ClosedDoor.objects.first()),
    ("admin/tesoreria/abusi/serate/", "pk", lambda: OpenEvening.objects.first()),
    ("admin/tesoreria/abusi/", "pk", lambda: GiftTry.objects.first()),
    ("admin/tesoreria/notizie/", "pk", lambda: StripeEvent.objects.first()),
    ("admin/tesoreria/muro", "pk", lambda: DonorWallEntry.objects.first()),
    ("admin/tesoreria/allegati", "pk", lambda: Attachment.objects.first()),
    ("admin/cms_campaign_chooser", "pk", lambda: Campaign.objects.first()),
    ("admin/campagne/", "pk", lambda: Campaign.objects.first()),
    ("admin/omaggi/cosa", "pk", lambda: Premium.objects.first()),
    ("admin/omaggi/punti", "pk", lambda: PickUpPlace.objects.first()),
    ("admin/tesoreria/fondi", "pk", lambda: Fund.objects.first()),
    ("admin/banco/", "pk", lambda: Delivery.objects.first()),
    ("admin/post/", "pk", lambda: _post()),
    ("admin/profili/", "pk", lambda: Account.objects.first()),
    ("admin/sites/", "pk", lambda: Site.objects.first()),
    ("admin/settings/", "pk", lambda: BrandSettings.load()),
    ("admin/users/", "pk", lambda: User.objects.get(username="marta")),
    ("admin/groups/", "pk", lambda: Group.objects.first()),
    ("", "page_id", lambda: _page()),
    ("", "parent_page_id", lambda: _page()),
    ("", "page_to_move_id", lambda: _page().get_children().first()),
    ("", "page_pk", lambda: _page()),
    ("admin/api/main/pages", "pk", lambda: _page()),
    ("admin/pages/", "pk", lambda: _page()),
]
# the first that fits, likewise
WORDS: list[tuple[str, str, str]] = [
    ("", "content_type_app_name", "cms"),
    ("", "content_type_model_name", "standardpage"),
    ("admin/bulk/", "app_label", "campaigns"),
    ("admin/bulk/", "model_name", "post"),
    ("admin/settings/", "model_name", "brandsettings"),
    ("admin/tag-autocomplete/", "app_name", "taggit"),
    ("admin/tag-autocomplete/", "model_name", "tag"),
    ("admin/workflows/tasks/add/", "model_name", "groupapprovaltask"),
    ("admin/api/main/", "action_name", "unpublish"),
    ("", "app_label", "wagtailcore"),
    ("", "model_name", "page"),
    ("", "app_name", "brand"),
    ("admin/tesoreria/ringraziamenti/", "kind", "thank_you"),
    ("admin/tesoreria/ringraziamenti/", "language", "it"),
    ("admin/tesoreria/ricorrenti/", "act", "importo"),
    ("", "action", "delete"),
    ("admin/tesoreria/mesi/", "year", "2026"),
    ("", "action_name", "approve"),
    ("", "channel", "mastodon"),
    ("", "filter_spec", "original"),
    ("", "revision_id_a", "earliest"),
    ("", "revision_id_b", "latest"),
    ("", "uidb64", "x"),
    ("", "token", "x"),
]
# what follows the question mark, where an address means nothing without it
QUERIES: dict[str, Any] = {
    "admin/api/main/^documents/find/": lambda: f"id={get_document_model().objects.first().pk}",
    "admin/api/main/^images/find/": lambda: f"id={get_image_model().objects.first().pk}",
    "admin/api/main/^pages/find/": lambda: f"id={_page().pk}",
    "admin/block-preview/": lambda: f"id={next(iter(Block.definition_registry))}",
    "admin/bulk/<str:app_label>/<str:model_name>/<str:action>/": lambda: f"id={_post().pk}",
}


def _page() -> Page:
    return HomePage.objects.get().page_ptr


def _waiting_page() -> Page:
    """One that has been handed in for approval."""
    kind = ContentType.objects.get_for_model(Page)
    state = WorkflowState.objects.active().get(base_content_type=kind)
    return Page.objects.get(pk=state.object_id)


def _post() -> Any:
    """One that has been planned."""
    return Post.objects.filter(deliveries__isnull=False).order_by("pk").first()


def _waiting_post() -> Post:
    return Post.objects.get(_workflow_states__status=WorkflowState.STATUS_IN_PROGRESS)


def _task_state(of: Any) -> Any:
    return of.current_workflow_task_state


def routes() -> list[str]:
    return sorted(set(_walk(get_resolver(), "")))


def address(route: str) -> str:
    """The route with something that exists for every argument, 1 where the demonstration has none."""
    plain = route.replace("^", "").replace("\\.", ".").removesuffix("$")
    plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", plain)
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _value(plain, found[1]), plain)
    return f"{path}?{QUERIES[route]()}" if route in QUERIES else path


def _value(route: str, name: str) -> str:
    if name == "public_id":
        rooms = {"donatori": Donor, "ricorrenti": RecurringDonation}
        whose: Any = rooms.get(route.removeprefix("admin/tesoreria/").split("/")[0], Donation)
        return str(whose.objects.values_list("public_id", flat=True).first())
    for beginning, argument, find in ARGUMENTS:
        if name == argument and route.startswith(beginning):
            found = find()
            return str(found.pk) if found else "1"
    for beginning, argument, word in WORDS:
        if name == argument and route.startswith(beginning):
            return word
    return "1"


def _walk(resolver: Any, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif route.startswith("admin/"):
            yield route
