"""Put a measurement together: comparisons read, the memory updated, forecasts judged, everything said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from regulars.base.estimate import Estimate
from regulars.base.text import Listing, Number, Share, Text, say
from regulars.packs.schema import Pack
from regulars.strategy.explain import local
from regulars.strategy.learned import Believed, Memory, updated
from regulars.strategy.measuring import Read, brought, comparisons, everybody, read, results_of, variance_explained
from regulars.strategy.outcomes import Followed
from regulars.strategy.plan import Plan
from regulars.strategy.plan_assigned import Assignment
from regulars.strategy.plan_measured import SCHEMA, LearnedEffect, Measurement, Promises
from regulars.trial.calibration import calibration
from regulars.trial.chance import Ints
from regulars.trial.checks import double_exposure, sample_ratio

#: A cycle is read from so many days on: before, hardly anybody was due.
FEWEST_DAYS = 14


@dataclass(frozen=True, slots=True)
class Cycle:
    """What is measured: an assignment, its plan, and the pack as its measures were before the cycle."""

    run: str
    assignment: Assignment
    plan: Plan
    pack: Pack
    data_version: int
    ends: date


def measure(
    cycle: Cycle, followed: Followed, *, own_pack: Pack, memory: Memory, others: Sequence[Ints] = ()
) -> tuple[Measurement, Memory]:
    """Read everything. ``own_pack`` is the pack without own results, ``cycle.pack`` as believed when it was planned.

    ``others`` are the customers who were given something in other assignments at the same time.
    """
    plan, windows = cycle.plan, cycle.pack.windows
    whole = everybody(followed)
    look = partial(read, followed=followed, plan=plan, windows=windows, others=others)
    reads, all_in = [look(one) for one in comparisons(followed, plan, cycle.pack)], look(whole)
    early = followed.days < FEWEST_DAYS
    results = () if early else results_of(reads, on=followed.until, run=cycle.run)
    _, before = updated(own_pack, memory.with_results((), run=cycle.run))
    _, after = updated(own_pack, memory.with_results(results, run=cycle.run))
    learned = _learned(own_pack, before.believed, after.believed, {(r.measure, r.place) for r in results})
    groups = [np.bincount(followed.held[mask], minlength=2) for mask in (followed.found, np.ones_like(followed.found))]
    checks = (
        sample_ratio(*(tuple(int(n) for n in group) for group in groups)),
        double_exposure(followed.customer[followed.line >= 0], others),
    )
    promises = _promises(reads)
    notes = _notes(cycle, followed, all_in, variance_explained(whole, followed) if followed.held.any() else None)
    found = Measurement(
        schema=SCHEMA,
        assignment=cycle.run,
        plan_run=cycle.assignment.plan_run,
        since=followed.since,
        until=followed.until,
        days=followed.days,
        complete=followed.until >= cycle.ends,
        data_version=cycle.data_version,
        currency=plan.provenance.currency,
        checks=checks,
        whole=all_in.measured,
        measured=tuple(one.measured for one in reads),
        learned=learned,
        forecasts=tuple(forecast for one in reads for forecast, _ in one.forecasts),
        promises=promises,
        wider=dict(after.wider or {}),
        notes=notes,
    )
    return found, after


def _promises(reads: Sequence[Read]) -> Promises:
    pairs = [pair for one in reads for pair in one.forecasts]
    if not pairs:
        return Promises(0, 0, 0, 0, None, None, say("trial.measure.no_promise"))
    judged = calibration(
        [forecast.forecast.mean for forecast, _ in pairs],
        [spread for _, spread in pairs],
        [forecast.actual for forecast, _ in pairs],
    )
    figures = {"inside": judged.inside, "n": judged.n, "least": judged.least, "most": judged.most}
    said = say("trial.measure.too_sure" if judged.too_sure else "trial.measure.kept_word", **figures)
    return Promises(judged.n, judged.inside, judged.least, judged.most, judged.crps, judged.crps_nothing, said)


def _learned(
    pack: Pack, before: Sequence[Believed], after: Sequence[Believed], touched: set[tuple[str, int]]
) -> tuple[LearnedEffect, ...]:
    """What changed, in numbers and in words."""
    earlier = {(b.measure, b.place): b for b in before}
    found = []
    for now in after:
        key = now.measure, now.place
        if key not in touched:
            continue
        was = earlier.get(key)
        mean, sd = (was.mean, was.sd) if was else (now.prior_mean, now.prior_sd)
        name = local(pack.measure(now.measure).name)
        said = say(
            "trial.measure.learned",
            measure=name,
            primitive=say(f"trial.measure.primitive_{now.primitive}"),
            before=Number(mean, 3),
            after=Number(now.mean, 3),
            own=Share(now.own),
        )
        one, two = _estimate(mean, sd, now), _estimate(now.mean, now.sd, now)
        found.append(LearnedEffect(now.measure, name, now.place, now.primitive, one, two, now.own, now.results, said))
    return tuple(found)


def _estimate(mean: float, sd: float, of: Believed) -> Estimate:
    unit = "share" if of.primitive == "reactivation" else "log"
    return Estimate(mean, mean - 1.2816 * sd, mean, mean + 1.2816 * sd, unit, "learning", of.results)


def _notes(cycle: Cycle, followed: Followed, whole: Read, explained: float | None) -> tuple[Text, ...]:
    notes = []
    if (sum_up := brought(whole.measured, cycle.plan.provenance.currency)) is not None:
        notes.append(sum_up)
    if followed.until < cycle.ends:
        notes.append(say("trial.measure.incomplete", until=followed.until, ends=cycle.ends))
    if followed.days < FEWEST_DAYS:
        notes.append(say("trial.measure.too_early", n=followed.days))
    if explained is not None:
        notes.append(say("trial.measure.explained", share=Share(explained)))
    if any("assumed" in note.id for note in cycle.assignment.notes):
        notes.append(say("trial.measure.assumed"))
    untold = [
        local(measure.name)
        for measure in cycle.pack.measures
        if any(measure.id in line.measures for line in cycle.plan.lines)
        and {e.primitive for e in measure.effects} <= {"margin", "no_show", "complaint", "arrivals"}
    ]
    if untold:
        notes.append(say("trial.measure.not_watched", measures=Listing(tuple(untold))))
    return tuple(notes)
