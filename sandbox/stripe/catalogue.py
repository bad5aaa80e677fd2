"""Products and prices, also those that come inline with an order.

https://docs.stripe.com/api/products, https://docs.stripe.com/api/prices. The price of inline data
is not active, so that nothing else can take it:
https://docs.stripe.com/products-prices/pricing-models#inline-pricing
"""

from typing import Any

from sandbox.stripe import params as p
from sandbox.stripe.currencies import CURRENCIES
from sandbox.stripe.errors import StripeError, invalid
from sandbox.stripe.params import merged
from sandbox.stripe.work import Object, Work, new_id

LONGEST = {"day": 3 * 365, "week": 156, "month": 36, "year": 3}


def currency(value: Any, name: str) -> str:
    found = str(value).lower()
    if found not in CURRENCIES:
        raise invalid(
            f"Invalid currency: {found}. Stripe currently supports these currencies:"
            f" {', '.join(CURRENCIES)}",
            name,
        )
    return found


def recurring(value: Any, name: str) -> Object:
    found = p.nested(
        {
            "interval": p.required(p.one_of(*LONGEST)),
            "interval_count": p.at_least(1),
            "usage_type": p.one_of("licensed"),
        }
    )(value, name)
    count = found.get("interval_count", 1)
    if count > LONGEST[found["interval"]]:
        raise invalid(
            f"The maximum interval count is {LONGEST[found['interval']]} for {found['interval']}.",
            f"{name}[interval_count]",
        )
    return {
        "interval": found["interval"],
        "interval_count": count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


PRODUCT: p.Schema = {
    "name": p.required(p.text()),
    "description": p.text(),
    "metadata": p.metadata,
    "images": p.listed(p.url),
}
PRICE_DATA: p.Schema = {
    "currency": p.required(currency),
    "unit_amount": p.required(p.at_least(0)),
    "product": p.text(),
    "recurring": recurring,
}
INLINE = p.nested({**PRICE_DATA, "product_data": p.nested(PRODUCT)})
CREATE_PRODUCT: p.Schema = {**PRODUCT, "id": p.text(), "active": p.true_or_false}
UPDATE_PRODUCT: p.Schema = {
    "name": p.text(),
    "description": p.text(),
    "metadata": p.metadata,
    "active": p.true_or_false,
}
CREATE_PRICE: p.Schema = {
    **PRICE_DATA,
    "product_data": p.nested(PRODUCT),
    "nickname": p.text(),
    "metadata": p.metadata,
    "active": p.true_or_false,
}
UPDATE_PRICE: p.Schema = {
    "active": p.true_or_false,
    "nickname": p.text(),
    "metadata": p.metadata,
}


def create_product(work: Work, params: Object) -> Object:
    if "id" in params and work.look("product", params["id"]):
        raise StripeError("Product already exists.", code="resource_already_exists", param="id")
    made = _product(work, params)
    work.emit("product.created", made)
    return made


def create_price(work: Work, params: Object) -> Object:
    made = _price(work, params, params, active=params.get("active", True))
    work.emit("price.created", made)
    return made


def update_product(work: Work, params: Object, id: str) -> Object:
    return _update(work, work.get("product", id, param="product"), params)


def update_price(work: Work, params: Object, id: str) -> Object:
    return _update(work, work.get("price", id, param="price"), params)


def price_of(work: Work, line: Object, name: str) -> Object:
    """The price a line names, or the one its inline data makes."""
    if ("price" in line) == ("price_data" in line):
        raise invalid(f"You must specify either `price` or `price_data` in {name}.", name)
    if "price_data" in line:
        return _price(work, line["price_data"], {}, active=False, name=f"{name}[price_data]")
    found = work.get("price", line["price"], param=f"{name}[price]", status=400)
    if not found["active"]:
        raise StripeError(
            "The price specified is inactive. This field only accepts active prices.",
            param=f"{name}[price]",
        )
    return found


def _product(work: Work, params: Object) -> Object:
    empty = dict.fromkeys(
        (
            "default_price", "package_dimensions", "shippable", "statement_descriptor", "tax_code",
            "unit_label", "url",
        )
    )  # fmt: skip
    made: Object = {
        **empty,
        "id": params.get("id") or new_id("prod", 14),
        "object": "product",
        "active": params.get("active", True),
        "created": work.now,
        "description": params.get("description"),
        "images": params.get("images", []),
        "livemode": False,
        "marketing_features": [],
        "metadata": params.get("metadata", {}),
        "name": params["name"],
        "type": "service",
        "updated": work.now,
    }
    return work.add(made)


def _price(work: Work, data: Object, more: Object, *, active: bool, name: str = "") -> Object:
    if ("product" in data) == ("product_data" in data):
        raise invalid(
            "You must specify either `product` or `product_data` when creating a price.",
            f"{name}[product]" if name else "product",
        )
    if "product" in data:
        product = work.get("product", data["product"], param="product", status=400)
        if not product["active"]:
            raise StripeError(
                f"The product `{product['id']}` is marked as inactive, and this field only accepts"
                " active products.",
                param="product",
            )
    else:
        product = _product(work, data["product_data"])
    empty = dict.fromkeys(("custom_unit_amount", "lookup_key", "tiers_mode", "transform_quantity"))
    made: Object = {
        **empty,
        "id": new_id("price"),
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": work.now,
        "currency": data["currency"],
        "livemode": False,
        "metadata": more.get("metadata", {}),
        "nickname": more.get("nickname"),
        "product": product["id"],
        "recurring": data.get("recurring"),
        "tax_behavior": "unspecified",
        "type": "recurring" if "recurring" in data else "one_time",
        "unit_amount": data["unit_amount"],
        "unit_amount_decimal": str(data["unit_amount"]),
        "_name": product["name"],
    }
    return work.add(made)


def _update(work: Work, found: Object, params: Object) -> Object:
    before = {name: found[name] for name in params}
    metadata = merged(found["metadata"], params.get("metadata"))
    work.save(found := {**found, **params, "metadata": metadata})
    work.emit(f"{found['object']}.updated", found, before)
    return found
