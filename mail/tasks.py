from celery import shared_task

from mail import services


@shared_task
def send_due() -> None:
    services.send_due()
