"""A Stripe in memory, behind the one seam."""

import pytest

from donations import gateway
from memory_stripe import MemoryStripe


@pytest.fixture
def memory_stripe(monkeypatch: pytest.MonkeyPatch) -> MemoryStripe:
    made = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: made)
    return made
