"""Gifts are credited to a campaign from its first day, before any post of it."""

import pytest

from attribution.models import Source
from campaigns.demo import make_campaign

pytestmark = pytest.mark.django_db


def test_a_campaign_begins_with_its_source_and_keeps_it_when_renamed():
    campaign = make_campaign()
    found = Source.objects.get(kind="campaign")
    assert (found.key, found.label) == (str(campaign.pk), campaign.name)
    campaign.name = "DonoDay di primavera"
    campaign.save()
    assert Source.objects.get(pk=found.pk).label == "DonoDay di primavera"
