"""What must be true before the product starts, and what is prepared once."""

import hashlib
import socket
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.demo import follow_sandbox
from cms import address
from config import advice
from config.models import Demonstration


def refuse_demonstration_in_public() -> None:
    """Demonstration logins have known passwords: they are for loopback alone.

    Raises ImproperlyConfigured when they exist and the installation answers to other names.
    """
    if settings.ON_LOOPBACK:
        return
    try:
        there = Demonstration.objects.exists()
    except DatabaseError:
        return  # no tables yet, so no logins
    if there:
        raise ImproperlyConfigured(
            "The demonstration logins are still in the database, and SITE_URL, "
            f"ALLOWED_HOSTS or BIND is not loopback. Run: {advice.manage('demo --remove')}"
        )


def refuse_unsigned_webhooks() -> None:
    """Without the secret every webhook is refused: donors would pay and hear nothing.

    Raises ImproperlyConfigured when there is a Stripe key alone.
    """
    if not settings.STRIPE_WEBHOOK_SECRET:
        raise ImproperlyConfigured(
            "STRIPE_SECRET_KEY is set, but STRIPE_WEBHOOK_SECRET is not. "
            f"Run: {advice.manage('stripe_setup')}, which makes the endpoint /stripe/webhook/ at "
            "Stripe and shows its signing secret (whsec_…), or copy that one from Stripe's "
            "dashboard into .env."
        )


def refuse_taken_port(port: int, name: str) -> None:
    """Raises ImproperlyConfigured with one sentence when somebody listens on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise ImproperlyConfigured(
                f"PORT: only root may listen on {port} ({name}); write one above 1023."
            ) from error
        except OSError as error:
            raise ImproperlyConfigured(
                f"Port {port} ({name}) is taken: stop what listens there, "
                f"or choose another one, for example PORT={settings.PORT + 10} make run."
            ) from error


def refuse_unreachable_database() -> None:
    """Raises ImproperlyConfigured with one sentence, which never holds a password."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        raise ImproperlyConfigured(
            f"The database cannot be reached ({reason}): start it, or write its address into "
            "DATABASE_URL (empty: a file in VAR_DIR, which must be writable)."
        ) from error


def refuse_old_tables() -> None:
    """Raises ImproperlyConfigured when the code wants other tables than the database has."""
    if _migrations_wait(MigrationExecutor(connection)):
        raise ImproperlyConfigured(
            "The tables in the database (DATABASE_URL) are not those of this version. "
            f"Run: {advice.manage('migrate')}"
        )


def _migrations_wait(executor: MigrationExecutor) -> bool:
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare() -> None:
    """Brings tables, catalogues, static files and addresses up to date; quick when they are."""
    call_command("compile_catalogues")
    bring_tables()
    address.keep_in_line()
    follow_sandbox()
    _collect_static()


def bring_tables() -> None:
    executor = MigrationExecutor(connection)
    if _migrations_wait(executor):
        call_command("migrate", interactive=False, verbosity=0)
    else:  # as `migrate` does: the squashed one must stand there before the ones it replaces go
        executor.check_replacements()


def _collect_static() -> None:
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    digest = _static_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest)


def _static_digest() -> str:
    """Of the lock (Wagtail's own files) and of our files' names, sizes and times."""
    base = Path(settings.BASE_DIR)
    digest = hashlib.sha256((base / "requirements.txt").read_bytes())
    for path in sorted(base.glob("*/static/**/*")):
        if path.is_file():
            found = path.stat()
            digest.update(
                f"{path.relative_to(base)} {found.st_size} {found.st_mtime_ns}\n".encode()
            )
    return digest.hexdigest()
