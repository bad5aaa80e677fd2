"""The demonstration's campaign: #DonoDay, open today, with posts in every stage of their life.

Everything is invented. Loading it again changes nothing.
"""

import re
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Replace
from django.utils import timezone
from wagtail.images import get_image_model

from attribution.models import Visit
from campaigns import services, vault
from campaigns.channels import registry
from campaigns.models import Account, Campaign, Delivery, Post, WallEntry
from campaigns.states import State

SLUG = "donoday"
CARD = Post.Card
# where an account in the sandbox keeps the address it lives at, and how that looks
STAND_INS = {"mastodon": "instance", "bluesky": "service", "telegram": "server"}
A_STAND_IN = re.compile(r"http://(127\.0\.0\.1:\d+)/(?:mastodon|bluesky|telegram)")

# how long ago (days, hour, minute) and what
OUT: tuple[tuple[int, int, int, dict[str, Any]], ...] = (
    (
        9,
        9,
        0,
        {
            "text": "Si comincia. Che cosa vuol dire donare, per te? Diccelo con una foto e "
            "{tag}: {link}",
            "card": CARD.STATEMENT,
            "card_headline": "Dimmi che cos’è per te donare",
        },
    ),
    (
        6,
        18,
        30,
        {"text": "Donare è tenere il portone aperto con il piede mentre hai le mani piene. {link}"},
    ),
    (
        4,
        12,
        15,
        {
            "text": "Sei cene in sei cortili. Ognuno porta una sedia e uno che non conosce. "
            "Chi apre il settimo? {tag} {link}",
            "image": "diffuso",
        },
    ),
    (
        2,
        8,
        45,
        {
            "text": "Ho quarant’anni di ragioneria alle spalle. Da martedì li regalo due ore la "
            "settimana. {tag} {link}"
        },
    ),
    (
        1,
        17,
        0,
        {
            "text": "Due ore di pala, sei metri di muro, una polenta. Lo scaffale d’inverno si "
            "riempie anche così: {link} {tag}",
            "image": "sentiero",
        },
    ),
)
VISITS = (41, 12, 87, 23, 34)  # of each of them, by its short link


def load() -> None:
    """Each step is whole or not there, so that a load that was cut short goes on from there."""
    if not Post.objects.filter(campaign__slug=SLUG).exists():
        _posts()
    if _unsent().exists():
        # nothing went out where the wall shows nothing: whoever was sending them is gone
        _unsent().update(
            state=State.PLANNED, next_at=timezone.now(), lease_token=None, lease_until=None
        )
        services.send_due(seconds=1)
    _as_planned()


@transaction.atomic
def _posts() -> None:
    campaign, accounts = make_campaign(), _accounts()
    for days, hour, minute, fields in OUT:
        moment = timezone.localtime() - timedelta(days=days)
        when = datetime.combine(moment.date(), time(hour, minute))
        _approve(_post(campaign, accounts[:1], when, **fields))
    _release()
    _upcoming(campaign, accounts)


def _released() -> QuerySet[Delivery]:
    """Those of OUT, the oldest first."""
    mine = Delivery.objects.filter(post__campaign__slug=SLUG, account__channel="wall")
    return mine.filter(released_at__isnull=False).order_by("planned_at")[: len(OUT)]


def _unsent() -> QuerySet[Delivery]:
    mine = Delivery.objects.filter(pk__in=[row.pk for row in _released()])
    return mine.filter(wall_entry=None).exclude(state=State.PUBLISHED)


def make_campaign() -> Campaign:
    """The open campaign; made first, so that the site can give it a page to land on."""
    found = Campaign.objects.filter(slug=SLUG).first()
    if found:
        return found
    today = timezone.localdate()
    campaign = Campaign(
        name=f"DonoDay {today.year}",
        slug=SLUG,
        hashtags=f"#DonoDay{today.year} #IldonoXme #IoSegnoPiù",
        start_date=today - timedelta(days=12),
        end_date=today + timedelta(days=16),
        goal=1_000_00,  # the gifts of the demonstration fill more than half of it
    )
    campaign.full_clean()
    campaign.save()
    return campaign


def follow_sandbox() -> None:
    """Accounts in the sandbox go with it to another port, and so does what is out there: the next
    post finds them, and the last one can be looked at."""
    if not settings.SANDBOX:
        return
    for account in Account.objects.filter(channel__in=STAND_INS):
        with suppress(vault.Unreadable):
            _move(account, STAND_INS[account.channel])


def _move(account: Account, field: str) -> None:
    values = account.credentials
    there = A_STAND_IN.fullmatch(values.get(field, ""))
    if there is None or there[1] == urlsplit(settings.SANDBOX_URL).netloc:
        return
    before, now = there[1], urlsplit(settings.SANDBOX_URL).netloc
    account.credentials = values | {field: values[field].replace(before, now)}
    account.handle = account.handle.replace(before, now)
    account.url = account.url.replace(before, now)
    # asked anew at the first chance, also by whoever asks the old address just now
    account.checked_at, account.next_at, account.attempts = None, timezone.now(), 0
    account.lease_token = account.lease_until = None
    with transaction.atomic():
        account.save()
        account.deliveries.update(
            remote_url=Replace("remote_url", Value(f"//{before}/"), Value(f"//{now}/"))
        )


