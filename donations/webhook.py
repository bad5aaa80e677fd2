"""Stripe's door: the signature is checked, the event kept once, the answer given at once."""

import json
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from donations import gateway, stripe_answers
from donations.services import inbox
from donations.stripe_facts import BadSignature
from donations.tasks import process_events
from outbox.bell import Bell

log = logging.getLogger(__name__)
bell = Bell(process_events, quiet=0.2)


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """200 once the event is on disk, 400 (and nothing kept) when it is not Stripe's or no event."""
    body = request.body
    try:
        gateway.verify(body=body, signature=request.headers.get("Stripe-Signature", ""))
        event = stripe_answers.event_of(json.loads(body), body)
    except BadSignature as error:
        log.warning("webhook refused", extra={"reason": str(error)})
        return HttpResponse("signature\n", status=400, content_type="text/plain")
    except ValueError:  # no JSON, or no event
        return HttpResponse("not an event\n", status=400, content_type="text/plain")
    if inbox.store(event):
        bell.ring()
    return HttpResponse("ok\n", content_type="text/plain")
