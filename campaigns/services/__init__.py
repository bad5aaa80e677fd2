"""Everything one may ask of campaigns. Keyword-only functions; none enqueues a task.

Refusals are `campaigns.errors.Refused` (with the sentence to show); times are UTC.
"""

from campaigns.services.accounts import check_account, check_accounts, rotate_secrets
from campaigns.services.checking import (
    all_out,
    counts,
    drafts,
    out_on,
    problems,
    require_ready,
    stops,
)
from campaigns.services.content import seen_in
from campaigns.services.decisions import asked, decide, let_go, send_now, take_back
from campaigns.services.figures import (
    as_it_will_be,
    day_of,
    results,
    results_by_delivery,
    standing,
    standings,
)
from campaigns.services.notices import tell
from campaigns.services.planning import ask, cancel, move, plan, recheck, stop_asking
from campaigns.services.reconciling import reconcile
from campaigns.services.sending import send_due, tick
from campaigns.services.sources import campaign_source, raised
from campaigns.services.walls import take_down

__all__ = [
    "all_out",
    "as_it_will_be",
    "ask",
    "asked",
    "campaign_source",
    "cancel",
    "check_account",
    "check_accounts",
    "counts",
    "day_of",
    "decide",
    "drafts",
    "let_go",
    "move",
    "out_on",
    "plan",
    "problems",
    "raised",
    "recheck",
    "reconcile",
    "require_ready",
    "results",
    "results_by_delivery",
    "rotate_secrets",
    "seen_in",
    "send_due",
    "send_now",
    "standing",
    "standings",
    "stop_asking",
    "stops",
    "take_back",
    "take_down",
    "tell",
    "tick",
]
