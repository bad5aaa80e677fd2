"""`manage.py erase_again`: after an older backup was put back."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from donations.services import erased, erasing


class Command(BaseCommand):
    help = (
        "--list prints the numbers of the donors who were erased, without a word of theirs; without it, "
        "such a list is read from standard input, and whoever of it came back with a backup is erased."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="print the list, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for number in erased.numbers():
                self.stdout.write(number)
            return
        numbers = sys.stdin.read().split()
        try:
            back = erased.erase_again(numbers=numbers)
        except (ValueError, erasing.PageIsOpen) as error:
            raise CommandError(f"Not a list of donors, or not now: {error}") from error
        self.stdout.write(f"{back} of {len(numbers)} had come back, and are erased again.")
