"""Whoever asks in another way than on her own page has the same file from the treasury."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from donations.services import own_data
from donations.services.by_hand import today
from giving_support import MARIA
from mail.models import Message
from people import roles
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db


def test_the_treasury_takes_what_her_own_page_gives_and_it_is_written_who_did() -> None:
    donor = by_hand(method="bank_transfer", thanks=False, amount=9_00, day=today()).donor
    treasurer = member(roles.TREASURY)
    page = treasurer.get(reverse("treasury:donor", args=[donor.public_id])).content.decode()
    assert "Scarica i suoi dati" in page
    answer = treasurer.post(reverse("treasury:own_data", args=[donor.public_id]))
    told, hers = json.loads(answer.content), own_data.of(donor=donor)
    assert told.pop("other_addresses") == [] and told.pop("made_at") and hers.pop("made_at")
    assert told == json.loads(json.dumps(hers))
    assert "no-store" in answer["Cache-Control"] and ".json" in answer["Content-Disposition"]
    assert ModelLogEntry.objects.filter(action="donations.own_data").count() == 1
    reader = member(roles.COORDINATION)
    assert (
        "Scarica i suoi dati"
        not in reader.get(reverse("treasury:donor", args=[donor.public_id])).content.decode()
    )


def test_who_has_no_mail_gets_nobody_elses() -> None:
    ada = by_hand(
        method="bank_transfer",
        thanks=False,
        amount=9_00,
        day=today(),
        donor=replace(MARIA, email="", first_name="Ada"),
    ).donor
    Message.objects.create(
        key="x", kind="x", to="", language="it", subject="D’altri", message_id="<x@x>"
    )
    answer = member(roles.TREASURY).post(reverse("treasury:own_data", args=[ada.public_id]))
    told = json.loads(answer.content)
    assert told["mails"] == [] and told["gifts"][0]["amount"] == 9_00
