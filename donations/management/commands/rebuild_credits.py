"""`manage.py rebuild_credits`: the totals of campaigns and posts, made again from the ledger."""

from typing import Any

from django.core.management.base import BaseCommand

from donations.services.crediting import rebuild_credits


class Command(BaseCommand):
    help = "Makes the credits of campaigns and posts again from the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        missing, wrong = rebuild_credits()
        self.stdout.write(f"{wrong} credits were wrong, {missing} written.")
