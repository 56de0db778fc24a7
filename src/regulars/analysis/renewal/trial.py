"""Renewals put to the test: fitted on what was known two years ago, held against the contracts of the year after.

One contract a customer (the first of that year), so that holders of many do not count many times, and only contracts
old enough by now to have lapsed. Who has still done neither is left out on both sides, and counted.
"""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np

from regulars.analysis.part import Scene
from regulars.analysis.renewal.holding import fees, gaps_until, held, told_at
from regulars.analysis.results.renewal import Contract, RenewalTrial
from regulars.analysis.value.duration import DurationFit, Renewals, choose_duration
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import YEAR
from regulars.base.estimate import Estimate

_FEW = 30
_MOST_OPEN = 9  # told contracts for each that is open: who can be told early is not like the others
_DRAWS = 200
_NORMAL_80 = 1.2816


def trial(scene: Scene, *, kind: Contract, after: int) -> RenewalTrial | None:
    """The test of one kind of contract; ``after`` days of silence count as lapsed. None where too few can be told."""
    cut = scene.setting.as_of - 2 * YEAR
    if scene.setting.first_day > cut - YEAR or after >= 2 * YEAR.days:
        return None
    gaps = gaps_until(scene, kind=kind, on=cut, name=f"renewal_gaps_then_{kind}")
    asked = query(scene, kind=kind, after=after, told=told_at(gaps, after=after), cut=cut)
    rows = scene.setting.desk.ask(f"renewal_trial_{kind}", asked).to_pylist()
    known = [row for row in rows if row["reached"]]
    if sum(row["holders"] for row in known) < _FEW:
        return None
    longest = max(row["reached"] for row in known)
    lapsed, censored = np.zeros(longest), np.zeros(longest)
    for row in known:
        (lapsed if row["lapsed_then"] else censored)[row["reached"] - 1] += row["holders"]
    taken = np.zeros(max(row["before"] for row in rows) + 1)
    for row in rows:
        taken[row["before"]] += row["renewed"] + row["lapsed"]
    still_open = sum(row["open"] for row in rows)
    if taken.sum() < max(_FEW, _MOST_OPEN * still_open) or not lapsed.sum():
        return None
    fit, _ = choose_duration(Renewals(lapsed, censored))
    foretold = _foretold(fit, taken, scene)
    renewed = sum(row["renewed"] for row in rows)
    return RenewalTrial(cut, round(taken.sum()), still_open, foretold, renewed)


def query(scene: Scene, *, kind: Contract, after: int, told: int, cut: date) -> ibis.Table:
    """Customers by contracts taken ``before`` (until the cut), those of them ``reached`` and whether ``lapsed_then``.

    The latter two as :func:`regulars.analysis.renewal.holding.held` would have told on the cut. ``holders`` counts all
    of them; ``renewed``, ``lapsed`` and ``open`` what became of the first contract each took in the year after.
    """
    end = scene.setting.as_of
    until = min(cut + YEAR, end - timedelta(days=after))
    own = fees(scene, kind=kind)
    each = own.group_by("customer").aggregate(
        before=own.count(where=own.day <= cut), within=own.count(where=(own.day > cut) & (own.day <= until))
    )
    then = held(scene, kind=kind, after=after, told=told, on=cut).rename(lapsed_then="lapsed").drop("total")
    t = each.left_join(then, "customer").drop("customer_right")
    now = held(scene, kind=kind, after=after, told=after, on=end).select("customer", "total", gone="lapsed")
    t = t.left_join(now, "customer").drop("customer_right")
    began, renewed = t.within > 0, t.total > t.before + 1
    t = t.mutate(
        reached=t.reached.fill_null(0),
        lapsed_then=t.lapsed_then.fill_null(False),
        renewed=began & renewed,
        lapsed=began & ~renewed & t.gone,
        open=began & ~renewed & ~t.gone,
    )
    keys = ("before", "reached", "lapsed_then")
    counts = {name: t.count(where=t[name]) for name in ("renewed", "lapsed", "open")}
    return t.group_by(*keys).aggregate(holders=t.count(), **counts).order_by(*keys)


def _foretold(fit: DurationFit, taken: Floats, scene: Scene) -> Estimate:
    """Renewals of ``taken[k]`` contracts of holders who had k before, with the 80 % range."""
    numbers = np.arange(1, len(taken) + 1)
    p = fit.retention(numbers)
    drawn = [float(taken @ one.retention(numbers)) for one in fit.draw_parameters(scene.rng.spawn(1)[0], _DRAWS)]
    mean = float(taken @ p)
    half = _NORMAL_80 * float(np.sqrt(taken @ (p * (1 - p)) + np.var(drawn)))
    told = float(taken.sum())
    return Estimate(mean, max(mean - half, 0.0), mean, min(mean + half, told), "contracts", fit.model, round(told))
