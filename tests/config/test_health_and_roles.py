import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from config import heartbeat
from people import roles


@pytest.mark.django_db
def test_ready_needs_a_tick(client):
    assert client.get("/readyz").status_code == 503
    heartbeat.beat()
    assert client.get("/readyz").json()["tick"] is True


@pytest.mark.django_db
def test_an_old_tick_is_not_ready(client):
    heartbeat.beat()
    assert heartbeat.stale(timezone.now() + 2 * heartbeat.STALE_AFTER)


def test_alive_needs_nothing(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_every_role_may_enter_the_admin():
    groups = Group.objects.filter(permissions__codename="access_admin")
    assert set(roles.ALL) <= set(groups.values_list("name", flat=True))
