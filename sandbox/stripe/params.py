"""Form-encoded parameters with brackets, read into a tree and validated as Stripe does.

https://docs.stripe.com/api (bodies are form-encoded), https://docs.stripe.com/error-codes
(parameter_unknown, parameter_missing, parameter_invalid_integer, parameter_invalid_empty,
url_invalid, email_invalid), https://docs.stripe.com/api/metadata (50 keys, 40 and 500 characters).
The stand-in knows part of Stripe's parameters: those it does not know it refuses as unknown.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sandbox.stripe.errors import StripeError, invalid

Check = Callable[[Any, str], Any]
Schema = Mapping[str, Check]


def parse(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """``a[b][0][c]=x`` → ``{"a": {"b": [{"c": "x"}]}}``; also ``a[]=x``."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [part.rstrip("]") for part in name.split("[")]
        node = tree
        for key, following in zip([head, *rest], [*rest, None], strict=True):
            place = str(len(node)) if key == "" else key
            if following is None:
                node[place] = value
            else:
                node = node.setdefault(place, {})
                if not isinstance(node, dict):
                    raise invalid(f"Invalid object: {name}", name)
    return {key: _lists(value) for key, value in tree.items()}


def validate(data: dict[str, Any], schema: Schema, path: str = "") -> dict[str, Any]:
    """``data`` with every value checked and typed; raises StripeError (not saved).

    ``payment_method_types`` has an error of its own since 2026-09-30.endive:
    https://docs.stripe.com/changelog/endive/2026-09-30/remove-payment-method-types-checkout-sessions
    """
    names = {key: f"{path}[{key}]" if path else key for key in {**data, **schema}}
    if "payment_method_types" in data and "payment_method_types" not in schema:
        raise invalid(
            "The parameter `payment_method_types` is no longer supported. Use dynamic payment"
            " methods, narrowed by `allowed_payment_method_types` or"
            " `excluded_payment_method_types`.",
            names["payment_method_types"],
            "payment_method_types_no_longer_supported",
        )
    unknown = [names[key] for key in data if key not in schema]
    if unknown:
        noun = "parameter" if len(unknown) == 1 else "parameters"
        raise invalid(
            f"Received unknown {noun}: {', '.join(unknown)}", unknown[0], "parameter_unknown"
        )
    for key, check in schema.items():
        if getattr(check, "required", False) and key not in data:
            raise invalid(f"Missing required param: {names[key]}.", names[key], "parameter_missing")
    return {key: schema[key](value, names[key]) for key, value in data.items()}


def required(check: Check) -> Check:
    """The parameter must be there."""

    def checked(value: Any, name: str) -> Any:
        return check(value, name)

    checked.required = True  # type: ignore[attr-defined]
    return checked


def text(longest: int = 5000) -> Check:
    def check(value: Any, name: str) -> str:
        found = _scalar(value, name)
        if len(found) > longest:
            raise invalid(
                f"Invalid string: {found[:20]}…; must be at most {longest} characters", name
            )
        return found

    return check


def integer(value: Any, name: str) -> int:
    found = _scalar(value, name)
    if not re.fullmatch(r"-?[0-9]{1,18}", found):
        raise invalid(f"Invalid integer: {found}", name, "parameter_invalid_integer")
    return int(found)


def at_least(least: int) -> Check:
    def check(value: Any, name: str) -> int:
        number = integer(value, name)
        if number < least:
            raise invalid(
                f"This value must be greater than or equal to {least}.",
                name,
                "parameter_invalid_integer",
            )
        return number

    return check


def one_of(*choices: str) -> Check:
    def check(value: Any, name: str) -> str:
        found = _scalar(value, name)
        if found not in choices:
            raise invalid(f"Invalid {name}: must be one of {_enumerated(choices)}", name)
        return found

    return check


def email(value: Any, name: str) -> str:
    found = text(800)(value, name)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", str(found)):
        raise invalid(f"Invalid email address: {found}", name, "email_invalid")
    return str(found)


def url(value: Any, name: str) -> str:
    found = _scalar(value, name)
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid("Not a valid URL", name, "url_invalid")
    return found


def metadata(value: Any, name: str) -> dict[str, str]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise invalid("Invalid object", name)
    if len(value) > 50:
        raise invalid("Metadata can have up to 50 keys.", name)
    for key, content in value.items():
        if len(key) > 40 or "[" in key or "]" in key:
            raise invalid("Metadata keys can have up to 40 characters, no brackets.", name)
        if len(_scalar(content, f"{name}[{key}]", empty=True)) > 500:
            raise invalid("Metadata values can have up to 500 characters.", f"{name}[{key}]")
    return dict(value)


def true_or_false(value: Any, name: str) -> bool:
    found = _scalar(value, name)
    if found not in ("true", "false"):
        raise invalid(f"Invalid boolean: {found}", name)
    return found == "true"


def merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """Metadata keys are merged, an empty value removes one: https://docs.stripe.com/api/metadata"""
    return {key: value for key, value in {**old, **(new or {})}.items() if value != ""}


def emptied(check: Check) -> Check:
    """Where an empty string takes the value away."""

    def checked(value: Any, name: str) -> Any:
        return None if value == "" else check(value, name)

    return checked


def nested(schema: Schema) -> Check:
    def check(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid("Invalid object", name)
        return validate(value, schema, name)

    return check


def listed(check: Check) -> Check:
    def check_all(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise invalid("Invalid array", name)
        return [check(entry, f"{name}[{place}]") for place, entry in enumerate(value)]

    return check_all


def moment(value: Any, name: str) -> dict[str, int]:
    """A ``created`` filter: a timestamp, or bounds ``gt gte lt lte``."""
    if isinstance(value, dict):
        return validate(value, dict.fromkeys(("gt", "gte", "lt", "lte"), integer), name)
    return {"eq": integer(value, name)}


def _scalar(value: Any, name: str, empty: bool = False) -> str:
    if not isinstance(value, str):
        raise invalid(f"Invalid string: {value}", name)
    if not value and not empty:
        raise _unset(name)
    return value


def _unset(name: str) -> StripeError:
    return invalid(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset"
        f" a parameter; however '{name}' cannot be unset. You should remove '{name}' from your"
        " request or supply a non-empty value.",
        name,
        "parameter_invalid_empty",
    )


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    values = {key: _lists(value) for key, value in node.items()}
    if values and all(key.isdigit() for key in values):
        return [values[key] for key in sorted(values, key=int)]
    return values


def _enumerated(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])}, or {choices[-1]}"
