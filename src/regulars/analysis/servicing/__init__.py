"""Pieces that come back for their service: how long they take, how many never do, and which are due."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from numpy.random import Generator

from regulars.analysis.part import Part, Scene
from regulars.analysis.results.servicing import OwnerRow, Owners, ServiceFit, Servicing
from regulars.analysis.servicing import queries
from regulars.analysis.servicing.ahead import (
    FEW,
    FOLLOWED,
    YEAR_AHEAD,
    Fitted,
    curve,
    ever,
    expected,
    family,
    fitted,
    groups,
    late,
)
from regulars.analysis.servicing.gap import Gaps
from regulars.analysis.servicing.trial import beforehand, trial
from regulars.base.text import Share, Text, say

__all__ = ["Servicing", "servicing"]

_SOON = 90


def servicing(scene: Scene) -> Part[Servicing]:
    """The servicing part of a study; nothing where no piece has two events."""
    setting, desk = scene.setting, scene.setting.desk
    lines = queries.with_pieces(scene)
    bench = queries.bench(scene, lines)
    if bench is None:
        return Part(None)
    happened = desk.keep("servicing_events", queries.events(lines, bench))
    known = queries.gaps(happened, on=setting.as_of)
    rows = desk.ask("servicing_gaps", queries.counted(known)).to_pylist()
    whole = Gaps.of(whole_of(rows))
    if not whole.services:
        return Part(None)
    rng = scene.rng.spawn(1)[0]
    found: ServiceFit | None = None
    each, families = None, None
    if whole.services >= FEW:
        families = fitted(
            families_of(rows),
            whole,
            rng,
            beforehand=beforehand(scene, happened, on=setting.as_of, name="servicing_silent"),
        )
        pair = {name: (one.usual_days, one.late_days) for name, one in families.items()}
        each = queries.of_each(known, pair)
        due = desk.ask("servicing_due", queries.due_within(each, as_of=setting.as_of, days=_SOON)).to_pylist()[0]["n"]
        found = told(families, due, rng)
    result = Servicing(
        pieces=round(float(whole.open.n.sum())),
        services=whole.services,
        narrowed=bool(bench.words),
        price=bench.price,
        whether_never=families is not None and families[None].tells_never,
        verdict=verdict(families[None] if families else None, whole.services),
        fit=found,
        owners=owners(desk.ask("servicing_owners", queries.owners(scene, lines, bench)).to_pylist()),
        trial=trial(scene, happened, rng) if found else None,
    )
    return Part(result, each)


def whole_of(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of all families together, in order of weeks."""
    sums: dict[tuple[int, bool], int] = {}
    for row in rows:
        key = (row["weeks"], row["ended"])
        sums[key] = sums.get(key, 0) + row["n"]
    return [{"weeks": weeks, "ended": ended, "n": n} for (weeks, ended), n in sorted(sums.items())]


def families_of(rows: Iterable[dict[str, Any]]) -> dict[str | None, Gaps]:
    """Gaps by family."""
    in_order = sorted(rows, key=lambda row: (row["family"] or "", row["weeks"], row["ended"]))
    by_name = {name or None: list(group) for name, group in groupby(in_order, lambda row: row["family"] or "")}
    return {name: Gaps.of(group) for name, group in by_name.items()}


def told(families: dict[str | None, Fitted], due: int, rng: Generator) -> ServiceFit:
    """What follows from the fits."""
    whole, still = families[None], groups(families)
    behind = late(still)
    return ServiceFit(
        parameters=whole.fit.named,
        standard_errors=whole.fit.standard_errors,
        log_likelihood=whole.fit.log_likelihood,
        whole=family(None, whole),
        families=tuple(family(name, one) for name, one in families.items() if name is not None),
        curve=curve(whole),
        next_12=expected(still, ahead=YEAR_AHEAD, rng=rng),
        overdue=round(sum(float(gaps.n.sum()) for _, gaps in behind)),
        overdue_12=expected(behind, ahead=YEAR_AHEAD, rng=rng),
        overdue_ever=ever(behind),
        due_90=due,
    )


def verdict(whole: Fitted | None, services: int) -> Text:
    """Whether the data determine the gap and the share never back, in plain words."""
    if whole is None:
        return say("study.servicing.few", n=services, few=FEW)
    if whole.followed < FOLLOWED:
        return say("study.servicing.short", n=whole.followed, late=whole.late_days)
    if not whole.tells_never:
        never = whole.never
        return say("study.servicing.wide", low=Share(never.p10), high=Share(never.p90))
    if whole.fit.held:
        return say("study.servicing.held")
    return say("study.servicing.clear", n=whole.followed, late=whole.late_days)


def owners(rows: Iterable[dict[str, Any]]) -> tuple[OwnerRow, ...]:
    """Customers by what they had done here."""
    names: dict[tuple[bool, bool], Owners] = {(True, False): "bought", (False, True): "serviced", (True, True): "both"}
    found = {
        names[row["bought"], row["serviced"]]: (row["customers"], row["purchases"], row["services"], row["everything"])
        for row in rows
    }
    return tuple(OwnerRow(name, *found[name]) for name in names.values() if name in found)
