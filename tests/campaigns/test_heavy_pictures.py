"""A heavy picture is made smaller for each network; one that stays too heavy is told while writing."""

import io
import os

import pytest
from django.core.files.images import ImageFile
from django.urls import reverse
from PIL import Image as Pillow
from wagtail.images import get_image_model

from campaigns import services
from campaigns.channels.bluesky import Bluesky
from campaigns.errors import NotReady
from campaigns.models import Account
from people import roles

pytestmark = pytest.mark.django_db
SIDE = 2100


@pytest.fixture(scope="module")
def heavy():
    """A PNG of 13 MB, the kind that no saving makes small."""
    file = io.BytesIO()
    noise = Pillow.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3))
    noise.save(file, "PNG", compress_level=0)
    assert len(file.getvalue()) > 13_000_000
    return file.getvalue()


@pytest.fixture
def image(db, heavy):
    return get_image_model().objects.create(
        title="Neve", file=ImageFile(io.BytesIO(heavy), name="neve.png")
    )


@pytest.fixture
def bluesky(db):
    return Account.objects.create(channel="bluesky", name="Bluesky", handle="@noi.example")


@pytest.fixture
def small(db):
    """A server of the other network that takes no more than 200 kB."""
    limits = {"text": 500, "media": 4, "media_bytes": 200_000, "mimes": ["image/jpeg"]}
    return Account.objects.create(channel="mastodon", name="Mastodon", limits=limits)


def test_it_is_made_as_light_as_the_network_wants(write, image, bluesky):
    post = write(minutes=60, where=[bluesky], image=image, alt_text="Neve")
    (picture,) = services.drafts(post=post)[bluesky].media
    assert 1024 < max(picture.width, picture.height) < SIDE
    assert picture.size <= Bluesky.limits.media_bytes and picture.mime == "image/jpeg"
    assert services.problems(post=post) == {}


def test_where_it_stays_too_heavy_that_network_says_so_while_one_writes(
    write, image, bluesky, small, as_writer
):
    post = write(minutes=60, where=[bluesky, small], image=image, alt_text="Neve")
    data = {
        "campaign": post.campaign_id,
        "text": post.text,
        "accounts": [bluesky.pk, small.pk],
        "image": image.pk,
        "alt_text": "Neve",
        "card": "none",
        "planned_date": f"{post.planned_date:%d/%m/%Y}",
        "planned_time": f"{post.planned_time:%H:%M}",
        "zone": post.zone,
    }
    shown = as_writer.post(reverse("campaigns_posts:check"), data).json()["fragments"]
    assert "pesa troppo" in shown[f"sp-problems-{small.pk}"]
    assert "pesa troppo" not in shown[f"sp-problems-{bluesky.pk}"]
    assert "sp-bad" in shown["sp-verdict"]


def test_a_limit_lowered_between_the_asking_and_the_yes_refuses_it(
    write, approve, image, bluesky, marta
):
    post = write(minutes=60, where=[bluesky], image=image, alt_text="Neve")
    services.ask(post=post, by=marta)
    Account.objects.update(limits=Bluesky.limits.as_dict() | {"media_bytes": 200_000})
    with pytest.raises(NotReady, match=r"Bluesky: .*pesa troppo"):
        approve(post)
    assert not post.deliveries.exists()


@pytest.fixture
def as_writer(client, django_user_model):
    from django.contrib.auth.models import Group

    user = django_user_model.objects.create_user("w")
    user.groups.add(Group.objects.get(name=roles.CAMPAIGNERS))
    client.force_login(user)
    return client
