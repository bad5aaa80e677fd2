"""The desk: what waits, the evidence, the answers, and who was quicker."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from attribution.models import Visit
from campaigns.models import Delivery
from campaigns.states import Question, State
from people import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(write, approve):
    """waiting(state, question) → a delivery that waits for a person."""

    def waiting(state=State.NEEDS_PERSON, question=Question.PROOF, **fields):
        delivery = approve(write(minutes=60))[0]
        now = timezone.now()
        its = {"planned_at": now, "tried_at": now, "digest": "x"}  # its minute has come
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, question=question, **(its | fields)
        )
        delivery.refresh_from_db()
        return delivery

    return waiting


def answer(client, delivery, given):
    return client.post(
        reverse("campaigns_desk:answer", args=[delivery.pk]), {"risposta": given}, follow=True
    )


def page(client):
    return client.get(reverse("campaigns_desk:index")).content.decode()


def test_an_empty_desk_says_so(as_role):
    assert "sp-empty" in page(as_role(roles.CAMPAIGNERS))


def test_without_a_sign_neither_answer_is_put_forward(as_role, waiting):
    waiting()
    shown = page(as_role(roles.CAMPAIGNERS))
    assert 'value="uscito" class="button button-secondary"' in shown


def test_a_visit_to_its_own_link_speaks_for_yes(as_role, waiting):
    delivery = waiting()
    Visit.objects.create(source=delivery.source)
    Visit.objects.create(source=delivery.source, crawler=True)
    shown = page(as_role(roles.CAMPAIGNERS))
    assert 'value="uscito" class="button"' in shown


def test_a_crawler_is_no_sign(as_role, waiting):
    delivery = waiting()
    Visit.objects.create(source=delivery.source, crawler=True)
    assert 'value="uscito" class="button button-secondary"' in page(as_role(roles.CAMPAIGNERS))


@pytest.mark.parametrize(
    ("question", "given", "state"),
    [
        (Question.PROOF, "uscito", State.PUBLISHED),
        (Question.PROOF, "rimanda", State.DUE),
        (Question.LATE, "adesso", State.DUE),
        (Question.LATE, "mai", State.CANCELLED),
    ],
)
def test_each_answer(question, given, state, as_role, waiting):
    delivery = waiting(question=question)
    answer(as_role(roles.CAMPAIGNERS), delivery, given)
    delivery.refresh_from_db()
    assert delivery.state == state
    assert delivery.log.last().by is not None


@pytest.mark.parametrize(
    ("meanwhile", "state", "said"),
    [
        ({"planned_at": timezone.now() + timedelta(days=2)}, State.PLANNED, "al suo nuovo minuto"),
        ({"afterwards": State.HELD}, State.HELD, "Resta fermo"),
        ({"afterwards": State.CANCELLED}, State.CANCELLED, "non esce più"),
    ],
)
def test_the_answer_says_what_becomes_of_it(meanwhile, state, said, as_role, waiting):
    delivery = waiting(**meanwhile)
    shown = answer(as_role(roles.CAMPAIGNERS), delivery, "rimanda").content.decode()
    delivery.refresh_from_db()
    assert delivery.state == state and said in shown and "Riparte adesso" not in shown


def test_what_to_change_is_said(as_role, waiting):
    waiting(State.REJECTED, Question.NONE, last_error="La foto è troppo larga.")
    assert "La foto è troppo larga." in page(as_role(roles.CAMPAIGNERS))


def test_who_comes_second_is_told(as_role, waiting):
    delivery = waiting()
    client = as_role(roles.CAMPAIGNERS)
    answer(client, delivery, "uscito")
    shown = answer(client, delivery, "rimanda").content.decode()
    delivery.refresh_from_db()
    assert delivery.state == State.PUBLISHED
    assert "Marta" in shown


def test_nonsense_changes_nothing(as_role, waiting):
    delivery = waiting()
    answer(as_role(roles.CAMPAIGNERS), delivery, "forse")
    delivery.refresh_from_db()
    assert delivery.state == State.NEEDS_PERSON


def test_the_menu_counts_what_waits(as_role, waiting):
    waiting()
    assert "data-sp-count" in as_role(roles.CAMPAIGNERS).get("/admin/").content.decode()


def test_the_dashboard_shows_the_same(as_role, waiting):
    delivery = waiting()
    shown = as_role(roles.CAMPAIGNERS).get("/admin/").content.decode()
    assert f"#delivery-{delivery.pk}" in shown
    assert "goes-out" in shown


def test_one_can_open_the_channel_and_look(as_role, waiting):
    delivery = waiting()
    delivery.account.url = "https://fake.example/@noi"
    delivery.account.save()
    assert 'href="https://fake.example/@noi"' in page(as_role(roles.CAMPAIGNERS))


def test_the_address_of_an_account_is_kept_when_it_is_looked_after(waiting, monkeypatch):
    from campaigns import services
    from campaigns.channels.base import Identity
    from tests.campaigns.fakes import Fake

    monkeypatch.setattr(
        Fake, "verify", lambda self: Identity("1", "@noi", "https://fake.example/@noi")
    )
    account = services.check_account(account=waiting().account)
    account.refresh_from_db()
    assert account.url == "https://fake.example/@noi"


def test_what_is_quoted_is_what_was_sent(as_role, waiting, edit):
    delivery = waiting()
    payload = {"text": "Mandato così https://x.it/s/1", "revision": delivery.revision_id}
    Delivery.objects.filter(pk=delivery.pk).update(payload=payload)
    edit(delivery.post, text="Cambiato dopo {link} #DonoDay2026")
    shown = page(as_role(roles.CAMPAIGNERS))
    assert "Mandato così" in shown and "Cambiato dopo" not in shown


def test_our_own_stop_is_not_laid_at_the_networks_door(as_role, waiting):
    delivery = waiting(State.REJECTED, Question.NONE, digest="", last_error="Manca l’alt")
    client = as_role(roles.CAMPAIGNERS)
    shown = page(client) + client.get(reverse("campaigns_posts:list")).content.decode()
    assert "Da sistemare" in shown and "Respinto dalla rete" not in shown
    payload = {"text": "x", "revision": delivery.revision_id}
    Delivery.objects.filter(pk=delivery.pk).update(digest="x", payload=payload)
    assert "Respinto dalla rete" in page(client)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        (Question.PROOF, "uscito"),
        (Question.PROOF, "rimanda"),
        (Question.LATE, "adesso"),
        (Question.LATE, "mai"),
    ],
)
def test_an_answer_can_be_taken_back_for_ten_seconds(question, given, as_role, waiting, fake):
    from campaigns import services

    delivery = waiting(question=question, last_error="Nessuna risposta")
    client = as_role(roles.CAMPAIGNERS)
    sealed = answer(client, delivery, given).context["undo"]
    services.send_due(seconds=0.01)
    assert not fake.calls  # nothing leaves meanwhile
    client.post(reverse("campaigns_desk:undo"), {"fatto": sealed})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.question) == (State.NEEDS_PERSON, question)
    assert delivery.last_error == "Nessuna risposta" and delivery.published_at is None
    assert f"delivery-{delivery.pk}" in page(client)
    steps = delivery.log.count()
    client.post(reverse("campaigns_desk:undo"), {"fatto": sealed})  # the second click
    assert delivery.log.count() == steps


def test_what_has_begun_meanwhile_is_not_taken_back(as_role, waiting):
    import uuid

    delivery = waiting(question=Question.LATE)
    client = as_role(roles.CAMPAIGNERS)
    sealed = answer(client, delivery, "adesso").context["undo"]
    Delivery.objects.filter(pk=delivery.pk).update(lease_token=uuid.uuid4())
    client.post(reverse("campaigns_desk:undo"), {"fatto": sealed})
    delivery.refresh_from_db()
    assert delivery.state == State.DUE


def test_a_made_up_answer_takes_nothing_back(as_role, waiting):
    client = as_role(roles.CAMPAIGNERS)
    said = client.post(reverse("campaigns_desk:undo"), {"fatto": "x"}, follow=True)
    assert "dieci secondi" in said.content.decode()
