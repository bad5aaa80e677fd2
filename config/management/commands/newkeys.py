from typing import Any

from django.core.management.base import BaseCommand

from config.local_secrets import MAKERS


class Command(BaseCommand):
    help = "Prints fresh secrets for .env."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name, make in MAKERS.items():
            self.stdout.write(f"{name}={make()}")
