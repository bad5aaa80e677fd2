"""What is uploaded is shown, and never runs as a page of ours."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.documents.models import Document

pytestmark = pytest.mark.django_db


def test_an_upload_comes_in_a_sandbox(client):
    name = default_storage.save("images/drawn.svg", ContentFile(b"<svg/>"))
    response = client.get(f"/uploads/{name}")
    assert response.status_code == 200
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("way", ["documents", "/documents", "./documents", "images/../documents"])
def test_a_document_is_not_reached_around_its_address(client, way):
    default_storage.save("documents/private.pdf", ContentFile(b"%PDF-"))
    assert client.get(f"/uploads/{way}/private.pdf").status_code == 404


def test_a_page_is_no_document(client, admin_user):
    client.force_login(admin_user)
    file = SimpleUploadedFile("evil.html", b"<script src=evil.js></script>", "text/html")
    answer = client.post(reverse("wagtaildocs:add"), {"title": "evil", "file": file})
    assert answer.context["form"].errors["file"]
    assert not Document.objects.exists()
