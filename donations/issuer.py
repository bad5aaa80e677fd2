"""The body that issues receipts, signs mails and holds the account for gifts, from the territory's
settings."""

from dataclasses import dataclass

from stdnum import iban

from brand.models import BrandSettings, LegalSettings


@dataclass(frozen=True)
class GiftAccount:
    """Where transfers go."""

    iban: str
    holder: str

    @property
    def spaced(self) -> str:
        """In groups of four, as people read and type it."""
        return str(iban.format(self.iban))


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


def takes_transfers() -> bool:
    """Whether there is an `account`."""
    return bool(LegalSettings.load().iban)


def account() -> GiftAccount | None:
    """None: no transfers are offered."""
    brand, legal = BrandSettings.load(), LegalSettings.load()
    if not legal.iban:
        return None
    return GiftAccount(iban.compact(legal.iban), legal.body or brand.name)
