"""Pages of one customer, and of finding them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from regulars.base.errors import NotThere, NotUsable
from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.powers import needs
from regulars_web.people import services
from regulars_web.people.customer import SHOWN, customer_of, within
from regulars_web.privacy import gate, permissions
from regulars_web.privacy.models import Channel


@needs("identities:read")
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Customers by name, end of a telephone number, member number or e-mail address; as one types, a part of it."""
    text = request.GET.get("q", "").strip()
    found, withheld = list[gate.Person](), None
    try:
        found = gate.find(request.user, text, limit=12) if text else found
    except NotUsable as reason:
        withheld = reason
    part = request.headers.get("HX-Request") == "true"
    context = {"q": text, "found": found, "withheld": withheld, "held": None if text else gate.held()}
    return render(request, "people/found.html" if part else "people/find.html", context)


@needs("customers:read")
@require_GET
def customer(request: HttpRequest, key: str) -> HttpResponse:
    """One customer."""
    try:
        shown = customer_of(request.user, key, language=_language(request), all_visits="all" in request.GET)
    except NotThere as error:
        raise Http404 from error
    if shown.key != key:  # merged into another one since the link was made
        return redirect("customer", key=shown.key)
    removed = services.removed(key, request.GET.get("removed", ""))
    more = {"removed": removed, "forgotten": gate.forgotten(services.keys_of(key))}
    return render(request, "people/customer.html", {"c": shown, "first": SHOWN, **more})


@needs("notes:write")
@require_POST
def write(request: HttpRequest, key: str) -> HttpResponse:
    """Put a note down."""
    _mine(request, key)
    if services.write(request.user, key, request.POST.get("text", "")) is None:
        messages.error(request, spoken(say("people.note.empty"), _language(request)))
    return redirect("customer", key=key)


@needs("notes:write")
@require_POST
def unwrite(request: HttpRequest, key: str, id: int) -> HttpResponse:
    """Take a note away, or put it back."""
    _mine(request, key)
    back = "back" in request.POST
    services.remove(request.user, key, id, back=back)
    return redirect(reverse("customer", args=[key]) + ("" if back else f"?removed={id}"))


@needs("permissions:write")
@require_POST
def refuse(request: HttpRequest, key: str) -> HttpResponse:
    """Record that somebody wants no promotion on a channel or on any; or that this was a mistake."""
    _mine(request, key)
    channel = request.POST.get("channel", "all")
    if channel not in Channel.values:
        raise Http404
    if "mistake" in request.POST:
        permissions.withdraw(request.user, services.keys_of(key), channel=channel)
    else:
        how = request.POST.get("how", "").strip() or spoken(say("people.permission.at_counter"), "en")
        permissions.refuse(request.user, key, channel=channel, how=how)
    return redirect("customer", key=key)


@needs("identities:erase")
@require_http_methods(["GET", "POST"])
def forget(request: HttpRequest, key: str) -> HttpResponse:
    """Erase who a customer is; first what that means."""
    _mine(request, key)
    if request.method == "POST" and "back" in request.POST:
        gate.welcome_back(request.user, services.keys_of(key))
        return redirect("customer", key=key)
    if request.method == "POST":
        services.forget(request.user, key)
        messages.success(request, spoken(say("people.forget.done"), _language(request)))
        return redirect("customer", key=key)
    person = gate.one(request.user, key, purpose="erasing")
    return render(request, "people/forget.html", {"person": person, "key": key})


def _mine(request: HttpRequest, key: str) -> None:
    try:
        within(request.user, key)
    except NotThere as error:
        raise Http404 from error


def _language(request: HttpRequest) -> str:
    return str(request.language)  # type: ignore[attr-defined]
