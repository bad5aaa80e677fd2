from celery import shared_task

from donations.services import acknowledging, events, forgetting, receipts, sweeping


@shared_task
def process_events() -> None:
    events.process_events()


@shared_task
def acknowledge() -> None:
    acknowledging.write_due()


@shared_task
def draw_receipts() -> None:
    receipts.draw_missing()


@shared_task
def sweep() -> None:
    sweeping.sweep()


@shared_task
def forget_unfinished() -> None:
    forgetting.forget_unfinished()
