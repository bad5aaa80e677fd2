"""`manage.py demo --remove`: nobody gets in with a password that all know; what people did stays."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from config import demonstration
from config.models import Demonstration


@pytest.mark.django_db
def test_the_logins_are_out_and_people_stay():
    demonstration.make_logins()
    users = get_user_model().objects
    own = users.create_user("anna", email="anna@example.org", password="una-parola-sua")
    users.filter(username="rita").update(username="rita.rossi")  # renamed in the admin
    inside = Client()
    assert inside.login(username="marta", password=demonstration.PASSWORD)
    call_command("demo", "--remove")
    assert inside.get("/admin/").status_code == 302
    for name in ("marta", "rita", "rita.rossi", "elio"):
        assert not Client().login(username=name, password=demonstration.PASSWORD), name
    assert Client().login(username="anna", password="una-parola-sua")
    assert list(users.filter(is_active=True)) == [own]
    assert not Demonstration.objects.exists()
    assert not demonstration.wanted()  # nor does it come back at the next start
