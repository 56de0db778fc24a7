"""A form sent twice is acted on once: a double click, a page gone back to, a browser that sends again by itself.

Every form carries a token of its own (Django's against forgery, another one each time a page is made), so the same
content with the same token is the same form. Where the first sending led somewhere, the second is led there too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.models import Sent
from regulars_web.shared.clock import now
from regulars_web.shared.errors import page

TOKEN = "csrfmiddlewaretoken"
#: For so long it is known that a form was sent; a server killed while it acted is given up after so long.
KEPT, GIVEN_UP = timedelta(hours=1), timedelta(seconds=60)
#: Seconds the second sending waits for what becomes of the first.
PATIENCE, _LOOK = 20.0, 0.1
#: Doing these again changes nothing, or is another try each time: one's language, and the sign-in library's pages.
NOT_HERE = ("/house/language", "/account/")


class Once:
    """Acts on a form the first time. Forms with files have a ticket of their own; parts of pages change nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, or answer as the first time."""
        key = _key(request)
        if key is None:
            return self._next(request)
        if not _claimed(key):
            first = _what_became_of(key)
            if first is not None:
                return _again(request, first)
            if not _claimed(key):  # a third one was quicker
                return page(request, say("web.error.twice"), say("web.error.twice_hint"), status=409)
        acted = False
        try:
            response = self._next(request)
            # Led on, or shown something that is shown once. All else changed nothing: the same again is another try.
            acted = 300 <= response.status_code < 400 or "no-store" in response.get("Cache-Control", "")
        finally:
            if not acted:
                Sent.objects.filter(key=key).delete()
        if acted:
            Sent.objects.filter(key=key).update(done=True, led_to=response.get("Location", "")[:500])
            Sent.objects.filter(at__lt=now() - KEPT).delete()
        return response


def _key(request: HttpRequest) -> str | None:
    form = request.content_type == "application/x-www-form-urlencoded"
    if request.method != "POST" or not form or request.headers.get("HX-Request") or not request.user.is_authenticated:
        return None
    if request.path.startswith(NOT_HERE) or TOKEN not in request.POST:
        return None
    said = f"{request.user.pk} {request.get_full_path()}\n".encode() + request.body
    return hashlib.sha256(said).hexdigest()


def _claimed(key: str) -> bool:
    try:
        with transaction.atomic():
            Sent.objects.create(key=key)
    except IntegrityError:
        return False
    return True


def _what_became_of(key: str) -> Sent | None:
    """What the first sending came to, waited for; None where it came to nothing."""
    until = time.monotonic() + PATIENCE
    while (first := Sent.objects.filter(key=key).first()) is not None:
        if first.done or time.monotonic() > until:
            return first
        if Sent.objects.filter(key=key, done=False, at__lt=now() - GIVEN_UP).delete()[0]:
            return None
        time.sleep(_LOOK)
    return None


def _again(request: HttpRequest, first: Sent) -> HttpResponse:
    if not first.led_to:
        return page(request, say("web.error.twice"), say("web.error.twice_hint"), status=409)
    messages.info(request, spoken(say("web.error.twice_led"), request.language))  # type: ignore[attr-defined]
    return redirect(first.led_to)
