"""Every address of the admin, with arguments that exist."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.urls import URLResolver, get_resolver
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Collection, Page, Site, Task, Workflow

from campaigns.models import Account, Campaign, Post
from cms.models import HomePage
from donations.models import Donation, Fund, Receipt
from mail.models import Attachment, Message
from people.models import User

# the first that fits, by the beginning of the address and the name of the argument
ARGUMENTS: list[tuple[str, str, Any]] = [
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
    ("admin/tesoreria/ricevute", "pk", lambda: Receipt.objects.first()),
    (
        "admin/tesoreria/posta",
        "pk",
        lambda: Message.objects.filter(acknowledgement__isnull=False).first(),
    ),
    ("admin/tesoreria/allegati", "pk", lambda: Attachment.objects.first()),
    ("admin/cms_campaign_chooser", "pk", lambda: Campaign.objects.first()),
    ("admin/campagne/", "pk", lambda: Campaign.objects.first()),
    ("admin/tesoreria/fondi", "pk", lambda: Fund.objects.first()),
    (
        "admin/post/",
        "pk",
        lambda: Post.objects.filter(deliveries__isnull=False).order_by("pk").first(),
    ),
    ("admin/profili/", "pk", lambda: Account.objects.first()),
    ("admin/sites/", "pk", lambda: Site.objects.first()),
    ("admin/settings/", "pk", lambda: Site.objects.first()),
    ("admin/users/", "pk", lambda: User.objects.get(username="marta")),
    ("admin/groups/", "pk", lambda: Group.objects.first()),
    ("", "page_id", lambda: _page()),
    ("", "parent_page_id", lambda: _page()),
    ("", "page_to_move_id", lambda: _page().get_children().first()),
    ("", "page_pk", lambda: _page()),
    ("admin/api/main/pages", "pk", lambda: _page()),
    ("admin/pages/", "pk", lambda: _page()),
]
WORDS = {
    "content_type_app_name": "cms",
    "content_type_model_name": "standardpage",
    "app_label": "wagtailcore",
    "model_name": "page",
    "app_name": "brand",
    "action": "delete",
    "action_name": "approve",
    "channel": "mastodon",
    "filter_spec": "original",
    "revision_id_a": "earliest",
    "revision_id_b": "latest",
    "uidb64": "x",
    "token": "x",
    "object_id": "1",
}


def _page() -> Page:
    return HomePage.objects.get().page_ptr


def routes() -> list[str]:
    return sorted(set(_walk(get_resolver(), "")))


def address(route: str) -> str:
    """The route with something that exists for every argument, 1 where the demonstration has none."""
    plain = route.replace("^", "").replace("\\.", ".").removesuffix("$")
    plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", plain)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _value(plain, found[1]), plain)


def _value(route: str, name: str) -> str:
    if name in WORDS:
        return (
            "brandsettings"
            if route.startswith("admin/settings/") and name == "model_name"
            else WORDS[name]
        )
    if name == "public_id":
        return str(Donation.objects.values_list("public_id", flat=True).first())
    for beginning, argument, find in ARGUMENTS:
        if name == argument and route.startswith(beginning):
            found = find()
            return str(found.pk) if found else "1"
    return "1"


def _walk(resolver: Any, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif route.startswith("admin/"):
            yield route
