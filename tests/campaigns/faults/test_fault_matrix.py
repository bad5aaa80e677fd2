"""Every step × {kill, drop before, drop after} × each channel, with real processes, on a SQLite
file and on PostgreSQL: in the end each post is out exactly once, and nobody had to be asked.

A process forks for every order and dies by SIGKILL where it is told (see forker.py); Mastodon and
Bluesky are the sandbox, whose connections drop before or after the effect.
"""

import os
import re

import pytest
import requests

from tests.campaigns.faults.forker import PLACES
from tests.campaigns.faults.processes import Forker

CHANNELS = ("wall", "mastodon", "bluesky")
STEPS = {
    "mastodon": ("/mastodon/api/v2/media", "/mastodon/api/v1/statuses"),
    "bluesky": (
        "/bluesky/xrpc/com.atproto.server.createSession",
        "/bluesky/xrpc/com.atproto.repo.uploadBlob",
        "/bluesky/xrpc/com.atproto.repo.putRecord",
    ),
}


@pytest.fixture(scope="module")
def forker(environment):
    running = Forker(environment)
    yield running
    running.close()


class Case:
    """One post on one account of its own."""

    number = 0

    def __init__(self, forker, sandbox, channel):
        Case.number += 1
        self.forker, self.sandbox, self.channel = forker, sandbox, channel
        self.name = f"c{os.getpid()}n{Case.number}"
        self.key = forker("post", channel=channel, name=self.name, credentials=self.credentials())[
            "key"
        ]

    def credentials(self):
        if self.channel == "mastodon":
            return {"instance": f"{self.sandbox}/mastodon", "token": f"sandbox-{self.name}"}
        if self.channel == "bluesky":
            return {
                "service": f"{self.sandbox}/bluesky",
                "handle": f"{self.name}.bsky.social",
                "password": "sandbox-secret",
            }
        return {}

    def fault(self, kind, path, method="POST"):
        self.control("fault", kind=kind, path=path, method=method)

    def control(self, action, **data):
        address = f"{self.sandbox}/_control/{self.channel}/{action}"
        requests.post(address, json=data, timeout=5).raise_for_status()

    def state(self):
        return self.forker("state", key=self.key)["state"]

    def questions(self):
        """Where the network is asked whether the post is out, in their order."""
        if self.channel == "bluesky":
            return ["/bluesky/xrpc/com.atproto.repo.getRecord"]
        accounts, token = f"{self.sandbox}/mastodon/api/v1/accounts", self.credentials()["token"]
        me = requests.get(
            f"{accounts}/verify_credentials",
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        ).json()["id"]
        own = f"/mastodon/api/v1/accounts/{me}/statuses"
        return ["/mastodon/api/v1/accounts/verify_credentials", own]

    def seen(self):
        """How many posts of this account the world can read."""
        if self.channel == "wall":
            return self.forker("state", key=self.key)["on_wall"]
        if self.channel == "mastodon":
            page = f"{self.sandbox}/mastodon/@{self.name}"
        else:
            page = f"{self.sandbox}/bluesky/profile/{self.name}.bsky.social"
        answer = requests.get(page, timeout=5)
        link = self.forker("state", key=self.key)["link"]
        return len(re.findall(rf'href="{re.escape(link)}"', answer.text))

    def settle(self):
        """Time passes and the beat goes on, until nothing is left to do."""
        for _round in range(6):
            self.forker("time_passes", keys=[self.key])
            self.forker("reconcile")
            self.forker("send")
            state = self.forker("state", key=self.key)
            if state["state"] == "published":
                return state
        return state

    def ends_well(self):
        state = self.settle()
        assert state["state"] == "published", state
        assert self.seen() == 1, state
        self.forker("send")
        self.forker("reconcile")
        assert self.seen() == 1
        return state


@pytest.mark.parametrize("channel", CHANNELS)
def test_without_a_fault(forker, sandbox, channel):
    case = Case(forker, sandbox, channel)
    assert forker("send") == 1
    assert forker("state", key=case.key)["attempts"] == 1
    case.ends_well()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_killed(forker, sandbox, channel, place):
    case = Case(forker, sandbox, channel)
    forker("send", kill=place, dies=True)
    assert case.seen() <= 1
    case.ends_well()


@pytest.mark.parametrize("channel", list(STEPS))
def test_killed_between_the_picture_and_the_post(forker, sandbox, channel):
    case = Case(forker, sandbox, channel)
    forker("send", kill="uploaded", dies=True)
    assert case.seen() == 0
    case.ends_well()


