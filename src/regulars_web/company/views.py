"""Pages about the people who work here, and one's own settings."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.base.text import Text, say
from regulars.base.words import LANGUAGES
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.forms import Change, Own, Person, SecondFactor
from regulars_web.company.middleware import COOKIE
from regulars_web.company.models import User
from regulars_web.company.powers import needs, public
from regulars_web.company.second import ask_of, asked_roles, let_go
from regulars_web.company.services import (
    NotAllowed,
    Overtaken,
    change_person,
    make_link,
    make_person,
    set_own,
    state_of,
)
from regulars_web.shared.back import page_at

YEAR = 365 * 86_400


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Another language: kept with the person, or in the browser of who has not signed in.

    A page that a form made is not made again: the page above it is shown.
    """
    chosen = request.POST.get("language", "")
    path = request.POST.get("next", "")
    response = redirect(page_at(path) if _own_path(path) else "home")
    if chosen in LANGUAGES:
        if request.user.is_authenticated:
            set_own(request.user, language=chosen, theme=request.user.theme)
        response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    return response


def _own_path(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\"))


@needs("self")
@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """One's own settings."""
    user = request.user
    assert isinstance(user, User)
    form = Own(
        request.POST or None,
        language=user.language,
        initial={"language": user.language, "theme": user.theme},
    )
    if request.method == "POST" and form.is_valid():
        set_own(user, **form.cleaned_data)
        messages.success(request, spoken(say("web.own.saved"), user.language))
        return redirect("own")
    return render(request, "company/own.html", {"form": form})


@needs("house:read")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who works here."""
    secured = set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))
    form = SecondFactor(language=request.language, initial={"roles": asked_roles()})  # type: ignore[attr-defined]
    return render(request, "company/people.html", {"people": User.objects.all(), "secured": secured, "form": form})


def _branches(language: str) -> list[tuple[str, str]]:
    return [(branch.id, branch.label().in_language(language)) for branch in business().settings.branches]


@needs("house:write")
@require_http_methods(["GET", "POST"])
def new_person(request: HttpRequest) -> HttpResponse:
    """Somebody new; their first password is shown once."""
    language = request.user.language  # type: ignore[union-attr]
    asked = {"language": language, "role": request.GET.get("role", "")}
    form = Person(request.POST or None, language=language, branches=_branches(language), initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_person(request.user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error("email", form.words(refusal.id))
        else:
            return _handed(request, made, say("web.house.made", name=made.name))
    return render(request, "company/person.html", {"form": form, "person": None})


@needs("house:write")
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, id: int) -> HttpResponse:
    """Somebody's role and branches."""
    found = get_object_or_404(User, pk=id)
    language = request.user.language  # type: ignore[union-attr]
    form = _change(found, language, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_person(request.user, found, **form.cleaned_data, seen=request.POST.get("seen"))
        except Overtaken:
            messages.warning(request, spoken(say("web.house.overtaken", name=found.name), language))
            form = _change(found, language, None)
        except NotAllowed as refusal:
            form.add_error("role", form.words(refusal.id))
        else:
            messages.success(request, spoken(say("web.house.saved", name=found.name), language))
            return redirect("people")
    secured = Authenticator.objects.filter(user=found).exists()
    shown = {"form": form, "person": found, "secured": secured, "seen": state_of(found)}
    return render(request, "company/person.html", shown)


def _change(person: User, language: str, sent: Any) -> Change:
    initial = {"role": person.role, "branches": person.branches, "active": person.is_active}
    return Change(sent, language=language, branches=_branches(language), initial=initial)


def _handed(request: HttpRequest, person: User, title: Text) -> HttpResponse:
    """A link to choose a password, shown once to who made it."""
    address = request.build_absolute_uri(reverse("entry", args=[person.pk, make_link(request.user, person)]))
    here = request.get_host().rpartition(":")[0] in ("127.0.0.1", "localhost", "[::1]")  # a dead address elsewhere
    shown = {"person": person, "address": address, "title": title, "here": here}
    response = render(request, "company/made.html", shown)
    response["Cache-Control"] = "no-store"
    return response


@needs("house:write")
@never_cache
@require_POST
def link(request: HttpRequest, id: int) -> HttpResponse:
    """A link for somebody who has lost their password, or never had one."""
    return _handed(request, get_object_or_404(User, pk=id, is_active=True), say("web.door.link_title"))


@needs("house:write")
@require_POST
def second_gone(request: HttpRequest, id: int) -> HttpResponse:
    """Take a lost second factor away."""
    found = get_object_or_404(User, pk=id)
    let_go(request.user, found)
    messages.success(request, spoken(say("web.door.second_removed", name=found.name), request.user.language))  # type: ignore[union-attr]
    return redirect("person", id=id)


@needs("house:write")
@require_POST
def second_asked(request: HttpRequest) -> HttpResponse:
    """Which roles must have a second factor."""
    language = request.user.language  # type: ignore[union-attr]
    form = SecondFactor(request.POST, language=language)
    if form.is_valid():
        ask_of(request.user, form.cleaned_data["roles"])
        messages.success(request, spoken(say("web.own.saved"), language))
    return redirect("people")
