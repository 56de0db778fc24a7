"""Pages for what went wrong: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.base.errors import RegularsError
from regulars.base.text import Text, say


def page(request: HttpRequest, title: Text, text: Text | None = None, *, status: int) -> HttpResponse:
    """An error page in the reader's language."""
    return render(request, "web/error.html", {"title": title, "text": text}, status=status)


def disk_is_full(error: BaseException | None) -> bool:
    """Whether something failed because the disk (or what one may use of it) is full. Every library tells it its way."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(words in str(error) for words in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False


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


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, say("web.error.refused"), say("web.error.refused_hint"), status=403)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long, or that another site sent."""
    return page(request, say("web.error.stale"), say("web.error.stale_hint"), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, say("web.error.not_found"), say("web.error.not_found_hint"), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500; 507 where it is for want of room."""
    if disk_is_full(sys.exception()):
        return full(request)
    return page(request, say("web.error.broken"), say("web.error.broken_hint"), status=500)


def told(request: HttpRequest, error: RegularsError, *, status: int = 400) -> HttpResponse:
    """What the core said was wrong."""
    return page(request, error.text, error.hint, status=status)
