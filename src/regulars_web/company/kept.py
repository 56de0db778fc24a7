"""What somebody had typed when their session ended: kept for them until they are in again, and sent only when they say
so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest

from regulars_web.shared.clock import now
from regulars_web.shared.counts import count

_KEY = "kept_form"
#: Characters of a form that are kept (the longest form of a strategy's inputs has a tenth), and how many forms of one
#: address within an hour: who is not signed in must not fill the database. More than that is told to be lost.
_MOST, _AN_HOUR = 200_000, 60


def keep(request: HttpRequest) -> None:
    """Put a form aside in the (now nobody's) session. Files and secrets are not kept."""
    fields = [
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name and name != "code"
        for value in request.POST.getlist(name)
    ]
    at = now()
    address = f"kept:{request.META.get('REMOTE_ADDR', '')}:{at:%Y%m%d%H}"
    small = sum(len(name) + len(value) for name, value in fields) <= _MOST
    small = small and count(address, until=at + timedelta(hours=1)) <= _AN_HOUR
    request.session[_KEY] = {
        "path": request.get_full_path(),
        "fields": fields if small else [],
        "lost": not small or bool(request.FILES),
    }


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What was put aside; None where nothing was. It is given out once."""
    found: dict[str, Any] | None = request.session.pop(_KEY, None)
    return found
