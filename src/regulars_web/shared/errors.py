"""Pages for what went wrong: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
import sys
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from regulars.base.errors import RegularsError
from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES
from regulars_web.shared.back import page_at


def page(request: HttpRequest, title: Text, text: Text | None = None, *, status: int, back: str = "") -> HttpResponse:
    """An error page in the reader's language; where the database does not answer, one for nobody in particular."""
    shown: dict[str, Any] = {"title": title, "text": text, "back": back}
    try:
        return render(request, "web/error.html", shown, status=status)
    except DatabaseError:
        language = _language(request)
        shown |= {
            "language": language,
            "html_lang": "zh-Hant-HK" if language == "zh-Hant" else "en-HK",
            "theme": "auto",
        }
        return HttpResponse(render_to_string("web/error.html", shown), status=status)


def _language(request: HttpRequest) -> str:
    """The reader's language as far as it is known without asking the database."""
    asked = request.headers.get("Accept-Language", "").lower()
    said = getattr(request, "language", request.COOKIES.get("language", ""))
    return said if said in LANGUAGES else "zh-Hant" if asked.startswith("zh") else "en"


def disk_is_full(error: BaseException | None) -> bool:
    """Whether something failed because the disk (or what one may use of it) is full. Every library tells it its way."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(words in str(error) for words in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False


def database_is_away(error: BaseException | None) -> bool:
    """Whether something failed because the database does not answer: stopped, begun anew, or out of room itself."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError):
            return connection.vendor == "postgresql" or any(words in str(error) for words in _AWAY)
        error = error.__cause__ or error.__context__
    return False


_AWAY = ("locked", "unable to open database", "disk I/O error")
_FULL = ("No space left on device", "disk is full", "Disk quota exceeded", "could not extend file")


def unstorable(request: HttpRequest) -> bool:
    """Whether an address or a form holds the sign of number nought, which no key types and no database takes."""
    if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    form = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
    return form and (b"%00" in request.body or b"\0" in request.body)


def full(request: HttpRequest) -> HttpResponse:
    """507: there is no room on the disk."""
    return page(request, say("web.error.full"), say("web.error.full_hint"), status=507)


def away(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer."""
    response = page(request, say("web.error.away"), say("web.error.away_hint"), status=503)
    response["Retry-After"] = "10"
    return response


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, say("web.error.refused"), say("web.error.refused_hint"), status=403)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long, or that another site sent."""
    return page(request, say("web.error.stale"), say("web.error.stale_hint"), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, say("web.error.not_found"), say("web.error.not_found_hint"), status=404)


def no_page(request: HttpRequest, allow: str = "") -> HttpResponse:
    """405: an address that only takes what a form sends, or a form sent to a page that takes none."""
    text = say("web.error.no_page_hint")
    response = page(request, say("web.error.no_page"), text, status=405, back=page_at(request.path))
    response["Allow"] = allow
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """500; 507 where it is for want of room, 503 where the database does not answer."""
    if disk_is_full(sys.exception()):
        return full(request)
    if database_is_away(sys.exception()):
        return away(request)
    return page(request, say("web.error.broken"), say("web.error.broken_hint"), status=500)


def told(request: HttpRequest, error: RegularsError, *, status: int = 400) -> HttpResponse:
    """What the core said was wrong."""
    return page(request, error.text, error.hint, status=status)
