"""`manage.py demo`: demonstration content and logins; can be run again without doubling."""

import importlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from config import demonstration

ROOMS = ("cms", "campaigns", "donations")


class Command(BaseCommand):
    help = "Loads the demonstration content and logins; --remove takes the logins out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take the logins out")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            number = demonstration.remove_logins()
            self.stdout.write(f"{number} demonstration logins are out.")
            return
        if not settings.ON_LOOPBACK:
            raise CommandError(
                "The demonstration has known passwords: it loads only on loopback "
                "(look at SITE_URL, ALLOWED_HOSTS and BIND)."
            )
        if not settings.SANDBOX:
            raise CommandError(
                "STRIPE_SECRET_KEY is set, so this is a real installation: the demonstration, whose "
                "gifts and logins are invented, loads only without it."
            )
        demonstration.make_logins()
        with translation.override("it"):
            for room in ROOMS:
                importlib.import_module(f"{room}.demo").load()
        demonstration.done()
