"""`manage.py stripe_doctor`: what is well with Stripe, what is not, and what to do about it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from donations.services.examining import Finding, examine


class Command(BaseCommand):
    help = (
        "Looks at the key and what it may do, the webhook endpoint, the clock, and what has "
        "arrived. Changes nothing; ends with 1 when something is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SANDBOX:
            raise CommandError(
                "STRIPE_SECRET_KEY is empty: the sandbox stands in for Stripe, and no gift is real."
            )
        wrong = 0
        for finding in examine():
            self._tell(finding)
            wrong += finding.level == "wrong"
        if wrong:
            raise CommandError(f"{wrong} {'thing is' if wrong == 1 else 'things are'} wrong.")
        self.stdout.write("Nothing is wrong.")

    def _tell(self, finding: Finding) -> None:
        self.stdout.write(f"{finding.level:<6} {finding.what}")
        if finding.todo:
            self.stdout.write(f"       {finding.todo}")
