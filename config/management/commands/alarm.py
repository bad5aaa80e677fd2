"""`manage.py alarm`: looks at the tick and mails the coordinators when it has stopped."""

from typing import Any

from django.core.management.base import BaseCommand

from config import alarm, lifeline


class Command(BaseCommand):
    help = "Mails the coordinators when the tick has stopped; the supervisor calls it."

    def handle(self, *args: Any, **options: Any) -> None:
        lifeline.watch()
        alarm.look()
