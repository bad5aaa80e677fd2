"""A sandbox that really runs: own process, free port, own store; ended after the test module."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import stripe

from ports import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class Running:
    """A sandbox process; ``start`` and ``end`` may be called again to restart on the same store."""

    data: Path
    webhook_url: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, lifeline: int | None = None) -> "Running":
        command = [sys.executable, "-m", "sandbox", "--port", str(self.port)]
        command += ["--data", str(self.data), "--webhook-url", self.webhook_url]
        environment = {**os.environ, "SANDBOX_LOG": "1"}
        if lifeline is not None:
            environment["SEGNOPIU_LIFELINE"] = str(lifeline)
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[lifeline] if lifeline else []
        )
        until(lambda: self.answers())
        return self

    def answers(self) -> bool:
        assert self.process and self.process.poll() is None, "the sandbox ended early"
        try:
            return requests.get(f"{self.url}/_control/", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(10)

    def control(self, path: str, /, **data: object) -> dict:
        """POST JSON to the control address and give its JSON answer."""
        answer = requests.post(f"{self.url}/_control/{path}", json=data, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())


def until(condition, seconds: float = 10) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.03)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("sandbox")).start()
    yield running
    running.end()


@pytest.fixture(scope="module")
def client(sandbox: Running) -> stripe.StripeClient:
    """The SDK as it comes, without retries of its own."""
    return stripe.StripeClient(
        "sk_test_sandbox", base_addresses={"api": sandbox.url}, max_network_retries=0
    )


@pytest.fixture
def order():
    """Parameters of a Checkout Session as the product sends them; keywords change or add."""

    def parameters(unit_amount=2500, currency="eur", **changes):
        price = {
            "currency": currency,
            "unit_amount": unit_amount,
            "product_data": {"name": "Spesa sospesa"},
        }
        return {
            "mode": "payment",
            "submit_type": "donate",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "http://127.0.0.1:9/grazie?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:9/dona/",
            "customer_email": "anna@example.org",
            "locale": "it",
            "metadata": {"donation": "7"},
            "payment_intent_data": {"metadata": {"donation": "7"}, "description": "Dono"},
            **changes,
        }

    return parameters


@pytest.fixture
def promise(order):
    """Parameters of a Checkout Session that begins a promise."""

    def parameters(unit_amount=1500, interval="month", interval_count=1, **changes):
        price = {
            "currency": "eur",
            "unit_amount": unit_amount,
            "product_data": {"name": "Spesa sospesa"},
            "recurring": {"interval": interval, "interval_count": interval_count},
        }
        wanted = order(mode="subscription", line_items=[{"price_data": price, "quantity": 1}])
        del wanted["payment_intent_data"]
        if "customer" in changes:
            del wanted["customer_email"]
        return {**wanted, "subscription_data": {"metadata": {"promise": "7"}}, **changes}

    return parameters


@pytest.fixture
def begun(client, promise, sandbox):
    """A promise that was begun with a method: its subscription."""

    def begin(method="card", **wanted):
        session = client.v1.checkout.sessions.create(promise(**wanted))
        story = sandbox.control("stripe/pay", session=session.id, method=method)
        return client.v1.subscriptions.retrieve(story["session"]["subscription"])

    return begin


@pytest.fixture
def clock(sandbox):
    """Let Stripe's time go on; gives the moment that has come."""
    return lambda **by: sandbox.control("stripe/clock", **by)["clock"]["now"]


@pytest.fixture
def bills(client):
    """A subscription's invoices, oldest first."""

    def of(subscription):
        wanted = {"subscription": subscription.id, "limit": 100, "expand": ["data.payments"]}
        return client.v1.invoices.list(wanted).data[::-1]

    return of


@pytest.fixture
def told(client):
    """The types of what was told of a subscription and its invoices, oldest first."""

    def of(subscription):
        return [
            event.type
            for event in reversed(list(client.v1.events.list({"limit": 100}).auto_paging_iter()))
            if subscription.id in str(event.data.object)
            and event.type.startswith(("customer.subscription", "invoice.", "checkout"))
        ]

    return of


@pytest.fixture
def fall_due(clock):
    """Until a promise's next bill is charged: it is a draft for an hour."""
    return lambda promise: clock(to=promise.items.data[0].current_period_end + 3600)
