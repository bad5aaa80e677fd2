"""The tests, and every process they start, know nothing of the deployment they stand in.

Loaded by `-p` (pyproject.toml), so before the settings are. What an `.env` or a shell says about the
real services stays unread: no gift goes to Stripe, no mail to a donor, no doorbell to a running
worker. DATABASE_URL counts only from the process environment, where `.ci/run` puts it.
"""

import os
from pathlib import Path

OF_A_DEPLOYMENT = (
    *("SITE_URL", "ALLOWED_HOSTS", "BIND", "PORT", "HTTPS_REDIRECT", "TRUST_PROXY_HEADERS"),
    *("DEBUG", "LOG_LEVEL", "SECRET_KEY", "SECRETS_KEY", "CELERY_BROKER_URL", "CACHE_URL"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "WEB_WORKERS", "WORKER_PROCESSES"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"),
)

if "PYTEST_XDIST_WORKER" not in os.environ:  # they inherit what their first process made of it
    for name in OF_A_DEPLOYMENT:
        os.environ.pop(name, None)
    os.environ["DOTENV"] = ""
    kept = os.environ.get("VAR_DIR") or Path(__file__).resolve().parents[1] / "var"
    os.environ["VAR_DIR"] = str(Path(kept) / "test")
