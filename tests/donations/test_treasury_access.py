"""Every address of the treasury, tried by everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bank_support import imported, row
from donations.models import (
    ClosedDoor,
    DonorMerge,
    DonorNote,
    DonorWallEntry,
    ErasureRequest,
    GiftTry,
    OpenEvening,
    ThanksInPerson,
    Tribute,
)
from donations.services import erasure_requests
from donations.services.by_hand import today
from donations.services.knowing import tag
from donations.treasury import urls
from erasure_support import removal
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import (
    Cast,
    asked_back,
    by_hand,
    gifts,
    given_back,
    lost_event,
    member,
    paid_out,
    past_gifts,
    promised,
    statement_of,
    suspected,
)

pytestmark = pytest.mark.django_db

POSTED = {
    "decide_customer",
    "decide_mail",
    "write_again",
    "decide_event",
    "decide_refund",
    "leave_warning",
    "answer_erasure",
    "send_again",
    "decide_thanks",
    "deal_with_promise",
    "write_note",
    "own_data",
    "take_note_back",
    "tag",
    "untag",
    "merge",
    "keep_apart",
    "part",
    "decide_statements",
    "recognise_sure",
    "decide_wall",
    "release_try",
    "open_door",
    "end_evening",
    "decide_tribute",
}
GUARD = {"abuse", "abuse_try"}
BANK = {"bank", "bank_line", "bring", "bank_statement"}
ONLY_TREASURY = (
    POSTED
    | BANK
    | GUARD
    | {
        "erase",
        "refund",
        "reverse_refund",
        "enter",
        "reverse",
        "correct",
        "agenzia",
        "imports",
        "import",
    }
    | {"change_promise"}
)


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


def addresses(cast: Cast) -> dict[str, str]:
    """Name → address; a new address without a row here makes the test fail."""
    event = lost_event(state="failed")
    attachment, donor = cast.mail.attachments.get(), cast.settled.donor
    erasure_requests.ask(donor=donor, language="it")
    erasure = ErasureRequest.objects.get()
    (line,) = imported(row())
    asked, warning = asked_back(cast.settled), suspected(cast.settled)
    on_wall, _new = DonorWallEntry.objects.get_or_create(donation=cast.settled, name="Maria")
    tried, _new = GiftTry.objects.get_or_create(key="a", state=GiftTry.State.QUARANTINED)
    Tribute.objects.get_or_create(donation=cast.settled, kind="honour", honouree="Pia")
    now = timezone.now()
    times = {"at": now, "until": now + timedelta(days=1)}
    door, _new = ClosedDoor.objects.get_or_create(kind="mail", key="a", defaults=times)
    evening, _new = OpenEvening.objects.get_or_create(key="a", defaults=times | {"note": "Festa"})
    args: dict[str, list[Any]] = {
        "abuse": [],
        "abuse_try": [tried.pk],
        "release_try": [tried.pk],
        "open_door": [door.pk],
        "end_evening": [evening.pk],
        "decide_tribute": [cast.settled.public_id],
        "donations": [],
        "donation": [cast.settled.public_id],
        "refund": [cast.settled.public_id],
        "decide_refund": [asked.pk],
        "reverse_refund": [given_back().pk],
        "leave_warning": [warning.pk],
        "enter": [],
        "reverse": [by_hand().public_id],
        "correct": [cast.settled.public_id],
        "donors": [],
        "doubles": [],
        "donor": [donor.public_id],
        "own_data": [donor.public_id],
        "write_note": [donor.public_id],
        "take_note_back": [DonorNote.objects.create(donor=donor, text="Al telefono.").pk],
        "tag": [donor.public_id],
        "untag": [donor.public_id, tag(donor=donor, name="Socia").pk],
        "merge": [donor.public_id],
        "keep_apart": [donor.public_id],
        "part": [DonorMerge.objects.create(kept=donor, absorbed=cast.refunded.donor).pk],
        "agenzia": [],
        "imports": [],
        "import": [past_gifts().pk],
        "statements": [],
        "statement_run": [statement_of(cast.settled).run_id],
        "decide_statements": [statement_of(cast.settled).run_id],
        "statements_on_paper": [statement_of(cast.settled).run_id],
        "statement": [statement_of(cast.settled).pk],
        "payouts": [],
        "payout": [paid_out().pk],
        "months": [],
        "month": [today().year, today().month],
        "promises": [],
        "promise": [promised(cast.settled).public_id],
        "deal_with_promise": [promised(cast.settled).public_id],
        "change_promise": [promised(cast.settled).public_id, "importo"],
        "wall": [],
        "decide_wall": [on_wall.pk],
        "ledger": [],
        "reports": [],
        "bank": [],
        "bank_line": [line.pk],
        "recognise_sure": [],
        "bring": [],
        "bank_statement": [line.statement_id],
        "receipts": [],
        "yearly_receipts": [],
        "receipt": [cast.receipt.pk],
        "reprint": [cast.receipt.pk],
        "mail": [cast.mail.pk],
        "mail_body": [cast.mail.pk],
        "decide_mail": [cast.mail.pk],
        "write_again": [cast.mail.acknowledgement.pk],
        "attachment": [attachment.pk],
        "desk": [],
        "decide_event": [event.pk],
        "answer_erasure": [erasure.pk],
        "erase": [donor.public_id],
        "decide_customer": [removal(cast.refunded.donor).pk],
        "send_again": [cast.mail.pk],
        "decide_thanks": [ThanksInPerson.objects.get_or_create(donation=cast.settled)[0].pk],
        "letters": [],
        "letter": ["thank_you", "it"],
        "letter_preview": ["thank_you", "it"],
    }
    assert set(args) == {str(pattern.name) for pattern in urls.urlpatterns}
    return {name: reverse(f"treasury:{name}", args=these) for name, these in args.items()}


def ask(client: Client, name: str, address: str) -> Any:
    return client.post(address, {"scelta": "x"}) if name in POSTED else client.get(address)


def refused(answer: Any) -> bool:
    """Wagtail sends who may not enter to the admin's home, with a sentence."""
    return answer.status_code == 302 and answer["Location"] == "/admin/"


