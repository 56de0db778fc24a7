"""The plan line by line: each line can be kept, ruled out or held to a range, with its price before it is saved."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars.base.text import say
from regulars_web.company.about import setting
from regulars_web.company.powers import needs
from regulars_web.shared.errors import told
from regulars_web.strategy.locks import bind
from regulars_web.strategy.studio import bench
from regulars_web.strategy.studio_views import acted, weighed


@needs("strategy:read")
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """Every line of the plan, all or those of a measure or a group; one of them may be opened to be bound."""
    try:
        held = bench()
        found, segments = api.plan_lines(held), api.segments_of(held)
    except NotThere:
        return render(request, "strategy/none.html", {"pages": None})
    except RegularsError as error:
        return told(request, error)
    measure, cell = request.GET.get("measure", ""), request.GET.get("cell", "")
    shown = [one for one in found if measure in ("", one.measure) and cell in ("", one.segment.id)]
    opened = request.GET.get("open", "")
    shop = held.business
    context = {
        "lines": [_row(one, measure, cell, opened) for one in shown],
        "opened": next((one for one in shown if _key(one) == opened), None),
        "whole": sum(one.customers > 0 for one in found),
        "groups": len({one.segment.id for one in found if one.customers}),
        "bound": sum(bool(one.bounds) for one in found),
        "segments": segments,
        "measures": [{"id": m.id, "name": m.name[request.language]} for m in shop.pack.measures],  # type: ignore[attr-defined]
        "measure": measure,
        "cell": cell,
        "provenance": held.plan().provenance,
        "token": api.settings_token(shop),
        "currency": shop.settings.currency,
    }
    return render(request, "strategy/lines.html", context)


def _row(line: api.PlanLine, measure: str, cell: str, opened: str) -> dict[str, Any]:
    asked = {"measure": measure, "cell": cell, "open": _key(line)}
    query = urlencode({name: value for name, value in asked.items() if value})
    return {"line": line, "open": _key(line) == opened, "query": query}


def _key(line: api.PlanLine) -> str:
    return f"{line.measure}@{line.segment.id}"


@needs("strategy:draft")
@require_POST
def line_price(request: HttpRequest) -> HttpResponse:
    """A part of the page: what binding a line would cost and what would take its place. Nothing is saved."""
    return weighed(request, lambda user: bind(user, request.POST.dict(), dry_run=True), "save_line")


@needs("strategy:draft")
@require_POST
def save_line(request: HttpRequest) -> HttpResponse:
    """Bind a line, or set it free."""
    return acted(
        request,
        "lines",
        lambda user: say("web.studio.kept", what=setting(bind(user, request.POST.dict(), dry_run=False).key)),
    )
