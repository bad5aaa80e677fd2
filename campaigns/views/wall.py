"""The site's wall: a page, an address for each post, and feeds (Atom 1.0, JSON Feed 1.1)."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from campaigns.models import WallEntry
from campaigns.services import sharing
from campaigns.templatetags.wall_tags import linked

A_PAGE = 24
IN_A_FEED = 50


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    entries = Paginator(WallEntry.objects.shown(), A_PAGE).get_page(request.GET.get("p"))
    address = request.path if entries.number == 1 else f"{request.path}?p={entries.number}"
    context = {
        "entries": entries,
        "address": address,
        "shared": sharing.drawn(_title()),
        "described": sharing.wall_described(),
    }
    return render(request, "campaigns/wall.html", context)


@require_safe
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(WallEntry.objects.shown(), pk=pk)
    picture = sharing.picture_of(shown)
    described = sharing.entry_described(shown, picture["card"])
    context = {"entry": shown, "shared": picture, "described": described}
    return render(request, "campaigns/wall_entry.html", context)


@require_safe
@cache_control(public=True, max_age=60)
def atom(request: HttpRequest) -> HttpResponse:
    made = Atom1Feed(
        title=_title(),
        link=_absolute(reverse("wall")),
        feed_url=_absolute(reverse("wall_atom")),
        description=_("What we say, as soon as we have said it."),
        language=get_language(),
    )
    for shown in WallEntry.objects.shown()[:IN_A_FEED]:
        made.add_item(
            title=str(shown),
            link=_absolute(shown.get_absolute_url()),
            description=_html(shown),
            unique_id=_absolute(shown.get_absolute_url()),
            pubdate=shown.published_at,
            updateddate=shown.published_at,
            categories=shown.campaign.tags,
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml")


@require_safe
@cache_control(public=True, max_age=60)
def feed(request: HttpRequest) -> HttpResponse:
    """https://www.jsonfeed.org/version/1.1/"""
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(),
        "home_page_url": _absolute(reverse("wall")),
        "feed_url": _absolute(reverse("wall_json")),
        "language": get_language(),
        "items": [_item(shown) for shown in WallEntry.objects.shown()[:IN_A_FEED]],
    }
    return JsonResponse(data, content_type="application/feed+json")


def _item(shown: WallEntry) -> dict[str, object]:
    address = _absolute(shown.get_absolute_url())
    item: dict[str, object] = {
        "id": address,
        "url": address,
        "content_text": shown.words,
        "content_html": _html(shown),
        "date_published": shown.published_at.isoformat(),
        "tags": [tag.removeprefix("#") for tag in shown.campaign.tags],
    }
    picture = shown.picture
    if picture:
        item["image"] = _absolute(picture.url)
        item["attachments"] = [
            {"url": _absolute(picture.url), "mime_type": picture.mime, "title": shown.alt}
        ]
    return item


def _html(shown: WallEntry) -> str:
    picture = shown.picture
    words = format_html("<p>{}</p>", linked(shown.words))
    if picture is None:
        return words
    image = format_html(
        '<p><img src="{}" alt="{}" width="{}" height="{}"></p>',
        _absolute(picture.url),
        shown.alt,
        picture.width,
        picture.height,
    )
    return words + image


def _title() -> str:
    return _("The wall")


def _absolute(path: str) -> str:
    return path if path.startswith("http") else f"{settings.SITE_URL}{path}"
