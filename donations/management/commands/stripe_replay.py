"""`manage.py stripe_replay`: stored events, run again."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from donations.management.arguments import moment
from donations.models import StripeEvent
from donations.services.replaying import choose, replay

State = StripeEvent.State
WORDS = {
    State.PROCESSED: "in the books",
    State.PARKED: "parked: the gift or the fee is not known yet",
    State.IGNORED: "not of a gift made here",
    State.FAILED: "need a person: see the treasurer's screen “To decide”",
    State.RECEIVED: "not ended: Stripe did not answer, or a worker has them; they go on by themselves",
}


class Command(BaseCommand):
    help = (
        "Runs stored Stripe events again, from a fresh look at Stripe. What is in the books "
        "already stays as it is, and nobody gets a mail twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", metavar="evt_…", help="these events")
        parser.add_argument("--since", type=moment, help="all that happened from this moment on")
        parser.add_argument("--failed", action="store_true", help="only those that need a person")
        parser.add_argument("--parked", action="store_true", help="only those that are parked")
        parser.add_argument("--dry-run", action="store_true", help="only say which they would be")

    def handle(self, *args: Any, **options: Any) -> None:
        ids, since = set(options["ids"]), options["since"]
        states = [
            state
            for state, wanted in ((State.FAILED, "failed"), (State.PARKED, "parked"))
            if options[wanted]
        ]
        if bool(ids) == bool(since or states):
            raise CommandError(
                "Say which events: either their ids (evt_…), or --since, --failed, --parked."
            )
        events = choose(ids=ids, since=since, states=states)
        missing = ids - set(events.values_list("event_id", flat=True))
        if missing:
            raise CommandError(
                f"These cannot be run again, so nothing was done: {', '.join(sorted(missing))}. "
                "They are not here, nothing is done on their type, or what they told is deleted."
            )
        number = events.count()
        if not number:
            self.stdout.write("There are none to run again.")
            return
        if options["dry_run"]:
            self._tell(f"To run again: {number}. Now they are:", _states(events))
            return
        outcome = replay(events=events)
        self._tell(f"Run again: {number}. Now they are:", outcome)
        if outcome[State.FAILED]:
            raise CommandError(f"{outcome[State.FAILED]} could not be worked through.")

    def _tell(self, title: str, counts: Counter[str]) -> None:
        self.stdout.write(title)
        for state in State:
            if counts[state]:
                self.stdout.write(f"{counts[state]:>7}  {WORDS[state]}")


def _states(events: Any) -> Counter[str]:
    return Counter(events.values_list("state", flat=True))
