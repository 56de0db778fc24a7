"""Objectives and targets: what they are, another target priced, new ones set and old ones taken out."""

from __future__ import annotations

from typing import get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars.base.mandate import Aim, named
from regulars.base.text import Param, Text, say
from regulars_web.company.about import setting
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import needs
from regulars_web.strategy import studio as acts
from regulars_web.strategy import tree
from regulars_web.strategy.studio_views import acted, weighed


@needs("strategy:read")
@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    """Mission, objectives, targets with the computed baseline, what does not fit, and what else could be aimed at."""
    try:
        bench = acts.bench()
        plan = bench.plan()
    except NotThere:
        return render(request, "strategy/none.html", {"pages": None})
    except RegularsError as error:
        return render(request, "web/error.html", {"title": error.text, "text": error.hint}, status=400)
    rows = {row.objective: row for row in plan.targets}
    mandate = plan.mandate
    shown = {
        "plan": plan,
        "token": api.settings_token(business()),
        "rows": [{"aim": aim, "row": rows.get(aim.objective)} for aim in mandate.aims] if mandate else [],
        "corporate": mandate.corporate if mandate else (),
        "findings": mandate.findings if mandate else (),
        "ownerless": any(f.code == "no_owner" for f in mandate.findings) if mandate else False,
        "kinds": [{"id": kind, "name": say(f"mandate.starter.{kind}")} for kind in get_args(Aim.__value__)],
        "kpis": bench.kpis(),
        "currency": plan.provenance.currency,
    }
    return render(request, "strategy/targets.html", shown)


@needs("strategy:draft")
@require_POST
def target_price(request: HttpRequest) -> HttpResponse:
    """A part of the page: what another target does to the plan. Nothing is saved."""
    return weighed(request, lambda user: acts.target(user, request.POST.dict(), dry_run=True), "save_target")


@needs("strategy:draft")
@require_POST
def save_target(request: HttpRequest) -> HttpResponse:
    """Set a target."""
    return acted(
        request,
        "targets",
        lambda user: say("web.studio.kept", what=setting(acts.target(user, request.POST.dict(), dry_run=False).key)),
    )


@needs("strategy:draft")
@require_POST
def save_owner(request: HttpRequest) -> HttpResponse:
    """Somebody answers for every target that nobody answers for yet."""

    def done(user: User) -> Text:
        acts.owner(user, request.POST.dict())
        return say("web.targets.owner_done", name=request.POST.get("owner", "").strip())

    return acted(request, "approval" if request.POST.get("back") == "approval" else "targets", done)


@needs("strategy:draft")
@require_POST
def tree_price(request: HttpRequest, act: str) -> HttpResponse:
    """A part of the page: what a target or objective that comes or goes does to the plan. Nothing is saved."""
    _known(act)
    user = request.user
    assert isinstance(user, User)
    asked = {key: value for key, value in request.POST.dict().items() if key != "csrfmiddlewaretoken"}
    try:
        change = tree.grow_or_cut(user, act, request.POST.dict(), dry_run=True)
    except RegularsError as error:
        return render(request, "strategy/refused.html", {"error": error})
    before, after = change.before, change.after
    chances = {row.objective: row.probability for row in before.targets} if before else {}
    shown = {
        "change": change,
        "act": act,
        "asked": asked,
        "question": _question(act, asked),
        "currency": business().settings.currency,
        "chances": [{"row": row, "before": chances.get(row.objective)} for row in after.targets] if after else [],
        "wrong": [f for f in after.findings if before is None or f not in before.findings] if after else [],
    }
    return render(request, "strategy/tree.html", shown)


@needs("strategy:draft")
@require_POST
def save_tree(request: HttpRequest, act: str) -> HttpResponse:
    """Let a target or objective come or go."""
    _known(act)

    def done(user: User) -> Text:
        asked = request.POST.dict()
        question = _question(act, asked)  # its name is gone once it is done
        tree.grow_or_cut(user, act, asked, dry_run=False)
        return say(f"web.targets.{act}_done", **question.params)

    return acted(request, "targets", done)


def _known(act: str) -> None:
    if act not in tree.ACTS:
        raise Http404


def _question(act: str, asked: dict[str, str]) -> Text:
    """What is to be done, by the name it has or will have."""
    settings = business().settings
    told: Param
    match act:
        case "add_target":
            told = say(f"mandate.kpi.{asked.get('kpi', '')}")
        case "add_corporate":
            told = say(f"mandate.starter.{asked.get('kind', '')}")
        case "remove_target":
            told = next((named(o.name, o.id) for o in settings.objectives if o.id == asked.get("objective")), "")
        case _:
            told = next((named(c.name, c.id) for c in settings.corporate if c.id == asked.get("id")), "")
    return say(f"web.targets.{act}", name=" ".join(asked.get("name", "").split()) or told)