def _accounts() -> list[Account]:
    """The wall, and the sandbox's Mastodon and Bluesky while no real service is in use."""
    wanted: list[tuple[str, str, dict[str, str]]] = [("wall", "Il muro del sito", {})]
    if settings.SANDBOX:
        mastodon, bluesky = f"{settings.SANDBOX_URL}/mastodon", f"{settings.SANDBOX_URL}/bluesky"
        wanted += [
            (
                "mastodon",
                "Segni positivi su Mastodon",
                {"instance": mastodon, "token": "sandbox-segnipositivi"},
            ),
            (
                "bluesky",
                "Segni positivi su Bluesky",
                {
                    "service": bluesky,
                    "handle": "segnipositivi.bsky.social",
                    "password": "sandbox-segnipositivi",
                },
            ),
        ]
    return [_account(*item) for item in wanted]


def _account(channel: str, name: str, values: dict[str, str]) -> Account:
    found = Account.objects.filter(channel=channel, name=name).first()
    if found:
        return found
    account = Account(channel=channel, name=name)
    account.credentials = registry.channel(channel).clean(values)
    account.full_clean()
    account.save()
    return account


def _post(
    campaign: Campaign, accounts: list[Account], when: datetime | None, **fields: Any
) -> Post:
    fields["text"] = fields["text"].replace("{tag}", campaign.tags[0])
    if "image" in fields:
        fields["image"] = picture = _drawing(fields["image"])
        fields["alt_text"] = picture.description if picture else ""
    post = Post(
        campaign=campaign,
        planned_date=when.date() if when else None,
        planned_time=when.time().replace(second=0, microsecond=0) if when else None,
        **fields,
    )
    post.accounts = accounts
    post.full_clean()
    post.save()
    post.save_revision(user=_person("marta"), log_action=True)
    return post


def _drawing(name: str) -> Any:
    """One of the demonstration's pictures, which the site's pages bring along."""
    return get_image_model().objects.filter(file__contains=f"/{name}").first()


def _person(name: str) -> Any:
    return get_user_model().objects.filter(username=name).first()


def _approve(post: Post) -> None:
    state = services.ask(post=post, by=_person("marta"))
    assert state.current_task_state is not None
    state.current_task_state.specific.approve(user=_person("carla"))


def _release() -> None:
    """Their minutes are days ago: somebody says "send it now"."""
    now = timezone.now()
    Delivery.objects.filter(state=State.PLANNED, planned_at__lt=now).update(released_at=now)


@transaction.atomic
def _as_planned() -> None:
    """A demonstration looks lived in: what is out went out at its minute, and people came."""
    for delivery, visits in zip(_released(), VISITS, strict=False):
        source = delivery.source
        if delivery.state != State.PUBLISHED or not source or source.visits.exists():
            continue
        when = delivery.planned_at + timedelta(seconds=1)
        WallEntry.objects.filter(delivery=delivery).update(published_at=when)
        Delivery.objects.filter(pk=delivery.pk).update(published_at=when)
        Visit.objects.bulk_create(Visit(source=source) for _number in range(visits))
        Visit.objects.filter(source=source).update(at=when + timedelta(minutes=10))


def _upcoming(campaign: Campaign, accounts: list[Account]) -> None:
    """Planned, waiting for a yes, and still a draft."""
    now = timezone.localtime()
    tomorrow = datetime.combine((now + timedelta(days=1)).date(), time(9))
    _approve(
        _post(
            campaign,
            accounts,
            tomorrow,
            text="Oggi in cassa: due ballerine, un maratoneta e mia zia. Il resto è scritto qui: "
            "{link} {tag}",
            image="emporion",
        )
    )
    soon = (now + timedelta(minutes=5)).replace(tzinfo=None)
    _approve(
        _post(
            campaign,
            accounts,
            soon,
            text="Quanto fa, finora? La somma è in questa cartolina, il prossimo più è tuo: "
            "{link} {tag}",
            card=CARD.THERMOMETER,
            card_headline="Lo scaffale d’inverno",
        )
    )
    waiting = _post(
        campaign,
        accounts,
        tomorrow + timedelta(days=1, hours=9),
        text="Il nostro comune regala una mattina: si entra al museo con un barattolo per "
        "l’Emporion. Chi viene? {link} {tag}",
    )
    services.ask(post=waiting, by=_person("marta"))
    _post(
        campaign,
        accounts,
        None,
        text="Manca una foto delle mele. Intanto: il mio dono pesa diciotto chili e sa di ottobre. "
        "{link}",
    )
