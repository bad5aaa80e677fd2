from celery import shared_task

from campaigns import services


@shared_task
def send_due() -> None:
    services.send_due()


@shared_task
def reconcile() -> None:
    services.reconcile()


@shared_task
def recheck() -> None:
    services.recheck()


@shared_task
def check_accounts() -> None:
    services.check_accounts()
