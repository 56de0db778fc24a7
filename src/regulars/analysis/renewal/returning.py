"""The reactivation floor: how often customers come back after they were lost.

Visit models call a long silence final; some come back all the same. From the day a silence outlasts the trade's lost
window, customers are under observation until they come or until today: returns over the time under observation is the
rate, with Jeffreys' gamma range; 1 - exp(-90 rate) the chance within 90 days. Docs: docs/methods/reactivation.md.
"""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
from scipy.special import gammaincinv

from regulars.analysis.part import Scene
from regulars.analysis.results.renewal import ReturnRate
from regulars.base.estimate import Estimate

_METHOD = "reactivation"
_WITHIN = 90
_FEW = 90 * 50  # days under observation


def bands_of(lost_after: int) -> tuple[tuple[int, int | None], ...]:
    """Lengths of absence, in days: once, twice, four times the window and longer."""
    return ((lost_after, 2 * lost_after), (2 * lost_after, 4 * lost_after), (4 * lost_after, None))


def spells_query(
    days: ibis.Table,
    customers: ibis.Table,
    *,
    bands: tuple[tuple[int, int | None], ...],
    since: date | None,
    until: date,
) -> ibis.Table:
    """One row: for every band, days under observation and returns, of absences between two days (``since`` excluded).

    An absence begins with its last visit; only its part within the two days counts.
    """
    again = days.filter(days.previous.notnull()).select(began="previous", ended="day")
    running = customers.select(began="last_day", ended=ibis.null("date"))
    spells = again.union(running)
    spells = spells.filter(spells.began <= until)
    over = ibis.ifelse((spells.ended <= until).fill_null(False), spells.ended, ibis.literal(until))
    t = spells.mutate(
        length=over.delta(spells.began, unit="day"),
        came=(spells.ended <= until).fill_null(False),
        seen_from=ibis.literal(since).delta(spells.began, unit="day") if since else ibis.literal(0),
    )
    sums: dict[str, ibis.Value] = {}
    for number, (low, high) in enumerate(bands):
        start = ibis.greatest(t.seen_from, low)
        end = t.length if high is None else ibis.least(t.length, high)
        # A return on the last day of a band belongs to the band whose days were waited through.
        inside = (t.length > start) & (t.length <= high if high is not None else ibis.literal(True))
        sums[f"days_{number}"] = ibis.greatest(end - start, 0).sum().fill_null(0)
        sums[f"came_{number}"] = t.count(where=t.came & inside)
    return t.aggregate(**sums)


def returns(scene: Scene) -> tuple[ReturnRate, ...]:
    """Rates by length of absence; bands under which next to nobody was observed are left out."""
    setting, kept = scene.setting, scene.kept
    bands = bands_of(setting.pack.windows.lost_after)
    end = setting.as_of
    cut = next(iter(scene.tried.cases)).cut if scene.tried else None

    def counted(name: str, since: date | None, until: date) -> dict[str, int]:
        query = spells_query(kept.days, kept.customers, bands=bands, since=since, until=until)
        row: dict[str, int] = setting.desk.ask(name, query).to_pylist()[0]
        return row

    every = counted("renewal_returns", None, end)
    before = counted("renewal_returns_before", None, cut) if cut else {}
    after = counted("renewal_returns_after", cut, end) if cut else {}
    found = []
    for number, (low, high) in enumerate(bands):
        exposure, came = every[f"days_{number}"], every[f"came_{number}"]
        if exposure >= _FEW:
            chance = within(came, exposure)
            found.append(ReturnRate(low, high, came, chance, _rate(before, number), _rate(after, number)))
    return tuple(found)


def within(came: int, exposure: int) -> Estimate:
    """Chance of coming back within 90 days from returns and days under observation."""
    mean, *ends = (
        float(-np.expm1(-_WITHIN * rate / exposure))
        for rate in (came + 0.5, *(gammaincinv(came + 0.5, q) for q in (0.1, 0.5, 0.9)))
    )
    return Estimate(mean, ends[0], ends[1], ends[2], "share", _METHOD, came)


def _rate(row: dict[str, int], number: int) -> float | None:
    exposure = row.get(f"days_{number}", 0)
    return 1000 * _WITHIN * row[f"came_{number}"] / exposure if exposure >= _FEW else None


def of_each(scene: Scene, found: tuple[ReturnRate, ...]) -> ibis.Table:
    """Customer and ``reactivation_90`` of those silent for longer than the lost window (null for others)."""
    t = scene.people.select("customer", "since_days")
    branches = [
        ((t.since_days > r.from_days) & ((t.since_days <= r.to_days) if r.to_days is not None else True), r.per_90.mean)
        for r in found
    ]
    return t.select("customer", reactivation_90=ibis.cases(*branches, else_=ibis.null("float64")))
