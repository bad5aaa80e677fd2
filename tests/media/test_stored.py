import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.db.models.query import QuerySet

from media import services
from media.cards import VERSION, CardSpec, Photo, TooLong
from media.models import Image, StoredCard
from tests.media import pictures

ROOT = Path(__file__).parents[2]


def spec(**rest) -> CardSpec:
    return CardSpec(kind="statement", **{"headline": "una valle più vicina", **rest})


def files(settings) -> list[str]:
    folder = Path(settings.MEDIA_ROOT) / "cards"
    return sorted(str(path) for path in folder.rglob("*.*")) if folder.exists() else []


@pytest.mark.django_db
def test_a_card_is_drawn_once(monkeypatch, settings):
    drawn = []
    real = services.render
    monkeypatch.setattr(services, "render", lambda one: drawn.append(one) or real(one))
    first, second = services.stored_card(spec()), services.stored_card(spec())
    assert first.pk == second.pk and len(drawn) == 1 and len(files(settings)) == 1
    assert (first.renderer, first.shape) == (VERSION, "share")
    assert first.url.startswith("/uploads/cards/") and first.url.endswith(".jpg")
    assert first.file.read() == real(spec())


@pytest.mark.django_db
def test_a_new_renderer_draws_it_anew(monkeypatch):
    old = services.stored_card(spec())
    monkeypatch.setattr("media.cards.spec.VERSION", "next")
    assert services.stored_card(spec()).pk != old.pk
    assert StoredCard.objects.count() == 2


@pytest.mark.django_db
def test_a_lost_file_is_drawn_again(settings):
    card = services.stored_card(spec(format="png"))
    os.remove(card.file.path)
    again = services.stored_card(spec(format="png"))
    assert again.pk == card.pk and os.path.exists(again.file.path)
    assert len(files(settings)) == 1


@pytest.mark.django_db
def test_who_loses_the_race_between_machines_takes_its_file_away(monkeypatch, settings):
    """The other machine's row appears between our look and our write."""
    winner = services.stored_card(spec())
    monkeypatch.setattr(services, "_kept", lambda digest: None)
    monkeypatch.setattr(QuerySet, "first", lambda self: None)
    assert services.stored_card(spec()).pk == winner.pk
    assert len(files(settings)) == 1


@pytest.mark.django_db
def test_words_that_do_not_fit_leave_nothing_behind(settings):
    with pytest.raises(TooLong):
        services.stored_card(spec(headline="parole " * 90))
    assert not StoredCard.objects.exists() and files(settings) == []


NAMED = {"brand": "segni positivi"}
PHOTO = Photo(data=pictures.saved(pictures.half(), "PNG"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "drawn"),
    [
        (spec(headline="Преображение", **NAMED), spec(headline="segni positivi", **NAMED)),
        (
            spec(lines=("Una spesa lunghissima per tutte le famiglie " * 3,), **NAMED),
            spec(**NAMED),
        ),
        (
            CardSpec(kind="photo", photo=PHOTO, headline="漢字", hashtag="#DonoDay", **NAMED),
            CardSpec(kind="photo", photo=PHOTO, **NAMED),
        ),
        (
            CardSpec(kind="photo", photo=Photo(path="/none", digest="x"), headline="Ciao", **NAMED),
            spec(headline="segni positivi", **NAMED),
        ),
        (spec(headline="Сеть", brand="Сеть"), spec(headline="+ + +", brand="Сеть")),
    ],
)
def test_a_page_whose_words_cannot_be_drawn_is_shared_with_a_plainer_card(wanted, drawn, caplog):
    """Never with none, and the log says so."""
    card = services.share_card(wanted)
    assert card is not None and card.digest == drawn.digest()
    assert [record.message for record in caplog.records] == ["plainer_card"]
    assert StoredCard.objects.count() == 1


@pytest.mark.django_db
def test_a_card_that_cannot_be_stored_is_none_and_no_fault(monkeypatch, caplog):
    def full(one):
        raise OSError(28, "no space")

    monkeypatch.setattr(services, "stored_card", full)
    assert services.share_card(spec()) is None
    assert [record.message for record in caplog.records] == ["no_card"]


@pytest.mark.django_db
def test_two_installations_on_a_machine_do_not_share_locks(settings, tmp_path):
    """In the folder for temporary files the first one's would be closed to the second one's user."""
    settings.VAR_DIR = tmp_path / "own"
    services.stored_card(spec())
    assert [path.name for path in (tmp_path / "own" / "card-locks").iterdir()] == [
        spec().digest()[:2]
    ]


@pytest.mark.django_db
def test_the_digest_is_unique():
    StoredCard.objects.create(digest="a" * 64, renderer="1", shape="share", file="x")
    with pytest.raises(IntegrityError):
        StoredCard.objects.create(digest="a" * 64, renderer="1", shape="share", file="y")


@pytest.mark.django_db
def test_a_picture_of_the_library_becomes_a_photo():
    content = ContentFile(pictures.saved(pictures.half((400, 200)), "PNG"), "wall.png")
    image = Image.objects.create(title="Il muro", file=content)
    assert services.photo_of(image).focal == (0.5, 0.5)
    image.focal_point_x, image.focal_point_y = 100, 150
    image.focal_point_width = image.focal_point_height = 20
    photo = services.photo_of(image)
    assert photo.focal == (0.25, 0.75)
    assert photo.path == image.file.path and photo.digest == image.file_hash
    card = CardSpec(kind="photo", headline="Muro", photo=photo)
    assert services.stored_card(card).file.size > 1000


@pytest.mark.django_db
def test_a_picture_that_is_not_on_this_disk_is_read_from_its_storage(monkeypatch):
    content = ContentFile(pictures.saved(pictures.half(), "PNG"), "wall.png")
    image = Image.objects.create(title="Il muro", file=content)
    monkeypatch.setattr(Image, "is_stored_locally", lambda self: False)
    photo = services.photo_of(image)
    assert photo.data.startswith(b"\x89PNG") and photo.path == ""
    assert photo == Photo(data=photo.data, digest=image.file_hash)


TABLE = """
    import django
    django.setup()
    from django.db import connection
    from media.models import StoredCard
    with connection.schema_editor() as editor:
        editor.create_model(StoredCard)
"""
WORKER = """
    import sys, django
    django.setup()
    from media import services
    from media.cards import CardSpec
    real, drawn = services.render, 0
    def counted(spec):
        global drawn
        drawn += 1
        return real(spec)
    services.render = counted
    sys.stdin.readline()
    cards = [services.stored_card(CardSpec(kind="statement", headline=f"una valle {n}")).pk for n in range(6)]
    print(drawn, *cards)
"""


def test_many_processes_draw_each_card_once(tmp_path):
    """Three real processes on one database file ask for the same six cards at once."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "VAR_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-c", textwrap.dedent(TABLE)], cwd=ROOT, env=env, check=True)
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WORKER)],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for worker in workers:
        worker.stdin.write("\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert sum(int(answer[0]) for answer in answers) == 6
    assert len({tuple(answer[1:]) for answer in answers}) == 1
    assert len(list((tmp_path / "uploads" / "cards").rglob("*.jpg"))) == 6
