"""Messages to other programs: who wants to hear of what, signed, sent until they are taken, every try written down.

They are signed as Standard Webhooks has it: ``webhook-signature: v1,<base64>`` is HMAC-SHA256 over
``id.timestamp.body`` with the endpoint's secret; while a secret is being changed there are two. A message carries ids
only, never a person.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q

from regulars.base.errors import NotUsable, Refused
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars_web.company.models import User
from regulars_web.rest.models import Delivery, Endpoint
from regulars_web.rest.post import NotSent, checked, post
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.lock import locked, opened
from regulars_web.shared.models import Job

#: What an endpoint may ask to hear of: a thing and what was done to it.
EVENTS = tuple(
    ".".join(parts)
    for parts in (
        ("import", "done"),
        ("study", "done"),
        ("plan", "formulated"),
        ("strategy", "approved"),
        ("strategy", "rejected"),
        ("job", "failed"),
    )
)
PING = "ping"
_OF_JOBS = dict(zip(("import", "study", "formulate"), EVENTS, strict=False))
#: How long to wait after each try in vain; after the last the message is given up.
WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 7200, 21600, 43200))
#: How long the secret that was changed still signs.
BOTH = timedelta(hours=24)
_AT_ONCE = 50
#: What secrets are locked as.
LOCK = "webhook"


def register(by: User, *, url: str, events: Sequence[str]) -> tuple[Endpoint, str]:
    """An endpoint and its secret, told this once. Raises NotSent for an address messages may not go to."""
    checked(url)
    secret = new_secret()
    with transaction.atomic():
        made = Endpoint.objects.create(url=url, events=sorted(events), secret=locked(secret, LOCK), by=by)
        note(by, "endpoint.made", about=f"{made.pk} {checked(url)[1]}", events=sorted(events))
    return made, secret


def new_secret() -> str:
    """A secret in the form libraries of Standard Webhooks take."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def turn_of(endpoint: Endpoint) -> str:
    """Which secret a page was made with, without telling it."""
    return endpoint.before_until.isoformat() if endpoint.before_until else "first"


def rotate(by: User, endpoint: Endpoint, *, seen: str | None = None) -> str:
    """Another secret; the one before signs beside it for a day.

    Raises Refused where somebody made another one since the page with ``seen``: twice at once, and the secret that the
    receiver still checks with would sign no more.
    """
    secret = new_secret()
    with transaction.atomic():
        Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        endpoint.refresh_from_db()
        if seen is not None and seen != turn_of(endpoint):
            raise Refused(say("rest.endpoint.rotated"), say("rest.endpoint.rotated_hint"))
        endpoint.before, endpoint.before_until = endpoint.secret, now() + BOTH
        endpoint.secret = locked(secret, LOCK)
        endpoint.save(update_fields=["before", "before_until", "secret"])
        note(by, "endpoint.rotated", about=str(endpoint.pk))
    return secret


def remove(by: User, endpoint: Endpoint) -> None:
    """No more messages go there."""
    with transaction.atomic():
        if Endpoint.objects.filter(pk=endpoint.pk, removed_at=None).update(removed_at=now()):
            note(by, "endpoint.removed", about=str(endpoint.pk))


def hear(event: str, about: Mapping[str, str | int]) -> None:
    """Something happened: put a message down for everybody who wants to hear of it."""
    if event.startswith("job."):
        kind = str(about.get("kind", ""))
        if kind == "messages" and event == "job.failed" and not settings.INLINE:
            _come_back(now() + WAITS[0])
        if event == "job.done":
            event = _OF_JOBS.get(kind, "")
        elif event != "job.failed" or kind == "messages":
            return
    if event in EVENTS:
        waiting = [e for e in Endpoint.objects.filter(removed_at=None) if event in e.events]
        for endpoint in waiting:
            _put(endpoint, event, about)
        if waiting:
            wake()


