"""Measure a cycle: checks first, then what each measure did beside those left without it, then what is learned.

Customers intended for a measure are compared by whether chance gave it to them (:mod:`regulars.trial.design`), within
strata. A cell with enough on both sides is read alone; smaller ones of a state together. The whole plan is everybody
not held out beside the hold-out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from regulars.base.estimate import Estimate
from regulars.base.text import Local, Money, Number, Share, Text, say
from regulars.packs.schema import Measure, Pack, Windows
from regulars.strategy.explain import local, names_together
from regulars.strategy.learned import Result
from regulars.strategy.observing import Told, Watched, all_told, parts_of
from regulars.strategy.outcomes import MONTH, Followed
from regulars.strategy.plan import CellInfo, Line, Plan
from regulars.strategy.plan_measured import Forecast, Measured, Outcome
from regulars.trial.chance import Ints
from regulars.trial.checks import Finding, double_exposure, minimum_data, sample_ratio
from regulars.trial.effect import Arms, Contrast, difference, explained, log_ratio, share
from regulars.trial.harm import terms, watch
from regulars.trial.voi import SEEN, detectable

type Bools = NDArray[np.bool_]

#: Customers on each side from which a cell is read alone.
ALONE = 40
LEVEL = 0.9
#: The outcomes effects are told by, and the primitives they tell.
TOLD_BY_LIVING, TOLD_BY_LAPSED = ("visits", "seen"), ("returned",)
TELLABLE = ("frequency", "attrition", "reactivation")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Customers of one comparison: rows of the followed, who was given it, and the lines it is about."""

    measures: tuple[Measure, ...]
    name: Local | Text
    unit: str
    unit_name: Text
    lines: tuple[Line, ...]
    rows: Ints
    treated: Bools


@dataclass(frozen=True, slots=True)
class Read:
    """A comparison read: what is told, what it teaches, and what had been forecast."""

    measured: Measured
    told: Told | None
    forecasts: tuple[tuple[Forecast, float], ...]  # with the standard deviation of forecast and noise together


def comparisons(followed: Followed, plan: Plan, pack: Pack) -> tuple[Comparison, ...]:
    """The comparisons of a plan: by measure (or bundle), then by cell, or by state where cells are too small."""
    lines = {line.id: line for line in plan.lines}
    cells = {cell.id: cell for cell in plan.cells}
    shelves: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for at, id in enumerate(followed.lines):
        if id in lines:
            shelves[lines[id].measures, cells[lines[id].cell].state].append(at)
    found = []
    for (ids, state), places in sorted(shelves.items()):
        measures = tuple(pack.measure(id) for id in ids)
        rest = []
        for at in places:
            one = _comparison(followed, measures, (lines[followed.lines[at]],), (at,), "", say("trial.measure.all"))
            if min(int(one.treated.sum()), int((~one.treated).sum())) >= ALONE:
                found.append(replace(one, unit=one.lines[0].cell, unit_name=one.lines[0].cell_label))
            else:
                rest.append(at)
        if rest:
            those = tuple(lines[followed.lines[at]] for at in rest)
            unit_name = those[0].cell_label if len(rest) == 1 else say(f"trial.measure.state_{state}")
            unit = those[0].cell if len(rest) == 1 else state
            found.append(_comparison(followed, measures, those, tuple(rest), unit, unit_name))
    return tuple(found)


def _comparison(
    followed: Followed,
    measures: tuple[Measure, ...],
    lines: tuple[Line, ...],
    places: Sequence[int],
    unit: str,
    unit_name: Text,
) -> Comparison:
    meant = np.isin(followed.intended, places)
    got = followed.line == followed.intended
    rows = np.flatnonzero(meant & (got | (followed.line < 0)))
    names = tuple(local(m.name) for m in measures)
    return Comparison(measures, names_together(names), unit, unit_name, lines, rows, got[rows])


def everybody(followed: Followed) -> Comparison:
    """All who were not held out beside the hold-out."""
    rows = np.arange(followed.customer.size)
    return Comparison((), say("trial.measure.whole"), "*", say("trial.measure.all"), (), rows, ~followed.held)


