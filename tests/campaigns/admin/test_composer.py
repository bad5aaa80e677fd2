"""The composer over HTTP: live checks, saving, asking, saying yes, holding after an edit."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brand.templatetags.staff_tags import spell
from campaigns import services
from campaigns.models import Account, Post
from campaigns.states import Question, State
from mail.models import Message
from people import roles
from tests.campaigns.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def bluesky(db):
    return Account.objects.create(channel="bluesky", name="Bluesky", handle="@noi.example")


@pytest.fixture
def form(campaign, bluesky):
    """form(**changes) → what the browser would send."""

    def form(**changes):
        day = timezone.localdate() + timedelta(days=2)
        data = {
            "campaign": campaign.pk,
            "text": "Vieni\r\n{link} #DonoDay2026",
            "accounts": [bluesky.pk],
            "image": "",
            "alt_text": "",
            "card": "none",
            "card_headline": "",
            "planned_date": f"{day:%d/%m/%Y}",
            "planned_time": "09:00",
            "zone": "Europe/Rome",
        }
        return data | changes

    return form


def saved() -> Post:
    return Post.objects.latest("pk").get_latest_revision_as_object()


def check(client, data):
    response = client.post(reverse("campaigns_posts:check"), data)
    assert response.status_code == 200
    return response.json()


def test_the_check_counts_as_the_network_does(as_role, form, bluesky):
    client = as_role(roles.CAMPAIGNERS)
    answer = check(client, form(text="à" * 301))
    row = answer["fragments"][f"sp-count-{bluesky.pk}"]
    assert "301" in row and "300" in row
    assert "sp-bad" in answer["fragments"][f"sp-problems-{bluesky.pk}"]
    assert "sp-bad" in answer["fragments"]["sp-verdict"]


def test_one_character_less_is_fine(as_role, form, bluesky):
    answer = check(as_role(roles.CAMPAIGNERS), form(text="à" * 300))
    assert "sp-bad" not in answer["fragments"][f"sp-problems-{bluesky.pk}"]
    assert "sp-ok" in answer["fragments"]["sp-verdict"]


def test_one_missing_description_is_one_thing_to_mend(as_role, form, bluesky):
    """However many networks ask for it, and with no number when there is just one picture."""
    wall = Account.objects.create(channel="wall", name="Muro")
    data = form(accounts=[bluesky.pk, wall.pk], image=picture().pk)
    fragments = check(as_role(roles.CAMPAIGNERS), data)["fragments"]
    assert "1 cosa impedisce" in fragments["sp-verdict"]
    for account in (bluesky, wall):
        assert "L’immagine non ha una descrizione" in fragments[f"sp-problems-{account.pk}"]


def test_nothing_written_is_not_called_fine(as_role, form, bluesky):
    row = check(as_role(roles.CAMPAIGNERS), form(text=""))["fragments"][f"sp-count-{bluesky.pk}"]
    assert "sp-mute" in row and "sp-ok" not in row


def test_the_zones_have_the_names_of_their_cities(as_role, form):
    page = as_role(roles.CAMPAIGNERS).get(reverse("campaigns_posts:add")).content.decode()
    assert '<option value="Europe/Rome" selected>Roma</option>' in page
    assert "Europe/Kyiv" in page and "Europe/Kiev" not in page


def test_lines_count_once_whatever_the_browser_sends(as_role, form, bluesky):
    answer = check(as_role(roles.CAMPAIGNERS), form(text="\r\n".join(["a" * 10] * 27)))
    assert ">296<" in answer["fragments"][f"sp-count-{bluesky.pk}"]


def test_the_check_writes_nothing(as_role, form):
    check(as_role(roles.CAMPAIGNERS), form())
    assert not Post.objects.exists()


def test_rubbish_is_answered_with_sentences(as_role, form):
    client = as_role(roles.CAMPAIGNERS)
    answer = check(client, form(campaign="x", planned_date="31/31/2026", accounts=["x", "9999"]))
    assert "04/10/2026" in answer["fragments"]["sp-when"]
    check(client, {})


def test_the_check_needs_a_token(form, person):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(roles.CAMPAIGNERS))
    assert strict.post(reverse("campaigns_posts:check"), form()).status_code == 403


def test_what_was_typed_is_escaped(as_role, form):
    answer = check(as_role(roles.CAMPAIGNERS), form(text="<script>alert(1)</script>"))
    assert "<script>" not in str(answer)


def test_a_card_is_drawn_without_being_kept(as_role, form):
    from media.models import StoredCard

    client = as_role(roles.CAMPAIGNERS)
    data = form(card_headline="Metti qui il tuo segno", draw="statement")
    response = client.post(reverse("campaigns_posts:card"), data)
    assert response.status_code == 200
    assert response.content[:3] == b"\xff\xd8\xff"
    assert not StoredCard.objects.exists()


@pytest.mark.parametrize("layout", ["photo", "none", "../x", ""])
def test_a_card_that_cannot_be_drawn_says_so(layout, as_role, form):
    response = as_role(roles.CAMPAIGNERS).post(reverse("campaigns_posts:card"), form(draw=layout))
    assert response.status_code == 422


def test_a_text_that_repeats_the_common_one_is_not_kept(as_role, form):
    data = form()
    as_role(roles.CAMPAIGNERS).post(
        reverse("campaigns_posts:add"), data | {"variant_bluesky": data["text"] + "\r\n"}
    )
    assert not saved().variants.exists()


def test_saving_keeps_the_text_of_one_network(as_role, form):
    client = as_role(roles.CAMPAIGNERS)
    response = client.post(
        reverse("campaigns_posts:add"), form(variant_bluesky="Solo qui {link} #DonoDay2026")
    )
    assert response.status_code == 302
    post = saved()
    assert post.text == "Vieni\n{link} #DonoDay2026"
    assert post.text_for("bluesky").startswith("Solo qui")
    assert post.planned_at is not None

    url = reverse("campaigns_posts:edit", args=[post.pk])
    assert client.post(url, form(variant_bluesky="")).status_code == 302
    assert saved().text_for("bluesky") == "Vieni\n{link} #DonoDay2026"


def test_asking_is_refused_with_what_is_in_the_way(as_role, form):
    client = as_role(roles.CAMPAIGNERS)
    data = form(text="à" * 301, **{"action-submit": "1"})
    response = client.post(reverse("campaigns_posts:add"), data)
    assert response.status_code == 200
    assert "à" * 301 in response.content.decode()  # nothing typed is lost
    assert not Post.objects.exists()


def test_asking_without_a_day_is_refused(as_role, form):
    data = form(planned_date="", planned_time="", **{"action-submit": "1"})
    response = as_role(roles.CAMPAIGNERS).post(reverse("campaigns_posts:add"), data)
    assert response.status_code == 200
    assert not Post.objects.exists()


@pytest.fixture
def asked(client, person, form):
    """A post whose yes has been asked for, by somebody of the campaigns."""
    client.force_login(person(roles.CAMPAIGNERS))
    data = form(**{"action-submit": "1"})
    assert client.post(reverse("campaigns_posts:add"), data).status_code == 302
    return Post.objects.get()


def yes(client, post, data, follow=False, **more):
    return client.post(
        reverse("campaigns_posts:edit", args=[post.pk]),
        data | {"action-workflow-action": "1", "workflow-action-name": "approve"} | more,
        follow=follow,
    )


@pytest.fixture
def out(asked, client, person, form):
    """The same, once it is out on its only account."""
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    now = timezone.now()
    asked.deliveries.update(state=State.PUBLISHED, published_at=now, remote_id="at://1")
    return asked


@pytest.mark.parametrize("asking", [{"action-submit": "1"}, {}])
def test_a_change_to_what_is_out_asks_nobody_and_says_so(asking, out, client, form):
    url = reverse("campaigns_posts:edit", args=[out.pk])
    mails = Message.objects.count()
    shown = client.get(url).content.decode()
    assert "action-submit" not in shown and "Uscito su tutte le reti scelte" in shown
    assert "Qui è già uscito" in shown and "Pronto per tutte le reti" not in shown
    tomorrow = timezone.localdate() + timedelta(days=9)
    changed = form(text="à" * 301, planned_date=f"{tomorrow:%d/%m/%Y}") | asking
    answer = client.post(url, changed, follow=True).content.decode()
    assert "non si manda di nuovo niente" in answer
    assert not Post.objects.get().workflow_in_progress and Message.objects.count() == mails
    assert saved().text == "à" * 301
    assert out.deliveries.get().state == State.PUBLISHED
    lists = client.get(reverse("campaigns_posts:list")).content.decode()
    before = spell(out.planned_date, "j M Y")
    assert before in lists and spell(tomorrow, "j M Y") not in lists
    head = client.get(url).content.decode().partition('class="sp-postpage"')[2].partition("</p>")[0]
    assert spell(out.planned_date, "l j F") in head and spell(tomorrow, "l j F") not in head


def test_the_check_knows_what_is_out(out, client, form, bluesky):
    url = f"{reverse('campaigns_posts:check')}?post={out.pk}"
    answer = client.post(url, form(text="à" * 301)).json()["fragments"]
    assert "Uscito su tutte le reti scelte" in answer["sp-verdict"]
    assert "Qui è già uscito" in answer[f"sp-problems-{bluesky.pk}"]
    for unknown in ("", "x", "²", "99999999999999999999"):
        url = f"{reverse('campaigns_posts:check')}?post={unknown}"
        assert "sp-bad" in client.post(url, form(text="à" * 301)).json()["fragments"]["sp-verdict"]


def test_one_more_account_for_what_is_out_needs_a_yes_of_its_own(out, client, form, bluesky):
    wall = Account.objects.create(channel="wall", name="Muro")
    url = reverse("campaigns_posts:edit", args=[out.pk])
    both = form(
        accounts=[bluesky.pk, wall.pk], text="à" * 301
    )  # too long where it is out: no matter
    client.post(url, both)
    assert "action-submit" in client.get(url).content.decode()
    answer = client.post(url, both | {"action-submit": "1"}, follow=True).content.decode()
    assert "Quando arriva, il post esce" in answer
    yes(client, out, both)
    assert set(out.deliveries.values_list("account__channel", "state")) == {
        ("bluesky", State.PUBLISHED),
        ("wall", State.PLANNED),
    }


def test_who_was_asked_for_an_account_that_is_taken_away_is_asked_no_more(
    out, client, form, bluesky
):
    wall = Account.objects.create(channel="wall", name="Muro")
    url = reverse("campaigns_posts:edit", args=[out.pk])
    client.post(url, form(accounts=[bluesky.pk, wall.pk]) | {"action-submit": "1"})
    assert Post.objects.get().workflow_in_progress
    client.post(url, form(accounts=[bluesky.pk]))
    post = Post.objects.get()
    assert not post.workflow_in_progress and post.current_workflow_state is None
    assert post.deliveries.get().state == State.PUBLISHED


@pytest.mark.parametrize(
    ("minutes", "words"), [(90, "esce alla sua ora"), (-5, "La sua ora è passata")]
)
def test_what_is_held_promises_no_hour_that_has_passed(minutes, words, asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    when = timezone.localtime() + timedelta(minutes=minutes)
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    client.post(url, form(planned_date=f"{when:%d/%m/%Y}", planned_time=f"{when:%H:%M}"))
    assert asked.deliveries.get().state == State.HELD
    assert words in client.get(url).content.decode()


def test_a_yes_in_the_composer_plans_the_post(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    answer = yes(client, asked, form(), follow=True)
    assert "Il sì c’è. Il post esce alla sua ora." in answer.content.decode()
    delivery = asked.deliveries.get()
    assert delivery.state == State.PLANNED
    assert delivery.revision_id == asked.latest_revision_id


def test_whoever_is_asked_sees_the_post_as_it_will_look_first(asked, client, person):
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    assert "serve il tuo sì" not in client.get(url).content.decode()  # Marta has asked
    client.force_login(person(roles.COORDINATION))
    page = client.get(url).content.decode()
    look, form = page.index("sp-prev--bluesky"), page.index('id="w-editor-form"')
    assert page.index("serve il tuo sì") < look < form
    assert page.count('data-workflow-action-name="reject"') == 1
    assert page.index('data-workflow-action-name="reject"') > form


def test_the_dashboard_says_once_what_waits_and_for_whom(asked, client, person):
    page = client.get("/admin/").content.decode()
    assert "Aspetta il sì di altri" in page and "Niente aspetta te" in page
    client.force_login(person(roles.COORDINATION))
    main = client.get("/admin/").content.decode().split("<main")[1]
    assert main.count("Vieni #DonoDay2026") == 2  # the row, and the words hidden in its button
    assert 'title="Bluesky"' in main


def test_what_was_asked_for_is_saved_not_drafted(asked, client):
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    assert "Salva bozza" not in client.get(url).content.decode()


def test_nothing_has_come_of_what_is_not_out(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    page = client.get(url).content.decode()
    assert "A che punto è" in page and "Com’è andata" not in page
    asked.deliveries.update(state=State.PUBLISHED, published_at=timezone.now(), remote_id="x")
    assert "Com’è andata" in client.get(url).content.decode()


def test_a_draft_stands_in_the_list_as_it_was_last_written(as_role, form, bluesky):
    client = as_role(roles.CAMPAIGNERS)
    client.post(reverse("campaigns_posts:add"), form(accounts=[]))
    post = Post.objects.get()
    url = reverse("campaigns_posts:edit", args=[post.pk])
    client.post(url, form(planned_time="10:30", text="Meglio così {link} #DonoDay2026"))
    page = client.get(reverse("campaigns_posts:list")).content.decode()
    assert "10:30" in page and "Meglio così #DonoDay2026" in page
    assert 'title="Bluesky"' in page


def elsewhere(client, post, data, **headers):
    """The yes of the lists, which Wagtail gives without opening the post."""
    state = post.current_workflow_state.current_task_state
    url = reverse("campaigns_posts:workflow_action", args=[post.pk, "approve", state.pk])
    return client.post(url, {"comment": ""}, follow=True, **headers)


def test_a_yes_from_the_lists_plans_the_post(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    elsewhere(client, asked, form())
    assert asked.deliveries.get().state == State.PLANNED


@pytest.mark.parametrize("way", [yes, elsewhere])
@pytest.mark.parametrize("fault", ["picture", "account"])
def test_a_yes_is_refused_with_what_is_in_the_way_wherever_it_is_given(
    way, fault, write, marta, client, person, form, bluesky
):
    image = picture(description="Mele")
    post = write(minutes=60, where=[bluesky], image=image)
    services.ask(post=post, by=marta)
    if fault == "picture":
        image.file.storage.delete(image.file.name)
        image.renditions.all().delete()
    else:
        Account.objects.update(state=Account.State.DISCONNECTED)
    client.force_login(person(roles.COORDINATION))
    day, time = f"{post.planned_date:%d/%m/%Y}", f"{post.planned_time:%H:%M:%S}"
    data = form(image=image.pk, text=post.text, planned_date=day, planned_time=time)
    answer = way(client, post, data, **({"follow": True} if way is yes else {}))
    words = {"picture": "L’immagine non si legge", "account": "Questo profilo è scollegato"}[fault]
    assert f"Bluesky: {words}" in html.unescape(answer.content.decode())
    post.refresh_from_db()
    assert post.workflow_in_progress and not post.live and not post.deliveries.exists()


def test_a_refused_yes_in_a_dialogue_leads_to_the_post(asked, client, person, form):
    Account.objects.update(state=Account.State.DISCONNECTED)
    client.force_login(person(roles.COORDINATION))
    answer = elsewhere(client, asked, form(), headers={"X-Requested-With": "XMLHttpRequest"})
    edit = reverse("campaigns_posts:edit", args=[asked.pk])
    assert answer.json() == {"step": "success", "redirect": edit}
    assert "è scollegato" in client.get(edit).content.decode()


@pytest.mark.parametrize("asking", [{"action-submit": "1"}, {}])
def test_a_change_after_the_yes_is_held_and_asked_again(asking, asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    client.force_login(asked.latest_revision.user)
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    data = form(text="Corretto {link} #DonoDay2026") | asking
    assert client.post(url, data).status_code == 302
    assert asked.deliveries.get().state == State.HELD
    assert Post.objects.get().workflow_in_progress


def test_whoever_wrote_it_cannot_say_yes(asked, client, form):
    yes(client, asked, form())
    assert not asked.deliveries.exists()


def test_a_yes_to_a_version_that_changed_is_refused(asked, client, person, form, edit):
    read = asked.latest_revision
    edit(asked, text="Altro {link} #DonoDay2026")
    client.force_login(person(roles.COORDINATION))
    response = yes(
        client,
        asked,
        form(),
        loaded_revision_id=read.pk,
        loaded_revision_created_at=read.created_at.isoformat(),
    )
    assert response.status_code == 200
    assert not asked.deliveries.exists()


def test_an_edit_after_the_yes_holds_and_asks_again(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    url = reverse("campaigns_posts:edit", args=[asked.pk])
    assert "w-autosave#save" not in client.get(url).content.decode()
    assert client.post(url, form(text="Corretto {link} #DonoDay2026")).status_code == 302
    assert asked.deliveries.get().state == State.HELD
    page = client.get(url).content.decode()
    assert "sp-stopped" in page
    assert client.post(url, form(text="Corretto {link} #DonoDay2026")).status_code == 302
    yes(client, asked, form(text="Corretto {link} #DonoDay2026"))
    assert asked.deliveries.get().state == State.PLANNED


def test_saving_without_a_change_holds_nothing(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    client.post(reverse("campaigns_posts:edit", args=[asked.pk]), form())
    assert asked.deliveries.get().state == State.PLANNED


def test_an_edit_while_it_is_going_out_is_refused_and_nothing_is_lost(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    asked.deliveries.update(state=State.SENDING, digest="x")
    response = client.post(
        reverse("campaigns_posts:edit", args=[asked.pk]), form(text="Tardi {link} #DonoDay2026")
    )
    assert response.status_code == 200
    assert "Tardi {link}" in response.content.decode()
    assert asked.deliveries.get().state == State.SENDING


@pytest.mark.parametrize("action", ["action-publish", "action-unpublish"])
def test_nobody_publishes_around_the_approval(action, asked, client, admin_user, form):
    client.force_login(admin_user)
    client.post(reverse("campaigns_posts:edit", args=[asked.pk]), form(**{action: "1"}))
    asked.refresh_from_db()
    assert not asked.live
    assert not asked.deliveries.exists()


def test_moving_and_cancelling(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    day = timezone.localdate() + timedelta(days=5)
    url = reverse("campaigns_posts:move", args=[asked.pk])
    assert client.post(url, {"day": "x", "time": "y", "zone": "Europe/Rome"}).status_code == 200
    moved = client.post(url, {"day": f"{day:%d/%m/%Y}", "time": "10:30", "zone": "Europe/Rome"})
    assert moved.status_code == 302
    assert saved().planned_date == day
    assert client.post(reverse("campaigns_posts:cancel", args=[asked.pk])).status_code == 302
    assert asked.deliveries.get().state == State.CANCELLED


@pytest.mark.parametrize(
    ("state", "question"),
    [
        (State.PLANNED, ""),
        (State.UNKNOWN, ""),
        (State.RECONCILING, ""),
        (State.NEEDS_PERSON, Question.PROOF),
        (State.NEEDS_PERSON, Question.LATE),
    ],
)
@pytest.mark.parametrize("name", ["move", "cancel"])
def test_what_may_be_out_is_not_called_safe(name, state, question, asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    asked.deliveries.update(state=state, question=question, digest="x")
    day = timezone.localdate() + timedelta(days=5)
    url = reverse(f"campaigns_posts:{name}", args=[asked.pk])
    data = {"day": f"{day:%d/%m/%Y}", "time": "10:30", "zone": "Europe/Rome"}
    answer = client.post(url, data, follow=True).content.decode()
    known = state == State.PLANNED or question == Question.LATE
    assert ("Non si sa ancora se è uscito su Bluesky" in answer) != known
    if name == "move":
        assert ("Nel frattempo non è uscito niente" in answer) == known
        assert "Aspetta il sì: è stato chiesto." in answer


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_the_reason_of_a_refusal_is_shown(name, asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    asked.deliveries.update(state=State.SENDING, digest="x")
    response = client.post(
        reverse(f"campaigns_posts:{name}", args=[asked.pk]),
        {"day": "04/10/2027", "time": "10:30", "zone": "Europe/Rome"},
    )
    assert response.status_code == 409
    assert "Bluesky" in response.content.decode()
    assert asked.deliveries.get().state == State.SENDING


def test_each_network_has_its_preview(asked, client, person, form):
    url = reverse("campaigns_posts:preview_on_edit", args=[asked.pk])
    assert client.post(url, form(text="Nuovo {link} #DonoDay2026")).json()["is_valid"]
    for mode, shown in [("", "sp-prev--bluesky"), ("bluesky", "sp-prev--bluesky")]:
        page = client.get(url, {"mode": mode}).content.decode()
        assert shown in page
        assert "<i>#DonoDay2026</i>" in page
        assert "/s/xxxxxxxx</u>" in page


def test_a_planned_post_is_not_deleted(asked, client, person, form):
    client.force_login(person(roles.COORDINATION))
    yes(client, asked, form())
    client.post(reverse("campaigns_posts:delete", args=[asked.pk]))
    assert Post.objects.filter(pk=asked.pk).exists()


def test_who_writes_on_an_old_version_overwrites_nobody(as_role, form, person):
    client = as_role(roles.CAMPAIGNERS)
    client.post(reverse("campaigns_posts:add"), form())
    url = reverse("campaigns_posts:edit", args=[Post.objects.get().pk])
    first = Post.objects.get().latest_revision
    old = {
        "loaded_revision_id": str(first.pk),
        "loaded_revision_created_at": first.created_at.isoformat(),
    }
    client.post(url, form(text="Di Elena {link} #DonoDay2026") | old)
    answer = client.post(url, form(text="Di Marta {link} #DonoDay2026") | old)
    assert "Di Marta" in answer.content.decode() and "mentre scrivevi" in answer.content.decode()
    assert "Di Elena" in saved().text
    # a second click on the same button changes nothing, and is no conflict
    again = client.post(url, form(text="Di Elena {link} #DonoDay2026") | old)
    assert again.status_code == 302
    latest = Post.objects.get().latest_revision
    new = {
        "loaded_revision_id": str(latest.pk),
        "loaded_revision_created_at": latest.created_at.isoformat(),
    }
    client.post(url, form(text="Di Marta {link} #DonoDay2026") | new)
    assert "Di Marta" in saved().text
