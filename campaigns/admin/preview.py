"""How a post will look on each network: faithful in lines, links, hashtags and picture."""

import base64
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from wagtail.admin.ui.side_panels import PreviewSidePanel

from campaigns import services
from campaigns.channels import registry
from campaigns.channels.base import Draft, Media
from campaigns.channels.text import hashtags, links
from campaigns.models import Account, Post


@dataclass(frozen=True)
class Shown:
    """One network's picture of the post; `draft` is None where the post does not go out."""

    account: Account | None
    channel: str
    name: Any
    draft: Draft | None
    errors: int = 0

    @property
    def text(self) -> SafeString:
        return marked(self.draft.text) if self.draft else SafeString("")

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """Address and description of each; the bytes themselves, since nothing is stored yet."""
        media = self.draft.media if self.draft else ()
        return [(data_address(item), item.alt) for item in media]


def data_address(media: Media) -> str:
    return f"data:{media.mime};base64,{base64.b64encode(media.read()).decode()}"


def marked(text: str) -> SafeString:
    """Links and hashtags set apart, all the rest escaped."""
    spans = [(span, "u") for span in links(text)] + [(span, "i") for span in hashtags(text)]
    parts, at = [], 0
    for span, tag in sorted(spans, key=lambda item: item[0].start):
        if span.start < at:
            continue
        inside = escape(text[span.start : span.end])
        parts += [escape(text[at : span.start]), f"<{tag}>{inside}</{tag}>"]
        at = span.end
    parts.append(escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped above


def shown(post: Post, mode: str) -> list[Shown]:
    """Every chosen account, or those of one network; that network alone when none is chosen."""
    if not post.campaign_id:
        return []
    drafts = services.drafts(post=post)
    problems = services.problems(post=post)
    made = [
        Shown(
            account,
            account.channel,
            account.network,
            draft,
            sum(problem.level == "error" for problem in problems.get(account, [])),
        )
        for account, draft in drafts.items()
        if mode in ("", account.channel)
    ]
    if made or mode not in registry.CHANNELS:
        return made
    return [Shown(None, mode, registry.channel(mode).label, None)]


class PostPreviewSidePanel(PreviewSidePanel):
    """Wagtail's own, with a chip for each network over its choice of mode."""

    template_name = "campaigns/admin/preview_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        return context | {"modes": self.object.preview_modes}
