"""What the services refuse, each with a sentence for the person who asked."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied


class Refused(PermissionDenied):
    """It cannot be done now; the text says why. (Wagtail's forms show it and keep what was typed.)"""


class NotReady(Refused):
    """The post has problems that an editor must mend first: `problems` by account."""

    def __init__(self, message: str, problems: Mapping[Any, list]) -> None:
        super().__init__(message)
        self.problems = dict(problems)
