"""Two workers find the same session expired at once: both go on, and no post is lost or doubled."""

import requests

from tests.campaigns.faults.processes import Forker
from tests.campaigns.faults.test_two_workers import together

NUMBER = 16


def test_both_renew_it_and_every_post_goes_out_once(environment, sandbox):
    workers = [Forker(environment), Forker(environment)]
    kind = environment["DATABASE_URL"].partition(":")[0]
    handle = f"gara-{kind}.test"
    keys = {"service": f"{sandbox}/bluesky", "handle": handle, "password": "sandbox-secret"}
    first = workers[0]("many", number=1, accounts=[["bluesky", handle, keys]], seconds=0)
    workers[0]("send")
    assert workers[0]("states", keys=first) == {"published": 1}
    rest = workers[0]("more", like=first[0], number=NUMBER)
    for tokens in ("accessJwt", ""):  # then the refresh token too
        ends = {"handle": handle, "kind": tokens}
        requests.post(f"{sandbox}/_control/bluesky/expire", json=ends, timeout=5).raise_for_status()
        half, rest = rest[: NUMBER // 2], rest[NUMBER // 2 :]
        workers[0]("make_due", keys=half)
        send = {"do": "send", "seconds": 3}
        together(workers, send, send)
        assert workers[0]("states", keys=half) == {"published": NUMBER // 2}
        assert workers[0]("doubles", keys=half) == 0
    query = {"repo": handle, "collection": "app.bsky.feed.post", "limit": 100}
    base = f"{sandbox}/bluesky/xrpc/com.atproto.repo.listRecords"
    assert len(requests.get(base, params=query, timeout=5).json()["records"]) == NUMBER + 1
    for worker in workers:
        worker.close()
