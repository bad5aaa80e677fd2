"""A peer on loopback that answers at once: Mastodon's statuses, Stripe's Checkout sessions.

    python -m bench.peer PORT

It keeps nothing on disk and checks nothing, so that what is measured is ours. Each status is noted
with its Idempotency-Key and the moment it came; `/_seen` tells them. A repeated key gets the same
status again, as at Mastodon (https://docs.joinmastodon.org/methods/statuses/#create).
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench.processes import started
from tests.ports import free_port

DAY = 24 * 3600
SEEN: dict[str, list[float]] = {}


class Peer(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self.buffer = rest[length:]
        method, target, _version = first.split(" ")
        content = json.dumps(answer(method, urlsplit(target).path, headers)).encode()
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(content) + content
        )


def answer(method: str, path: str, headers: dict[str, str]) -> object:
    now = time.time()
    if method == "POST" and path == "/api/v1/statuses":
        key = headers["idempotency-key"]
        SEEN.setdefault(key, []).append(now)
        return {"id": key, "url": f"http://127.0.0.1/@bench/{key}", "content": ""}
    if method == "POST" and path == "/v1/checkout/sessions":
        key = headers["idempotency-key"]
        SEEN.setdefault(key, []).append(now)
        return opened(key)
    if path.startswith("/v1/checkout/sessions/"):
        return session(path.rpartition("/")[2], int(now))
    if path.startswith("/v1/invoices/"):
        return invoice(path.rpartition("/")[2], int(now), whole=True)
    if path.startswith("/v1/payment_intents/"):
        return intent(path.rpartition("/")[2].removeprefix("pi_"), int(now))
    if path.startswith("/v1/subscriptions/"):
        return subscription(path.rpartition("/")[2], int(now))
    if path == "/api/v1/accounts/verify_credentials":
        return {"id": "1", "username": "bench"}
    if path == "/api/v2/instance":
        return {"configuration": {"statuses": {"max_characters": 500}}}
    return SEEN if path == "/_seen" else {}


def opened(key: str) -> dict[str, object]:
    """A payment page, open."""
    return {
        "id": f"cs_{key}",
        "object": "checkout.session",
        "url": f"http://127.0.0.1/pay/{key}",
        "status": "open",
        "payment_status": "unpaid",
        "metadata": {"attempt": key},
        "payment_intent": None,
    }


def session(identity: str, now: int) -> dict[str, object]:
    """https://docs.stripe.com/api/checkout/sessions/object, of 25 € paid by card, expanded."""
    n = identity.removeprefix("cs_")
    return {
        "id": identity,
        "object": "checkout.session",
        "url": None,
        "status": "complete",
        "payment_status": "paid",
        "metadata": {"attempt": f"bench-{n}"},
        "payment_intent": intent(n, now),
    }


def intent(n: str, now: int) -> dict[str, object]:
    """https://docs.stripe.com/api/payment_intents/object, that went through, expanded."""
    paid = {"id": f"txn_{n}", "object": "balance_transaction", "amount": 2500, "fee": 63}
    charge = {
        "id": f"ch_{n}",
        "object": "charge",
        "amount": 2500,
        "amount_refunded": 0,
        "currency": "eur",
        "created": now,
        "status": "succeeded",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        "balance_transaction": paid,
    }
    return {
        "id": f"pi_{n}",
        "object": "payment_intent",
        "status": "succeeded",
        "latest_charge": charge,
    }


def invoice(identity: str, now: int, *, whole: bool = False) -> dict[str, object]:
    """https://docs.stripe.com/api/invoices/object, of a promise's later month, paid. `whole`: with
    the subscription expanded."""
    n = identity.removeprefix("in_")
    kept = subscription(f"sub_{n}", now) if whole else f"sub_{n}"
    told = {"subscription": kept, "metadata": {"attempt": f"bench-p-{n}"}}
    payment = {"type": "payment_intent", "payment_intent": f"pi_in{n}"}
    rows = [{"object": "invoice_payment", "status": "paid", "created": now, "payment": payment}]
    return {
        "id": identity,
        "object": "invoice",
        "status": "paid",
        "billing_reason": "subscription_cycle",
        "amount_paid": 2500,
        "hosted_invoice_url": None,
        "parent": {"type": "subscription_details", "subscription_details": told},
        "payments": {"object": "list", "data": rows, "has_more": False},
        "status_transitions": {"paid_at": now},
    }


def subscription(identity: str, now: int) -> dict[str, object]:
    """https://docs.stripe.com/api/subscriptions/object, of 25 € a month, by the card it began with."""
    n = identity.removeprefix("sub_")
    rhythm = {"interval": "month", "interval_count": 1}
    price = {"id": "price_1", "unit_amount": 2500, "product": "prod_1", "recurring": rhythm}
    item = {"id": f"si_{n}", "price": price, "quantity": 1, "current_period_end": now + 30 * DAY}
    card = {"last4": "4242", "exp_month": 12, "exp_year": 2032}
    method = {"id": f"pm_{n}", "object": "payment_method", "type": "card", "card": card}
    return {
        "id": identity,
        "object": "subscription",
        "status": "active",
        "currency": "eur",
        "customer": {"id": f"cus_{n}", "object": "customer"},
        "metadata": {"attempt": f"bench-p-{n}"},
        "items": {"object": "list", "data": [item]},
        "start_date": now - 31 * DAY,
        "default_payment_method": method,
        "latest_invoice": invoice(f"in_{n}", now),
    }


@contextlib.contextmanager
def standing() -> Iterator[str]:
    """The peer's address; a process of its own."""
    port = free_port()
    with started([sys.executable, "-m", "bench.peer", str(port)]):
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"


def seen(url: str) -> dict[str, list[float]]:
    with urllib.request.urlopen(f"{url}/_seen", timeout=30) as reply:
        return dict(json.load(reply))


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Peer, "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1])))
