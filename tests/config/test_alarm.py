"""When the tick stops, the coordinators get one mail, sent without the worker."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core import mail as sent
from django.utils import timezone

from config import alarm
from config.models import Heartbeat
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
def test_those_who_left_are_not_written_to(coordinator):
    coordinator.is_active = False
    coordinator.save()
    alarm.look()
    assert sent.outbox == []
