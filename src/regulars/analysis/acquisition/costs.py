"""Money spent by source and day, set against newcomers of the same days."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
from scipy.special import gammaincinv

from regulars.analysis.part import Scene
from regulars.analysis.results.acquisition import Cost
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate

_METHOD = "sources"


def spend_query(spend: ibis.Table, *, currency: str, start: date, until: date) -> ibis.Table:
    """Money by source and period, of periods that reach into the days looked at."""
    t = spend.filter(spend.currency == currency, spend.source.notnull(), spend.day <= until)
    t = t.mutate(until=t.until.fill_null(t.day))
    t = t.filter(t.until >= start)
    grouped = t.group_by("source", "day", "until").aggregate(amount=t.amount.sum())
    return grouped.order_by("source", "day", "until")


def by_day(scene: Scene, *, start: date) -> dict[str, tuple[Floats, int, int]]:
    """Per source: money of every day from ``start`` to ``as_of``, and first and last of those with spend known.

    The money of a period is spread evenly over its days.
    """
    setting, reader = scene.setting, scene.setting.desk.reader
    if not reader.has("spend"):
        return {}
    query = spend_query(reader.table("spend"), currency=setting.business.currency, start=start, until=setting.as_of)
    length = (setting.as_of - start).days + 1
    found: dict[str, tuple[Floats, int, int]] = {}
    for row in setting.desk.ask("acquisition_spend", query).to_pylist():
        begun, ended = (row["day"] - start).days, (row["until"] - start).days
        first, last = max(begun, 0), min(ended, length - 1)
        money, low, high = found.get(row["source"], (np.zeros(length), first, last))
        money[first : last + 1] += float(row["amount"]) / (ended - begun + 1)
        found[row["source"]] = (money, min(low, first), max(high, last))
    return found


def cost_of(
    money: tuple[Floats, int, int], came: Floats, stayed: Floats, *, start: date, old_until: int, currency: str
) -> Cost | None:
    """Cost of one source. ``came`` and ``stayed`` count newcomers (still there at 12 months) by first day.

    Money is given, newcomers are counted: their Poisson law, with Jeffreys' prior, gives the range.
    """
    spent, first, last = money
    total, n = float(spent[first : last + 1].sum()), int(came[first : last + 1].sum())
    if total <= 0:
        return None
    told = max(min(last, old_until) + 1, first)
    early, kept = float(spent[first:told].sum()), int(stayed[first:told].sum())
    return Cost(
        start + timedelta(days=first),
        start + timedelta(days=last),
        total,
        n,
        _each(total, n, currency),
        early,
        kept,
        _each(early, kept, currency) if early > 0 and kept > 0 else None,
    )


def _each(total: float, n: int, currency: str) -> Estimate:
    p10, p50, p90 = (float(total / gammaincinv(n + 0.5, 1 - q)) for q in (0.1, 0.5, 0.9))
    return Estimate(total / (n if n else 0.5), p10, p50, p90, currency, _METHOD, n)


def weekly(money: tuple[Floats, int, int], came: Floats) -> tuple[Floats, Floats]:
    """Money and newcomers of the full weeks with spend known."""
    spent, first, last = money
    weeks = (last + 1 - first) // 7
    inside = slice(first, first + 7 * weeks)
    return spent[inside].reshape(weeks, 7).sum(axis=1), came[inside].reshape(weeks, 7).sum(axis=1)