def read(
    about: Comparison,
    followed: Followed,
    plan: Plan,
    windows: Windows,
    *,
    others: Sequence[Ints] = (),
) -> Read:
    """Check and estimate one comparison."""
    rows = about.rows
    # Lines of one stratum are drawn apart: who was meant for one is compared with who was meant for it.
    stratum = np.unique(np.column_stack([followed.stratum[rows], followed.intended[rows]]), axis=0, return_inverse=True)
    groups = stratum[1].ravel() if about.measures else followed.stratum[rows]
    arms = Arms.of(about.treated, groups)
    came = followed.visits[rows] > 0
    treated, control = arms.sizes
    change = detectable(treated=treated, held=control, rate=_rate(came, about.treated))
    checks = (
        sample_ratio(*_by_arm(followed.found[rows], about.treated)),
        double_exposure(followed.customer[rows][about.treated], others),
        minimum_data(
            treated=treated or int(about.treated.sum()),
            control=control,
            events=int(came[arms.useful].sum()),
            non_events=int((~came[arms.useful]).sum()),
            detectable=change,
        ),
    )
    readable = all(check.verdict != "unreadable" for check in checks)
    contrasts = _contrasts(about, followed, arms, windows) if readable else {}
    outcomes = tuple(_outcome(kind, found, about, plan) for kind, found in contrasts.items())
    harm = _harm(about, followed, windows) if readable else None
    lapsed = bool(about.lines) and all(c.state == "lapsed" for c in plan.cells if c.id == about.lines[0].cell)
    verdict, said = _verdict(contrasts, checks, change, lapsed=lapsed)
    measured = Measured(
        tuple(m.id for m in about.measures),
        about.name,
        about.unit,
        about.unit_name,
        int(about.treated.sum()),
        int((~about.treated).sum()),
        checks,
        outcomes,
        verdict,
        say("trial.measure.harm", n=harm) if harm is not None else said,
        harm,
    )
    if not readable or not about.measures:
        return Read(measured, None, ())
    return Read(measured, *_taught(about, followed, plan, contrasts, windows))


def _rate(came: Bools, treated: Bools) -> float:
    spared = came[~treated]
    return float((spared.sum() + 0.5) / (spared.size + 1))


def _by_arm(found: Bools, treated: Bools) -> tuple[tuple[int, int], tuple[int, int]]:
    return (
        (int((found & treated).sum()), int((found & ~treated).sum())),
        (int(treated.sum()), int((~treated).sum())),
    )


def lately_days(followed: Followed, rows: Ints, windows: Windows) -> NDArray[np.float64]:
    """From how many days of silence each customer counts as not seen: overdue on their own rhythm, within reason."""
    return np.clip(windows.overdue_at * followed.rhythm[rows], 14, max(followed.days - 1, 14))


def _seen(followed: Followed, rows: Ints, windows: Windows) -> Bools:
    quiet = followed.days - followed.last[rows]
    return (followed.last[rows] > 0) & (quiet < lately_days(followed, rows, windows))


def _contrasts(about: Comparison, followed: Followed, arms: Arms, windows: Windows) -> dict[str, Contrast]:
    rows = about.rows
    before = followed.before[rows]
    return {
        "visits": log_ratio(followed.visits[rows], arms),
        "seen": share(_seen(followed, rows, windows), arms),
        "returned": share(followed.visits[rows] > 0, arms),
        "contribution": difference(followed.contribution[rows], arms, before=before),
    }


def _outcome(kind: str, found: Contrast, about: Comparison, plan: Plan) -> Outcome:
    if not found.told:
        return Outcome(kind, found.treated_mean, found.control_mean, None, None, None, None, None)
    unit = {"visits": "log_ratio", "contribution": plan.provenance.currency}.get(kind, "share")
    low, high = found.interval(LEVEL)
    shown = Estimate(
        found.mean, found.quantile(0.1), found.quantile(0.5), found.quantile(0.9), unit, "effect", about.rows.size
    )
    least = SEEN * found.se
    return Outcome(kind, found.treated_mean, found.control_mean, shown, low, high, found.se, least)


def _harm(about: Comparison, followed: Followed, windows: Windows) -> int | None:
    """After how many customers whose own time was up the monitor saw harm: fewer came back than without."""
    rows = about.rows
    closes = np.ceil(lately_days(followed, rows, windows)).astype(np.int64)
    up = closes <= followed.days
    order = np.lexsort((followed.customer[rows][up], closes[up]))
    first = followed.first[rows][up][order]
    came = (first > 0) & (first <= closes[up][order])
    chance = float(about.treated.mean())
    if not 0 < chance < 1 or came.size == 0:
        return None
    sequence = terms(came, about.treated[up][order], np.full(came.size, chance))
    return watch(sequence, tuned_to=rows.size).harm_at


def _verdict(
    contrasts: dict[str, Contrast], checks: Sequence[Finding], change: float, *, lapsed: bool
) -> tuple[str, Text]:
    """What can be said: by visits; for lapsed customers, of whom few come at all, by the share who came back."""
    stopped = next((check for check in checks if check.verdict == "unreadable"), None)
    if stopped is not None:
        return "untold", stopped.text
    if lapsed:
        return _in_points(contrasts["returned"])
    visits = contrasts["visits"]
    if not visits.told:
        return "untold", say("trial.measure.nobody_came")
    low, high = visits.interval(LEVEL)
    figures = {
        "change": Share(math.expm1(visits.mean)),
        "low": Share(math.expm1(low)),
        "high": Share(math.expm1(high)),
    }
    if low > 0:
        return "better", say("trial.measure.better", **figures)
    if high < 0:
        return "worse", say("trial.measure.worse", **figures)
    least = Share(math.expm1(SEEN * visits.se))
    return "unclear", say("trial.measure.unclear", least=least, points=Number(100 * min(change, 1.0), 1), **figures)


