"""Every address of the campaigns' screens, walked as every role."""

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from campaigns.models import Post
from people import roles

pytestmark = pytest.mark.django_db

CAMPAIGN, COORDINATION = roles.CAMPAIGNERS, roles.COORDINATION
WRITERS = {CAMPAIGN, COORDINATION}
READERS = WRITERS | set(roles.REVIEWERS)

# name of the address → who may open it (GET for screens, POST for answers)
OPEN = {
    "campaigns_posts:list": READERS,
    "campaigns_posts:list_results": READERS,
    "campaigns_posts:add": WRITERS,
    "campaigns_posts:edit": WRITERS,
    "campaigns_posts:history": WRITERS,
    "campaigns_posts:inspect": READERS,
    "campaigns_posts:move": WRITERS,
    "campaigns_posts:cancel": WRITERS,
    "campaigns_posts:take_down": WRITERS,
    "campaigns_calendar:index": READERS,
    "campaigns_desk:index": WRITERS,
    "campaigns_accounts:index": WRITERS,
    "campaigns_accounts:connect": {COORDINATION},
    "campaigns_accounts:renew": {COORDINATION},
    "campaigns_campaigns:index": READERS,
    "campaigns_campaigns:add": WRITERS,
    "campaigns_campaigns:edit": WRITERS,
}
POSTED = {
    "campaigns_posts:check": READERS,
    "campaigns_posts:card": READERS,
    "campaigns_desk:answer": WRITERS,
    "campaigns_desk:undo": WRITERS,
    "campaigns_accounts:test": {COORDINATION},
    "campaigns_accounts:switch": {COORDINATION},
}
SPACES = (
    "campaigns_posts",
    "campaigns_calendar",
    "campaigns_desk",
    "campaigns_accounts",
    "campaigns_campaigns",
)


def names() -> list[str]:
    """Every named address of our screens, from the resolver itself: none can be forgotten."""
    found = []
    for space in SPACES:
        admin = get_resolver().namespace_dict
        resolver = _resolver(get_resolver(), space)
        assert resolver is not None, (space, list(admin))
        found += [f"{space}:{pattern.name}" for pattern in resolver.url_patterns if pattern.name]
    return sorted(set(found))


def _resolver(resolver, space):
    for pattern in getattr(resolver, "url_patterns", []):
        if getattr(pattern, "namespace", None) == space:
            return pattern
        found = _resolver(pattern, space) if hasattr(pattern, "url_patterns") else None
        if found:
            return found
    return None


@pytest.fixture
def places(write, accounts, approve):
    """The arguments each address needs, of rows that exist."""
    post = write(minutes=60)
    delivery = approve(post)[0]
    revision, workflow = post.latest_revision_id, post.workflow_states.first()
    task = workflow.task_states.first()

    def path(name: str) -> str:
        pks = {"desk:answer": delivery.pk}
        pk = pks.get(name.removeprefix("campaigns_"), post.pk)
        if name.startswith("campaigns_accounts"):
            pk = accounts[0].pk
        if name.startswith("campaigns_campaigns"):
            pk = post.campaign_id
        if name == "campaigns_accounts:connect":
            return reverse(name, args=["wall"])
        for arguments in (
            [],
            [pk],
            [pk, revision],
            [pk, workflow.pk],
            [pk, "approve", task.pk],
            [pk, "earliest", "latest"],
        ):
            try:
                return reverse(name, args=arguments)
            except NoReverseMatch:
                continue
        raise AssertionError(f"no arguments fit {name}")

    return path


@pytest.mark.parametrize("role", roles.ALL)
def test_each_role_opens_its_screens_and_no_other(role, as_role, places):
    client = as_role(role)
    for name, allowed in OPEN.items():
        status = client.get(places(name)).status_code
        assert (status == 200) == (role in allowed), (name, role, status)


@pytest.mark.parametrize("role", roles.ALL)
def test_answers_are_taken_from_those_who_may_give_them(role, as_role, places):
    client = as_role(role)
    for name, allowed in POSTED.items():
        response = client.post(places(name), {})
        refused = response.status_code == 403 or response.headers.get("Location") == "/admin/"
        assert refused == (role not in allowed), (name, role, response.status_code)


@pytest.mark.parametrize("role", [roles.EDITORS, roles.TREASURY])
def test_strangers_get_nowhere_whatever_the_address(role, as_role, places):
    client = as_role(role)
    for name in names():
        for send in (client.get, client.post):
            response = send(places(name))
            # Wagtail sends an answer to a finished approval on to the post, which is shut as well
            shut = response.status_code in (403, 404, 405) or response.headers.get("Location") in (
                "/admin/",
                places("campaigns_posts:edit"),
            )
            assert shut, (name, send, response.status_code)


@pytest.mark.parametrize("chosen", ["all", "one"])
@pytest.mark.parametrize("role", [CAMPAIGN, COORDINATION, roles.TREASURY, roles.REVIEWERS[0]])
def test_posts_are_not_deleted_many_at_once(role, chosen, as_role, write, approve):
    """Wagtail's own action knows nothing of what has been planned, and shows it to everybody."""
    post = write(minutes=60, text="Un segreto {link}")
    approve(post)
    client = as_role(role)
    path = reverse("wagtail_bulk_action", args=["campaigns", "post", "delete"])
    for send in (client.get, client.post):
        answer = send(f"{path}?id={post.pk if chosen == 'one' else 'all'}")
        where = reverse("campaigns_posts:list") if role in WRITERS else "/admin/"
        assert (answer.status_code, answer.headers["Location"]) == (302, where)
    if role in WRITERS:
        assert "non si è cancellato niente" in client.get(where).content.decode()
    assert Post.objects.filter(pk=post.pk).exists()


def test_the_list_offers_nothing_for_many_posts_at_once(as_role, write):
    write(minutes=60)
    page = as_role(CAMPAIGN).get(reverse("campaigns_posts:list")).content.decode()
    assert "/admin/bulk/" not in page
    assert "bulk-action" not in page


def test_nobody_signed_in_is_sent_to_sign_in(client, places):
    for name in names():
        response = client.get(places(name))
        assert response.status_code == 302, name
        assert "/admin/login/" in response.headers["Location"], name


def test_every_address_is_walked():
    """A new screen has to be put on one of the lists, or be one of Wagtail's own."""
    ours = {name for name in names() if name.split(":")[0] not in ("campaigns_posts",)}
    listed = {*OPEN, *POSTED}
    wagtails = {
        "campaigns_campaigns:index_results",
        "campaigns_campaigns:delete",
        "campaigns_campaigns:history",
        "campaigns_campaigns:history_results",
        "campaigns_campaigns:usage",
        "campaigns_campaigns:inspect",
    }
    assert ours - listed <= wagtails


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (roles.CAMPAIGNERS, ["/admin/post/", "/admin/banco/", "/admin/profili/"], []),
        (roles.TREASURY, [], ["/admin/post/", "/admin/banco/", "/admin/calendario/"]),
        (roles.REVIEW_PUBLIC_BODY, ["/admin/calendario/"], ["/admin/banco/", "/admin/profili/"]),
    ],
)
def test_the_menu_shows_what_a_role_may_do(role, shown, hidden, as_role):
    page = as_role(role).get("/admin/").content.decode()
    for path in shown:
        assert f'"url": "{path}"' in page or f"&quot;{path}&quot;" in page or path in page, path
    for path in hidden:
        assert path not in page, path
