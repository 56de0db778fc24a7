"""Pages about other programs: tokens, addresses that hear of events, the export, and the interface's own page."""

from __future__ import annotations

import json

from django.contrib import messages as told
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may, needs, public
from regulars_web.rest import exporting, messages, reading, tokens
from regulars_web.rest.forms import NewEndpoint, NewToken
from regulars_web.rest.models import Delivery, Endpoint, Export, Token
from regulars_web.rest.operations import described


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


@needs("house:read")
@require_GET
def token_list(request: HttpRequest) -> HttpResponse:
    """All tokens, newest first."""
    return render(request, "rest/tokens.html", {"tokens": Token.objects.select_related("user", "made_by")[:200]})


@needs("house:write")
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """A token; its secret is shown once."""
    user = _user(request)
    branches = [(b.id, b.label().in_language(user.language)) for b in business().settings.branches]
    people = User.objects.filter(is_active=True)
    initial = {"user": user, "days": 90}
    form = NewToken(request.POST or None, language=user.language, people=people, branches=branches, initial=initial)
    if request.method == "POST" and form.is_valid():
        asked = {"branches": [], **form.cleaned_data}
        token, secret = tokens.make(user, **asked)
        response = render(request, "rest/secret.html", {"token": token, "secret": secret, "address": _address(request)})
        response["Cache-Control"] = "no-store"
        return response
    return render(request, "rest/token.html", {"form": form})


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/api/v1/")


@needs("house:write")
@require_POST
def revoke_token(request: HttpRequest, id: int) -> HttpResponse:
    """End a token."""
    found = get_object_or_404(Token, pk=id)
    tokens.revoke(_user(request), found)
    told.success(request, spoken(say("rest.token.revoked", name=found.name), _user(request).language))
    return redirect("tokens")


@needs("house:read")
@require_GET
def endpoint_list(request: HttpRequest) -> HttpResponse:
    """Addresses that hear of events."""
    return render(request, "rest/endpoints.html", {"endpoints": Endpoint.objects.filter(removed_at=None)})


@needs("house:write")
@require_http_methods(["GET", "POST"])
def new_endpoint(request: HttpRequest) -> HttpResponse:
    """Another address; its secret is shown once."""
    user = _user(request)
    form = NewEndpoint(request.POST or None, language=user.language)
    if request.method == "POST" and form.is_valid():
        made, secret = messages.register(user, **form.cleaned_data)
        return _secret(request, made, secret)
    return render(request, "rest/endpoint_new.html", {"form": form})


def _secret(request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    response = render(request, "rest/endpoint_secret.html", {"endpoint": endpoint, "secret": secret})
    response["Cache-Control"] = "no-store"
    return response


def _endpoint(id: int) -> Endpoint:
    return get_object_or_404(Endpoint, pk=id, removed_at=None)


@needs("house:read")
@require_GET
def endpoint(request: HttpRequest, id: int) -> HttpResponse:
    """One address, and what was sent there."""
    found = _endpoint(id)
    shown = {"endpoint": found, "deliveries": found.deliveries.all()[:100], "turn": messages.turn_of(found)}
    return render(request, "rest/endpoint.html", shown)


@needs("house:write")
@require_POST
def rotate_endpoint(request: HttpRequest, id: int) -> HttpResponse:
    """Another secret."""
    found = _endpoint(id)
    secret = messages.rotate(_user(request), found, seen=request.POST.get("seen"))
    return _secret(request, found, secret)


@needs("house:write")
@require_POST
def ping_endpoint(request: HttpRequest, id: int) -> HttpResponse:
    """A message to try it."""
    messages.ping(_user(request), _endpoint(id))
    return redirect("endpoint", id=id)


@needs("house:write")
@require_POST
def remove_endpoint(request: HttpRequest, id: int) -> HttpResponse:
    """No more messages there."""
    messages.remove(_user(request), _endpoint(id))
    return redirect("endpoints")


@needs("house:write")
@require_POST
def redeliver(request: HttpRequest, id: int) -> HttpResponse:
    """Send a message once more."""
    found = get_object_or_404(Delivery, pk=id, endpoint__removed_at=None)
    messages.again(_user(request), found)
    return redirect("endpoint", id=found.endpoint_id)


@needs("export:take")
@require_http_methods(["GET", "POST"])
def exports(request: HttpRequest) -> HttpResponse:
    """Everything the business owns, to be taken away."""
    if request.method == "POST":
        made = exporting.ask(
            _user(request), people=bool(request.POST.get("people")) and may(request.user, "export:people")
        )
        assert made.job is not None
        return redirect("job", id=made.job.pk)
    return render(request, "rest/exports.html", {"exports": Export.objects.select_related("job", "by")[:20]})


@needs("export:take")
@require_GET
def export_file(request: HttpRequest, place: str) -> FileResponse:
    """The file, for who asked for it."""
    found = get_object_or_404(Export, place=place, by=_user(request))
    if not found.ready or (found.people and not may(request.user, "export:people")):
        raise Http404
    return exporting.taken(_user(request), found)


@public
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """The description as OpenAPI 3.1. It holds nothing of the business."""
    response = HttpResponse(json.dumps(described(), ensure_ascii=False), content_type="application/json")
    response["Cache-Control"] = "max-age=3600"
    return response


@needs("self")
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    return render(request, "rest/docs.html", {"parts": reading.parts(described()), "address": _address(request)})
