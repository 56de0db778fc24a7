"""The last measured cycle: what was promised beside what came, what was learned, what the next plan makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.api.business import OpenBusiness
from regulars.api.carrying import Cycle
from regulars.api.comparing import compare
from regulars.api.runs import finished_at, is_finished, latest_run, load_run
from regulars.base.errors import BadData, NotThere
from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text, say
from regulars.strategy.plan import Plan
from regulars.strategy.plan_assigned import Assignment
from regulars.strategy.plan_compare import Comparison
from regulars.strategy.plan_measured import LearnedEffect, Measured, Measurement


@dataclass(frozen=True, slots=True)
class PromiseKept:
    """One promise of the plan beside what came, as parts of one: ``visits`` is the change of visits a customer,
    ``seen`` and ``returned`` the difference of the share seen lately or come at all. ``low`` and ``high`` are the 90 %
    range of what came; ``inside``: within what was promised and what chance does to measuring it."""

    measure_name: Local | Text
    unit_name: Text
    kind: str
    promised: Estimate
    came: float
    low: float
    high: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is believed of an effect before the cycle and after it, as parts of one: ``frequency`` and ``attrition`` are
    changes of how often customers come and leave, ``reactivation`` of the share who come back. ``own``: the part of
    what is known that is the business's own."""

    measure_name: Local | Text
    primitive: str
    before: Estimate
    after: Estimate
    own: float


@dataclass(frozen=True, slots=True)
class Review:
    """A measured cycle. ``promised_12`` is the money promised over 12 months, ``brought`` what came of it so far beside
    the hold-out (mean, and its 90 % range); ``wider`` the grades of evidence that were trusted too much; ``next`` the
    newest plan made since, beside this one, None while there is none; ``cycle`` its days, None where the assignment is
    gone."""

    run: str
    measured: Measurement
    promises: tuple[PromiseKept, ...]
    lessons: tuple[Lesson, ...]
    wider: tuple[str, ...]
    promised_12: Estimate | None
    brought: tuple[float, float, float] | None
    next: Comparison | None
    cycle: Cycle | None = None


@dataclass(frozen=True, slots=True)
class ReviewPath:
    """How far the business is on its way to a first review: what is in force, what was assigned and since when."""

    planned: bool
    assigned: str | None
    cycle: Cycle | None

    @property
    def since(self) -> date | None:
        """The day of the newest assignment."""
        return self.cycle.since if self.cycle is not None else None


def reviews(business: OpenBusiness) -> tuple[str, ...]:
    """The measured cycles, the newest first: of one assignment measured again the last time alone."""
    found: dict[str, tuple[str, tuple[int, str]]] = {}
    for folder in business.runs.glob("outcome-*"):
        if is_finished(folder) and not folder.name.endswith(".part"):
            cycle, done = folder.name.rsplit("-", 4)[0], finished_at(folder)
            if cycle not in found or found[cycle][1] < done:
                found[cycle] = folder.name, done
    order = sorted(found.items(), key=lambda one: (one[0][:18], one[1][1]), reverse=True)
    return tuple(name for _, (name, _) in order)


def review(business: OpenBusiness, run: str | None = None) -> Review:
    """A measured cycle (the last one when not named) as a review.

    Raises:
        NotThere: nothing was measured yet, or there is no such measurement.
        BadData: it was written by another version of the program.
    """
    known = reviews(business)
    if not known or (run is not None and run not in known):
        raise NotThere(say("trial.review.none"), say("trial.review.none_hint"))
    folder = business.runs / (run or known[0])
    measured = load_run(folder, Measurement).result
    plan = _plan(business, measured.plan_run)
    return Review(
        folder.name,
        measured,
        promises_kept(measured),
        tuple(_lesson(one) for one in measured.learned),
        tuple(sorted({name.partition(":")[0] for name in measured.wider})),
        plan.value_12 if plan is not None else None,
        _brought(measured.whole),
        _since(business, folder, measured.plan_run) if plan is not None else None,
        _cycle(business.runs / measured.assignment),
    )


def review_path(business: OpenBusiness) -> ReviewPath:
    """What there is already of what a review needs."""
    drawn = latest_run(business.runs, "assign")
    planned = latest_run(business.runs, "plan") is not None
    return ReviewPath(planned, drawn.name if drawn is not None else None, _cycle(drawn) if drawn is not None else None)


def _cycle(drawn: Path) -> Cycle | None:
    try:
        return Cycle.of(load_run(drawn, Assignment).result)
    except (BadData, NotThere):
        return None


def promises_kept(measured: Measurement) -> tuple[PromiseKept, ...]:
    """Every promise beside what came: those that came otherwise first."""
    about = {(one.measures, one.unit): one for one in measured.measured}
    found = []
    for one in measured.forecasts:
        group = about[one.measures, one.unit]
        outcome = next(o for o in group.outcomes if o.kind == one.kind)
        promised, came = one.forecast, one.actual
        low, high = (came if end is None else end for end in (outcome.low, outcome.high))
        if one.kind == "visits":
            promised = _change(promised)
            came, low, high = (math.expm1(value) for value in (came, low, high))
        found.append(PromiseKept(group.measure_name, group.unit_name, one.kind, promised, came, low, high, one.inside))
    return tuple(sorted(found, key=lambda one: one.inside))


def _change(of: Estimate) -> Estimate:
    """An estimate of a log ratio as one of the change itself."""
    mean, low, middle, high = (math.expm1(value) for value in (of.mean, of.p10, of.p50, of.p90))
    return Estimate(mean, low, middle, high, "share", of.method, of.n)


def _lesson(one: LearnedEffect) -> Lesson:
    before, after = one.before, one.after
    if one.primitive != "reactivation":
        before, after = _change(before), _change(after)
    return Lesson(one.measure_name, one.primitive, before, after, one.own)


def _brought(whole: Measured) -> tuple[float, float, float] | None:
    money = next((o for o in whole.outcomes if o.kind == "contribution"), None)
    if money is None or money.effect is None or money.low is None or money.high is None:
        return None
    n = whole.customers
    return n * money.effect.mean, n * money.low, n * money.high


def _plan(business: OpenBusiness, run: str) -> Plan | None:
    """The plan that was carried out; None where it is gone or cannot be read any more."""
    try:
        return load_run(business.runs / run, Plan).result
    except (BadData, NotThere):
        return None


def _since(business: OpenBusiness, outcome: Path, plan: str) -> Comparison | None:
    """The newest plan made after the measurement beside the plan measured."""
    newest = latest_run(business.runs, "plan")
    if newest is None or newest.name == plan or finished_at(newest) < finished_at(outcome):
        return None
    try:
        return compare(business, plan, newest.name)
    except BadData:
        return None
