"""The competing KPI definitions of the trade, each computed as its author defines it, with its window and its base.

"Retention" and "rebooking" mean different things in different systems; side by side nobody can compare a number of one
definition with a benchmark of another. What each says, and whose it is: docs/reference/kpis.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np

from regulars.analysis.bookings import rebooked
from regulars.analysis.lookback import Look
from regulars.analysis.results.staying import KpiFigure
from regulars.analysis.staying.alike import alike_query, worth
from regulars.analysis.visits import YEAR
from regulars.base.text import Text, say

_NORMAL_80 = 1.2816

#: How a booking ends.
SETTLED = ("completed", "no_show", "late_cancelled", "cancelled")
#: Windows in days after a client-month: Biro's four to six weeks, Strategies' and Phorest's 90, Kitomba's 92.
WINDOWS = (42, 90, 92)
#: Definition, window, and whether of customers first seen in the month (True), of others, or of both.
RETURNING: tuple[tuple[str, int, tuple[bool, ...]], ...] = (
    ("new_back_42", 42, (True,)),
    ("new_back_90", 90, (True,)),
    ("existing_back_90", 90, (False,)),
    ("all_back_90", 90, (True, False)),
    ("back_92", 92, (True, False)),
)


@dataclass(frozen=True, slots=True)
class _Count:
    """Numerator and denominator now, and a year earlier."""

    counted: int
    base: int
    counted_before: int
    base_before: int


def client_months(days: ibis.Table, *, as_of: date) -> ibis.Table:
    """Last visits of customers' months of three years: their ``month``, whether it was the first (``new``), and the
    ``wait`` in days until they came in another month, null for those who did not."""
    visits = days.filter(days.visit, days.day > as_of - 3 * YEAR)
    window = ibis.window(group_by=visits.customer, order_by=visits.day)
    t = visits.mutate(month=visits.day.truncate("M").cast("date"), following=visits.day.lead().over(window))
    after = t.following.truncate("M").cast("date")
    t = t.filter(t.following.isnull() | (after != t.month))
    return t.mutate(new=t.first_day.truncate("M").cast("date") == t.month, wait=t.following.delta(t.day, unit="day"))


def returns_query(days: ibis.Table, *, scene: Look) -> ibis.Table:
    """Client-months of two years by age: clients whose last visit of a month was followed by another within a window.

    A month counts for a window once the window has passed for all of it.
    """
    t = client_months(days, as_of=scene.setting.as_of)
    back = {f"back_{w}": t.count(where=(t.wait <= w).fill_null(False)) for w in WINDOWS}
    return t.group_by("month", "new").aggregate(clients=t.count(), **back).order_by("month", "new")


def answers_query(days: ibis.Table, *, scene: Look) -> ibis.Table:
    """Sums over customers of the client-months that the figures of existing and of all customers rest on."""
    t = client_months(days, as_of=scene.setting.as_of)
    asked = {}
    for id, window, ages in RETURNING:
        if ages == (True,):
            continue  # a customer is new in one month alone
        start, end = told_months(scene.setting.as_of, window)
        answer = (t.month >= start) & (t.month < end)
        answer = answer if len(ages) > 1 else answer & ~t.new
        asked[id] = (answer, (t.wait <= window).fill_null(False))
    return alike_query(t, asked)


def base_query(days: ibis.Table, *, scene: Look) -> ibis.Table:
    """One row: customers active in the last and the previous 365 days, in both, visits of each, and gaps ended."""
    as_of = scene.setting.as_of
    middle, start = as_of - YEAR, as_of - 2 * YEAR
    visits = days.filter(days.visit)
    after, before = visits.day > middle, (visits.day > start) & (visits.day <= middle)
    gap = visits.day.delta(visits.previous, unit="day").cast("float64")
    each = visits.group_by("customer").aggregate(
        after=visits.count(where=after),
        before=visits.count(where=before),
        earlier=visits.count(where=visits.day <= start),
        gaps=gap.sum(where=after),
        ended=gap.count(where=after),
        gaps_before=gap.sum(where=before),
        ended_before=gap.count(where=before),
    )
    here, was, old = each.after > 0, each.before > 0, each.earlier > 0
    return each.aggregate(
        here=each.count(where=here),
        was=each.count(where=was),
        new=each.count(where=here & ~was & ~old),
        both=each.count(where=here & was),
        recovered=each.count(where=here & ~was & old),
        lost=each.count(where=was & ~here),
        visits=each.after.sum(),
        visits_before=each.before.sum(),
        gaps=each.gaps.sum(),
        ended=each.ended.sum(),
        gaps_before=each.gaps_before.sum(),
        ended_before=each.ended_before.sum(),
    )


def bookings_query(bookings: ibis.Table, *, scene: Look) -> ibis.Table:
    """Bookings of the last two years by year and how they ended."""
    as_of = scene.setting.as_of
    seen = bookings.filter(bookings.day <= as_of, bookings.day > as_of - 2 * YEAR)
    return (
        seen.group_by(recent=seen.day > as_of - YEAR, status=seen.status)
        .aggregate(n=seen.count())
        .order_by("recent", "status")
    )


def settled_query(bookings: ibis.Table, *, scene: Look) -> ibis.Table:
    """Sums over customers of the last year's settled bookings, by how they ended. One of nobody known is its own."""
    as_of = scene.setting.as_of
    known = ibis.literal("c") + bookings.customer.cast("string")
    alone = ibis.literal("b") + bookings.system + ibis.literal(" ") + bookings.booking_id
    t = bookings.filter(bookings.day <= as_of, bookings.day > as_of - YEAR, bookings.status.isin(list(SETTLED)))
    t = t.mutate(whose=ibis.coalesce(known, alone))
    return alike_query(t, {name: (ibis.literal(True), t.status == name) for name in SETTLED}, whose="whose")


