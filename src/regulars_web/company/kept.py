"""What somebody had typed when their session ended: kept for them until they are in again, and sent only when they say
so."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

_KEY = "kept_form"
#: Characters of a form that are kept; more than that is told to be lost.
_MOST = 20_000


def keep(request: HttpRequest) -> None:
    """Put a form aside in the (now nobody's) session. Files and secrets are not kept."""
    fields = [
        (name, value)
        for name in request.POST
        if name != "csrfmiddlewaretoken" and "password" not in name and name not in ("code", "token")
        for value in request.POST.getlist(name)
    ]
    small = sum(len(name) + len(value) for name, value in fields) <= _MOST
    request.session[_KEY] = {
        "path": request.get_full_path(),
        "fields": fields if small else [],
        "lost": not small or bool(request.FILES),
    }


def kept(request: HttpRequest) -> dict[str, Any] | None:
    """What was put aside; None where nothing was. It is given out once."""
    found: dict[str, Any] | None = request.session.pop(_KEY, None)
    return found
