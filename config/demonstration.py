"""The demonstration logins, and whether the content is wanted."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from wagtail.models import Page

from config.models import Demonstration, DemonstrationRun
from people import roles

PASSWORD = "segnopositivo"  # noqa: S105  known to all, and refused away from loopback

DOMAIN = "segnipositivi.example"


@dataclass(frozen=True)
class Login:
    username: str
    name: str
    surname: str
    role: str
    password: str = PASSWORD


PEOPLE = (
    Login("marta", "Marta", "Campagne", roles.CAMPAIGNERS),
    Login("rita", "Rita", "Redazione", roles.EDITORS),
    Login("elio", "Elio", "Tesoreria", roles.TREASURY),
    Login("pina", "Pina", "Omaggi", roles.PACKERS),
    Login("carla", "Carla", "Coordinamento", roles.COORDINATION),
    Login("cesare", "Cesare", "Cooperazione", roles.REVIEW_COOPERATION),
    Login("vera", "Vera", "Volontariato", roles.REVIEW_VOLUNTEERING),
    Login("enzo", "Enzo", "Ente pubblico", roles.REVIEW_PUBLIC_BODY),
)


def wanted() -> bool:
    """Only an empty database on loopback, without a Stripe key, gets demonstration content by
    itself, or one where its loading was cut short: every part of it can be loaded again without
    doubling. Who has set a key begins a real installation."""
    if not (settings.ON_LOOPBACK and settings.SANDBOX):
        return False
    run = DemonstrationRun.objects.first()
    if run:
        return run.done_at is None
    fresh = not Page.objects.filter(depth__gt=2).exists()
    return fresh and not get_user_model().objects.exists()


def nobody_signs_in() -> bool:
    """Whether the first administrator is still to be made."""
    return not get_user_model().objects.filter(is_active=True).exists()


def logins() -> list[Login]:
    there = set(Demonstration.objects.values_list("username", flat=True))
    return [person for person in PEOPLE if person.username in there]


@transaction.atomic
def make_logins() -> None:
    """Begins the demonstration. Idempotent; an existing user of the same name is left alone."""
    DemonstrationRun.objects.get_or_create(pk=1)
    users = get_user_model().objects
    for person in PEOPLE:
        if users.filter(username=person.username).exists():
            continue
        user = users.create_user(
            person.username,
            email=f"{person.username}@{DOMAIN}",
            password=person.password,
            first_name=person.name,
            last_name=person.surname,
        )
        user.groups.add(Group.objects.get(name=person.role))
        Demonstration.objects.create(username=person.username)


def done() -> None:
    """Everything is there."""
    DemonstrationRun.objects.filter(done_at=None).update(done_at=timezone.now())


@transaction.atomic
def remove_logins() -> int:
    """Takes the logins out; what they wrote stays, under a name that cannot sign in any more."""
    names = list(Demonstration.objects.values_list("username", flat=True))
    # somebody may have renamed one, and its password is still known to all
    mails = [f"{name}@{DOMAIN}" for name in names]
    mine = Q(username__in=names) | Q(email__in=mails)
    for user in get_user_model().objects.filter(mine, is_active=True):
        user.is_active = False
        user.username = f"ex-demo-{user.pk}"
        user.set_unusable_password()
        user.groups.clear()
        user.save()
    Demonstration.objects.all().delete()
    done()
    return len(names)