def ping(by: User, endpoint: Endpoint) -> None:
    """A message to try whether messages arrive."""
    with transaction.atomic():
        _put(endpoint, PING, {})
        note(by, "endpoint.pinged", about=str(endpoint.pk))
        wake()


def _put(endpoint: Endpoint, event: str, about: Mapping[str, str | int]) -> None:
    message = uuid.uuid4()
    body = {"id": str(message), "event": event, "at": now().isoformat(timespec="seconds"), "data": dict(about)}
    Delivery.objects.create(endpoint=endpoint, message=message, event=event, body=body)


def again(by: User, delivery: Delivery) -> None:
    """Send a message once more, under its own id: who has it already knows it by that."""
    with transaction.atomic():
        waiting = Delivery.State.WAITING
        Delivery.objects.filter(pk=delivery.pk).update(state=waiting, attempts=0, due_at=now())
        note(by, "message.again", about=f"{delivery.message} {delivery.event}")
        wake()


def wake() -> None:
    """Have what is due sent soon, by the worker."""
    if settings.INLINE:
        return
    waiting = Job.objects.select_for_update().filter(kind="messages", state=Job.State.WAITING)
    if not waiting.filter(not_before=None).first():
        Job.objects.create(kind="messages")


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:  # noqa: ARG001 - all that is due is asked for
    """The job: send what is due; what does not arrive waits for another job. A silent endpoint holds up no other."""
    silent: set[int] = set()
    sent = 0
    live = Delivery.objects.filter(endpoint__removed_at=None, state=Delivery.State.WAITING)
    for delivery in live.filter(due_at__lte=now()).select_related("endpoint").order_by("id")[:_AT_ONCE]:
        if delivery.endpoint_id in silent:
            continue
        if send(delivery):
            sent += 1
        else:
            silent.add(delivery.endpoint_id)
    due = live.aggregate(at=Min("due_at"))["at"]
    if due is not None and not settings.INLINE:
        _come_back(max(due, now() + timedelta(seconds=1)))
    return {"sent": sent}


def _come_back(at: datetime) -> None:
    """Have one job wait for the next message that is due, not one for every message."""
    with transaction.atomic():
        waiting = Job.objects.select_for_update().filter(kind="messages", state=Job.State.WAITING)
        if not waiting.filter(Q(not_before=None) | Q(not_before__lte=at)).first():
            Job.objects.create(kind="messages", not_before=at)


def send(delivery: Delivery) -> bool:
    """One try; whether the message was taken."""
    endpoint, at = delivery.endpoint, now()
    body = json.dumps(delivery.body, ensure_ascii=False, separators=(",", ":")).encode()
    stamp = str(int(at.timestamp()))
    keys = [endpoint.secret] + ([endpoint.before] if endpoint.before_until and endpoint.before_until > at else [])
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Regulars",
        "webhook-id": str(delivery.message),
        "webhook-timestamp": stamp,
    }
    try:
        signed = [signature(opened(key, LOCK), str(delivery.message), stamp, body) for key in keys]
        headers["webhook-signature"] = " ".join(signed)
        status = post(endpoint.url, body, headers)
        taken, said = 200 <= status < 300, str(status)
    except NotSent as error:
        taken, said = False, error.code
    except NotUsable:
        taken, said = False, "no_key"
    _written_down(delivery, taken=taken, said=said)
    return taken


def _written_down(delivery: Delivery, *, taken: bool, said: str) -> None:
    delivery.said, delivery.tried_at = said, now()
    delivery.attempts += 1
    if taken:
        delivery.state = Delivery.State.TAKEN
    elif delivery.attempts > len(WAITS):
        delivery.state = Delivery.State.GIVEN_UP
    else:
        delivery.due_at = now() + WAITS[delivery.attempts - 1]
    delivery.save()


def signature(secret: str, id: str, stamp: str, body: bytes) -> str:
    """The signature of a message."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
