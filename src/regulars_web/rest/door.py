"""What every request of another program passes: who asks, how often, how much, and whether it was asked before."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from regulars.base.text import say
from regulars_web.intake.limits import against, length_of
from regulars_web.rest import limits, troubles
from regulars_web.rest.answers import once
from regulars_web.rest.models import Token
from regulars_web.rest.tokens import find
from regulars_web.rest.troubles import Trouble, document
from regulars_web.shared.errors import database_is_away, disk_is_full, unstorable

_LOG = logging.getLogger("regulars.rest")
#: Wrong secrets an address may try in a minute.
WRONG = 30


def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the interface behind its door. Who may open it is decided by token, not by who is signed in: a cookie
    opens nothing here, so that no other page can use somebody's browser."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        left = None
        try:
            token = known(request)
            request.token = token  # type: ignore[attr-defined]
            left = limits.count(f"token:{token.pk}")
            fits(request)
            if request.method == "POST":
                response = once(request, token, lambda: answered(view, request, *args, **kwargs))
            else:
                response = answered(view, request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the edge: told as a problem document, and logged where it is a fault
            response = document(request, told(request, error))
        return dressed(request, response, left)

    guarded.power = None  # type: ignore[attr-defined]
    guarded.by_token = True  # type: ignore[attr-defined]
    guarded.__module__ = __name__
    return guarded


def known(request: HttpRequest) -> Token:
    """The token of a request. Raises Trouble (401, or 429 for who tries too many)."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = find(secret.strip()) if kind.lower() == "bearer" else None
    if token is None:
        limits.count(f"wrong:{request.META.get('REMOTE_ADDR', '')}", WRONG)
        raise Trouble(401, "no_token")
    return token


def fits(request: HttpRequest) -> None:
    """Raises Trouble: 422 for what no database takes, 411 for a body without a stated length, 413 for one beyond the
    limit (files have their own), 507 where there is no room for it."""
    if unstorable(request):
        raise Trouble(422, "invalid")
    if request.method not in ("POST", "PUT", "PATCH"):
        return
    if request.headers.get("Transfer-Encoding"):
        raise Trouble(411, "no_length")
    length = length_of(request)
    multipart = request.content_type == "multipart/form-data"
    if length > (settings.API_MOST_FILE if multipart else settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        raise Trouble(413, "too_large")
    if multipart and (found := against(length)) is not None:
        raise Trouble(found[1], "no_room" if found[1] == 507 else "too_large", text=found[0])


def answered(view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The view's answer; what is not allowed at an address becomes a problem document too."""
    response = view(request, *args, **kwargs)
    if response.status_code == 405:
        allow = response.get("Allow", "")
        response = document(request, Trouble(405, "method"))
        response["Allow"] = allow
    return response


def told(request: HttpRequest, error: Exception) -> Trouble:
    """The trouble to tell of an error; a fault of the program is logged under the request's id and not described."""
    if isinstance(error, RequestDataTooBig):
        return Trouble(413, "too_large")
    trouble = troubles.of(error)
    if trouble is None and disk_is_full(error):
        trouble = Trouble(507, "full", text=say("web.error.full"))
    if trouble is None and database_is_away(error):
        trouble = Trouble(503, "no_database", text=say("web.error.away"), retry=10)
    if trouble is None:
        _LOG.error("request %s failed", getattr(request, "request_id", ""), exc_info=error)
        return Trouble(500, "broken")
    return trouble


def dressed(request: HttpRequest, response: HttpResponse, left: tuple[int, int] | None) -> HttpResponse:
    """With what every answer carries."""
    response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
    response["Content-Language"] = "zh-Hant-HK" if troubles.language_of(request) == "zh-Hant" else "en-HK"
    response.headers.setdefault("Cache-Control", "no-store")
    response["Vary"] = "Authorization, Accept-Language"
    if left is not None:
        response["RateLimit"] = f'"minute";r={left[0]};t={left[1]}'
    return response


@door
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:  # noqa: ARG001 - whatever it was
    """Addresses there are not."""
    raise Http404
