from celery import shared_task

from donations.services import (
    acknowledging,
    alerting,
    asking_codes,
    changing,
    entering,
    erased,
    events,
    forgetting,
    guarding,
    importing,
    premium_stock,
    promises,
    receipts,
    refunding,
    sweeping,
    transfers,
    tributes,
    yearly_receipts,
    yearly_statements,
)


@shared_task
def process_events() -> None:
    events.process_events()


@shared_task
def acknowledge() -> None:
    acknowledging.write_due()


@shared_task
def ask_refunds() -> None:
    refunding.ask_stripe()


@shared_task
def change_promises() -> None:
    changing.ask_stripe()


@shared_task
def warn_of_cards() -> None:
    promises.warn_of_cards()


@shared_task
def alert_treasury() -> None:
    alerting.tell()


@shared_task
def draw_receipts() -> None:
    receipts.draw_missing()


@shared_task
def issue_yearly_receipts() -> None:
    yearly_receipts.work()


@shared_task
def ask_codes() -> None:
    asking_codes.write_due()


@shared_task
def make_statements() -> None:
    yearly_statements.work()


@shared_task
def import_gifts() -> None:
    importing.work()


@shared_task
def sweep() -> None:
    sweeping.sweep()


@shared_task
def remind_of_transfers() -> None:
    transfers.remind_and_give_up()


@shared_task
def forget_unfinished() -> None:
    forgetting.forget_unfinished()


@shared_task
def forget_recipients() -> None:
    tributes.forget_recipients()


@shared_task
def put_pieces_back() -> None:
    premium_stock.put_back_abandoned()


@shared_task
def forget_parcels() -> None:
    premium_stock.forget_addresses()


@shared_task
def write_entry_links() -> None:
    entering.write_due()


@shared_task
def forget_entries() -> None:
    entering.forget_over()


@shared_task
def forget_gift_tries() -> None:
    guarding.forget()


@shared_task
def follow_erasures() -> None:
    erased.forget_answered()
    erased.look_again()


@shared_task
def remove_customers() -> None:
    erased.ask_stripe()


@shared_task
def forget_old() -> None:
    erased.forget_old()
