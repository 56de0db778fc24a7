"""How long customers wait until they come again: Kaplan-Meier, so that those still waiting are counted as such.

Kaplan and Meier (1958), JASA 53; variance by Greenwood, interval on the scale log(-log S), which stays within 0 and 1.
After later visits a customer waits many times, and waits of one customer are alike: there the variance is that of the
curve with one twentieth of the customers left out after the other (jackknife of groups; Wolter 2007, ch. 4).
Two years of newcomers are compared by the log-rank test (Mantel 1966). Docs: docs/methods/survival.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
import pyarrow as pa
from scipy.special import ndtr, stdtrit

from regulars.analysis.lookback import Look
from regulars.analysis.results.staying import CohortTest, Curve
from regulars.analysis.value.statistics import Floats
from regulars.base.text import Text, say

LAST_BAND = 4
HORIZON = 730
_NORMAL_80 = 1.2816
#: Groups of customers left out one after the other, and below how many with waits the jackknife has no say.
_GROUPS, _FEW_GROUPS = 20, 10
_FEW = 20
_SHOWN = 60
_SURE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Counts by day since the visit: who came again that day, who has waited so long and no further is known."""

    days: Floats
    came: Floats
    open: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Survival:
    """Kaplan-Meier at every day with an event."""

    days: Floats
    waiting: Floats
    low: Floats
    high: Floats


def kaplan_meier(w: Waiting) -> Survival:
    """The curve with its 80 % interval."""
    at_risk = (w.came + w.open)[::-1].cumsum()[::-1]
    event = w.came > 0
    days, came, risk = w.days[event], w.came[event], at_risk[event]
    waiting = np.cumprod(1 - came / risk)
    left = risk - came
    variance = np.cumsum(np.where(left > 0, came / (risk * np.maximum(left, 1.0)), 0.0))
    inside = (waiting > 0) & (waiting < 1)
    logs = np.log(np.where(inside, waiting, 0.5))
    spread = _NORMAL_80 * np.sqrt(variance) / np.abs(logs)
    low = np.where(inside, np.exp(logs * np.exp(spread)), waiting)
    high = np.where(inside, np.exp(logs * np.exp(-spread)), waiting)
    return Survival(days, waiting, low, high)


def waits_query(
    days: ibis.Table, customers: ibis.Table, *, horizon: int = HORIZON, since: date | None = None
) -> ibis.Table:
    """Waits by the visit waited after, days and whether it ended; waits beyond the horizon are cut there.

    Of who was first seen before ``since`` nobody knows which visit was the first: they count after later visits alone.
    """
    again = days.filter(days.previous.notnull())
    if since is not None:
        again = again.filter((again.first_day >= since) | (again["index"] >= LAST_BAND))
        customers = customers.filter((customers.first_day >= since) | (customers.x + 1 >= LAST_BAND))
    ended = again.select(
        "customer",
        band=ibis.least(again["index"], LAST_BAND).cast("int64"),
        days=again.day.delta(again.previous, unit="day"),
    )
    ended = ended.mutate(came=ibis.ifelse(ended.days <= horizon, 1, 0), days=ibis.least(ended.days, horizon))
    running = customers.select(
        "customer",
        band=ibis.least(customers.x + 1, LAST_BAND).cast("int64"),
        days=ibis.least(customers.since_days, horizon),
    )
    running = running.mutate(came=ibis.literal(0))
    key = ("band", "days", "came", "part")
    every = ended.mutate(came=ended.came.cast("int64"), part=_part(ended)).select(*key)
    every = every.union(running.mutate(came=running.came.cast("int64"), part=_part(running)).select(*key))
    return every.group_by(*key).aggregate(n=every.count()).order_by(*key)


def _part(t: ibis.Table) -> ibis.Value:
    """The group of a customer, after later visits; after the first ones everybody waits once."""
    return ibis.ifelse(t.band == LAST_BAND, (t.customer % _GROUPS).abs(), 0).cast("int64")


def curves(scene: Look) -> tuple[Curve, ...]:
    """One curve for the first, second, third and every later visit."""
    table = scene.setting.desk.ask(
        "staying_waits", waits_query(scene.kept.days, scene.kept.customers, since=scene.surely_new)
    )
    band = table["band"].to_numpy()
    found = []
    for b in range(1, LAST_BAND + 1):
        own = table.filter(pa.array(band == b))
        waiting = _waiting(own)
        if waiting.came.sum() + waiting.open.sum() >= _FEW and waiting.came.sum() > 0:
            curve = kaplan_meier(waiting)
            found.append(_curve(b, waiting, clustered(curve, own) if b == LAST_BAND else curve))
    return tuple(found)


def _waiting(table: pa.Table) -> Waiting:
    days, came, n = (table[name].to_numpy().astype(float) for name in ("days", "came", "n"))
    distinct, code = np.unique(days, return_inverse=True)
    return Waiting(distinct, *(np.bincount(code, n * (came == flag), len(distinct)) for flag in (1, 0)))


