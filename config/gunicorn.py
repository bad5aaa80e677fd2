"""gunicorn's settings: `gunicorn -c python:config.gunicorn config.wsgi`."""

import os
from typing import Any

from config import lifeline

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


def when_ready(server: Any) -> None:
    lifeline.watch()


def post_fork(server: Any, worker: Any) -> None:
    from django.db import connections

    connections.close_all()
