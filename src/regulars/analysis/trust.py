"""Every predictive figure of the study, as it would have been said at the origins, beside what came.

Docs: docs/methods/trust.md. The model is fitted at each origin on what was known there; nothing here is a second guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from regulars.analysis.origins import OriginDay
from regulars.analysis.results.tournament import Coverage, Reliability, Trust, TrustRow
from regulars.analysis.value.calibration import BANDS, band_of
from regulars.analysis.value.contest import Entry, Trial, held_out
from regulars.analysis.value.foretold import Foretold
from regulars.analysis.value.next_visit import next_visit
from regulars.analysis.value.outlook import SOON_DAYS
from regulars.analysis.value.spend import SpendFit
from regulars.analysis.value.statistics import Bools, Floats, Statistics
from regulars.analysis.value.visits import VisitFit
from regulars.base.estimate import Estimate
from regulars.base.text import Share, Text, say

#: What a model of visits misses by even where it fits well, on the log scale.
_USUAL_ERROR = 0.05
_NORMAL_90 = 1.2816
_BINS = 10
_NEXT_TO_NOTHING = 0.01  # visits or money foretold of a whole base
_FEW = 20
_SOUND = 0.15


def trust(
    known: Mapping[OriginDay, Trial], entry: Entry, spends: Sequence[SpendFit], money: Sequence[Foretold]
) -> Trust:
    """The trust page of a study: totals, coverage of ranges, and whether probabilities came true."""
    cases = list(known.values())
    rows = []
    for (origin, trial), fit, spend in zip(known.items(), entry.fits, spends, strict=True):
        rows += _totals(origin, trial, fit, spend)
    coverage = (*_coverage("visits", entry.parts, cases), *_coverage("revenue", money, cases))
    chosen = tuple(sorted(rows, key=lambda row: (_FIGURES.index(row.figure), row.cut)))
    return Trust(chosen, coverage, _active(cases, entry.fits), _verdict(chosen, coverage))


_FIGURES = ("visits", "revenue", "active_90", "next_visit")
_LONG = ("visits", "revenue")


def far(found: Trust, origin: OriginDay, trial: Trial, fit: VisitFit, spend: SpendFit) -> Trust:
    """The same with totals over the longest period that the past allows."""
    rows = tuple(row for row in _totals(origin, trial, fit, spend) if row.figure in _LONG)
    return replace(found, longest=rows, longest_days=origin.horizon)


def _totals(origin: OriginDay, t: Trial, fit: VisitFit, spend: SpendFit) -> list[TrustRow]:
    fit = fit.knowing(t.log_gaps)
    visits = fit.visits(t.x, t.t_x, t.T, t.weeks)
    known = (t.x > 0) & (t.repeat_value > 0)
    behind, value = np.where(known, t.x, 0.0), np.where(known, t.repeat_value, 0.0)
    each, doubt = spend.expected_spend(behind, value), spend.spend_sd(behind, value) ** 2
    money = visits.mean * each
    chance = (visits.mean / spend.parameters[0] + visits.variance) * (each**2 + doubt) + visits.mean**2 * doubt
    rows = [
        _row("visits", origin, visits.mean, visits.variance, float(t.came.sum())),
        _row("revenue", origin, money, chance, float(t.earned.sum())),
    ]
    if origin.horizon >= SOON_DAYS:
        soon = fit.survival_counts(t.x, t.t_x, t.T, t.outlook.soon, [1])[:, 0]
        rows.append(_row("active_90", origin, soon, soon * (1 - soon), float((t.next_days <= SOON_DAYS).sum())))
    stats = Statistics(t.x.astype(np.int64), t.t_x, t.T, np.ones(len(t.x)))
    window = next_visit(fit, stats, t.outlook)
    inside = window["next_visit_p90"] <= origin.horizon
    if inside.sum() >= _FEW:
        due = np.where(inside, 0.8 * fit.p_alive(t.x, t.t_x, t.T), 0.0)
        hit = inside & (t.next_days >= window["next_visit_p10"] - 0.5) & (t.next_days <= window["next_visit_p90"] + 0.5)
        rows.append(_row("next_visit", origin, due, due * (1 - due), float(hit.sum())))
    return rows


def _row(figure: str, origin: OriginDay, mean: Floats, variance: Floats, actual: float) -> TrustRow:
    """A total with its 80 % range: customers' own chance, and the error such models usually make."""
    total = float(mean.sum())
    if total < _NEXT_TO_NOTHING:
        return TrustRow(figure, origin.cut, max(total, 0.0), None, None, actual)
    told = expected_total(mean, variance, unit=figure)
    return TrustRow(figure, origin.cut, total, told.p10, told.p90, actual)


def expected_total(mean: Floats, variance: Floats, *, unit: str) -> Estimate:
    """A total over customers, log-normal: their own chance (``variance`` each), and the error such models usually make.

    The sum of ``mean`` is positive.
    """
    total = float(mean.sum())
    spread = np.sqrt(np.log1p(float(variance.sum()) / total**2) + _USUAL_ERROR**2)
    low, high = (float(total * np.exp(sign * _NORMAL_90 * spread)) for sign in (-1, 1))
    return Estimate(total, low, total, high, unit, "trust", len(mean))


def _coverage(figure: str, parts: Sequence[Foretold], cases: Sequence[Trial]) -> list[Coverage]:
    nearer, wider = (held_out(parts, cases, width) for width in (0.8, 0.9))
    band = band_of(wider.x)

    def row(group: str, here: Bools) -> Coverage:
        held = (float(v[here].mean()) for v in (nearer.within, wider.within, wider.above))
        return Coverage(figure, group, int(here.sum()), *held)

    rows = [row("all", np.ones(len(band), dtype=bool))]
    for b, low in enumerate(BANDS):
        here = band == b
        if here.sum() >= _FEW:
            group = (
                f"{low}+" if low == BANDS[-1] else str(low) if BANDS[b + 1] == low + 1 else f"{low}-{BANDS[b + 1] - 1}"
            )
            rows.append(row(group, here))
    return rows


def _active(cases: Sequence[Trial], fits: Sequence[VisitFit]) -> tuple[Reliability, ...]:
    """Probability of a visit within 90 days, in tenths of customers, against the share who came."""
    pairs = [
        (fit.knowing(t.log_gaps).survival_counts(t.x, t.t_x, t.T, t.outlook.soon, [1])[:, 0], t.next_days <= SOON_DAYS)
        for t, fit in zip(cases, fits, strict=True)
        if t.horizon_days >= SOON_DAYS
    ]
    if not pairs:
        return ()
    given, came = np.concatenate([p for p, _ in pairs]), np.concatenate([c for _, c in pairs])
    parts = [part for part in np.array_split(np.argsort(given, kind="stable"), _BINS) if len(part)]
    return tuple(Reliability(float(given[part].mean()), float(came[part].mean()), len(part)) for part in parts)


def _verdict(rows: Sequence[TrustRow], coverage: Sequence[Coverage]) -> Text:
    """In one sentence: how far off the totals were, and whether the ranges held."""
    off = [abs(row.foretold / row.actual - 1) for row in rows if row.figure == "visits" and row.actual > 0]
    held = next(row.within_90 for row in coverage if row.figure == "visits" and row.group == "all")
    if not off:
        return say("study.trust.nothing_came")
    mean = float(np.mean(off))
    told = {"off": Share(mean), "held": Share(held), "n": len(off)}
    return say("study.trust.sound", **told) if mean <= _SOUND else say("study.trust.rough", **told)
