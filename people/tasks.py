from celery import shared_task

from people import limits


@shared_task
def forget_tries() -> None:
    limits.forget_old()
