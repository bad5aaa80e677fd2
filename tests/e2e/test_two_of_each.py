"""Two beats and two workers beside each other, on whatever database and broker the product is on."""

import re
import shutil
import time

import pytest

from ports import free_ports
from process_support import wait_for
from running_product import command_of, family, start, stop, wait_until_ready

# beside the story, in the same process: they share the product
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("bluesky")]

SHARED = ("DATABASE_URL", "CELERY_BROKER_URL")
MAILS = """
from django.utils import timezone
from mail.models import Message
for number in range(30):
    key = f"two-beats-{number}"
    Message.objects.create(key=key, kind="test", to="a@example.org", language="it", subject=key,
        body_text=key, message_id=f"<{key}@example.org>", next_at=timezone.now())
"""


def test_two_beats_and_two_workers_send_nothing_twice(product, tmp_path):
    var = tmp_path / "var"  # two machines on one database
    var.mkdir()
    for secret in (".secret_key", ".secrets_key"):
        shutil.copy(product.var / secret, var)
    shared = {name: product.environment[name] for name in SHARED if name in product.environment}
    again = start(
        var, free_ports(), **({"DATABASE_URL": f"sqlite:///{product.var}/db.sqlite3"} | shared)
    )
    try:
        wait_until_ready(again)
        both = family(product) | family(again)
        beats = [pid for pid in both if "--quiet beat" in command_of(pid)]
        assert len(beats) == 2
        made = product.manage("shell", "-v", "0", "-c", MAILS)
        assert made.returncode == 0, made.stderr

        def sent() -> list[str]:
            files = [*(product.var / "mail").glob("*"), *(var / "mail").glob("*")]
            return re.findall(
                r"^Message-ID: <(two-beats-\d+)@", "".join(f.read_text() for f in files), re.M
            )

        assert wait_for(lambda: len(set(sent())) == 30, 60)
        time.sleep(3)  # a tick more of each, that would do it again
        assert sorted(sent()) == sorted(set(sent()))
    finally:
        stop(again)