def test_nobody_enters_without_logging_in(cast: Cast) -> None:
    for name, address in addresses(cast).items():
        answer = ask(Client(), name, address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/admin/login/"), name


@pytest.mark.parametrize(
    "role", [role for role in roles.ALL if role not in (roles.TREASURY, roles.COORDINATION)]
)
def test_other_roles_enter_nowhere(cast: Cast, role: str) -> None:
    client = member(role)
    for name, address in addresses(cast).items():
        assert refused(ask(client, name, address)), name


def test_the_treasury_enters_everywhere(cast: Cast) -> None:
    client = member(roles.TREASURY)
    for name, address in addresses(cast).items():
        answer = ask(client, name, address)
        assert not refused(answer), name
        leads_back = name in POSTED and name != "own_data"  # which is a file
        assert answer.status_code == (302 if leads_back else 200), name


def test_coordination_reads_everything_and_decides_nothing(cast: Cast) -> None:
    client = member(roles.COORDINATION)
    for name, address in addresses(cast).items():
        answer = ask(client, name, address)
        assert refused(answer) if name in ONLY_TREASURY else answer.status_code == 200, name


def test_deciding_is_not_a_link(cast: Cast) -> None:
    client = member(roles.TREASURY)
    for name, address in addresses(cast).items():
        if name in POSTED:
            assert client.get(address).status_code == 405, name


def test_the_menu_shows_the_treasury_to_those_who_may(cast: Cast) -> None:
    treasury, editor = member(roles.TREASURY), member(roles.EDITORS)
    assert "/admin/tesoreria/prima-nota/" in treasury.get("/admin/").content.decode()
    assert "/admin/tesoreria/" not in editor.get("/admin/").content.decode()


def test_mails_that_are_not_of_giving_stay_closed(cast: Cast) -> None:
    other = Message.objects.create(
        key="k", kind="other", to="x@example.org", language="it", subject="s", body_text="t",
        message_id="<m>",
    )  # fmt: skip
    client = member(roles.TREASURY)
    assert client.get(reverse("treasury:mail", args=[other.pk])).status_code == 404
    assert client.get(reverse("treasury:mail_body", args=[other.pk])).status_code == 404
