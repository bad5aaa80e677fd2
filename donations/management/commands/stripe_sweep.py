"""`manage.py stripe_sweep`: what was missed, asked for now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from donations.management.arguments import moment
from donations.models import SweepMark
from donations.services.events import process_events
from donations.services.sweeping import KEPT, fetch_missed
from donations.stripe_facts import Unavailable


class Command(BaseCommand):
    help = (
        "Asks Stripe for the events and payments that did not arrive here, and works them "
        "through. The beat does the same every five minutes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            type=moment,
            help="further back than usual, which is from the last time the list was read",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, since = timezone.now(), options["since"]
        if since and since > now:
            raise CommandError("--since lies in the future.")
        if since and since < now - KEPT:
            self.stdout.write(
                f"Stripe keeps its events for 30 days: they are read from "
                f"{timezone.localtime(now - KEPT):%Y-%m-%d} on."
            )
        try:
            found = fetch_missed(now=now, since=since)
        except Unavailable as error:
            raise CommandError(
                f"Stripe fell silent ({error}). What came until then is kept; run this again."
            ) from error
        worked = process_events()
        self.stdout.write(f"{found} found that were missed; {worked} events worked through.")
        refused = SweepMark.objects.filter(refused_since__isnull=False).first()
        if refused:
            raise CommandError(
                f"Stripe refuses to list its events ({refused.refusal}): give the key the "
                "permission Events: read. The payment pages were asked for one by one."
            )
