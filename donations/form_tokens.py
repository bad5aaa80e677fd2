"""What makes one form one gift."""

import time
import uuid

from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

TOKEN_SALT = "donations.form"  # noqa: S105  a name, not a secret
TOKEN_AGE = 24 * 3600


def new_token() -> str:
    """What makes one form one gift; signed, so that only forms we gave out are taken."""
    return signing.dumps(uuid.uuid4().hex, salt=TOKEN_SALT)


def read_token(text: str) -> uuid.UUID:
    """Raises signing.BadSignature when it is not ours or older than a day."""
    return uuid.UUID(signing.loads(text, salt=TOKEN_SALT, max_age=TOKEN_AGE))


def age_of(text: str) -> float:
    """Seconds since a token that has been read was given out."""
    return time.time() - signing.b62_decode(text.rsplit(":", 2)[1])


def token_of(text: str) -> uuid.UUID:
    """Like `read_token`, with a sentence for whoever left the page open."""
    try:
        return read_token(text)
    except (signing.BadSignature, ValueError):
        raise ValidationError(
            gettext("This page has been open for a long time: check it and send it again.")
        ) from None
