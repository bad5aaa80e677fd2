"""The beat's application: it only names tasks, so it loads none of them, and no Django.

celery -A config.beat beat
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging

from config import broker, lifeline, logs
from config.schedule import TICKS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.register()
app = Celery("segnopiu-beat", fixups=set())
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = TICKS
setup_logging.connect(logs.configure)


@beat_init.connect
def begin(**kwargs: Any) -> None:
    """The first tick does not wait for its turn: readiness shows within moments of the start."""
    lifeline.watch()
    app.send_task("config.tasks.heartbeat", expires=60)
