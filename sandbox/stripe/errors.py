"""Errors in Stripe's shape.

https://docs.stripe.com/api/errors and https://docs.stripe.com/error-codes
"""

from typing import Any


class StripeError(Exception):
    """An answer other than 2xx. ``saved``: whether an idempotency key keeps it; ``done``: whether
    what was written stays (a card that was refused was tried all the same)."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        done: bool = False,
    ) -> None:
        super().__init__(message)
        self.done = done
        self.message, self.status, self.kind = message, status, kind
        self.code, self.param, self.saved = code, param, saved

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, param: str, code: str | None = None) -> StripeError:
    """A parameter that fails validation: nothing ran, so no idempotency key keeps it."""
    return StripeError(message, code=code, param=param, saved=False)


def missing(kind: str, id: str, param: str = "id", status: int = 404) -> StripeError:
    return StripeError(
        f"No such {kind}: '{id}'", status=status, code="resource_missing", param=param
    )
