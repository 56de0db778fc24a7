"""The queue of customers who may be on record twice."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from regulars.base.text import say
from regulars.base.words import render as spoken
from regulars_web.company.powers import needs
from regulars_web.duplicates import services
from regulars_web.duplicates.models import Pair
from regulars_web.duplicates.queries import SHOWN, one, queue
from regulars_web.shared.jobs import begin


@needs("duplicates:decide")
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    """Pairs side by side: open ones, or those decided."""
    state = request.GET.get("state", "open")
    if state not in Pair.State.values:
        raise Http404
    asked = request.GET.get("after", "")
    after = min(int(asked), services.MOST) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    found = queue(request.user, state=state, after=after)
    states = [(s, s == state) for s in Pair.State.values]
    more = after + SHOWN if len(found.pairs) == SHOWN else None
    context = {"queue": found, "state": state, "states": states, "more": more, "after": after}
    return render(request, "duplicates/queue.html", context | {"before": max(after - SHOWN, 0)})


@needs("duplicates:decide")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look for them now, in the background."""
    return redirect("job", id=begin("duplicates", request.user).pk)


@needs("duplicates:decide")
@require_POST
def decide(request: HttpRequest, id: int) -> HttpResponse:
    """Merge two, tell them apart, or take a decision back."""
    pair = one(request.user, id)
    if pair is None:
        raise Http404
    what = "merge" if "keep" in request.POST else request.POST.get("what", "")
    if what == "merge":
        done = services.merge(request.user, pair, keep=request.POST.get("keep", ""))
    elif what == "different":
        done = services.tell_apart(request.user, pair)
    elif what == "back":
        done = services.take_back(request.user, pair)
    else:
        raise Http404
    said = say(f"duplicates.done_{what}") if done else say("duplicates.late")
    level = messages.SUCCESS if done else messages.WARNING
    messages.add_message(request, level, spoken(said, request.language))  # type: ignore[attr-defined]
    state = request.POST.get("state", "open")
    return redirect(reverse("duplicates") + (f"?state={state}" if state in ("merged", "different") else ""))
