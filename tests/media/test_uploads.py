import errno
import io
import json
import os

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.urls import reverse
from PIL import Image as Pillow
from wagtail.documents.models import Document

from media import uploads
from media.models import Image
from tests.media import pictures

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = get_user_model().objects.create_superuser("redazione", "r@example.org", "x")
    client.force_login(user)
    return client


def add(client, name: str, content: bytes, **typed):
    data = {"title": "Il muro", "description": "Due persone", "credit": "Anna", **typed}
    data["collection"] = 1
    data["file"] = SimpleUploadedFile(name, content)
    return client.post(reverse("wagtailimages:add"), data, headers={"accept-language": "it"})


def add_several(client, name: str, content: bytes) -> dict:
    response = client.post(
        reverse("wagtailimages:add_multiple"),
        {"title": "Il muro", "files[]": SimpleUploadedFile(name, content)},
        headers={"accept-language": "it", "x-requested-with": "XMLHttpRequest"},
    )
    assert response.status_code == 200
    return json.loads(response.content)


def stored() -> Pillow.Image:
    """The only picture of the library, as the disk holds it."""
    with Image.objects.get().file.open() as content:
        picture = Pillow.open(io.BytesIO(content.read()))
    picture.load()
    return picture


GOOD = {
    "cmyk.jpg": pictures.saved(pictures.half(mode="CMYK"), "JPEG"),
    "grey.jpg": pictures.saved(pictures.half(mode="L"), "JPEG"),
    "palette.png": pictures.saved(pictures.half(mode="P"), "PNG"),
    "two.png": pictures.saved(pictures.half(mode="1"), "PNG"),
    "clear.png": pictures.saved(pictures.half(mode="RGBA"), "PNG"),
    "deep.png": pictures.sixteen_bits(),
    "telephone.jpg": pictures.of_a_telephone(),
    "moving.gif": pictures.animated(),
    "modern.webp": pictures.saved(pictures.half(), "WEBP"),
    "newest.avif": pictures.saved(pictures.half(), "AVIF"),
}
BAD = {
    "cut.jpg": (pictures.saved(pictures.half((900, 700)), "JPEG")[:-3000], uploads.INCOMPLETE),
    "cut.png": (
        pictures.saved(Pillow.effect_noise((300, 200), 90), "PNG")[:20_000],
        uploads.INCOMPLETE,
    ),
    "cut.gif": (pictures.animated()[:-60], None),
    "bomb.png": (pictures.bomb(), None),
    "large.png": (pictures.saved(Pillow.new("1", (9000, 9000)), "PNG"), None),
    "long.gif": (pictures.long_animation(), None),
    "words.jpg": (b"not a picture at all", None),
    "empty.jpg": (b"", None),
    "head.png": (pictures.saved(pictures.half(), "PNG")[:40], None),
    "lie.png": (pictures.saved(pictures.half(), "JPEG"), None),
    "noise.jpg": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, None),
}


@pytest.mark.parametrize("name", GOOD)
def test_any_sound_picture_is_taken_and_shown_in_every_format(editor, name):
    assert add(editor, name, GOOD[name]).status_code == 302
    image = Image.objects.get()
    for kind in ("format-jpeg", "format-webp|fill-40x40", "max-50x50|format-png"):
        rendition = image.get_rendition(f"width-60|{kind}" if kind == "format-jpeg" else kind)
        assert rendition.width > 0


@pytest.mark.parametrize("name", GOOD)
def test_several_at_once_take_the_same_pictures(editor, name):
    assert add_several(editor, name, GOOD[name])["success"] is True
    assert Image.objects.count() == 1


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_gets_a_sentence_and_keeps_what_was_typed(editor, name):
    content, sentence = BAD[name]
    response = add(editor, name, content)
    assert response.status_code == 200
    [said] = response.context["form"].errors["file"]
    assert sentence is None or said == str(sentence)
    assert len(said) > 20
    assert b'value="Anna"' in response.content
    assert not Image.objects.exists()


@pytest.mark.parametrize("name", BAD)
def test_several_at_once_refuse_the_same_pictures(editor, name):
    answer = add_several(editor, name, BAD[name][0])
    assert answer["success"] is False and answer["error_message"]
    assert not Image.objects.exists()


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photograph_is_stored_upright(editor, orientation):
    add(editor, "turned.jpg", pictures.turned(orientation))
    upright, picture = pictures.half(), stored()
    assert picture.getexif().get(pictures.ORIENTATION, 1) == 1
    assert picture.size == (upright.size[::-1] if orientation > 4 else upright.size)
    image = Image.objects.get()
    assert (image.width, image.height) == picture.size
    wanted = {2: "blue", 3: "blue", 4: "red", 5: "red", 6: "red", 7: "blue", 8: "blue"}[orientation]
    red, _green, blue = picture.convert("RGB").getpixel((4, 4))
    assert (red > blue) is (wanted == "red")


def test_where_it_was_taken_is_forgotten_and_no_pixel_changes(editor):
    content = pictures.located()
    add(editor, "home.jpg", content)
    assert not stored().getexif()
    assert b"casa di Anna" not in Image.objects.get().file.read()
    assert stored().tobytes() == Pillow.open(io.BytesIO(content)).tobytes()


