"""The card of a post: the installation's face on it."""

import io

import pytest
from django.utils.translation import override
from PIL import Image

from brand.models import BrandSettings
from campaigns import services
from campaigns.models import Post, WallEntry
from campaigns.services import cards, content
from media.models import StoredCard
from tests.campaigns.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def val_verde():
    brand = BrandSettings.load()
    brand.name, brand.yellow, brand.ink = "Val Verde", "#A8E6B0", "#0A3A2B"
    brand.save()


@pytest.mark.parametrize("kind", ["photo", "statement", "thermometer"])
def test_every_card_carries_name_and_colours(kind, val_verde, write):
    post = write(card=kind, card_headline="Metti il tuo segno", image=picture(), alt_text="Mele")
    words = content.content_of(post=post, channel="wall", link="https://x.it/s/1")
    spec = cards.spec_of(content=words, campaign=post.campaign, image=post.image)
    assert (spec.kind, spec.brand) == (kind, "Val Verde")
    assert (spec.ground, spec.ink) == ("#a8e6b0", "#0a3a2b")


def test_the_card_that_goes_out_is_drawn_in_them(val_verde, write, approve, accounts):
    approve(write(where=accounts[1:], card=Post.Card.STATEMENT, card_headline="Metti il tuo segno"))
    services.send_due(seconds=0.01)
    with WallEntry.objects.get().card.file.open() as file:
        drawn = Image.open(io.BytesIO(file.read())).convert("RGB")
    corner = drawn.getpixel((2, 2))
    assert all(abs(one - other) < 6 for one, other in zip(corner, (0xA8, 0xE6, 0xB0), strict=True))


def test_nothing_is_stored_before_it_goes_out(write, approve, accounts):
    """Not for the checks, not for the previews, not for a yes: only for what is sent."""
    post = write(where=accounts[1:], card=Post.Card.STATEMENT, card_headline="Metti il tuo segno")
    assert services.problems(post=post).get(accounts[1], []) == []
    (draft,) = services.drafts(post=post).values()
    (shown,) = draft.media
    approve(post)
    assert not StoredCard.objects.exists()
    services.send_due(seconds=0.01)
    with StoredCard.objects.get().file.open() as file:
        assert file.read() == shown.read()  # what was shown is what went out


def test_a_card_that_cannot_be_drawn_says_why_without_being_stored(write, accounts):
    post = write(where=accounts[1:], card=Post.Card.STATEMENT, card_headline="字")
    (problem,) = services.problems(post=post)[accounts[1]]
    assert problem.code == "card_unwritable"
    assert not StoredCard.objects.exists()


ALT = {
    "photo": "“Metti il tuo segno #DonoDay2026”, written over a photo: Due mele",
    "statement": "Metti il tuo segno #DonoDay2026",
    "thermometer": "Raised so far: €0 of €20,000. Metti il tuo segno",
}


@pytest.mark.parametrize("kind", ALT)
def test_a_card_describes_itself(kind, write, accounts):
    """Its words are said too, and of the photo only where it is seen."""
    post = write(
        where=accounts[1:],
        card=kind,
        card_headline="Metti il tuo segno",
        image=picture(),
        alt_text="Due mele",
    )
    with override("en"):
        (draft,) = services.drafts(post=post).values()
    assert draft.media[0].alt == ALT[kind]


def test_a_card_with_a_photo_nobody_has_described_says_so(write, accounts):
    post = write(where=accounts[1:], card="photo", card_headline="Vieni", image=picture())
    assert [problem.code for problem in services.problems(post=post)[accounts[1]]] == [
        "alt_missing"
    ]
