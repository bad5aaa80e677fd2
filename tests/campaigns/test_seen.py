"""What a post shows but does not hold itself: changed after the yes, it does not slip past."""

import io

import pytest
from django.core.files.images import ImageFile
from django.urls import reverse
from PIL import Image

from brand.models import BrandSettings
from campaigns import services
from campaigns.models import Post
from campaigns.states import State
from tests.campaigns.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(db):
    return picture(description="Due mele")


def other_file(image):
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "#222222").save(made, "JPEG")
    image.file = ImageFile(io.BytesIO(made.getvalue()), name="altre.jpeg")
    image._set_image_file_metadata()  # as the library's own form does
    image.save()


def other_words(image):
    image.description = "Tutt’altro"
    image.save()


def other_focus(image):
    image.focal_point_x, image.focal_point_y = 10, 10
    image.focal_point_width = image.focal_point_height = 20
    image.save()


def other_hashtag(image):
    campaign = Post.objects.get().campaign
    campaign.hashtags = "#Altro"
    campaign.save()


def other_colours(image):
    brand = BrandSettings.load()
    brand.yellow, brand.ink = "#a8e6b0", "#0a3a2b"
    brand.save()


CHANGES = [
    ("none", other_file),
    ("none", other_words),
    ("photo", other_focus),
    ("photo", other_file),
    ("statement", other_hashtag),
    ("thermometer", other_colours),
]


def states(post):
    return set(post.deliveries.values_list("state", flat=True))


@pytest.mark.parametrize(("card", "change"), CHANGES)
def test_at_its_minute_it_is_held_and_asked_again(card, change, image, write, approve, fake):
    post = write(image=image, card=card, card_headline="Vieni")
    approve(post)
    change(image)
    services.send_due(seconds=0.01)
    assert not fake.out
    assert states(post) == {State.HELD}
    post.refresh_from_db()
    assert post.workflow_in_progress
    assert post.latest_revision_id != post.live_revision_id
    approve(post)
    services.send_due(seconds=0.01)
    assert states(post) == {State.PUBLISHED}


@pytest.mark.parametrize(("card", "change"), CHANGES)
def test_it_is_noticed_long_before(card, change, image, write, approve, marta):
    post = write(minutes=600, image=image, card=card, card_headline="Vieni")
    approve(post)
    assert services.recheck() == 0
    change(image)
    assert services.recheck() == 1
    assert services.recheck() == 0
    assert states(post) == {State.HELD}
    post.refresh_from_db()
    assert post.current_workflow_state.requested_by == marta


@pytest.mark.parametrize(("card", "change"), [("none", other_hashtag), ("none", other_focus)])
def test_what_nobody_sees_holds_nothing(card, change, image, write, approve):
    post = write(minutes=600, image=image, card=card)
    approve(post)
    change(image)
    assert services.recheck() == 0
    assert states(post) == {State.PLANNED}


def test_the_figure_of_the_moment_may_move(write, approve):
    from attribution_support import give

    post = write(minutes=600, card="thermometer", card_headline="Vieni")
    approve(post)
    give(services.campaign_source(campaign=post.campaign), "g1", 5000)
    assert services.recheck() == 0


def test_a_yes_to_a_picture_changed_while_one_read_does_not_count(image, write, as_reader):
    post = write(minutes=600, image=image)
    client = as_reader(post)
    page = client.get(reverse("campaigns_posts:edit", args=[post.pk]))
    other_file(image)
    data = {"seen": page.context["seen"], "action-workflow-action": "1"}
    data |= {"workflow-action-name": "approve"} | typed(page)
    answer = client.post(reverse("campaigns_posts:edit", args=[post.pk]), data)
    assert answer.status_code == 200
    assert not post.deliveries.exists()
    data["seen"] = services.seen_in(post=Post.objects.get())
    client.post(reverse("campaigns_posts:edit", args=[post.pk]), data)
    assert states(post) == {State.PLANNED}


@pytest.fixture
def as_reader(client, elena, marta):
    def as_reader(post):
        services.ask(post=post, by=marta)
        client.force_login(elena)
        return client

    return as_reader


def typed(page):
    """What the browser would send of the form as it stands."""
    form, data = page.context["form"], {}
    for field in form:
        value = field.value()
        data[field.html_name] = "" if value is None else value
    data["planned_date"] = f"{form.instance.planned_date:%d/%m/%Y}"
    data["planned_time"] = f"{form.instance.planned_time:%H:%M:%S}"
    data["accounts"] = [account.pk for account in form.instance.accounts.all()]
    return data
