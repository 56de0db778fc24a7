"""Binding one line of the plan: what the page by lines asks of the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from regulars import api
from regulars.base.errors import BadSettings, NotThere
from regulars.base.mandate import Counted
from regulars.base.text import say
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.strategy.studio import bench, number, weigh_or_save

UNITS: dict[str, Counted] = {"customers": "customers", "spend": "spend", "hours": "hours"}


def segment(id: str) -> api.Segment:
    """A group of customers of the plan. Raises NotThere where it has none of that id (any more)."""
    found = next((one for one in api.segments_of(bench()) if one.id == id), None)
    if found is None:
        raise NotThere(say("web.lines.gone"), say("web.lines.gone_hint"))
    return found


def chosen(lines: Iterable[api.PlanLine], cell: str, measure: str) -> api.PlanLine | None:
    """The line of a group and a measure; None where the plan has none."""
    return next((line for line in lines if (line.segment.id, line.measure) == (cell, measure)), None)


def bind(by: User, asked: Mapping[str, str], *, dry_run: bool) -> api.Change:
    """Bind one line, or weigh what that would cost. Raises Stale, NotThere, and what ``api.lock`` does."""
    whom, measure, how = segment(asked.get("cell", "")), asked.get("what", ""), asked.get("how", "")
    low, high, of = _bounds(how, asked)
    if how == "keep":
        line = chosen(api.plan_lines(bench()), whom.id, measure)
        low = high = float(line.customers if line is not None else 0)
    ask = partial(
        api.lock,
        business(),
        measure,
        at_least=low,
        at_most=high,
        of=of,
        branches=whom.among.branches,
        states=whom.among.states,
        tiers=whom.among.tiers,
    )
    return weigh_or_save(by, asked, ask, dry_run=dry_run)


def _bounds(how: str, asked: Mapping[str, str]) -> tuple[float | None, float | None, Counted]:
    fixed: dict[str, tuple[float | None, float | None]] = {"never": (None, 0.0), "must": (1.0, None)}
    if how in fixed:
        return *fixed[how], "customers"
    if how in ("keep", "free"):
        return None, None, "customers"
    low, high = number(asked, "at_least"), number(asked, "at_most")
    if low is None and high is None:
        raise BadSettings(say("web.lines.no_bound"), say("web.lines.no_bound_hint"))
    return low, high, UNITS.get(asked.get("of", ""), "customers")
