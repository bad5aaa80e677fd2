"""`manage.py stripe_setup`: the webhook endpoint and the customer portal at Stripe, made or brought in
line."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from donations import gateway
from donations.services import endpoints
from donations.stripe_facts import BadKey, NotPermitted, Rejected, Unavailable


class Command(BaseCommand):
    help = (
        "Makes the webhook endpoint for SITE_URL at Stripe, or brings it in line: pinned API "
        "version, exactly the events that are acted on. The same with the page on which a donor "
        "changes her card. May be run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replace",
            action="store_true",
            help="make a new endpoint with a new signing secret, and delete those there are for "
            "the same address: when the secret is lost, the version is another one, or there are "
            "several",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SANDBOX:
            raise CommandError(
                "STRIPE_SECRET_KEY is empty: the sandbox stands in for Stripe, and it needs no "
                "setting up. Write the key of your Stripe account into .env first."
            )
        try:
            self._set_up(replace=options["replace"])
        except endpoints.CannotSetUp as error:
            raise CommandError(str(error)) from error
        except BadKey as error:
            raise CommandError(
                "Stripe does not know the key in STRIPE_SECRET_KEY: copy it again from the "
                "dashboard (Developers, API keys)."
            ) from error
        except NotPermitted as error:
            raise CommandError(
                f"The key lacks a permission ({error.permission or 'Webhook Endpoints: write'}). "
                "Give it to the key for as long as this takes, or make the endpoint by hand: "
                "docs/operations.md, “Stripe for real”."
            ) from error
        except Rejected as error:
            raise CommandError(f"Stripe refuses: {error}") from error
        except Unavailable as error:
            raise CommandError(
                f"Stripe cannot be reached ({error}). Run this again: what is there already is "
                "found again."
            ) from error

    def _set_up(self, *, replace: bool) -> None:
        try:
            done = endpoints.set_up(replace=replace)
        except (NotPermitted, endpoints.CannotSetUp):
            self._portal()  # it needs nothing of the endpoint, which may be made by hand
            raise
        mode = "live" if endpoints.is_live(settings.STRIPE_SECRET_KEY) else "test"
        what = f"{done.endpoint.id} for {endpoints.address()} ({mode} mode)"
        if done.made:
            self.stdout.write(
                f"Made the webhook endpoint {what}: API {gateway.API_VERSION}, "
                f"{len(done.endpoint.types)} types of events.\n\n"
                "Its signing secret is shown this once and kept nowhere. Write it into .env and "
                "start everything again:\n\n"
                f"    STRIPE_WEBHOOK_SECRET={done.endpoint.secret}\n"
            )
            self.stdout.write()
            self._remove(done.removed)
        elif done.changes:
            self.stdout.write(f"Brought the webhook endpoint {what} in line:")
            for one in done.changes:
                self.stdout.write(f"  {one}: mended")
        else:
            self.stdout.write(f"The webhook endpoint {what} is as it should be.")
        self._portal()
        if not done.made and not settings.STRIPE_WEBHOOK_SECRET:
            raise CommandError(
                "STRIPE_WEBHOOK_SECRET is empty, and Stripe shows the secret of an endpoint only "
                "in its dashboard (Webhooks, this endpoint, Signing secret): copy it into .env, "
                "or let a new endpoint take its place: stripe_setup --replace."
            )
        self.stdout.write("Then see whether all is well: stripe_doctor.")

    def _portal(self) -> None:
        """Where this is refused the rest goes on: giving does not wait for it."""
        try:
            done = endpoints.set_up_portal()
        except NotPermitted as error:
            named = f" (Stripe calls it {error.permission})" if error.permission else ""
            self.stdout.write(
                f"The customer portal is left as it is: the key lacks the permission “Customer "
                f"portal: write”{named}. Without it no donor comes to the page on which she changes "
                "her card. Give it to the key in the dashboard (Developers, API keys) and run this "
                "again."
            )
            return
        except Rejected as error:
            self.stdout.write(
                f"The customer portal could not be set up ({error}): donors change their card on the "
                "page as the dashboard configures it (Settings, Billing, Customer portal)."
            )
            return
        what = f"configuration of the customer portal {done.portal.id}"
        if done.made:
            self.stdout.write(f"Made the {what}: the card is changed there, and nothing else.")
        elif done.changes:
            self.stdout.write(f"Brought the {what} in line:")
            for one in done.changes:
                self.stdout.write(f"  {one}: mended")
        else:
            self.stdout.write(f"The {what} is as it should be.")

    def _remove(self, ids: tuple[str, ...]) -> None:
        """After the secret was shown: whatever happens now, it is not lost."""
        endpoints.remove(ids)
        if ids:
            self.stdout.write(f"Deleted the endpoints it takes the place of: {', '.join(ids)}.")
