"""The studio: the budget dragged along the frontier, locks with their price, what was kept taken back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars.base.text import Text, say
from regulars.base.words import render as spoken
from regulars_web.company.about import setting
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.shared.texts import at_a_page
from regulars_web.strategy import studio as acts
from regulars_web.strategy.picture import pictures


@needs("strategy:read")
@require_GET
def studio(request: HttpRequest) -> HttpResponse:
    """The plan as the settings stand, and what may be tried with it."""
    try:
        bench = acts.bench()
        plan = bench.plan()
    except NotThere:
        return render(request, "strategy/none.html", {"pages": None})
    except RegularsError as error:
        return render(request, "web/error.html", {"title": error.text, "text": error.hint}, status=400)
    spent: dict[str, list[float]] = {}
    for line in plan.lines:
        row = spent.setdefault(spoken_name(line.measure_name, request), [0, 0.0, 0.0])
        row[0], row[1], row[2] = row[0] + line.customers, row[1] + line.cost, row[2] + line.value_36.mean
    whole = sum(row[1] for row in spent.values())
    shop = business()
    shown = {
        "plan": plan,
        "currency": plan.provenance.currency,
        "token": api.settings_token(shop),
        "pictures": pictures(
            [(p.budget, p.value_36.mean) for p in plan.frontier],
            (plan.budget, plan.value_36.mean),
            currency=plan.provenance.currency,
            language=request.language,  # type: ignore[attr-defined]
        ),
        "top": max((p.budget for p in plan.frontier), default=plan.budget * 2) or plan.budget * 2 or 1000,
        "step": max(round(plan.budget / 36, -1), 10),
        "where": [
            {"name": name, "customers": int(n), "cost": cost, "value": value, "share": cost / whole if whole else 0}
            for name, (n, cost, value) in sorted(spent.items(), key=lambda pair: -pair[1][1])
        ],
        "grid": bench.grid(),
        "clauses": plan.mandate.clauses if plan.mandate else (),
        "rules": [rule for rule in plan.rules if rule.kind in ("lock", "veto", "must")],
        "measures": [{"id": m.id, "name": m.name[request.language]} for m in shop.pack.measures],  # type: ignore[attr-defined]
        "risk": shop.settings.risk.aversion,
        "hours": shop.settings.capacity.staff_hours_per_branch,
    }
    return render(request, "strategy/studio.html", shown)


@needs("strategy:read")
@require_GET
def tried(request: HttpRequest) -> HttpResponse:
    """A part of the page: the plan at other amounts. Nothing is saved."""
    try:
        asked = acts.amounts(request.GET.dict())
        found = acts.bench().tried(asked)
    except RegularsError as error:
        return render(request, "strategy/refused.html", {"error": error})
    shown = {
        "found": found,
        "asked": asked,
        "currency": business().settings.currency,
        "token": request.GET.get("token", ""),
    }
    return render(request, "strategy/tried.html", shown)


@needs("strategy:draft")
@require_POST
def keep_amounts(request: HttpRequest) -> HttpResponse:
    """Keep the amounts that were tried."""
    return acted(
        request, "studio", lambda user: say("web.studio.kept", what=setting(acts.keep(user, request.POST.dict()).key))
    )


@needs("strategy:draft")
@require_POST
def lock_price(request: HttpRequest) -> HttpResponse:
    """A part of the page: what a lock would cost and what would take its place. Nothing is saved."""
    return weighed(request, lambda user: acts.lock(user, request.POST.dict(), dry_run=True), "save_lock")


@needs("strategy:draft")
@require_POST
def save_lock(request: HttpRequest) -> HttpResponse:
    """Lock a measure, or free it."""
    return acted(
        request,
        "approval" if request.POST.get("back") == "approval" else "studio",
        lambda user: say("web.studio.kept", what=setting(acts.lock(user, request.POST.dict(), dry_run=False).key)),
    )


@needs("strategy:draft")
@require_POST
def undo_change(request: HttpRequest) -> HttpResponse:
    """Take the last change of the settings back."""
    back = "targets" if request.POST.get("back") == "targets" else "studio"
    return acted(
        request, back, lambda user: say("web.studio.undone", what=setting(acts.undo(user, request.POST.dict())))
    )


def spoken_name(name: object, request: HttpRequest) -> str:
    """A measure's name in the reader's language."""
    language: str = request.language  # type: ignore[attr-defined]
    return spoken(name, language) if isinstance(name, Text) else str(name.in_language(language))  # type: ignore[attr-defined]


def weighed(request: HttpRequest, weigh: Callable[[User], api.Change], save: str) -> HttpResponse:
    """A part of the page: what a change would do to the plan, with the form that saves it at the address ``save``."""
    user = request.user
    assert isinstance(user, User)
    try:
        change = weigh(user)
    except RegularsError as error:
        return render(request, "strategy/refused.html", {"error": error})
    asked = {key: value for key, value in request.POST.items() if key not in ("csrfmiddlewaretoken", "anyway")}
    shown = {"change": change, "asked": asked, "save": save, "currency": business().settings.currency}
    return render(request, "strategy/weighed.html", shown)


def acted(request: HttpRequest, back: str, act: Callable[[User], Text]) -> HttpResponse:
    """Do what a form asks and say what came of it, or why it was refused; nothing is done half-way."""
    user = request.user
    assert isinstance(user, User)
    try:
        messages.success(request, spoken(act(user), user.language))
    except acts.Stale as stale:
        messages.error(request, spoken(stale.text, user.language))
    except RegularsError as error:
        said = spoken(error.text, user.language)
        hint = spoken(at_a_page(error.hint), user.language) if error.hint else ""
        messages.error(request, f"{said} {hint}".strip())
    return redirect(back)
