"""gunicorn's settings: `gunicorn -c python:config.gunicorn config.wsgi`."""

import os
from typing import Any

from django.conf import settings
from gunicorn import glogging

from config import lifeline, logs, memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

bind = f"{settings.BIND}:{settings.PORT}"
workers = settings.WEB_WORKERS
preload_app = True  # the workers share what they loaded
timeout = 60
graceful_timeout = 20
keepalive = 5
accesslog = None
loglevel = "warning"
proc_name = "segnopiu-web"
control_socket_disable = True


class Lines(glogging.Logger):  # type: ignore[misc, name-defined]
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.JsonLine())


logger_class = Lines


def when_ready(server: Any) -> None:
    lifeline.watch()
    load_what_requests_load()
    memory.share()


def load_what_requests_load() -> None:
    """Addresses, their views and the admin's hooks, which every worker would load for itself."""
    from django.urls import get_resolver
    from wagtail import hooks

    hooks.search_for_hooks()
    get_resolver()._populate()  # type: ignore[attr-defined]


def post_fork(server: Any, worker: Any) -> None:
    from django.db import connections

    connections.close_all()
