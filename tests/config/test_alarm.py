"""When the tick stops, the coordinators get one mail, sent without the worker."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail as sent
from django.utils import timezone

from config import alarm
from config.models import Heartbeat
from mail.models import Message, Sender
from people import roles


@pytest.fixture
def coordinator(django_user_model):
    user = django_user_model.objects.create_user("carla", email="carla@example.org")
    user.groups.add(Group.objects.get(name=roles.COORDINATION))
    return user


@pytest.mark.django_db
def test_one_mail_an_outage(coordinator):
    Heartbeat.objects.create(pk=1, at=timezone.now() - timedelta(minutes=3))
    alarm.look()
    alarm.look()
    [mail] = sent.outbox
    assert mail.to == ["carla@example.org"]
    assert "ferma" in mail.subject
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=2, seconds=30))
    alarm.look()
    assert len(sent.outbox) == 2


@pytest.mark.django_db
def test_it_waits_behind_no_other_mail_and_for_nobodys_turn(coordinator):
    for number in range(3):
        Message.objects.create(
            key=f"k{number}",
            to="maria@example.org",
            message_id=f"<{number}@x>",
            next_at=timezone.now() - timedelta(hours=1),
        )
    Sender.objects.create(
        lease_token=uuid.uuid4(), lease_until=timezone.now() + timedelta(minutes=1)
    )
    alarm.look()
    assert [mail.to for mail in sent.outbox] == [["carla@example.org"]]


@pytest.mark.django_db
def test_those_who_left_are_not_written_to(coordinator):
    coordinator.is_active = False
    coordinator.save()
    alarm.look()
    assert sent.outbox == []
