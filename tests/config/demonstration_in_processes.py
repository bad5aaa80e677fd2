"""Loads the demonstration again and again, each time killed a little further on, then to its end.

Run by `test_first_run_cut_short.py`; prints what is there at the end as JSON.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module

import django
from django.core.management import call_command
from django.db import connections

# module, what is called there, at which call it dies: before that call, or after it
PLACES = (
    ("cms.demo_pictures", "_one", 3, "before"),
    ("cms.first_home", "Site.save", 1, "before"),
    ("cms.demo", "_child", 4, "after"),
    ("cms.demo", "warm.everything", 1, "before"),
    ("campaigns.demo", "_approve", 3, "after"),
    ("campaigns.services.sending", "_commit", 1, "after"),
    ("campaigns.demo", "_as_planned", 1, "before"),
    ("donations.demo", "_fund", 2, "after"),
    ("donations.services.importing", "start", 1, "before"),
    ("donations.services.closing", "close", 3, "after"),
    ("donations.demo", "_pay", 3, "before"),
    ("donations.demo", "_pay", 3, "after"),
    ("donations.demo", "_give_back", 1, "after"),
    ("donations.demo", "payouts.take_in", 1, "before"),
    ("config.demonstration", "done", 1, "before"),
)


def die_at(module: str, name: str, number: int, when: str) -> None:
    owner = import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real, calls = getattr(owner, last), 0

    def call(*words, **named):
        nonlocal calls
        calls += 1
        if calls == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*words, **named)
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, last, call)


def in_a_process(do: Callable[[], object]) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def start(place: tuple[str, str, int, str] | None = None) -> None:
    """What `manage.py up --prepare` does about the demonstration."""
    from config import demonstration

    if place:
        die_at(*place)
    if demonstration.wanted():
        call_command("demo")


def counted() -> dict[str, object]:
    from django.apps import apps

    from config import demonstration
    from donations.models import Donation

    site = apps.get_model("wagtailcore", "Site").objects.get(is_default_site=True)
    names = (
        "people.User", "wagtailcore.Page", "media.Image", "campaigns.Campaign", "campaigns.Post",
        "campaigns.Account", "campaigns.Delivery", "campaigns.WallEntry", "attribution.Visit",
        "donations.Fund", "donations.Donation", "donations.Donor", "donations.Receipt",
        "donations.SuggestedAmount", "donations.Payout", "donations.BankLine", "donations.ClosedMonth",
    )  # fmt: skip
    return {
        **{name: apps.get_model(name).objects.count() for name in names},
        "home": site.root_page.specific._meta.label,
        "bands": len(site.root_page.specific.body),
        "gifts": dict(Counter(Donation.objects.values_list("state", flat=True))),
        "posts": dict(
            Counter(apps.get_model("campaigns.Delivery").objects.values_list("state", flat=True))
        ),
        "wanted": demonstration.wanted(),
    }


def main() -> None:
    django.setup()
    ends = {}
    if sys.argv[1] == "killed":
        for place in PLACES:
            ends[" ".join(map(str, place))] = in_a_process(lambda place=place: start(place))
    last = in_a_process(start)
    again = in_a_process(start)
    print(json.dumps({"ends": ends, "last": [last, again], "found": counted()}))


if __name__ == "__main__":
    main()