@pytest.mark.parametrize("place", ["yes", "approved", "planned"])
def test_killed_while_somebody_says_yes(forker, place):
    """All of a yes, or nothing of it: then it is still asked for."""
    post = forker("ask", channel="wall", name=f"yes-{place}-{os.getpid()}", credentials={})
    forker("approve", post=post, kill=place, dies=True)
    nothing = {"approved": False, "asked": True, "keys": [], "log": []}
    assert forker("plan_of", post=post) == nothing
    assert forker("send") == 0
    assert forker("approve", post=post) == "yes"
    assert forker("send") == 1
    assert forker("plan_of", post=post)["log"] == ["planned", "due", "sending", "published"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_killed_twice_and_then_while_asking(forker, sandbox, channel):
    case = Case(forker, sandbox, channel)
    forker("send", kill="answered", dies=True)
    forker("time_passes", keys=[case.key])
    forker("reconcile", kill="asking", dies=True)
    forker("time_passes", keys=[case.key])
    forker("reconcile", kill="asking", dies=True)
    case.ends_well()


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "error_after"])
@pytest.mark.parametrize(
    ("channel", "path"), [(channel, path) for channel, paths in STEPS.items() for path in paths]
)
def test_connection_lost(forker, sandbox, channel, path, kind):
    case = Case(forker, sandbox, channel)
    case.fault(kind, path)
    forker("send")
    assert case.seen() <= 1
    case.ends_well()


DROPS = ["drop_before", "drop_after"]


@pytest.mark.parametrize("kind", DROPS)
@pytest.mark.parametrize(
    ("channel", "path"),
    [
        ("mastodon", "/mastodon/api/v1/media/"),
        ("bluesky", "/bluesky/xrpc/com.atproto.identity.resolveHandle"),
    ],
)
def test_connection_lost_at_a_question_before_the_post(forker, sandbox, channel, path, kind):
    """Whether the picture is ready; who is mentioned."""
    case = Case(forker, sandbox, channel)
    case.fault(kind, path, "GET")
    forker("send")
    assert (case.seen(), case.state()) == (0, "retry_wait")
    case.ends_well()


@pytest.mark.parametrize("kind", DROPS)
def test_connection_lost_while_the_session_is_renewed(forker, sandbox, kind):
    case = Case(forker, sandbox, "bluesky")
    case.fault("error", "/bluesky/xrpc/com.atproto.repo.uploadBlob")
    forker("send")  # there is a session now
    case.control("expire", handle=case.credentials()["handle"], kind="accessJwt")
    case.fault(kind, "/bluesky/xrpc/com.atproto.server.refreshSession")
    forker("time_passes", keys=[case.key])
    forker("send")
    assert (case.seen(), case.state()) == (0, "retry_wait")
    case.ends_well()


@pytest.mark.parametrize("kind", DROPS)
@pytest.mark.parametrize("out", DROPS)
@pytest.mark.parametrize("channel", list(STEPS))
def test_connection_lost_while_asking_whether_it_is_out(forker, sandbox, channel, out, kind):
    """At each of its questions, whatever became of the post."""
    case = Case(forker, sandbox, channel)
    case.fault(out, STEPS[channel][-1])
    forker("send")
    for question in case.questions():
        case.fault(kind, question, "GET")
        forker("time_passes", keys=[case.key])
        forker("reconcile")
        assert case.state() == "unknown", question
    case.ends_well()


@pytest.mark.parametrize("kind", DROPS)
@pytest.mark.parametrize("channel", list(STEPS))
def test_connection_lost_and_then_killed_while_asking(forker, sandbox, channel, kind):
    case = Case(forker, sandbox, channel)
    case.fault(kind, STEPS[channel][-1])
    forker("send")
    forker("time_passes", keys=[case.key])
    forker("reconcile", kill="asking", dies=True)
    case.ends_well()


@pytest.mark.parametrize("channel", CHANNELS)
def test_nobody_is_asked_and_the_log_is_complete(forker, sandbox, channel):
    case = Case(forker, sandbox, channel)
    forker("send", kill="intent", dies=True)
    log = case.ends_well()["log"]
    assert not any(line.startswith("needs_person") for line in log)
    assert [line.split(":")[0] for line in log] == [
        "planned",
        "due",
        "sending",
        "reconciling",
        "retry_wait",
        "sending",
        "published",
    ]
