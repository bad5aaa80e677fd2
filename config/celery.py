"""The Celery application and the beat's table. Every tick only looks for rows that are due."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

from config import lifeline

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("segnopiu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def notice_the_end(**kwargs: Any) -> None:
    lifeline.watch()


@beat_init.connect
def tick_at_once(**kwargs: Any) -> None:
    """The first tick does not wait for its turn: readiness shows within moments of the start."""
    app.send_task("config.tasks.heartbeat", expires=60)


def every(seconds: float, task: str) -> dict:
    """A tick that is worthless once the next one is due: it expires."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 1.0)}}


app.conf.beat_schedule = {
    "heartbeat": every(5, "config.tasks.heartbeat"),
    "posts": every(1, "campaigns.tasks.send_due"),
    "posts without proof": every(10, "campaigns.tasks.reconcile"),
    "accounts": every(60, "campaigns.tasks.check_accounts"),
    "stripe-events": every(1, "donations.tasks.process_events"),
    "acknowledgements": every(2, "donations.tasks.acknowledge"),
    "stripe-sweep": every(300, "donations.tasks.sweep"),
    "mails": every(2, "mail.tasks.send_due"),
}