def with_rebooked(days: ibis.Table, bookings: ibis.Table, *, scene: Look) -> ibis.Table:
    """Visits of the last two years and, where bookings tell, whether they were followed up."""
    visits = days.filter(days.visit, days.day > scene.setting.as_of - 2 * YEAR).select("customer", "day")
    return visits.left_join(rebooked(visits, bookings), ["customer", "day"])


def rebooked_query(t: ibis.Table, *, scene: Look) -> ibis.Table:
    """Visits of the last two years by year: all, with a further booking made within 24 hours (same or next day), and
    with a booking for later that stood when they left."""
    as_of = scene.setting.as_of
    return (
        t.group_by(recent=t.day > as_of - YEAR)
        .aggregate(
            visits=t.count(),
            quickly=t.count(where=t.quickly.fill_null(False)),
            standing=t.count(where=t.standing.fill_null(False)),
        )
        .order_by("recent")
    )


def kpis(scene: Look) -> tuple[KpiFigure, ...]:
    """Every definition that the ledger can answer, and the others with what they lack."""
    return (*_returning(scene), *_moving(scene), *_booked(scene))


def _returning(scene: Look) -> list[KpiFigure]:
    as_of = scene.setting.as_of
    rows = scene.setting.desk.ask("staying_returns", returns_query(scene.kept.days, scene=scene)).to_pylist()
    answers = scene.setting.desk.ask("staying_answers", answers_query(scene.kept.days, scene=scene)).to_pylist()[0]
    found = []
    for id, window, ages in RETURNING:
        start, end = told_months(as_of, window)
        own = [r for r in rows if r["new"] in ages and (ages != (True,) or _told(r["month"], scene))]
        now = [r for r in own if start <= r["month"] < end]
        then = [r for r in own if _year_before(start) <= r["month"] < start]
        told = _year_before(start) >= scene.setting.first_day.replace(day=1)
        told = told and (ages != (True,) or _told(_year_before(start), scene))
        if not now and ages == (True,) and scene.surely_new is not None:
            found.append(_locked(id, window, say("study.staying.early")))
            continue
        count = _Count(
            sum(r[f"back_{window}"] for r in now),
            sum(r["clients"] for r in now),
            sum(r[f"back_{window}"] for r in then) if told else 0,
            sum(r["clients"] for r in then) if told else 0,
        )
        found.append(_share(id, window, count, None if ages == (True,) else worth(answers, id)))
    return found


def _told(month: date, scene: Look) -> bool:
    """Whether who was first seen in a month surely was new."""
    return scene.surely_new is None or month >= scene.surely_new


def told_months(as_of: date, window: int) -> tuple[date, date]:
    """First days of the first of twelve months, and of the month after them, of which all of a window is known."""
    end = (as_of - timedelta(days=window)).replace(day=1)
    return _year_before(end), end


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1)  # of first days of months only


