"""The screens in Chromium: axe, both widths, light and dark, and the composer at work."""

import os
from datetime import timedelta
from pathlib import Path

import axe_playwright_python
import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from browser_support import on_each_screen
from campaigns.models import Account, Delivery, Post
from campaigns.states import Question, State
from people import roles

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop of its own

# what migrations wrote (roles, approval) is put back, since a live server's tests empty the tables
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# Wagtail's own: its open date picker and the faces of those who edit at the same time
NOT_OURS = (".xdsoft_datetimepicker", ".w-editing-sessions")


@pytest.fixture
def bluesky(db):
    return Account.objects.create(channel="bluesky", name="Bluesky", handle="@noi.example")


@pytest.fixture
def page(browser, live_server, client, django_user_model):
    """page(width, scheme) → a page signed in as somebody of the coordination."""
    user = django_user_model.objects.create_user("p", first_name="Elena")
    user.groups.add(Group.objects.get(name=roles.COORDINATION))
    client.force_login(user)
    contexts = []

    def page(width=1440, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, locale="it-IT"
        )
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        contexts.append(context)
        made = context.new_page()
        made.set_default_timeout(15_000)
        return made

    yield page
    for context in contexts:
        context.close()


def faults(page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(
        "hide => axe.run({exclude: hide.map(s => [s])}, {resultTypes: ['violations']})",
        list(NOT_OURS),
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found["violations"]]


@pytest.fixture
def rows(write, approve):
    deliveries = approve(write(minutes=60))
    Delivery.objects.filter(pk=deliveries[0].pk).update(
        state=State.NEEDS_PERSON, question=Question.PROOF, tried_at=timezone.now(), digest="x"
    )
    return deliveries[0]


def test_every_screen_is_accessible_and_fits(page, live_server, rows):
    screen = page()
    post, account = rows.post_id, rows.account_id
    for path in (
        "/admin/",
        reverse("campaigns_posts:list"),
        reverse("campaigns_posts:edit", args=[post]),
        reverse("campaigns_posts:inspect", args=[post]),
        reverse("campaigns_posts:move", args=[post]),
        reverse("campaigns_posts:cancel", args=[post]),
        reverse("campaigns_posts:take_down", args=[post]),
        reverse("campaigns_calendar:index"),
        reverse("campaigns_desk:index"),
        reverse("campaigns_accounts:index"),
        reverse("campaigns_accounts:connect", args=["bluesky"]),
        reverse("campaigns_accounts:renew", args=[account]),
    ):
        screen.goto(live_server.url + path)
        screen.wait_for_timeout(300)
        for look in on_each_screen(screen):
            assert faults(screen) == [], (path, look)
            wide = screen.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 1, (path, look, wide)


def test_on_a_phone_the_buttons_are_in_reach(page, live_server, campaign, bluesky, write):
    """At the foot of the screen, whole, and nothing of the form stays under them."""
    screen = page(390)
    for path in (
        reverse("campaigns_posts:add"),
        reverse("campaigns_posts:edit", args=[write().pk]),
    ):
        screen.goto(live_server.url + path)
        screen.wait_for_timeout(300)
        button = screen.locator(".footer .w-dropdown__toggle")
        box = button.bounding_box()
        assert box["y"] + box["height"] <= 1000 and box["x"] + box["width"] <= 390
        button.click()
        assert screen.get_by_text("Salva bozza").is_visible()
        low = "document.querySelector('#sp-when').getBoundingClientRect().bottom"
        screen.evaluate("document.querySelector('main').scrollTo(0, 99999)")
        foot = screen.locator(".footer").bounding_box()
        assert screen.evaluate(low) <= foot["y"]


def test_on_a_phone_the_list_says_all_of_a_post(page, live_server, rows):
    screen = page(390)
    screen.goto(live_server.url + reverse("campaigns_posts:list"))
    assert screen.locator("td .sp-nets").first.is_visible()


def test_the_composer_at_work(page, live_server, campaign, bluesky):
    screen = page()
    screen.goto(live_server.url + reverse("campaigns_posts:add"))
    screen.fill("[name=text]", "a" * 301)
    verdict = screen.locator("#sp-verdict")
    verdict.locator(".sp-bad").wait_for()
    screen.locator(f"#sp-problems-{bluesky.pk} [data-write]").click()
    own = screen.locator("[name=variant_bluesky]")
    assert own.input_value() == "a" * 301  # filled with the common text, cursor in it
    assert own.evaluate("field => field === document.activeElement")
    own.fill("Breve {link} #DonoDay2026")
    day = timezone.localdate() + timedelta(days=2)
    screen.fill("[name=planned_date]", f"{day:%d/%m/%Y}")
    screen.fill("[name=planned_time]", "09:00")
    screen.keyboard.press("Escape")
    verdict.locator(".sp-ok").wait_for()
    assert "09:00" in screen.locator("#sp-when").inner_text()
    screen.fill("[name=card_headline]", "Metti qui il tuo segno")
    screen.locator("[data-card=statement][src^='blob:']").wait_for()
    screen.locator("[name=action-submit]").first.click()
    screen.wait_for_url(f"**{reverse('campaigns_posts:list')}")
    post = Post.objects.get()
    assert post.workflow_in_progress
    assert post.text_for("bluesky") == "Breve {link} #DonoDay2026"


def test_a_look_chosen_while_another_is_drawn_is_not_lost(
    page, live_server, campaign, bluesky, write
):
    screen = page()
    held = []
    screen.goto(live_server.url + reverse("campaigns_posts:edit", args=[write().pk]))
    screen.locator("[data-side-panel-toggle=preview]").click()
    screen.frame_locator("#w-preview-iframe[src]").locator("body").wait_for()
    with screen.expect_request("**mode=bluesky**"):
        screen.route("**mode=bluesky**", lambda route: held.append(route))
        screen.locator("[data-sp-mode=bluesky]").click()
    screen.locator("[data-sp-mode=wall]").click()
    held.pop().continue_()
    screen.frame_locator("#w-preview-iframe[src*='mode=wall']").locator("body").wait_for()
    assert screen.locator("[data-sp-mode=wall]").get_attribute("aria-pressed") == "true"


def test_a_box_only_looked_into_leaves_no_old_text_behind(page, live_server, campaign, bluesky):
    screen = page()
    screen.goto(live_server.url + reverse("campaigns_posts:add"))
    screen.fill("[name=text]", "Prima {link}")
    box = screen.locator("#variant-bluesky summary")
    own = screen.locator("[name=variant_bluesky]")
    box.click()
    expect(own).to_have_value("Prima {link}")
    screen.fill("[name=text]", "Seconda {link}")
    expect(own).to_have_value("Seconda {link}")  # nobody has touched it: it follows
    box.click()
    expect(own).to_have_value("")
    box.click()
    expect(own).to_have_value("Seconda {link}")  # the box fills a moment after it opens
    own.fill("Solo qui {link}")
    screen.fill("[name=text]", "Terza {link}")
    box.click()
    assert own.input_value() == "Solo qui {link}"  # a text of its own stays


def test_the_desk_by_keyboard_alone(page, live_server, rows):
    screen = page()
    screen.goto(live_server.url + reverse("campaigns_desk:index"))
    screen.locator("button[value=uscito]").focus()
    screen.keyboard.press("Enter")
    screen.locator(".messages .success").wait_for()
    rows.refresh_from_db()
    assert rows.state == State.PUBLISHED


def test_what_was_typed_outlives_the_sign_in(page, live_server, campaign, bluesky, client):
    from django.contrib.auth import SESSION_KEY

    from people.models import User

    screen = page()
    screen.goto(live_server.url + reverse("campaigns_posts:add"))
    ended = screen.locator("[data-sp-ended]")
    screen.context.clear_cookies(name="sessionid")
    screen.fill("[name=text]", "Scritto con cura {link} #DonoDay2026")
    ended.wait_for(state="visible")
    screen.locator("[name=action-submit]").first.click()
    assert screen.input_value("[name=text]").startswith("Scritto con cura")
    client.logout()
    client.force_login(User.objects.get(username="p"))
    assert SESSION_KEY in client.session
    cookie = client.cookies["sessionid"].value
    screen.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    screen.evaluate("window.dispatchEvent(new Event('focus'))")
    ended.wait_for(state="hidden")
    screen.locator("#sp-verdict").wait_for()


def test_without_script_the_page_can_be_used(browser, page, live_server, campaign, bluesky):
    with_script = page(390)
    context = browser.new_context(
        viewport={"width": 390, "height": 900}, java_script_enabled=False, locale="it-IT"
    )
    context.add_cookies(with_script.context.cookies())
    screen = context.new_page()
    screen.goto(live_server.url + reverse("campaigns_posts:add"))
    screen.fill("[name=text]", "Senza script {link} #DonoDay2026")
    screen.locator("[name=action-submit]").first.click(timeout=8000)
    screen.locator(".messages .error").wait_for()
    assert screen.input_value("[name=text]").startswith("Senza script")
    context.close()
