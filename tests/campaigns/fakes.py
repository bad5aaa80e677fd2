"""A network that does what the test says, and remembers what reached it."""

import threading
from collections import Counter

from campaigns.channels.base import Channel, Count, Limits, Problem, Published, Uncertain
from campaigns.channels.rules import over_limit, pictures, presence


class Fake(Channel):
    """`script`: one answer a publish (an exception, or None for success), then success.

    `lose`: the next so many posts reach the network, but its answer never comes back.
    """

    key = "fake"
    label = "Fake"
    limits = Limits(text=100)

    script: list = []
    finds: list = []
    lose = 0
    out: dict[str, Published] = {}
    calls: Counter = Counter()
    drafts: dict = {}
    lock = threading.Lock()
    gate = None

    @classmethod
    def reset(cls):
        cls.script, cls.finds, cls.lose, cls.gate = [], [], 0, None
        cls.out, cls.calls, cls.drafts = {}, Counter(), {}

    def verify(self):
        from campaigns.channels.base import Identity

        if self.credentials.get("token") == "revoked":
            from campaigns.channels.base import Disconnected

            raise Disconnected("revoked")
        return Identity("1", "@fake", "")

    def count(self, draft):
        return [Count("characters", "characters", len(draft.text), self.limits.text)]

    def check(self, draft) -> list[Problem]:
        return presence(draft) + over_limit(self.count(draft)) + pictures(draft, self.limits)

    def publish(self, draft, key):
        if self.gate is not None:
            self.gate(self, draft, key)
        with self.lock:
            cls = type(self)
            cls.calls[key] += 1
            cls.drafts[key] = draft
            answer = cls.script.pop(0) if cls.script else None
            if answer is not None:
                raise answer
            cls.out[key] = Published(f"r-{key}", f"https://fake.example/{key}")
            if cls.lose:
                cls.lose -= 1
                raise Uncertain("no answer")
            return cls.out[key]

    def find(self, key, draft):
        with self.lock:
            answer = type(self).finds.pop(0) if type(self).finds else None
            if answer is not None:
                raise answer
            return type(self).out.get(key)