def clustered(s: Survival, table: pa.Table) -> Survival:
    """The curve with the interval that the waits of customers in groups (``part``) tell; as it is with few groups."""
    part = table["part"].to_numpy()
    groups = np.unique(part)
    if len(groups) < _FEW_GROUPS:
        return s
    without = [_on(kaplan_meier(_waiting(table.filter(pa.array(part != g)))), s.days) for g in groups]
    scale = np.array([np.log(-np.log(np.clip(v, 1e-9, 1 - 1e-9))) for v in without])
    n = len(groups)
    error = np.sqrt((n - 1) / n * ((scale - scale.mean(axis=0)) ** 2).sum(axis=0))
    half = float(stdtrit(n - 1, 0.9)) * error
    inside = (s.waiting > 0) & (s.waiting < 1)
    logs = np.log(np.where(inside, s.waiting, 0.5))
    low, high = (np.where(inside, np.exp(logs * np.exp(sign * half)), s.waiting) for sign in (1, -1))
    return Survival(s.days, s.waiting, low, high)


def _on(s: Survival, days: Floats) -> Floats:
    """Share still waiting on each of some days."""
    return np.asarray(np.r_[1.0, s.waiting][np.searchsorted(s.days, days, side="right")])


def _curve(band: int, w: Waiting, s: Survival) -> Curve:
    below = np.flatnonzero(s.waiting <= 0.5)
    grid = np.unique(np.round(np.linspace(0, min(365.0, float(w.days.max())), _SHOWN)))
    at = np.searchsorted(s.days, grid, side="right") - 1
    shown = [np.where(at >= 0, column[np.maximum(at, 0)], 1.0) for column in (s.waiting, s.low, s.high)]
    edges = np.r_[0.0, np.minimum(s.days, 365.0), 365.0]
    mean = float((np.diff(edges) * np.r_[1.0, s.waiting]).sum())
    return Curve(
        band=band,
        customers=round(float(w.came.sum() + w.open.sum())),
        events=round(float(w.came.sum())),
        days=tuple(int(d) for d in grid),
        waiting=tuple(float(v) for v in shown[0]),
        low=tuple(float(v) for v in shown[1]),
        high=tuple(float(v) for v in shown[2]),
        median=int(s.days[below[0]]) if len(below) else None,
        restricted_mean=mean,
    )


def newcomers_query(days: ibis.Table, customers: ibis.Table) -> ibis.Table:
    """Waits for the second visit by year of the first, days and whether it came."""
    second = days.filter(days["index"] == 1)
    ended = second.select(
        year=second.first_day.year().cast("int64"), days=second.day.delta(second.first_day, unit="day")
    ).mutate(came=ibis.literal(1).cast("int64"))
    once = customers.filter(customers.x == 0)
    running = once.select(year=once.first_day.year().cast("int64"), days="since_days").mutate(
        came=ibis.literal(0).cast("int64")
    )
    every = ended.union(running)
    return every.group_by("year", "days", "came").aggregate(n=every.count()).order_by("year", "days", "came")


def cohort_test(scene: Look) -> CohortTest | None:
    """The newcomers of the last two whole years against each other; None where there are no two."""
    setting = scene.setting
    table = setting.desk.ask("staying_newcomers", newcomers_query(scene.kept.days, scene.kept.customers))
    window = setting.pack.windows.returned_within
    last = setting.as_of.year - (0 if (setting.as_of.month, setting.as_of.day) == (12, 31) else 1)
    year = table["year"].to_numpy()
    first_whole = setting.first_day.year + (0 if setting.first_day.timetuple().tm_yday == 1 else 1)
    if scene.surely_new is not None:  # a year that begins before holds old customers among its newcomers
        first_whole = max(first_whole, scene.surely_new.year + (0 if scene.surely_new.timetuple().tm_yday == 1 else 1))
    if last - 1 < first_whole:
        return None
    pair = [_waiting(table.filter(pa.array(year == y))) for y in (last - 1, last)]
    if any(w.came.sum() + w.open.sum() < _FEW for w in pair):
        return None
    p = log_rank(*pair, window=window)
    back = [
        1 - float(np.r_[1.0, s.waiting][np.searchsorted(s.days, window, side="right")]) for s in map(kaplan_meier, pair)
    ]
    sizes = [round(float(w.came.sum() + w.open.sum())) for w in pair]
    return CohortTest(last - 1, last, sizes[0], sizes[1], back[0], back[1], p, _verdict(back, p))


def log_rank(one: Waiting, other: Waiting, *, window: int) -> float:
    """Two-sided p-value of equal return within ``window`` days (normal approximation)."""
    days = np.unique(np.r_[one.days, other.days])
    tables = []
    for w in (one, other):
        came, open_ = np.zeros(len(days)), np.zeros(len(days))
        at = np.searchsorted(days, w.days)
        came[at], open_[at] = w.came, w.open
        tables.append((came, (came + open_)[::-1].cumsum()[::-1]))
    (c1, n1), (c2, n2) = tables
    inside = (days <= window) & (n1 + n2 > 1)
    d, n = (c1 + c2)[inside], (n1 + n2)[inside]
    share = n1[inside] / n
    variance = float((d * share * (1 - share) * (n - d) / (n - 1)).sum())
    if variance <= 0:
        return 1.0
    z = float((c1[inside] - d * share).sum()) / np.sqrt(variance)
    return float(2 * ndtr(-abs(z)))


def _verdict(back: list[float], p: float) -> Text:
    if p >= _SURE:
        return say("study.staying.cohorts_alike")
    return say("study.staying.cohorts_better" if back[1] > back[0] else "study.staying.cohorts_worse")
