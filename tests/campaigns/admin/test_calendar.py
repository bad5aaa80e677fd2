from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from attribution_support import give
from people import roles

pytestmark = pytest.mark.django_db


def shown(client, **query):
    response = client.get(reverse("campaigns_calendar:index"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_posts_stand_on_their_day_with_their_state(as_role, write, approve):
    approve(write(minutes=1, text="Pianificato {link} #DonoDay2026"))
    write(minutes=1, text="Bozza {link} #DonoDay2026")
    page = shown(as_role(roles.CAMPAIGNERS))
    assert "sp-slot sp-go" in page
    assert "sp-slot sp-mute" in page


def test_the_agenda_of_narrow_screens_says_where_each_goes_out(as_role, write, approve):
    approve(write(minutes=1, text="Pianificato {link} #DonoDay2026"))
    table, agenda = shown(as_role(roles.CAMPAIGNERS)).split("sp-agenda")
    assert "sp-nets" in agenda and "sp-nets" not in table


def test_what_was_moved_after_its_yes_stands_on_its_new_day(as_role, write, approve, marta):
    from datetime import time

    from campaigns import services

    post = write(minutes=1, text="Prima {link} #DonoDay2026")
    approve(post)
    day = timezone.localdate() + timedelta(days=62)
    services.move(post=post, day=day, at=time(9, 30), by=marta)
    client = as_role(roles.CAMPAIGNERS)
    assert "Prima" not in shown(client)
    page = shown(client, mese=f"{day:%Y-%m}")
    assert "<b>09:30</b>" in page and "aspetta un sì" in page
    rows = client.get(reverse("campaigns_posts:list")).content.decode()
    assert "09:30" in rows and "aspetta un sì" in rows


@pytest.mark.parametrize("role", [roles.CAMPAIGNERS, roles.REVIEW_COOPERATION])
def test_the_words_shown_are_those_that_will_go_out(role, as_role, write, approve, edit):
    post = write(minutes=60, text="Prima {link} #DonoDay2026")
    approve(post)
    edit(post, text="Seconda {link} #DonoDay2026")
    client = as_role(role)
    for path in ("campaigns_posts:list", "campaigns_calendar:index"):
        page = client.get(reverse(path)).content.decode()
        assert "Seconda" in page and "Prima" not in page
    page = client.get(reverse("campaigns_posts:inspect", args=[post.pk])).content.decode()
    assert "Seconda" in page and "Prima" not in page


def test_what_is_out_stays_as_it_went_out(as_role, write, approve, edit):
    from campaigns import services

    post = write(text="Uscito {link} #DonoDay2026")
    approve(post)
    services.send_due(seconds=0.01)
    edit(post, text="Dopo {link} #DonoDay2026")
    page = shown(as_role(roles.CAMPAIGNERS))
    assert "Uscito" in page and "Dopo" not in page


def test_an_empty_month_says_what_to_do(as_role):
    page = shown(as_role(roles.CAMPAIGNERS), mese="2030-02")
    assert "sp-empty" in page
    assert "mese=2030-01" in page and "mese=2030-03" in page


def test_reviewers_read_and_are_offered_nothing_to_write(as_role, write):
    post = write(minutes=1)
    page = shown(as_role(roles.REVIEW_COOPERATION))
    assert reverse("campaigns_posts:inspect", args=[post.pk]) in page
    assert reverse("campaigns_posts:add") not in page


@pytest.mark.parametrize("query", [{"mese": "x"}, {"campagna": "x"}, {"campagna": "9999"}])
def test_rubbish_in_the_address_does_no_harm(query, as_role):
    shown(as_role(roles.CAMPAIGNERS), **query)


def test_a_month_costs_the_same_however_many_posts(
    as_role, write, approve, django_assert_max_num_queries
):
    for _ in range(3):
        approve(write(minutes=1))
    client = as_role(roles.CAMPAIGNERS)
    shown(client)
    with django_assert_max_num_queries(22):
        shown(client, mese=f"{timezone.localdate():%Y-%m}")


def test_the_list_shows_what_each_post_brought(as_role, write, approve):
    delivery = approve(write(minutes=1))[0]
    give(delivery.source, "x", 2500)
    page = as_role(roles.CAMPAIGNERS).get(reverse("campaigns_posts:list")).content.decode()
    assert "25\u00a0€" in page


@pytest.mark.parametrize(
    "state", ["draft", "planned", "stopped", "checking", "person", "published", "cancelled"]
)
def test_the_list_filters_by_state(state, as_role, write, approve):
    approve(write(minutes=1))
    url = reverse("campaigns_posts:list")
    page = as_role(roles.CAMPAIGNERS).get(url, {"state": state}).content.decode()
    assert ("sp-planned" in page.split("<tbody", 1)[-1]) == (state == "planned")
