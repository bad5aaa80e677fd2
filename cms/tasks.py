from celery import shared_task

from cms import warm as warming


@shared_task
def warm(page_id: int) -> None:
    warming.page(page_id)
