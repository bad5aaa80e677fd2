"""gunicorn's settings: `gunicorn -c python:config.gunicorn config.wsgi`."""

import os
from typing import Any

from gunicorn import glogging

from config import lifeline, logs

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
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


def post_fork(server: Any, worker: Any) -> None:
    from django.db import connections

    connections.close_all()
