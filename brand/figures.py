"""Sums of money and figures, as the reader's language writes them. Cents, never floats.

The papers of Italian law have their own, Italian for everybody: `donations.receipts.wording`.
"""

from brand.bilingual import english

NBSP = "\u00a0"
MINUS = "\u2212"


def euros(cents: int, *, always_cents: bool = False) -> str:
    """`12.480 €`, in English `€12,480`; cents only where there are some, or `always_cents`
    (accounts): `50,00 €`, `€50.00`."""
    whole, part = divmod(abs(int(cents)), 100)
    text = thousands(whole)
    if part or always_cents:
        text += f"{'.' if english() else ','}{part:02d}"
    sign = MINUS if cents < 0 else ""
    return f"{sign}€{text}" if english() else f"{sign}{text}{NBSP}€"


def thousands(number: int) -> str:
    """`48.210`, in English `48,210`."""
    text = f"{int(number):,}"
    return text if english() else text.replace(",", ".")
