"""The ways in beside signing in: the owner's first visit, a link to choose a password, and back to what was typed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business, to_be_made
from regulars_web.company.forms import Chosen, Welcome
from regulars_web.company.founding import Founding, found
from regulars_web.company.kept import kept
from regulars_web.company.models import User
from regulars_web.company.powers import needs, public
from regulars_web.company.services import NotAllowed, choose_password, make_owner, out_everywhere, take_link
from regulars_web.shared.errors import page

_OWN = ("127.0.0.1", "::1")


def _let_in(request: HttpRequest, code: str) -> bool:
    """Whether a first visitor may make the owner's account: by the code the server printed; where it asked for none,
    from this machine itself and through no proxy."""
    if settings.SETUP_CODE:
        return constant_time_compare(code, settings.SETUP_CODE)
    return request.META.get("REMOTE_ADDR") in _OWN and "X-Forwarded-For" not in request.headers


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """The first visit: the owner's account, and the business itself where there is none yet."""
    if User.objects.exists():
        return redirect("home")
    code = (request.POST if request.method == "POST" else request.GET).get("code", "").strip()
    if not _let_in(request, code):
        shown = {"wrong": bool(code), "asked": bool(settings.SETUP_CODE)}
        return render(request, "company/code.html", shown, status=403 if request.method == "POST" else 200)
    language: str = request.language  # type: ignore[attr-defined]
    asks = Founding if to_be_made() else Welcome
    form = asks(request.POST or None, language=language, initial={"language": language})
    if request.method == "POST" and form.is_valid():
        if asks is Founding:
            found(form.cleaned_data)
        try:
            user = make_owner(**form.cleaned_data)
        except NotAllowed:
            return redirect("home")
        login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return redirect("home")
    return render(
        request, "company/welcome.html", {"form": form, "code": code, "business": None if to_be_made() else business()}
    )


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, id: int, token: str) -> HttpResponse:
    """Choose a password behind a link that a director handed over; signing in comes after, second factor and all."""
    language: str = request.language  # type: ignore[attr-defined]
    try:
        user = take_link(id, token)
        form = Chosen(request.POST or None, language=language, user=user)
        if request.method == "POST" and form.is_valid():
            choose_password(id, token, form.cleaned_data["password"])
            messages.success(request, spoken(say("web.door.chosen"), language))
            return redirect("account_login")
    except NotAllowed as refusal:
        return page(request, say(refusal.id), say("web.door.link_dead_hint"), status=410)
    return render(request, "company/entry.html", {"form": form, "person": user})


@needs("self")
@require_POST
def everywhere(request: HttpRequest) -> HttpResponse:
    """End every other session of one's own."""
    user = request.user
    assert isinstance(user, User)
    out_everywhere(user)
    update_session_auth_hash(request, user)  # this one goes on
    messages.success(request, spoken(say("web.door.everywhere_done"), user.language))
    return redirect("own")


@needs("self")
@never_cache
@require_GET
def again(request: HttpRequest) -> HttpResponse:
    """What somebody was about to send when their session ended: shown, and sent when they press."""
    found = kept(request)
    return redirect("home") if found is None else render(request, "company/again.html", {"kept": found})