def _moving(scene: Look) -> list[KpiFigure]:
    row = scene.setting.desk.ask("staying_base", base_query(scene.kept.days, scene=scene)).to_pylist()[0]
    two_years = scene.setting.as_of - scene.setting.first_day >= 2 * YEAR - timedelta(days=1)
    locked = None if two_years else say("study.staying.two_years")
    shares = (
        ("stayed_year", row["both"], row["was"]),
        ("lost_year", row["lost"], row["was"]),
        ("new_year", row["new"], row["here"]),
        ("recovered_year", row["recovered"], row["here"]),
    )
    found = [
        _share(id, 365, _Count(n, base, 0, 0)) if two_years else _locked(id, 365, locked) for id, n, base in shares
    ]
    if two_years and row["was"]:
        naive = (row["here"] - row["new"]) / row["was"]
        found.append(_number("end_less_new", 365, naive, row["was"], None))
    frequency = row["visits"] / row["here"] if row["here"] else None
    before = row["visits_before"] / row["was"] if row["was"] and two_years else None
    found.append(_number("visits_a_year", 365, frequency, row["here"], before))
    interval = row["gaps"] / row["ended"] if row["ended"] else None
    earlier = row["gaps_before"] / row["ended_before"] if row["ended_before"] and two_years else None
    found.append(_number("revisit_days", 365, interval, row["ended"] or 0, earlier))
    return found


def _booked(scene: Look) -> list[KpiFigure]:
    setting = scene.setting
    ids = ("rebooked_24h", "left_with_booking", "completed", "no_show", "late_cancelled", "cancelled")
    if not setting.desk.reader.has("bookings"):
        why = say("study.staying.no_bookings")
        return [_locked(id, 365, why) for id in ids]
    bookings = setting.desk.reader.table("bookings")
    ended = setting.desk.ask("staying_bookings", bookings_query(bookings, scene=scene)).to_pylist()
    status: dict[tuple[bool, str], int] = {(r["recent"], r["status"]): r["n"] for r in ended}
    visits = with_rebooked(scene.kept.days, bookings, scene=scene)
    made = setting.desk.ask("staying_rebooked", rebooked_query(visits, scene=scene)).to_pylist()
    this_year = visits.day > setting.as_of - YEAR
    yes = {"rebooked_24h": visits.quickly, "left_with_booking": visits.standing}
    asked = {id: (this_year, answer.fill_null(False)) for id, answer in yes.items()}
    answers = setting.desk.ask("staying_rebooked_answers", alike_query(visits, asked)).to_pylist()[0]
    by_year: Mapping[bool, Mapping[str, int]] = {r["recent"]: r for r in made}
    found = []
    for id, column in (("rebooked_24h", "quickly"), ("left_with_booking", "standing")):
        now, then = by_year.get(True, {}), by_year.get(False, {})
        count = _Count(now.get(column, 0), now.get("visits", 0), then.get(column, 0), then.get("visits", 0))
        if count.counted + count.counted_before == 0:
            found.append(_locked(id, 365, say("study.staying.no_booking_times")))
        else:
            found.append(_share(id, 365, count, worth(answers, id)))
    base = {recent: sum(status.get((recent, s), 0) for s in SETTLED) for recent in (True, False)}
    ends = setting.desk.ask("staying_bookings_ended", settled_query(bookings, scene=scene)).to_pylist()[0]
    for name in SETTLED:
        count = _Count(status.get((True, name), 0), base[True], status.get((False, name), 0), base[False])
        found.append(_share(name, 365, count, worth(ends, name)))
    return found


def wilson(counted: float, base: float) -> tuple[float, float]:
    """80 % interval of a share (Wilson 1927)."""
    p, z = counted / base, _NORMAL_80
    middle = (p + z * z / (2 * base)) / (1 + z * z / base)
    half = z * np.sqrt(p * (1 - p) / base + z * z / (4 * base * base)) / (1 + z * z / base)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def _share(id: str, window: int, count: _Count, answers: float | None = None) -> KpiFigure:
    """A share with its interval; ``answers`` is what its base is worth where customers count several times."""
    if not count.base:
        return _locked(id, window, say("study.staying.nobody"))
    worth_ = answers or float(count.base)
    low, high = wilson(count.counted / count.base * worth_, worth_)
    before = count.counted_before / count.base_before if count.base_before else None
    return KpiFigure(id, window, count.counted / count.base, low, high, count.counted, count.base, before, None)


def _number(id: str, window: int, value: float | None, base: int, before: float | None) -> KpiFigure:
    locked = say("study.staying.nobody") if value is None else None
    return KpiFigure(id, window, value, None, None, 0, base, before, locked)


def _locked(id: str, window: int, why: Text | None) -> KpiFigure:
    return KpiFigure(id, window, None, None, None, 0, 0, None, why)
