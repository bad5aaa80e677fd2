"""The way a first version would do it: one Celery task a post, which loads it, publishes and saves.

`celery -A bench.naive worker --concurrency 2`; measured beside ours by `bench.dispatch`.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from celery import Celery, signals

app = Celery("naive")
app.config_from_object("django.conf:settings", namespace="CELERY")


@signals.worker_init.connect
def load(**kwargs: object) -> None:
    import django

    django.setup()


@app.task
def send(pk: int) -> None:
    from django.utils import timezone

    from campaigns.models import Delivery
    from campaigns.services import content
    from campaigns.states import State

    row = Delivery.objects.select_related("account", "post__campaign").get(pk=pk)
    channel = row.account.connect()
    payload = content.freeze(delivery=row, limits=channel.limits, now=timezone.now())
    published = channel.publish(content.draft_of(payload), row.key)
    row.remote_id, row.published_at, row.state = (
        published.remote_id,
        timezone.now(),
        State.PUBLISHED,
    )
    row.save()
