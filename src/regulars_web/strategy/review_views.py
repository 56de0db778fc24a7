"""The last cycle under review: what was promised, what came, what was learned, and what the next plan makes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from regulars import api
from regulars.base.errors import NotThere, RegularsError
from regulars_web.company.businesses import business
from regulars_web.company.powers import needs
from regulars_web.insight.queries import health
from regulars_web.shared.clock import today
from regulars_web.shared.errors import told
from regulars_web.strategy.review_picture import panels, signed, standing

#: Told in figures of its own at the top of the page.
BROUGHT = "trial.measure.brought"


@needs("strategy:read")
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """The last measured cycle, or the one in the address; before the first, how to come to one."""
    shop = business()
    cycles = api.reviews(shop)
    named = request.GET.get("cycle")
    if not cycles and named is None:
        path = api.review_path(shop)
        return render(
            request,
            "strategy/review_none.html",
            {"steps": _steps(shop, path), "cycle": path.cycle, "past": _past(shop, path.cycle)},
        )
    try:
        found = api.review(shop, named)
    except NotThere as error:
        raise Http404 from error
    except RegularsError as error:
        return told(request, error)
    shown = _shown(found) | {"cycles": cycles, **_again(shop, found)}
    return render(request, "strategy/review.html", shown)


def _again(shop: api.OpenBusiness, found: api.Review) -> dict[str, Any]:
    """Whether measuring would tell more: of the newest assignment alone, and where there are later sales."""
    path, last = api.review_path(shop), _last_sale()
    mine = path.assigned == found.measured.assignment
    since, until = (found.measured.until if mine else path.since), path.cycle.ends if path.cycle else None
    more = since is not None and last is not None and last > since and not (mine and found.measured.complete)
    early = found.cycle is not None and found.measured.until < found.cycle.told_from
    return {
        "again": more,
        "past": _past(shop, found.cycle),
        "early": early,
        "newer": None if mine or until is None else path.since,
    }


def _shown(found: api.Review) -> dict[str, Any]:
    measured = found.measured
    effects = [change for change in found.next.changes if change.kind == "effect"] if found.next else []
    return {
        "review": found,
        "measured": measured,
        "currency": measured.currency,
        "panels": panels(found.promises),
        "held": sum(standing(p) == "held" for p in found.promises),
        "open": sum(standing(p) == "open" for p in found.promises),
        "told": [one for one in measured.measured if one.verdict != "untold"],
        "untold": [one for one in measured.measured if one.verdict == "untold"],
        "lessons": [_lesson(one) for one in found.lessons],
        "nearer": None if measured.promises.crps is None else _nearer(measured.promises),
        "notes": [note for note in measured.notes if note.id != BROUGHT],
        "moves": [move for move in found.next.measures if move.move != "kept"] if found.next else [],
        "beliefs": [change for change in effects if change.before != change.after],
        "ranges": sum(change.before == change.after for change in effects),
    }


def _nearer(promises: Any) -> bool:
    """Whether promises were nearer to what came than promising no effect at all."""
    return bool(promises.crps < promises.crps_nothing)


def _lesson(one: api.Lesson) -> dict[str, Any]:
    kind = "points" if one.primitive == "reactivation" else "visits"
    sides = {
        side: {"mean": signed(e.mean, kind), "low": signed(e.p10, kind), "high": signed(e.p90, kind)}
        for side, e in (("before", one.before), ("after", one.after))
    }
    return {"name": one.measure_name, "primitive": one.primitive, "kind": kind, "own": one.own, **sides}


def _past(shop: api.OpenBusiness, cycle: api.Cycle | None) -> bool:
    """Whether the cycle's last day is over."""
    return cycle is not None and today(shop.settings.zone) > cycle.ends


def _last_sale() -> date | None:
    return next((held.last_day for held in health().holdings if held.table == "sales"), None)


def _steps(shop: api.OpenBusiness, path: api.ReviewPath) -> list[dict[str, Any]]:
    """The way to a first review; the first step not done is the next."""
    force = path.planned and api.strategy_in_force(shop) is not None
    last = _last_sale()
    done = {
        "plan": path.planned,
        "approve": force,
        "assign": path.assigned is not None,
        "sales": path.since is not None and last is not None and last > path.since,
        "measure": False,
    }
    following = next(id for id, is_done in done.items() if not is_done)
    return [{"id": id, "done": is_done, "next": id == following} for id, is_done in done.items()]
