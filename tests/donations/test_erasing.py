"""A donor with everything is erased: nothing of hers is left but what the law keeps."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from attribution.models import Credit
from donations.erasure.fates import Fate, Part
from donations.erasure.parts import PARTS
from donations.erasure.person import Person
from donations.models import (
    Account,
    Acknowledgement,
    CustomerRemoval,
    Donation,
    Donor,
    DonorDetails,
    EntryLink,
    Erasure,
    JournalEntry,
    PremiumClaim,
    Receipt,
)
from donations.services import (
    changing,
    correcting,
    details,
    entering,
    erased,
    erasing,
    forgetting,
    inbox,
    knowing,
    merging,
    receipts,
    replaying,
    reporting,
)
from donations.services.acknowledging import write_due
from donations.treasury import desk_counts
from erasure_support import (
    HER,
    MAIL,
    NEEDLES,
    PAYLOAD,
    Everything,
    everything,
    files,
    files_with_rows,
    found,
    kept_by_law,
    stray,
)
from giving_support import begin, fund, process, session_of
from mail.forgetting import delete_files
from mail.models import Message
from mail.services import Decided, decide, send_due
from memory_stripe import MemoryStripe
from people.models import User
from premium_support import seeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers(memory_stripe: MemoryStripe) -> Everything:
    return everything(memory_stripe)


def gone(donor: Donor, **changes: Any) -> Erasure:
    done = erasing.erase(donor=donor, reason="asked", by=None, end_promises=True, **changes)
    donor.refresh_from_db()
    return done


def books() -> dict[str, Any]:
    sums = JournalEntry.objects.order_by("debit", "credit").values_list("debit", "credit")
    return {
        "rows": list(JournalEntry.objects.order_by("pk").values_list("origin", "amount", "at")),
        "sums": list(sums.annotate(sum=Sum("amount"))),
        "balances": {one.code: one.balance() for one in Account.objects.all()},
        "credits": list(Credit.objects.order_by("pk").values()),
        "receipts": list(Receipt.objects.order_by("pk").values()),
        "states": list(Donation.objects.order_by("pk").values_list("state", "amount")),
    }


def test_nothing_is_left_but_what_the_law_keeps(hers: Everything) -> None:
    """Every table is read for every word of hers."""
    before = found(*NEEDLES)
    assert len(before) > 35  # or the cast says too little to prove anything
    gone(hers.card.donor)
    Message.objects.filter(kind="erasure_done").update(to="")  # has left
    left = found(*NEEDLES)
    assert set(left) <= kept_by_law(), {k: v for k, v in left.items() if k not in kept_by_law()}
    assert left["donations.Receipt.data"]


def test_books_receipts_and_reports_stay_as_they_were(hers: Everything) -> None:
    before, year = books(), hers.card.settled_at.year
    figures = reporting_of(year)
    gone(hers.card.donor)
    assert books() == before
    assert reporting_of(year) == figures
    for receipt in Receipt.objects.all():
        assert hashlib.sha256(receipts.paper(receipt=receipt)).hexdigest() == receipt.sha256


def reporting_of(year: int) -> Any:
    scope = reporting.Scope(date(year - 3, 1, 1), date(year, 12, 31))
    return [
        reporting.by_month(scope),
        reporting.by_way(scope),
        reporting.by_fund(scope),
        reporting.total(scope),
        reporting.retention([year - 1, year]),
    ]


def test_no_file_is_left_without_a_row_nor_any_that_nobody_asks_for(hers: Everything) -> None:
    assert files() == files_with_rows()
    gone(hers.card.donor)
    assert files() != files_with_rows()  # whoever is killed here leaves them to the tick
    assert delete_files() == 8 and delete_files() == 0
    assert files() == files_with_rows()
    folders = {name.partition("/")[0] for name in files()}
    assert folders == {"receipts", "statements", "bank"}  # no mail's, no import's


def test_what_is_done_again_changes_nothing(hers: Everything) -> None:
    done = gone(hers.card.donor)
    send_due()
    erased.forget_answered()
    before = dump()
    assert erased.look_again(now=done.again_at) == 1
    assert dump(apart="donations.Erasure") == {
        label: rows for label, rows in before.items() if label != "donations.Erasure"
    }
    assert found(MAIL) == {}


def dump(apart: str = "") -> dict[str, Any]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label != apart
    }


@pytest.mark.parametrize("key", [part.key for part in PARTS if part.fate != Fate.KEPT])
def test_whatever_fails_on_the_way_leaves_everything_as_it_was(
    hers: Everything, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, on_disk, real = dump(), files(), Part.do

    def broken(part: Part, person: Person) -> int:
        number = real(part, person)
        if part.key == key:
            raise RuntimeError(key)
        return number

    monkeypatch.setattr(Part, "do", broken)
    with pytest.raises(RuntimeError, match=key):
        gone(hers.card.donor)
    assert dump() == before and files() == on_disk


def test_the_proof_names_nobody_and_says_what_is_kept_until_when(hers: Everything) -> None:
    hers.card.donor.erasure_requests.create(language="en")
    done, year = gone(hers.card.donor), hers.card.settled_at.year
    assert done.request
    done.request.refresh_from_db()
    assert done.request.answer == "–" and done.request.answered_at
    kept = {one["part"]: one for one in done.kept}
    assert kept["receipts"] == {"part": "receipts", "number": 8, "until": f"{year + 10}-12-31"}
    assert kept["entries_of_ledger"]["until"] == ""
    assert done.counts["notes"] == 1 and done.counts["gifts"] == 7
    donor = Donor.objects.get(pk=hers.card.donor_id)
    assert donor.erased_at and donor.email is None
    assert Donor.objects.exclude(erased_at=None).count() == 2  # her other address too


def test_the_answer_leaves_once_and_its_address_goes_with_it(
    hers: Everything, mailoutbox: list[Any]
) -> None:
    hers.card.donor.erasure_requests.create(language="it")
    done = gone(hers.card.donor)
    sent = len(mailoutbox)
    assert erased.forget_answered() == 0  # not before it has left
    send_due()
    send_due()
    (answer,) = mailoutbox[sent:]
    assert answer.to == [MAIL]
    assert "Ricevute" in answer.body and "art. 2220" in answer.body
    assert not any(one in answer.body for one in (HER.first_name, HER.last_name, MAIL))
    assert erased.forget_answered() == 1
    assert found(MAIL) == {} and erased.forget_answered() == 0
    done.answer.refresh_from_db()
    assert (done.answer.state, done.answer.to) == ("sent", "")


def test_an_answer_that_nobody_takes_is_given_up_with_its_address(hers: Everything) -> None:
    done = gone(hers.card.donor)
    Message.objects.filter(pk=done.answer.pk).update(state="unknown", next_at=None)
    assert erased.forget_answered() == 0  # a person may still say that it left
    assert erased.forget_answered(now=done.at + erased.NO_ANSWER * 2) == 1
    again = Message.objects.get(pk=done.answer.pk)
    assert again not in desk_counts.doubtful_mails()
    with pytest.raises(Decided):
        decide(message=again, sent=False)


def test_what_was_about_to_leave_does_not(hers: Everything, memory_stripe: MemoryStripe) -> None:
    memory_stripe.give_back(session_of(hers.other), 10_00)
    _take_in(memory_stripe)
    assert Acknowledgement.objects.filter(state="due").exists()
    gone(hers.card.donor)
    assert not Acknowledgement.objects.filter(state="due").exists() and write_due() == 0
    Message.objects.filter(kind="erasure_done").update(state="sent", sent_at=timezone.now())
    assert send_due() == 0


# --- what Stripe tells afterwards ----------------------------------------------------------------


def _take_in(stripe: MemoryStripe) -> None:
    """With the words that Stripe uses."""
    for event in stripe.events:
        told = json.loads(event.payload)
        told["data"]["object"] |= PAYLOAD
        inbox.store(replace(event, payload=json.dumps(told).encode()))
    process()


def test_a_late_refund_is_booked_and_brings_nothing_back(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    gone(hers.card.donor)
    send_due()
    erased.forget_answered()
    mails = Message.objects.count()
    memory_stripe.give_back(session_of(hers.card), 100_00)
    _take_in(memory_stripe)
    write_due()
    hers.card.refresh_from_db()
    assert (hers.card.state, hers.card.net) == ("partly_refunded", 500_00)
    assert set(found(*NEEDLES)) <= kept_by_law()
    assert Message.objects.count() == mails
    old, new = hers.card.receipts.order_by("pk")
    assert (old.state, new.amount) == ("void", 500_00)
    assert new.data["donor"] == old.data["donor"] == f"{HER.first_name} {HER.last_name}"
    assert new.data["fiscal_code"] == HER.codice_fiscale


def test_a_late_dispute_and_a_late_charge_are_booked_too(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    gone(hers.card.donor)
    hers.recurring.promise.refresh_from_db()
    late = memory_stripe.renew(hers.recurring.promise.subscription_id)
    dispute = memory_stripe.dispute(session_of(hers.other), 30_00)
    _take_in(memory_stripe)
    memory_stripe.decide_dispute(session_of(hers.other), dispute, "lost")
    _take_in(memory_stripe)
    write_due()
    hers.other.refresh_from_db()
    assert hers.other.state == "lost"
    gift = Donation.objects.get(attempts__invoice_id=late)
    assert gift.state == "settled" and gift.erased and not gift.receipts.exists()
    assert gift.donor_name == "Persona cancellata" and gift.method_reference == ""
    Message.objects.filter(kind="erasure_done").update(to="")
    assert set(found(*NEEDLES)) <= kept_by_law()


def test_events_nobody_acts_on_are_found_by_the_next_look(hers: Everything) -> None:
    hers.recurring.promise.refresh_from_db()
    done = gone(hers.card.donor)
    late = stray("evt_late", hers.recurring.promise.customer_id)
    other = stray("evt_other", "cus_somebody")
    erased.look_again(now=done.again_at)
    late.refresh_from_db()
    other.refresh_from_db()
    assert late.redacted_at and not other.redacted_at


def test_redacted_events_run_again_to_the_same_books(hers: Everything) -> None:
    gone(hers.card.donor)
    before = books()
    acted_on = replaying.choose()
    assert acted_on.filter(redacted_at__isnull=False).count() == acted_on.count() > 3
    states = replaying.replay(events=acted_on)
    assert set(states) == {"processed"} and books() == before


def test_whoever_gives_again_is_somebody_new(hers: Everything) -> None:
    gone(hers.card.donor)
    gift = begin(donor=HER).donation
    assert gift.donor_id != hers.card.donor_id and gift.donor.email == MAIL
    assert gift.donor.erased_at is None


# --- the customer at Stripe, and promises --------------------------------------------------------


def test_a_promise_is_ended_with_the_act_and_then_its_customer_goes(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    promise = hers.recurring.promise
    with pytest.raises(erasing.StillPromised):
        erasing.erase(donor=hers.card.donor, reason="asked", by=None)
    assert not Erasure.objects.exists()
    gone(hers.card.donor)
    assert erased.ask_stripe() == 1 and not memory_stripe.gone  # the promise first
    changing.ask_stripe()
    promise.refresh_from_db()
    assert (promise.state, promise.method_reference) == ("ended", "")
    CustomerRemoval.objects.update(next_at=timezone.now())
    assert erased.ask_stripe() == 1
    assert memory_stripe.gone == {promise.customer_id}
    assert CustomerRemoval.objects.get().state == "done"


def test_a_customer_whom_stripe_keeps_is_a_task_for_a_person(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.keeps_customers = True
    gone(hers.card.donor)
    changing.ask_stripe()
    erased.ask_stripe()
    (row,) = erased.refused()
    waiting = desk_counts.waiting()
    assert erased.decide(removal=row, again=True) and not erased.decide(removal=row, again=True)
    memory_stripe.keeps_customers = False
    erased.ask_stripe()
    assert not erased.refused().exists() and desk_counts.waiting() == waiting - 1
    assert memory_stripe.gone


def test_stripe_that_does_not_answer_is_asked_later(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    gone(hers.card.donor)
    changing.ask_stripe()
    memory_stripe.down = True
    assert erased.ask_stripe() == 1
    row = CustomerRemoval.objects.get()
    assert row.state == "asked" and row.next_at > timezone.now() and row.lease_token is None


# --- what stands in the way ----------------------------------------------------------------------


def test_a_page_that_may_be_paid_is_waited_for(hers: Everything) -> None:
    gift = begin(donor=HER).donation
    with pytest.raises(erasing.PageIsOpen) as refused:
        gone(hers.card.donor)
    day = gift.attempts.get().created_at + erasing.PAGE_LIVES
    assert refused.value.until == erasing.preview(donor=gift.donor).page_until == day
    gone(hers.card.donor, now=day)


def test_once_only(hers: Everything) -> None:
    gone(hers.card.donor)
    with pytest.raises(erasing.Erased):
        gone(hers.other.donor)  # the other address of the same person


def test_a_gift_in_dispute_keeps_its_words_until_the_bank_has_decided(
    hers: Everything, memory_stripe: MemoryStripe
) -> None:
    dispute = memory_stripe.dispute(session_of(hers.card), 600_00)
    _take_in(memory_stripe)
    done = gone(hers.card.donor)
    hers.card.refresh_from_db()
    assert done.withheld == 1 and hers.card.last_name == HER.last_name
    hers.cheque.refresh_from_db()
    assert hers.cheque.erased
    erased.look_again(now=done.again_at)
    hers.card.refresh_from_db()
    assert hers.card.last_name == HER.last_name
    memory_stripe.decide_dispute(session_of(hers.card), dispute, "won")
    _take_in(memory_stripe)
    done.refresh_from_db()
    erased.look_again(now=done.again_at)
    done.refresh_from_db()
    Message.objects.filter(kind="erasure_done").update(to="")
    assert done.withheld == 0 and set(found(*NEEDLES)) <= kept_by_law()


def test_nothing_is_written_of_her_any_more(hers: Everything) -> None:
    elio = User.objects.get(username="elio")
    gone(hers.card.donor)
    donor = Donor.objects.get(pk=hers.card.donor_id)
    with pytest.raises(knowing.Gone):
        knowing.add_note(donor=donor, author=elio, text="x")
    with pytest.raises(knowing.Gone):
        knowing.tag(donor=donor, name="x")
    with pytest.raises(merging.CannotMerge):
        merging.merge(kept=begin(donor=HER).donation.donor, absorbed=donor, by=elio)
    details.write(donor=donor, details=HER)
    assert not DonorDetails.objects.exists()
    hers.card.refresh_from_db()
    with pytest.raises(correcting.CannotCorrect):
        correcting.correct(donation=hers.card, written={"first_name": "x"}, tell=False)
    entering.ask(email=MAIL, language="it")
    entering.write_due()
    assert not EntryLink.objects.exists()


def test_a_backup_that_is_older_than_the_erasure(hers: Everything) -> None:
    number = str(hers.card.donor.public_id)
    assert erased.erase_again(numbers=[number, str(uuid4())]) == 1
    assert erased.erase_again(numbers=[number]) == 0
    assert set(found(*NEEDLES)) <= kept_by_law()
    assert not Message.objects.filter(kind="erasure_done").exists()  # she has had it


def test_the_list_for_it_names_nobody_and_is_read_again(
    hers: Everything, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone(hers.card.donor)
    call_command("erase_again", "--list")
    listed = capsys.readouterr().out
    assert listed.split() == [str(hers.card.donor.public_id)]
    for typed, said in ((listed, "0 of 1"), (listed + str(uuid4()), "0 of 2")):
        monkeypatch.setattr("sys.stdin", StringIO(typed))
        call_command("erase_again")
        assert said in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", StringIO("Maria"))
    with pytest.raises(CommandError):
        call_command("erase_again")


def test_a_parcel_that_is_still_to_be_sent_keeps_its_address_till_then(hers: Everything) -> None:
    premium, now = seeds(), timezone.now()
    to_her = {
        "recipient": HER.first_name,
        "street": HER.street,
        "postcode": "1",
        "city": "Tresivio",
    }
    fields = {"premium": premium, "minimum": 1, "way": "post", "reserved_at": now, **to_her}
    fields |= {"confirmed_at": now, "packed_at": now, "state": "packed"}
    gone_out = PremiumClaim.objects.create(
        donation=hers.other, **fields | {"state": "delivered", "delivered_at": now}
    )
    waiting = PremiumClaim.objects.create(donation=hers.card, **fields)
    done = gone(hers.card.donor)
    for row, street in ((gone_out, ""), (waiting, HER.street)):
        row.refresh_from_db()
        assert row.street == street
    assert {"part": "to_send", "number": 1, "until": ""} in done.kept
    PremiumClaim.objects.filter(pk=waiting.pk).update(state="delivered", delivered_at=now)
    erased.look_again(now=done.again_at)
    waiting.refresh_from_db()
    assert (waiting.recipient, waiting.street) == ("", "") and waiting.forgotten_at


def test_somebody_who_never_completed_a_gift_can_be_erased_and_the_gift_forgotten() -> None:
    fund()
    donor = Donor.objects.create(email=MAIL)
    fields = {"fund": fund(), "amount": 1_00, "last_name": HER.last_name, "state": "expired"}
    long_since = timezone.now() - forgetting.UNFINISHED * 2
    Donation.objects.create(donor=donor, form_token=uuid4(), created_at=long_since, **fields)
    gone(donor)
    assert forgetting.forget_unfinished() == 1
    assert Donor.objects.get(pk=donor.pk).erased_at and Erasure.objects.exists()


def test_a_mail_that_was_being_sent_at_that_moment_is_not_tried_again(hers: Everything) -> None:
    mail = Message.objects.filter(kind="thank_you", to=MAIL).first()
    assert mail
    Message.objects.filter(pk=mail.pk).update(state="sending", sent_at=None, lease_until=None)
    gone(hers.card.donor)
    Message.objects.exclude(pk=mail.pk).update(next_at=None)
    later = {"state": "retry_wait", "next_at": timezone.now(), "lease_token": None}
    Message.objects.filter(pk=mail.pk).update(**later)  # the server was away
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.to, mail.body_text) == ("", "")
