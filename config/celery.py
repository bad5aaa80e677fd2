"""The Celery application of web and worker; the beat has a lighter one (`config.beat`)."""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, worker_init

from config import broker, lifeline, logs, memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.register()
app = Celery("segnopiu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
celeryd_init.connect(logs.configure)  # it warns before it sets its logs up
setup_logging.connect(logs.configure)


@worker_init.connect
def begin(**kwargs: Any) -> None:
    """Before the pool forks."""
    lifeline.watch()
    memory.share()
