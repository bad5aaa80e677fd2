"""Hands one mail to the mail server and says what that proves."""

import smtplib
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from mail import masks


class NotSent(Exception):
    """Certainly not sent: try again later."""


class Unreachable(NotSent):
    """Certainly not sent, and no other mail would fare better: the server is away, hangs or shuts
    the door on everybody."""


class Refused(Exception):
    """The server will not have this mail: trying again changes nothing."""


class Unknown(Exception):
    """The connection broke after the mail was on its way: it may have been taken."""


def deliver(email: EmailMultiAlternatives) -> None:
    """Returns when the server has taken the mail. Raises NotSent (Unreachable, when it is not this
    mail's fault), Refused or Unknown."""
    connection = get_connection(settings.MAIL_TRANSPORT)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        # nothing of this mail was said yet, whatever the server's trouble is (a password, too)
        raise Unreachable(_said(error)) from error
    under_way = _watch(connection)
    try:
        connection.send_messages([email])
    except (OSError, smtplib.SMTPException) as error:
        raise _reading(error, bool(under_way)) from error
    except ValueError as error:  # a header or an address that cannot be written
        raise Refused(_said(error)) from error
    finally:
        _close(connection)


def _watch(connection: Any) -> list[bool]:
    """Not empty once the DATA command has begun; from there on silence proves nothing."""
    begun: list[bool] = []
    smtp = getattr(connection, "connection", None)
    if isinstance(smtp, smtplib.SMTP):
        data = smtp.data

        def watched(message: Any) -> Any:
            begun.append(True)
            return data(message)

        smtp.data = watched  # type: ignore[method-assign, assignment]
    return begun


def _reading(error: Exception, under_way: bool) -> Exception:
    """RFC 5321 4.2.1: 4yz is for now, 5yz is for good."""
    codes = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(_said(error))
    if codes and 400 <= min(codes) < 600:
        return Refused(_said(error)) if min(codes) >= 500 else NotSent(_said(error))
    return Unknown(_said(error)) if under_way else Unreachable(_said(error))


def _close(connection: Any) -> None:
    # a rude goodbye changes nothing about what was said before
    with suppress(OSError, smtplib.SMTPException):
        connection.close()


def _said(error: Exception) -> str:
    """For the row, which staff may read: a server repeats the address it refuses."""
    return masks.within(f"{type(error).__name__}: {error}")[:500]
