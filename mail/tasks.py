from celery import shared_task

from mail import forgetting, services


@shared_task
def send_due() -> None:
    services.send_due()


@shared_task
def delete_files() -> None:
    forgetting.delete_files()
