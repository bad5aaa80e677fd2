"""Card testing beside real donors: how long a donor's form takes, and what reaches Stripe.

Two sync workers, PostgreSQL with fsync, a Stripe on loopback that answers at once, so that what is
measured is ours. 10,000 forms of card testers, all valid, from eight networks, a hundred a second or
as fast as they are answered where that is less; meanwhile 50 donors a second, each from a network of
their own, measured from the moment they were due. Once with the guard and once without it, in the
same run; before it the donors alone.

BENCH_ATTEMPTS: another number of attempts, for a short look. BENCH_TESTERS: how many a second, 0 for
as fast as they are answered.
"""

import contextlib
import itertools
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import load, peer, postgres, webhooks
from bench.processes import ROOT
from bench.product import busy

ATTEMPTS = int(os.environ.get("BENCH_ATTEMPTS", "10000"))
TESTERS = 4  # connections at a time
PACE = float(os.environ.get("BENCH_TESTERS", "100"))  # attempts a second, all together; 0: no pause
RATE = 50  # donors a second
TARGET = 60  # milliseconds of ours
ALONE = 10  # seconds of donors before the attack
DONORS = 60 + RATE * ALONE + 2 * ATTEMPTS
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLM"
PROOF = "b" * 32  # of the form's cookie
MINT = (
    "from donations.form_tokens import new_token\n"
    "import sys; print('\\n'.join(new_token() for _ in range(int(sys.stdin.read()))))"
)


@dataclass
class Side:
    """The product, with the guard or without, and the Stripe it speaks to."""

    label: str
    url: str
    stripe: str
    tokens: Iterator[str]

    def form(self, who: str) -> bytes:
        """All that a person types, and a token of its own."""
        fields = {"token": next(self.tokens), "csrfmiddlewaretoken": PROOF, "importo": "libero"}
        fields |= {"cifra": "5", "fondo": "generale", "nome": "Anna", "cognome": "Esempio"}
        fields |= {"email": f"{who}@example.org", "paese": "IT"}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "bench"}
        cookie = {"Cookie": f"csrftoken={PROOF}"}
        return load.post(self.url, urlencode(fields).encode(), kind | cookie)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 80)

    @property
    def reached(self) -> int:
        return len(peer.seen(self.stripe))


def main() -> None:
    with contextlib.ExitStack() as stack:
        template = postgres.migrated()
        guarded = stack.enter_context(_side("with the guard", template, "true"))
        naive = stack.enter_context(_side("without it", template, "false"))
        print(busy())
        for side in (guarded, naive):  # both are warm
            for number in range(20):
                load.once(side.address, side.form(f"w{number}"), f"127.99.{number}.1")
        _tell("donors alone", donors(guarded, 0, RATE * ALONE), "")
        outcomes = [attack(side) for side in (guarded, naive)]
        print(busy())
    first, second = outcomes
    met = first.gifts.p95 < TARGET and first.gifts.rate > 0.98 * RATE and not first.gifts.errors
    print(f"target p95 {TARGET} ms at {RATE} starts/s: {'met' if met else 'missed'}")
    print(
        f"a donor's p95: {second.gifts.p95 / max(first.gifts.p95, 0.001):.1f} times as long without "
        f"the guard; calls to Stripe by testers: {first.tested} with it, {second.tested} without"
    )


@dataclass
class Outcome:
    gifts: load.Result
    tested: int  # forms of testers that reached Stripe


def attack(side: Side) -> Outcome:
    """Donors come as long as the attack goes on. The testers are a process of their own, so that
    neither waits for the other's turn."""
    before, forks = side.reached, multiprocessing.get_context("fork")
    over, told = forks.Event(), forks.SimpleQueue()
    requests = [(side.form(f"x{n}"), _tester(n)) for n in range(ATTEMPTS)]
    begun = time.perf_counter()
    testers = forks.Process(target=_test_cards, args=(side.address, requests, over, told))
    testers.start()
    gifts = donors(side, 100_000, ATTEMPTS, over)
    let = told.get()
    testers.join()
    seconds = time.perf_counter() - begun
    tested = side.reached - before - gifts.done
    rest = f"{tested} of {ATTEMPTS} attempts reached Stripe ({let} let through) in {seconds:.0f} s"
    _tell(side.label, gifts, rest)
    return Outcome(gifts, tested)


def _test_cards(
    address: tuple[str, int], requests: list[tuple[bytes, str]], over: Event, told: Any
) -> None:
    """Tells how many were let through."""
    statuses: list[int] = []
    turn, lock, begun = enumerate(requests), threading.Lock(), time.perf_counter()

    def work() -> None:
        while True:
            with lock:
                number, one = next(turn, (0, None))
            if one is None:
                return
            if PACE:
                time.sleep(max(0.0, begun + number / PACE - time.perf_counter()))
            with contextlib.suppress(OSError):  # whoever gets no answer tries the next card
                statuses.append(load.once(address, *one))

    threads = [threading.Thread(target=work) for _ in range(TESTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    told.put(statuses.count(303))


def donors(side: Side, start: int, most: int, over: Event | None = None) -> load.Result:
    """One every 1/RATE seconds, whether the one before has been answered or not."""
    times: list[float] = []
    errors: list[int] = []

    def give(number: int, request: bytes, due: float) -> None:
        try:
            status = load.once(side.address, request, _donor(number))
        except OSError:
            status = 0
        if status == 303:
            times.append((time.perf_counter() - due) * 1000)
        else:
            errors.append(status)

    requests = [side.form(f"d{start + n}") for n in range(most)]
    threads, begun = [], time.perf_counter()
    for number, request in enumerate(requests):
        due = begun + number / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        if over and over.is_set() and number >= RATE:
            break
        threads.append(threading.Thread(target=give, args=(start + number, request, due)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    return load.Result(len(errors), seconds, tuple(sorted(times)))


def _tester(number: int) -> str:
    """Eight networks, fifty addresses each."""
    return f"127.1.{number % 8}.{number // 8 % 50 + 1}"


def _donor(number: int) -> str:
    return f"127.{100 + number // 250 % 100}.{number % 250}.1"


def _tell(label: str, gifts: load.Result, rest: str) -> None:
    print(f"{label:16} {gifts}  p95 {gifts.p95:6.1f} ms  {rest}")


@contextlib.contextmanager
def _side(label: str, template: str, guard: str) -> Iterator[Side]:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context
        stripe = made(peer.standing())
        name = made(postgres.database(f"bench_card_testing_{guard}", like=template))
        own = {"STRIPE_API_BASE": stripe, "SECRET_KEY": SECRET, "ABUSE_CONTROL": guard}
        url = made(webhooks.receiver(name, pages=True, **own))
        page = url.replace("/stripe/webhook/", "/dona/")
        yield Side(label, page, stripe, itertools.chain(_mint(DONORS)))


def _mint(number: int) -> Iterator[str]:
    """As the form gives them out: whoever tests cards asks for the form too."""
    words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MINT]
    environment = {**os.environ, "SECRET_KEY": SECRET, "DOTENV": ""}
    told = subprocess.run(
        words,
        cwd=ROOT,
        env=environment,
        input=str(number),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return iter(told.split())


if __name__ == "__main__":
    main()
