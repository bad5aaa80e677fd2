from celery import shared_task

from config import heartbeat as pulse


@shared_task
def heartbeat() -> None:
    pulse.beat()
