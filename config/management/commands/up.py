"""`manage.py up`: web, worker, beat and, without a Stripe key, the sandbox; until told to stop."""

import os
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from cms import first_home
from config import advice, broker, demonstration, held, installation, memory, supervisor
from config.children import Child, Family, command
from mail import folder


class Command(BaseCommand):
    help = "Runs everything: web, worker, beat and, when no Stripe key is set, the sandbox."
    # they load every address and page form, which the web process does a moment later
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first migrate, and load the demonstration content into an empty database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installation.refuse_unsigned_webhooks()
            installation.refuse_demonstration_in_public()
            settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
            held.hold(settings.VAR_DIR, f"{settings.SITE_URL}/")
            installation.refuse_taken_port(settings.PORT, "the site")
            if settings.SANDBOX:
                installation.refuse_taken_port(settings.SANDBOX_PORT, "the sandbox")
            make_folders()
            installation.refuse_unreachable_database()
            if options["prepare"]:
                installation.prepare()
            else:
                installation.refuse_old_tables()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if options["prepare"]:
            self.fill_empty_database()
        plan = supervisor.Plan(
            settings.INSIDE, settings.PORT, children(), self.greeting(), manage("alarm")
        )
        connections.close_all()
        supervisor.become(plan)

    def fill_empty_database(self) -> None:
        if demonstration.wanted():
            self.load_demonstration()
        else:
            first_home.begin()

    def load_demonstration(self) -> None:
        """Its gifts are made at the sandbox, which is there for as long as that takes."""
        self.stdout.write("Loading the demonstration content, once …")
        self.stdout.flush()
        family = Family(self.stdout.write)
        try:
            if settings.SANDBOX:
                # making the tables took its time, and somebody may have come
                installation.refuse_taken_port(settings.SANDBOX_PORT, "the sandbox")
                family.add(Child(*sandbox()))
            call_command("demo")
        except Exception as problem:
            if any(child.died() for child in family.children):
                raise ImproperlyConfigured(
                    "The sandbox ended while the demonstration was loading; what it said stands "
                    "above. Start again: the loading goes on where it was."
                ) from problem
            raise
        finally:
            family.end()

    def greeting(self) -> list[str]:
        lines = ["", f"  Site      {settings.SITE_URL}/", f"  Admin     {settings.SITE_URL}/admin/"]
        if settings.SANDBOX:
            lines.append(f"  Sandbox   {settings.SANDBOX_URL}/_control/   (no payment is real)")
        if settings.MAIL_IN_FILES:
            lines.append(f"  Mails     {mails()}")
        for login in demonstration.logins():
            lines.append(f"  Login     {login.username} / {login.password}   ({login.role})")
        if demonstration.nobody_signs_in():
            lines += ["", *first_steps()]
        if os.geteuid() == 0:
            lines += ["", "  You are root: run it as a user of its own when it is for real."]
        return [*lines, "  Ctrl-C stops everything.", ""]


def mails() -> str:
    if folder.is_open():
        return f"{settings.SITE_URL}/posta-di-prova/"
    return f"none leaves, all lie in {settings.EMAIL_FILE_PATH} (EMAIL_URL sends them)"


def first_steps() -> list[str]:
    why = ""
    if not settings.SANDBOX:
        why = "STRIPE_SECRET_KEY is set"
    elif not settings.ON_LOOPBACK:
        why = "SITE_URL is not loopback"
    return [
        *([f"  {why}, so there is no demonstration content."] if why else []),
        "  Nobody can sign in yet. Make the first administrator, in another terminal:",
        f"      {advice.manage('createsuperuser')}",
    ]


def make_folders() -> None:
    for name in ("broker", "broker-control", "cache", "mail", "private", "uploads"):
        (settings.VAR_DIR / name).mkdir(parents=True, exist_ok=True)
    broker.empty(settings.VAR_DIR / "broker")
    for left in settings.VAR_DIR.glob("beat-*"):  # each beat has a schedule file of its own
        left.unlink(missing_ok=True)


Described = tuple[str, list[str], dict[str, str]]


def children() -> list[Described]:
    first = [sandbox()] if settings.SANDBOX else []
    return [*first, web(), worker(), beat()]


def web() -> Described:
    words = command("gunicorn", "-c", "python:config.gunicorn", "config.wsgi")
    return "web", words, {}


def worker() -> Described:
    processes = str(settings.WORKER_PROCESSES)
    words = command("celery", "-A", "config", "--quiet", "worker", "--concurrency", processes)
    words += ["--loglevel", "warning", "--without-gossip", "--without-mingle"]
    words += ["--max-memory-per-child", str(memory.MOST_OF_A_WORKER)]
    return "worker", words, {}


def beat() -> Described:
    schedule = settings.VAR_DIR / f"beat-{os.getpid()}"
    words = command("celery", "-A", "config.beat", "--quiet", "beat", "--loglevel", "warning")
    words += ["--schedule", str(schedule), "--pidfile", "", "--max-interval", "1"]
    return "beat", words, {}


def sandbox() -> Described:
    words = command("sandbox", "--quiet", "--port", str(settings.SANDBOX_PORT))
    words += ["--data", str(settings.VAR_DIR / "sandbox")]
    words += ["--webhook-url", f"http://{settings.INSIDE}:{settings.PORT}/stripe/webhook/"]
    words += ["--webhook-secret", settings.STRIPE_WEBHOOK_SECRET]
    return "sandbox", words, {}


def manage(name: str) -> list[str]:
    return command("django", name, "--settings", "config.settings")
