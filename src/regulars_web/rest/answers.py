"""Asking twice: the same key and the same body get the answer that was kept; the work is done once.

The key is claimed first, in a transaction of its own, so that a second caller sees it at once. Work and answer are
then one transaction: a server killed in between has done neither, and after :data:`LEASE` the key may be tried again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from regulars_web.rest.models import Answer, Token
from regulars_web.rest.troubles import Trouble
from regulars_web.shared.clock import now

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
_HEADERS = ("Content-Type", "Location", "ETag")


def once(request: HttpRequest, token: Token, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work under the request's key, or give back what was answered before.

    Raises:
        Trouble: no key (400), the key was used for something else (422), or it is being worked on (409).
    """
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(r"[!-~]{1,200}", key):
        raise Trouble(400, "no_key")
    digest = _digest(request)
    Answer.objects.filter(made_at__lt=now() - KEPT).delete()
    mine = _claim(token, key, digest)
    if isinstance(mine, HttpResponse):
        return mine
    try:
        with transaction.atomic():
            response = work()
            if response.status_code >= 400:
                raise _Failed(response)
            _keep(mine, response)
    except _Failed as failed:
        Answer.objects.filter(pk=mine.pk).delete()
        return failed.response
    except BaseException:
        Answer.objects.filter(pk=mine.pk).delete()
        raise
    return response


class _Failed(Exception):
    """A refusal: the work is rolled back and the key let go of, so that the corrected request may carry it."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def _digest(request: HttpRequest) -> str:
    said = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        # The boundary between the parts is new each time; what is in them is not.
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                said.update(f"{name}\n{file.name}\n".encode())
                for chunk in file.chunks():
                    said.update(chunk)
                file.seek(0)
    else:
        said.update(request.body)
    return said.hexdigest()


def _claim(token: Token, key: str, digest: str) -> Answer | HttpResponse:
    try:
        with transaction.atomic():
            return Answer.objects.create(token=token, key=key, digest=digest)
    except IntegrityError:
        pass
    with transaction.atomic():
        found = Answer.objects.select_for_update().filter(token=token, key=key).first()
        if found is None or found.digest != digest:
            # Let go of in this moment, or used for something else.
            raise Trouble(409, "working", retry=1) if found is None else Trouble(422, "key_reused")
        if found.state == Answer.State.DONE:
            return _again(found)
        if found.made_at > now() - LEASE:
            raise Trouble(409, "working", retry=1)
        found.made_at = now()
        found.save(update_fields=["made_at"])
        return found


def _keep(answer: Answer, response: HttpResponse) -> None:
    answer.state, answer.status = Answer.State.DONE, response.status_code
    answer.headers = {name: response[name] for name in _HEADERS if name in response}
    answer.body = response.content.decode()
    answer.save()


def _again(found: Answer) -> HttpResponse:
    response = HttpResponse(found.body, status=found.status)
    for name, value in found.headers.items():
        response[name] = value
    response["Idempotency-Replayed"] = "true"
    return response
