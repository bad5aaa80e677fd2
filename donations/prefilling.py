"""What the gift form begins with: what the address asks for, what is known of who is on her own page,
what this browser typed before it gave up the payment."""

from typing import Any

from django.http import HttpRequest

from donations import left_gift, offered, premium_offer
from donations.area.door import donor_of
from donations.area.forms import DetailsForm
from donations.form_tokens import new_token
from donations.forms import BY_TRANSFER, EVERY, FREE, PIECES, GiftForm
from donations.models import Consent, Donation, DonorWallEntry, Fund, Tribute
from donations.money import BadAmount, parse_cents, plain
from donations.services.details import last_written
from donations.sums import top


def initial(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for, or what this browser typed before it gave up the payment."""
    initial: dict[str, Any] = {"token": new_token(), "paese": "IT"}
    if donor := donor_of(request):
        initial |= DetailsForm.typed(last_written(donor=donor)) | {"email": donor.email}
    initial |= _typed_before(request)
    if fund := Fund.objects.filter(slug=request.GET.get("fondo", ""), active=True).first():
        initial["fondo"] = fund.slug
    initial |= _asked_amount(request)
    if (rhythm := request.GET.get("frequenza", "")) in EVERY:
        initial["frequenza"] = rhythm
    if key := request.GET.get("cifre", ""):
        initial["cifre"] = key[: offered.KEY]
    if campaign := request.GET.get("campagna", ""):
        initial["campagna"] = campaign[:64]
    return initial


def _asked_amount(request: HttpRequest) -> dict[str, Any]:
    """`?importo=25`, `?cifra=25` (typed, so it comes first), or `?pezzi=3` of what the fund gives by
    the piece."""
    if number := request.GET.get("pezzi", ""):
        return {"importo": PIECES, "quante": number[:6]}
    text = request.GET.get("cifra", "").strip() or request.GET.get("importo", "")
    if not text:
        return {}
    try:
        amount = plain(parse_cents(text[:30]))
        return {"importo": amount, "cifra": amount}
    except BadAmount:
        return {"importo": FREE, "cifra": text[:30]}


def _typed_before(request: HttpRequest) -> dict[str, Any]:
    """From the gift's row, and only for the browser that began it: its signed cookie says so."""
    asked = request.GET.get("annullato", "")
    own = left_gift.key_of(request)
    if not asked or asked != own:
        return {}
    gifts = Donation.objects.select_related("donor", "fund", "promise")
    gift = gifts.filter(public_id=own).first()
    if gift is None or gift.state in Donation.RECEIVED:
        return {}
    every = gift.promise.interval if gift.promise else ""
    return {
        "frequenza": next(name for name, interval in EVERY.items() if interval == every),
        "importo": PIECES if gift.pieces else plain(gift.bare),
        "cifra": "" if gift.pieces else plain(gift.bare),
        "quante": gift.pieces or None,
        "spese": bool(gift.covered),
        "fondo": gift.fund.slug,
        "nome": gift.first_name,
        "ente": gift.organisation,
        "cognome": gift.last_name,
        "email": gift.donor.email,
        "cf": gift.codice_fiscale,
        "via": gift.street,
        "cap": gift.postcode,
        "citta": gift.city,
        "provincia": gift.province,
        "paese": gift.country or "IT",
        "telefono": gift.phone,
        "modo": BY_TRANSFER if gift.state == Donation.State.AWAITING else "",
        **_signed_before(gift),
        **GiftForm.tribute_typed(Tribute.objects.filter(donation=gift).first()),
        **GiftForm.premium_typed(premium_offer.claim_before(request)),
        "campagna": _key_of(gift),
        "cifre": left_gift.amounts_of(request),
        "lettera": gift.consents.filter(kind=Consent.Kind.NEWSLETTER).exists(),
        "opposizione": gift.consents.filter(kind=Consent.Kind.AGENZIA).exists(),
    }


def _key_of(gift: Donation) -> str:
    root = top(gift.source) if gift.source else None
    return root.key if root and root.kind == "campaign" else ""


def _signed_before(gift: Donation) -> dict[str, Any]:
    entry = DonorWallEntry.objects.filter(donation=gift).first()
    if entry is None:
        return {}
    said = {"anonimo": entry.anonymous, "firma": entry.name, "parole": entry.words}
    return {"muro": True, **said}
