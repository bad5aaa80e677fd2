"""The body that issues receipts and signs mails, from the territory's settings."""

from brand.models import BrandSettings, LegalSettings


def body() -> dict[str, str]:
    """As it stands now: name, brand, address, city, fiscal_code, runts_number, runts_section,
    kind, email."""
    brand, legal = BrandSettings.load(), LegalSettings.load()
    return {
        "name": legal.body or brand.name,
        "brand": brand.name,
        "address": legal.address,
        "city": legal.city,
        "fiscal_code": legal.fiscal_code,
        "runts_number": legal.runts_number,
        "runts_section": legal.runts_section,
        "kind": legal.kind,
        "email": brand.email,
    }