def test_a_telephones_double_picture_keeps_the_first_upright_and_no_place(editor):
    add(editor, "telephone.jpg", GOOD["telephone.jpg"])
    assert stored().format == "JPEG" and stored().size == (80, 120)
    assert b"casa di Anna" not in Image.objects.get().file.read()


def test_cmyk_becomes_rgb_and_sixteen_bits_become_eight(editor):
    add(editor, "cmyk.jpg", GOOD["cmyk.jpg"])
    assert stored().mode == "RGB"
    Image.objects.all().delete()
    add(editor, "deep.png", GOOD["deep.png"])
    assert stored().mode == "L"
    assert abs(stored().getpixel((5, 5)) - 0x80) <= 1


def test_too_many_pixels_says_how_many(editor):
    said = add(editor, "large.png", BAD["large.png"][0]).context["form"].errors["file"][0]
    assert "81" in said and "64" in said


class Full(FileSystemStorage):
    """A disk with room for a few bytes only."""

    code = errno.ENOSPC

    def _save(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as part:
            part.write(b"part")
        raise OSError(self.code, os.strerror(self.code))


@pytest.fixture
def full_disk(monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "_save", Full._save)
    monkeypatch.setattr(FileSystemStorage, "code", errno.ENOSPC, raising=False)


def test_a_full_disk_is_an_error_of_the_form(editor, full_disk, settings):
    response = add(editor, "wall.png", GOOD["clear.png"])
    assert response.context["form"].errors["file"] == [str(uploads.DISK_FULL)]
    assert b'value="Anna"' in response.content
    assert not Image.objects.exists()
    left = [name for _path, _dirs, names in os.walk(settings.MEDIA_ROOT) for name in names]
    assert left == []


def test_a_full_disk_is_told_to_several_at_once(editor, full_disk):
    answer = add_several(editor, "wall.png", GOOD["clear.png"])
    assert answer == {"success": False, "error_message": str(uploads.DISK_FULL)}


def add_document(client, content: bytes = b"%PDF-1.7"):
    typed = {"title": "Il bilancio", "collection": 1, "tags": ""}
    typed["file"] = SimpleUploadedFile("bilancio.pdf", content)
    return client.post(reverse("wagtaildocs:add"), typed, headers={"accept-language": "it"})


def test_a_document_is_stored_with_its_size_and_digest(editor):
    assert add_document(editor).status_code == 302
    document = Document.objects.get()
    assert document.file.read() == b"%PDF-1.7"
    assert document.file_size == 8 and document.file_hash


def test_a_full_disk_is_an_error_of_a_documents_form_too(editor, full_disk, settings):
    response = add_document(editor)
    assert response.context["form"].errors["file"] == [str(uploads.DISK_FULL)]
    assert b'value="Il bilancio"' in response.content
    assert not Document.objects.exists()
    left = [name for _path, _dirs, names in os.walk(settings.MEDIA_ROOT) for name in names]
    assert left == []


def test_several_documents_at_once_are_told_too(editor, full_disk):
    response = editor.post(
        reverse("wagtaildocs:add_multiple"),
        {"title": "Il bilancio", "files[]": SimpleUploadedFile("bilancio.pdf", b"%PDF-1.7")},
        headers={"accept-language": "it", "x-requested-with": "XMLHttpRequest"},
    )
    assert json.loads(response.content)["error_message"] == str(uploads.DISK_FULL)


def test_another_fault_of_the_disk_is_not_called_full(editor, full_disk, monkeypatch):
    monkeypatch.setattr(FileSystemStorage, "code", errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        add(editor, "wall.png", GOOD["clear.png"])


def test_no_room_for_the_upload_itself(editor, monkeypatch, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    noise = pictures.saved(Pillow.effect_noise((400, 300), 90), "PNG")

    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TemporaryUploadedFile, "write", write, raising=False)
    for response in (add(editor, "wall.png", noise), add_document(editor, noise)):
        assert response.context["form"].errors["file"] == [str(uploads.DISK_FULL)]


def test_a_large_upload_goes_through_the_temporary_folder(editor, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    add(editor, "wall.png", pictures.saved(Pillow.effect_noise((400, 300), 90), "PNG"))
    assert stored().size == (400, 300)


def test_a_new_file_replaces_the_old_one(editor, settings):
    add(editor, "one.png", GOOD["clear.png"])
    image = Image.objects.get()
    first = image.file.name
    address = reverse("wagtailimages:edit", args=[image.pk])
    data = {
        "title": "Altro",
        "collection": 1,
        "file": SimpleUploadedFile("two.jpg", GOOD["grey.jpg"]),
    }
    assert editor.post(address, data).status_code == 302
    image.refresh_from_db()
    assert image.title == "Altro" and image.file.name != first
    assert not image.file.storage.exists(first)


def test_the_form_asks_for_alternative_text_credit_and_consent(editor):
    page = editor.get(reverse("wagtailimages:add"), headers={"accept-language": "it"})
    fields = page.context["form"].fields
    for name in ("description", "credit", "licence", "consent_note"):
        assert name in fields
    assert fields["description"].label == "Testo alternativo"


def test_an_editor_may_add_and_a_treasurer_may_not(client):
    from django.contrib.auth.models import Group

    for role, status in (("Redazione", 200), ("Tesoreria", 302)):
        user = get_user_model().objects.create_user(role, f"{role}@example.org", "x")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        assert client.get(reverse("wagtailimages:add")).status_code == status
