"""One thing that happened, in the story of a gift or of a donor."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Step:
    """`part` names the template's extra part: ledger, mail, receipt …; `row` feeds it."""

    at: datetime
    who: str  # Sito, Stripe, Posta …
    title: str
    tone: str = "ok"
    icon: str = "sp-published"
    note: str = ""
    trouble: str = ""  # why it stopped, for those who check
    part: str = ""
    row: Any = None
    rank: int = field(default=0, compare=False)  # what came first within the same instant
