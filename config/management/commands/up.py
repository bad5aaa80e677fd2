"""`manage.py up`: web, worker, beat and, without a Stripe key, the sandbox; until told to stop."""

import os
import signal
import socket
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import alarm, demonstration, installation
from config.children import Child, Family, command


class Command(BaseCommand):
    help = "Runs everything: web, worker, beat and, when no Stripe key is set, the sandbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, and load the demonstration content into an empty database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installation.refuse_taken_port(settings.PORT, "the site")
            if settings.SANDBOX:
                installation.refuse_taken_port(settings.SANDBOX_PORT, "the sandbox")
            if options["prepare"]:
                installation.prepare()
            installation.refuse_demonstration_in_public()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.run(load_demo=options["prepare"])

    def run(self, *, load_demo: bool) -> None:
        make_folders()
        family = Family(self.say)
        stopping: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda got, _frame: stopping.append(got))
        try:
            if settings.SANDBOX:
                family.add(sandbox())
            if load_demo and demonstration.wanted():
                self.say("Loading the demonstration content, once …")
                call_command("demo")
            connections.close_all()
            family.add(web())  # alone at first: the site answers sooner
            self.wait_for_web(family, stopping)
            family.add(worker())
            family.add(beat())
            self.greet()
            watch = alarm.Watch()
            while not stopping:
                family.tend()
                watch.look()
                time.sleep(0.2)
        finally:
            self.say("Stopping …")
            family.end()

    def wait_for_web(self, family: Family, stopping: list[int]) -> None:
        """Until the site answers, so that nobody opens an address that does not work yet."""
        deadline = time.monotonic() + 60
        while not stopping and time.monotonic() < deadline and not answers(settings.PORT):
            family.tend()
            time.sleep(0.1)

    def greet(self) -> None:
        self.say("")
        self.say(f"  Site      {settings.SITE_URL}/")
        self.say(f"  Admin     {settings.SITE_URL}/admin/")
        if settings.SANDBOX:
            self.say(f"  Sandbox   {settings.SANDBOX_URL}/_control/   (no payment is real)")
            self.say(f"  Mails     {settings.SITE_URL}/posta-di-prova/")
        for login in demonstration.logins():
            self.say(f"  Login     {login.username} / {login.password}   ({login.role})")
        self.say("  Ctrl-C stops everything.")
        self.say("")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def make_folders() -> None:
    for name in ("broker", "broker-control", "cache", "mail", "private", "uploads"):
        (settings.VAR_DIR / name).mkdir(parents=True, exist_ok=True)
    for left in settings.VAR_DIR.glob("beat-*"):  # each beat has a schedule file of its own
        left.unlink(missing_ok=True)


def web() -> Child:
    return Child(
        "web",
        command("gunicorn", "-c", "python:config.gunicorn", "config.wsgi"),
        {"PORT": str(settings.PORT)},
    )


def worker() -> Child:
    processes = os.environ.get("WORKER_PROCESSES", "2")
    return Child(
        "worker",
        command("celery", "-A", "config", "--quiet", "worker", "--concurrency", processes)
        + ["--loglevel", "warning", "--without-gossip", "--without-mingle"],
    )


def beat() -> Child:
    schedule = settings.VAR_DIR / f"beat-{os.getpid()}"
    return Child(
        "beat",
        command("celery", "-A", "config", "--quiet", "beat", "--loglevel", "warning")
        + ["--schedule", str(schedule), "--pidfile", "", "--max-interval", "1"],
    )


def sandbox() -> Child:
    return Child(
        "sandbox",
        command("sandbox", "--port", str(settings.SANDBOX_PORT))
        + ["--data", str(settings.VAR_DIR / "sandbox")]
        + ["--webhook-url", f"http://127.0.0.1:{settings.PORT}/stripe/webhook/"]
        + ["--webhook-secret", settings.STRIPE_WEBHOOK_SECRET],
    )
