"""The site's own wall: a post is out when its row says so, and nothing leaves the house."""

from django.utils.translation import gettext_lazy as _

from campaigns.channels.base import Channel, Count, Draft, Identity, Limits, Problem, Published
from campaigns.channels.rules import pictures, presence
from campaigns.channels.text import graphemes


class Wall(Channel):
    """Publishing here is recording it: the caller's own row is the post and its proof.

    The address is the caller's, so `Published.url` is empty. `find` is always None: a row that
    does not say published is not on the wall, and saying so again doubles nothing.
    """

    key = "wall"
    label = _("Site wall")
    limits = Limits()

    def verify(self) -> Identity:
        return Identity(remote_id=self.key, handle="", url="")

    def count(self, draft: Draft) -> list[Count]:
        return [Count("characters", _("characters"), graphemes(draft.text), self.limits.text)]

    def check(self, draft: Draft) -> list[Problem]:
        return presence(draft) + pictures(draft, self.limits)

    def publish(self, draft: Draft, key: str) -> Published:
        return Published(remote_id=key, url="")

    def find(self, key: str, draft: Draft) -> Published | None:
        return None
