"""Before every view: the reader's language, and whether they may open it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation

from regulars.base.errors import Busy, RegularsError
from regulars.base.text import say
from regulars.base.words import LANGUAGES
from regulars.base.words import render as spoken
from regulars_web.company.kept import keep
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.company.second import lacks
from regulars_web.shared.errors import disk_is_full, full, no_page, page, refused, told, unstorable

COOKIE = "language"


def language_of(request: HttpRequest) -> str:
    """The signed-in person's choice, else the cookie's, else what the browser asks for."""
    if request.user.is_authenticated:
        return str(request.user.language)
    chosen = request.COOKIES.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    asked = request.headers.get("Accept-Language", "").lower()
    return "zh-Hant" if asked.startswith("zh") else "en"


class Tongue:
    """Sets ``request.language``, and Django's own for the parts that speak by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        language = language_of(request)
        request.language = language  # type: ignore[attr-defined]
        with translation.override("zh-hant" if language == "zh-Hant" else "en"):
            response = self._next(request)
        response.headers.setdefault("Content-Language", "zh-Hant-HK" if language == "zh-Hant" else "en-HK")
        return response


class Gatekeeper:
    """Lets a request to a view only where the view says who may, and the reader is one of them.

    A view that carries no mark is opened by nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; programs have a door of their own."""
        if not request.path.startswith("/api/") and unstorable(request):
            return page(request, say("web.error.unstorable"), say("web.error.unstorable_hint"), status=400)
        response = self._next(request)
        if response.status_code == 405 and not request.path.startswith("/api/"):
            return no_page(request, response.get("Allow", ""))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What the core says is wrong is said to the reader; other faults go on."""
        if isinstance(exception, RegularsError):
            return told(request, exception, status=409 if isinstance(exception, Busy) else 400)
        return full(request) if disk_is_full(exception) else None

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None lets the view answer."""
        power = power_of(request, view)
        if power is None:
            return None
        if not request.user.is_authenticated:
            return _way_in(request)
        if not power or not may(request.user, power):
            return refused(request)
        if power != "self" and lacks(request):
            messages.warning(request, spoken(say("web.door.second_wanted"), request.user.language))
            return redirect("mfa_activate_totp")
        return None


def _way_in(request: HttpRequest) -> HttpResponse:
    """Where somebody goes who is not (or no more) signed in. What they were about to send waits for them; a part of a
    page that asked by itself takes the whole page along."""
    if not User.objects.exists():
        return redirect("welcome")
    if request.method == "POST":
        keep(request)
        response = redirect_to_login(reverse("again"))
    else:
        response = redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        whole = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = redirect_to_login(whole.path or "/") if request.method == "GET" else response
        return HttpResponse(status=204, headers={"HX-Redirect": back["Location"]})
    return response


def power_of(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    """The power a view needs: None for anybody, an empty string for nobody."""
    if hasattr(view, "power"):
        found: str | None = view.power
        return found
    module = str(getattr(view, "__module__", ""))
    name = getattr(request.resolver_match, "url_name", "") or ""
    if module.startswith("allauth."):
        return None if name in OPEN else "self" if name in OWN else ""
    return None if module.startswith(("regulars_web.shared.health", "whitenoise", "django.contrib.staticfiles")) else ""


#: Pages of the sign-in library that are for those not signed in (yet).
OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
    }
)
#: Its pages that are each person's own; any other it may have (signing up, addresses, mails) is opened by nobody.
OWN = frozenset(
    {
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
