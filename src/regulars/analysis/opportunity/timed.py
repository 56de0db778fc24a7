"""Visits by branch, day of the week and hour of the business's own clock, each answer a few rows from the engine."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa

from regulars.analysis.contribution import contributed, sums, valued
from regulars.analysis.opportunity.taking import BACK
from regulars.analysis.part import Scene
from regulars.analysis.sums import exact
from regulars.ledger.schema import VISIT_KINDS

_DAY = 1440


def calendar(scene: Scene) -> pa.Table:
    """Every ``day`` of the last two years: its ``weekday`` (Monday 0), the ``year`` back, and how many minutes the wall
    clock is ahead of UTC at noon (``ahead``).

    The same on every engine; only before a change of the clocks at night is it off.
    """
    as_of, zone = scene.setting.as_of, ZoneInfo(scene.setting.business.zone)
    days = [as_of - timedelta(days=n) for n in range(2 * BACK.days)]
    noons = [datetime.combine(day, time(12), zone) for day in days]
    ahead = [int((noon.utcoffset() or timedelta()).total_seconds() // 60) for noon in noons]
    return pa.table(
        {
            "day": pa.array(days, pa.date32()),
            "weekday": pa.array([day.weekday() for day in days], pa.int64()),
            "year": pa.array([1 + n // BACK.days for n in range(len(days))], pa.int64()),
            "ahead": pa.array(ahead, pa.int64()),
        }
    )


def timed_lines(scene: Scene, days: ibis.Table) -> ibis.Table:
    """Lines of visits of the last two years with their ``place``, ``weekday``, ``year`` and ``minute`` of the day.

    Exact midnight is no time of day but the lack of one: sources that know the day alone write it so.
    """
    t = scene.setting.lines
    t = t.filter(t.kind.isin(VISIT_KINDS), t.day > scene.setting.as_of - 2 * BACK)
    t = t.inner_join(days, "day")
    minute = ((t.sold_at.epoch_seconds() / 60).floor().cast("int64") + t.ahead) % _DAY
    t = t.mutate(place=t.branch.fill_null(scene.setting.default_branch), minute=minute)
    return t.mutate(told=(t.minute != 0).fill_null(False))


def told(lines: ibis.Table) -> ibis.Table:
    """Lines, and those that tell a time of day."""
    return lines.aggregate(n=lines.count(), told=lines.count(where=lines.told))


def stays(scene: Scene, lines: ibis.Table) -> ibis.Table:
    """One row per visit, by the ``hour`` it began in: a customer's day at a branch, or a sale to nobody known."""
    t = lines.filter(lines.told)
    keys = ("place", "day", "weekday", "year")
    known = t.semi_join(scene.people, "customer")
    known = known.group_by(*keys, "customer").aggregate(minute=known.minute.min())
    others = t.anti_join(scene.people, "customer")
    others = others.group_by(*keys, "system", "sale_id").aggregate(minute=others.minute.min())
    others = others.mutate(customer=ibis.null("int64")).select(*keys, "customer", "minute")
    both = known.select(*keys, "customer", "minute").union(others)
    return both.mutate(hour=(both.minute / 60).floor().cast("int64")).drop("minute")


def open_days(stay: ibis.Table) -> ibis.Table:
    """Days with a visit, by branch, year and day of the week."""
    return stay.group_by("place", "year", "weekday").aggregate(days=stay.day.nunique())


def loads(stay: ibis.Table) -> ibis.Table:
    """How many days saw how many visits in an hour, by branch, year and weekday; days without any are missing."""
    each = stay.group_by("place", "year", "weekday", "hour", "day").aggregate(visits=stay.count())
    return each.group_by("place", "year", "weekday", "hour", "visits").aggregate(days=each.count())


def sorts(stay: ibis.Table, cells: ibis.Table) -> ibis.Table:
    """One row per known customer: whether they came ``off`` the peak and ``at`` it by the hours of the last year
    (``_now``) and, in the year before, by that year's (``_then``); and off those since (``again``).

    ``cells`` says of branch, day of the week and hour what they were in each year.
    """
    t = stay.filter(stay.customer.notnull()).inner_join(cells, ["place", "weekday", "hour"])
    last, before = t.year == 1, t.year == 2
    return t.group_by("customer").aggregate(
        came=last.any(),
        off_now=(last & (t.now == "off_peak")).any(),
        at_now=(last & (t.now == "peak")).any(),
        off_then=(before & (t.then == "off_peak")).any(),
        at_then=(before & (t.then == "peak")).any(),
        again=(last & (t.then == "off_peak")).any(),
    )


def flexible(each: ibis.Table, here: ibis.Table) -> ibis.Table:
    """Of current customers those who came in the last year, and how many of them both off the peak and at it."""
    t = each.filter(each.came).semi_join(here.filter(here.current), "customer")
    return t.aggregate(
        n=t.count(),
        both=t.count(where=t.off_now & t.at_now),
        off=t.count(where=t.off_now & ~t.at_now),
        at=t.count(where=~t.off_now & t.at_now),
    )


def flexible_then(each: ibis.Table, there: ibis.Table) -> ibis.Table:
    """Current customers of a year ago who had come at both: how many came off the peak again."""
    t = each.filter(each.off_then & each.at_then).semi_join(there.filter(there.current), "customer")
    return t.aggregate(n=t.count(), again=t.count(where=t.again))


def worth_off_peak(
    scene: Scene, stay: ibis.Table, cells: ibis.Table, *, each: ibis.Table, there: ibis.Table
) -> ibis.Table:
    """What the visits off the peak of those brought in the last year: number of customers, sum and squares."""
    who = each.filter(each.off_then & each.at_then & each.again).semi_join(there.filter(there.current), "customer")
    off = stay.filter(stay.year == 1).inner_join(cells.filter(cells.then == "off_peak"), ["place", "weekday", "hour"])
    off = off.semi_join(who, "customer").select("customer", "day", "place")
    t = scene.setting.lines
    t = t.filter(t.day > scene.setting.as_of - BACK, t.customer.notnull())
    t = t.mutate(place=t.branch.fill_null(scene.setting.default_branch)).semi_join(off, ["customer", "day", "place"])
    t = valued(t, basis=scene.setting.tally.basis)
    brought = contributed(t.group_by("customer").aggregate(**sums(t)), scene.setting.business)
    m = brought.contribution
    return brought.aggregate(n=brought.count(), m=exact(m).cast("float64"), mm=exact(m * m).cast("float64"))
