"""The work that a browser does for a form while the brake is on: Altcha's challenge (its version 2), of
our own making and checked here, so that nobody else hears of a visitor.

Where the work cannot be asked for or checked, nothing here stops a gift: nobody is asked for it.
"""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import randbelow
from time import time
from uuid import UUID

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

from donations.models import GiftTry
from people import limits

LIFE = 30 * 60  # seconds: a form is filled in within them
# hashes at most, and half of it on average: about a second of a middling phone
# (docs/decisions/0012-a-browsers-work.md)
MOST = 800_000
LONGEST = 2_000  # characters of an answer; a right one has 700
ALGORITHM, COST = "SHA-256", 1

Proof = GiftTry.Proof
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What came with a form. `mark`: of the challenge that was solved, good until `until`."""

    state: str = Proof.NONE
    mark: str = ""
    until: float = 0.0


NOTHING = Answer()


def challenge(token: UUID) -> str:
    """For the page; "" where none can be made."""
    if not settings.PROOF_OF_WORK:
        return ""
    try:
        return json.dumps(_made(token, randbelow(MOST)).to_dict())
    except Exception:  # a library's or a key's fault is none of the donor's
        log.exception("no challenge could be made: giving goes on without")
        return ""


def read(text: str, token: UUID) -> Answer:
    """What a browser sent for the form with this token."""
    if not text or not settings.PROOF_OF_WORK:
        return NOTHING
    try:
        return _read(text, token) if len(text) <= LONGEST else Answer(Proof.WRONG)
    except Exception:  # whatever it was made of: `works` tells a fault of ours from one of theirs
        log.debug("an answer to the challenge could not be read", exc_info=True)
        return Answer(Proof.WRONG)


def works() -> bool:
    """Whether an answer that is right would be taken for one. It does not hang on what anybody sends,
    so nobody can switch the challenge off from outside."""
    if not settings.PROOF_OF_WORK:
        return False
    try:
        made = _made(UUID(int=0), 0)
        found = altcha.solve_challenge(made)
        return found is not None and _verified(altcha.Payload(made, found))
    except Exception:
        log.exception("the challenge does not work: giving goes on without")
        return False


def first_use(answer: Answer) -> bool:
    """Each challenge serves once."""
    return limits.first_time("gift-proof", answer.mark, datetime.fromtimestamp(answer.until, UTC))


def _read(text: str, token: UUID) -> Answer:
    payload = altcha.Payload.from_base64(text)
    asked = payload.challenge.parameters
    if not _verified(payload) or (asked.data or {}).get("form") != str(token):
        return Answer(Proof.WRONG)
    return Answer(Proof.SOLVED, asked.nonce, float(asked.expires_at or 0))


def _made(token: UUID, counter: int) -> altcha.Challenge:
    return altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=counter,
        expires_at=int(time()) + LIFE,
        data={"form": str(token)},
        hmac_secret=_key(),
    )


def _verified(payload: altcha.Payload) -> bool:
    return bool(altcha.verify_solution(payload, _key()).verified)


def _key() -> bytes:
    return salted_hmac("donations.proof", "challenge", algorithm="sha256").digest()
