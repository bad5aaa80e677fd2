"""Logs as one JSON line an event. Messages carry ids, never names, addresses or amounts of a person.

What others put into their exceptions is not in our hands: it is masked.
"""

import json
import logging
import logging.config
import re
import warnings
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Django attaches the request object to its records; its address line may hold what a person typed
NEVER = {"request", "args", "color_message"}
MASKS = [
    # an address; a password in an address of a server, too
    (re.compile(r"[^\s<>\"'()\[\]{},;:=/]+@[\w-]+(?:\.[\w-]+)*"), "[address]"),
    # PostgreSQL repeats the row that does not fit
    (re.compile(r"DETAIL: .*"), "DETAIL: [row]"),
    # codice fiscale, letters in place of its digits included (DM 23.12.1976, art. 6)
    (
        re.compile(r"\b(?:[A-Z]{6}(?:[\dL-NP-V]{2}[A-Z]){2}[\dL-NP-V]{3}[A-Z])\b", re.I),
        "[fiscal code]",
    ),
    (re.compile(r"\bIT\d{2} ?[A-Z](?: ?\d){10}(?: ?[A-Z\d]){12}\b", re.I), "[iban]"),
    (re.compile(r"\b(?:sk|rk|whsec)_\w+"), "[key]"),
    (re.compile(r"\bbot\d{3,20}:[\w-]{20,}"), "[key]"),  # Telegram has it in the address
]


def masked(text: str) -> str:
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return text


def configure(**kwargs: Any) -> None:
    """In place of Celery's own lines; the interpreter's warnings come as lines as well."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    logging.captureWarnings(True)
    # twelve lines of Celery's, where `manage.py up` says it in one
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")


class JsonLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": masked(record.getMessage()),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        for key, value in vars(record).items():
            if key not in STANDARD and key not in NEVER:
                line[key] = value if isinstance(value, int | float | bool) else masked(str(value))
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class NotTooMany(logging.Filter):
    """A line for each answer of a flood would fill the disk: the limits keep their own count."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", 0) != 429