def _in_points(found: Contrast) -> tuple[str, Text]:
    low, high = found.interval(LEVEL)
    figures = {
        "treated": Share(found.treated_mean),
        "control": Share(found.control_mean),
        "low": Number(100 * low, 1),
        "high": Number(100 * high, 1),
    }
    if low > 0:
        return "better", say("trial.measure.better_back", **figures)
    if high < 0:
        return "worse", say("trial.measure.worse_back", **figures)
    return "unclear", say("trial.measure.unclear_back", points=Number(100 * SEEN * found.se, 1), **figures)


def _taught(
    about: Comparison,
    followed: Followed,
    plan: Plan,
    contrasts: dict[str, Contrast],
    windows: Windows,
) -> tuple[Told | None, tuple[tuple[Forecast, float], ...]]:
    """What a comparison shows of its effects, and what had been forecast of it.

    Frequency and attrition are told by visits and being seen lately together, reactivation by coming back.
    """
    cells = {cell.id: cell for cell in plan.cells}
    lapsed = cells[about.lines[0].cell].state == "lapsed"
    kinds = [kind for kind in (TOLD_BY_LAPSED if lapsed else TOLD_BY_LIVING) if contrasts[kind].told]
    if not kinds:
        return None, ()
    watched = [_watched(about, followed, cells, kind, windows) for kind in kinds]
    forecasts = []
    for one in watched:
        found, (mean, doubt) = contrasts[one.kind], one.forecast()
        spread = math.hypot(doubt, found.se)
        forecasts.append((_forecast(about, one.kind, mean, doubt, found.mean, spread), spread))
    errors = np.array([contrasts[kind].se for kind in kinds])
    covariance = np.outer(errors, errors) * _together(about, followed, kinds, windows)
    told = Told(about.unit, tuple(watched), tuple(contrasts[kind].mean for kind in kinds), covariance)
    return told, tuple(forecasts)


def results_of(reads: Sequence[Read], *, on: date, run: str) -> tuple[Result, ...]:
    """What all comparisons together say of each effect, one result a group of customers."""
    groups = [one.told for one in reads if one.told is not None]
    return tuple(
        Result(key[0], key[1], group.beliefs[key].primitive, group.unit, y, se, on, run)
        for group, message in zip(groups, all_told(groups), strict=True)
        for key, (y, se) in message.items()
        if group.beliefs[key].primitive in TELLABLE
    )


def _together(about: Comparison, followed: Followed, kinds: Sequence[str], windows: Windows) -> NDArray[np.float64]:
    """How outcomes of one customer go together (correlation within arms): who comes more often is seen more, too."""
    rows = about.rows
    columns = {
        "visits": followed.visits[rows],
        "seen": _seen(followed, rows, windows),
        "returned": followed.visits[rows] > 0,
    }
    values = np.column_stack([np.asarray(columns[kind], dtype=float) for kind in kinds])
    for arm in (about.treated, ~about.treated):
        values[arm] -= values[arm].mean(axis=0)
    spread = np.sqrt((values**2).sum(axis=0))
    if values.shape[1] == 1 or np.any(spread <= 0):
        return np.eye(values.shape[1])
    # Kept away from 1, where two outcomes would be one.
    found = np.clip(values.T @ values / np.outer(spread, spread), -0.95, 0.95)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found, dtype=float)


def _watched(about: Comparison, followed: Followed, cells: dict[str, CellInfo], kind: str, windows: Windows) -> Watched:
    """The outcome as the model expects it, over the comparison's lines by customers."""
    rows = about.rows
    everybody = max(sum(line.customers for line in about.lines), 1)
    # Customers still, weighted by how often they come: expected visits over visits if all were.
    alive = min(float(followed.before[rows, 1].sum() / max(float(followed.rate[rows].sum()), 1e-9)), 1.0)
    lines = tuple(
        (line.customers / everybody, cells[line.cell], parts_of(about.measures, cells[line.cell]))
        for line in about.lines
    )
    lately = float(lately_days(followed, rows, windows).mean()) / MONTH
    return Watched(kind, lines, followed.months, lately, alive)


def _forecast(about: Comparison, kind: str, mean: float, doubt: float, actual: float, spread: float) -> Forecast:
    unit = "log_ratio" if kind == "visits" else "share"
    shown = Estimate(mean, mean - 1.2816 * doubt, mean, mean + 1.2816 * doubt, unit, "calibration", about.rows.size)
    return Forecast(
        tuple(m.id for m in about.measures), about.unit, kind, shown, actual, abs(actual - mean) <= 1.2816 * spread
    )


def variance_explained(about: Comparison, followed: Followed) -> float:
    """The share of the spread of contribution that the time before explains."""
    arms = Arms.of(about.treated, followed.stratum[about.rows])
    return explained(followed.contribution[about.rows], followed.before[about.rows], arms)


def brought(whole: Measured, currency: str) -> Text | None:
    """What the whole plan brought in, in words; None where it cannot be told."""
    money = next((o for o in whole.outcomes if o.kind == "contribution" and o.effect is not None), None)
    if money is None or money.effect is None or money.low is None or money.high is None:
        return None
    n = whole.customers
    return say(
        "trial.measure.brought",
        mean=Money.of(n * money.effect.mean, currency),
        low=Money.of(n * money.low, currency),
        high=Money.of(n * money.high, currency),
        customers=n,
    )
