import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from config import heartbeat, supervisor
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
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("asked_for", ["127.0.0.1", "10.0.0.7", "www.example.org"])
def test_who_watches_needs_no_name_and_no_https(settings, path, asked_for):
    settings.ALLOWED_HOSTS = ["www.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    heartbeat.beat()
    assert Client().get(path, headers={"host": asked_for}).status_code == 200
    assert Client().get("/", headers={"host": "10.0.0.7"}, secure=True).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_the_supervisor_sees_the_tick_of_a_site_with_a_name(settings, live_server):
    watch = supervisor.Watch("127.0.0.1", live_server.thread.port, alarm=None)
    settings.ALLOWED_HOSTS = ["www.example.org"]
    assert not watch.ticking()
    heartbeat.beat()
    assert watch.ticking()


@pytest.mark.django_db
def test_every_role_may_enter_the_admin():
    groups = Group.objects.filter(permissions__codename="access_admin")
    assert set(roles.ALL) <= set(groups.values_list("name", flat=True))
