"""`manage.py rotate_secrets`: every stored credential under the first key of SECRETS_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns import services


class Command(BaseCommand):
    help = "Encrypts the stored credentials anew with the first key of SECRETS_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        number, lost = services.rotate_secrets()
        self.stdout.write(f"{number} accounts are encrypted with the first key of SECRETS_KEY.")
        if lost:
            names = ", ".join(f"{account.name} ({account.network})" for account in lost)
            raise CommandError(
                f"No key in SECRETS_KEY opens the credentials of: {names}. "
                "Put the key that is missing back, or connect these accounts again in the admin."
            )
