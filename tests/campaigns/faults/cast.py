"""Rows for the fault matrix and the dispatch bench, made inside the process under test."""

import io
from datetime import datetime, timedelta

from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from PIL import Image as Pillow
from wagtail.images import get_image_model

from campaigns import services
from campaigns.models import Account, Campaign, Delivery, Post
from people import roles
from people.models import User


def campaign() -> Campaign:
    found = Campaign.objects.filter(slug="faults").first()
    if found:
        return found
    today = timezone.localdate()
    made = Campaign(
        name="Faults",
        slug="faults",
        hashtags="#Faults",
        start_date=today - timedelta(days=2),
        end_date=today + timedelta(days=2),
        goal=100_000,
    )
    made.full_clean()
    made.save()
    return made


def elena() -> User:
    user, made = User.objects.get_or_create(username="elena")
    if made:
        user.groups.add(Group.objects.get(name=roles.COORDINATION))
    return user


def account(channel: str, name: str, credentials: dict) -> Account:
    made = Account(channel=channel, name=name)
    made.credentials = credentials
    made.save()
    return made


def due_post(*, channel: str, name: str, credentials: dict, now: datetime) -> dict:
    post = asked_post(channel=channel, name=name, credentials=credentials, now=now)
    approve(post)
    return {"key": post.deliveries.get().key}


def approve(post: Post) -> None:
    post.current_workflow_state.current_task_state.specific.approve(user=elena())


def asked_post(*, channel: str, name: str, credentials: dict, now: datetime) -> Post:
    """With a picture, due now, waiting for a yes."""
    file = io.BytesIO()
    Pillow.new("RGB", (64, 48), "#ffd21f").save(file, "PNG")
    image = get_image_model().objects.create(
        title=name, file=ImageFile(io.BytesIO(file.getvalue()), name=f"{name}.png")
    )
    when = timezone.localtime(now)
    post = Post(
        campaign=campaign(),
        text=f"{name} {{link}} #Faults @rete.bsky.social",  # whose name Bluesky is asked for
        image=image,
        alt_text="Un quadrato giallo",
        planned_date=when.date(),
        planned_time=when.time(),
    )
    post.accounts = [account(channel, name, credentials)]
    post.save()
    post.clean()
    post.save_revision()
    services.ask(post=post, by=elena())
    return post


@transaction.atomic
def many(*, number: int, accounts: list, seconds: float) -> list[str]:
    """`number` approved posts on each of `accounts` in turn, all due `seconds` from now."""
    when = timezone.now() + timedelta(seconds=seconds)
    owners = [account(channel, name, values) for channel, name, values in accounts]
    revision, posts = None, []
    for index in range(number):
        posts.append(Post(campaign=campaign(), text=f"{index} {{link}}", planned_at=when))
    posts = Post.objects.bulk_create(posts)
    rows = []
    for index, post in enumerate(posts):
        link = f"http://127.0.0.1:8000/s/{index:08d}"
        rows.append(
            Delivery(
                post=post,
                account=owners[index % len(owners)],
                revision=revision,
                planned_at=when,
                next_at=when,
                content={
                    "text": f"Post {index} {link}",
                    "link": link,
                    "language": "it",
                    "image": None,
                    "alt": "",
                    "card": "none",
                    "headline": "",
                },
            )
        )
    Delivery.objects.bulk_create(rows)
    return [row.key for row in rows]
