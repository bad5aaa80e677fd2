"""The composer's two questions to the server: what is wrong, and how does the card look?

Both take the form as it stands in the browser and write nothing of it. POST, with the form's own
CSRF token; for those who may see posts.
"""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.admin import composer
from campaigns.models import Account, Post
from campaigns.services import cards
from campaigns.services.content import SAMPLE_LINK, content_of
from media.cards import CardProblem
from media.services import sketched_card

FRAGMENTS = "campaigns/admin/fragments"
PERMISSION = "campaigns.view_post"


def sketch(request: HttpRequest) -> tuple[Post, Any]:
    """The post the form describes, as far as it can be understood; never saved. `?post=` says
    which one it is, since what is out already is none of its problems."""
    form = Post.get_edit_handler().get_form_class()(  # type: ignore[attr-defined]
        request.POST, instance=Post(), for_user=request.user
    )
    form.fields["accounts"].queryset = Account.objects.all()
    post = form.sketch()
    known = request.GET.get("post", "")
    post.pk = int(known) if known.isdecimal() and len(known) < 10 else None
    return post, form


@require_http_methods(["GET", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def check(request: HttpRequest) -> JsonResponse:
    """`fragments` by element id, `marks` by network for the preview's chips, `cards` to draw.

    GET: a `token` for a form that is older than the sign-in, so that it can still be sent.
    """
    if request.method == "GET":
        return JsonResponse({"token": get_token(request)})
    post, form = sketch(request)
    problems = composer.problems_of(post)
    rows = composer.account_rows(post, form, problems)
    fragments = {
        "sp-when": _draw("reading", reading=composer.reading_of(post)),
        "sp-verdict": _draw("verdict", verdict=composer.verdict(post, rows, problems)),
        "sp-general": _draw("general", notes=composer.general_notes(problems)),
        "sp-tags": _draw("tags", tags=composer.text_context(post)["tags"]),
    }
    for row in rows:
        fragments |= {
            f"sp-count-{row.account.pk}": _draw("count", row=row),
            f"sp-bars-{row.account.pk}": _draw("bars", row=row),
            f"sp-problems-{row.account.pk}": _draw("problems", row=row),
        }
    # of two accounts of a network, the one with more to mend
    worst_last = sorted(rows, key=lambda row: (row.chosen, len(row.errors)))
    marks = {row.account.channel: _draw("mark", row=row) for row in worst_last}
    return JsonResponse({"fragments": fragments, "marks": marks, "cards": composer.card_keys(post)})


def _draw(name: str, **context: Any) -> str:
    return render_to_string(f"{FRAGMENTS}/{name}.html", context)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def draw_card(request: HttpRequest) -> HttpResponse:
    """One layout's drawing, by the code that draws what goes out. 422 when it cannot be drawn."""
    post, _form = sketch(request)
    layout = request.POST.get("draw", "")
    if not post.campaign_id or layout not in composer.card_keys(post):
        return HttpResponse(status=422)
    content = content_of(post=post, channel="", link=SAMPLE_LINK) | {"card": layout}
    try:
        spec = cards.spec_of(content=content, campaign=post.campaign, image=post.image)
        picture = sketched_card(spec)
    except (CardProblem, ValueError, OSError):
        return HttpResponse(status=422)
    return HttpResponse(picture, content_type=spec.mime, headers={"Cache-Control": "no-store"})
