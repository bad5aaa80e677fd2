import pytest
from django.contrib.auth.models import Group

from people.models import User


@pytest.fixture
def person(db):
    """person(role) → somebody of the staff with that role and no other right."""

    def person(role: str) -> User:
        user = User.objects.create_user(f"p-{role}", first_name="Marta")
        user.groups.add(Group.objects.get(name=role))
        return user

    return person


@pytest.fixture
def as_role(client, person):
    """as_role(role) → the client, signed in as somebody of that role."""

    def as_role(role: str):
        client.force_login(person(role))
        return client

    return as_role
