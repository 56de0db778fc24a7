"""What customers took today and one and two years ago, each answer a few rows from the engine."""

from __future__ import annotations

from datetime import date, timedelta

import ibis

from regulars.analysis.branches import home
from regulars.analysis.contribution import contributed, sums, valued
from regulars.analysis.opportunity.queries import known_lines
from regulars.analysis.part import Scene
from regulars.analysis.rhythm import with_rhythm
from regulars.analysis.summary import summary, visitors
from regulars.analysis.sums import exact

#: A year: whole weeks, and two of the half-years that rules are tried on.
BACK = timedelta(days=364)
#: Years back to the days from which the year after is looked at.
YEARS = (1, 2)
#: What a customer took counts for so long, and so do the visits that say how active they are.
WINDOW = timedelta(days=730)
#: Who is looked at as a current customer.
CURRENT = ("active", "overdue")
_ONE_BY_ONE, _STEP, _LAST_BAND = 24, 6, 40


def came(scene: Scene, day: date) -> ibis.Table:
    """Customers with a visit in the window before ``day``: home ``branch`` then, ``band`` of visits, and whether they
    were ``current`` then.

    Every number of visits up to 24 is a band of its own, above it every six: in wider ones the busier customers of a
    band would take more of everything, and everything would seem to go together.
    """
    days = scene.kept.days.filter(scene.kept.days.visit, scene.kept.days.day <= day)
    seen = days.filter(days.day > day - WINDOW)
    seen = seen.group_by("customer").aggregate(n=seen.count())
    n = seen.n
    above = _ONE_BY_ONE + ((n - _ONE_BY_ONE) / _STEP).floor().cast("int64")
    band = ibis.ifelse(n <= _ONE_BY_ONE, n, ibis.least(above, ibis.literal(_LAST_BAND, "int64")))
    t = seen.select("customer", band=band.cast("int64")).inner_join(_states(scene, days, day), "customer")
    presence, codes = scene.kept.presence, scene.kept.branch_codes
    if presence is None or codes is None:
        return t.mutate(branch=ibis.literal(scene.setting.default_branch))
    at = home(presence.filter(presence.day <= day), codes, as_of=day).select("customer", "branch")
    return t.inner_join(at, "customer")


def _states(scene: Scene, days: ibis.Table, day: date) -> ibis.Table:
    if day == scene.setting.as_of:
        t = scene.people
    else:
        known = visitors(summary(days, as_of=day, now=scene.kept.now(day)))
        t = with_rhythm(known, interval=scene.interval, windows=scene.setting.pack.windows)
    return t.select("customer", current=t.state.isin(CURRENT))


def taken(scene: Scene, names: list[str]) -> ibis.Table:
    """One row per customer and category ``code``: taken in the window before today (``now``), and for each day k years
    back in the window before it (``before_k``) and in the year after it (``after_k``)."""
    as_of = scene.setting.as_of
    t = known_lines(scene)
    t = t.filter(t.category.isin(names), t.day > as_of - YEARS[-1] * BACK - WINDOW)
    t = t.select("customer", "day", code=coded(t, names))
    flags = {"now": t.day > as_of - WINDOW}
    for k in YEARS:
        cut = as_of - k * BACK
        flags[f"before_{k}"] = (t.day <= cut) & (t.day > cut - WINDOW)
        flags[f"after_{k}"] = (t.day > cut) & (t.day <= cut + BACK)
    return t.group_by("customer", "code").aggregate(**{name: flag.any() for name, flag in flags.items()})


def coded(t: ibis.Table, names: list[str]) -> ibis.Value:
    """The place of a line's category among the names."""
    return t.category.cases(*((name, i) for i, name in enumerate(names)), else_=0).cast("int64")


def sizes(here: ibis.Table) -> ibis.Table:
    """Current customers by stratum."""
    now = here.filter(here.current)
    return now.group_by("branch", "band").aggregate(n=now.count())


def pairs(took: ibis.Table, here: ibis.Table, *, when: str) -> ibis.Table:
    """Current customers by stratum and each two things they had (``code`` <= ``other``: of one thing with itself, all
    who had it)."""
    had = took.filter(took[when])
    t = had.select("customer", "code").inner_join(had.select("customer", other="code"), "customer")
    t = t.filter(t.code <= t.other).inner_join(here.filter(here.current), "customer")
    return t.group_by("branch", "band", "code", "other").aggregate(n=t.count())


def begun(took: ibis.Table, there: ibis.Table, *, year: int) -> ibis.Table:
    """Current customers of a past day by stratum and what they took in the year after and not before."""
    t = _new(took, year).inner_join(there.filter(there.current), "customer")
    return t.group_by("branch", "band", "code").aggregate(n=t.count())


def begun_having(took: ibis.Table, there: ibis.Table, *, year: int) -> ibis.Table:
    """The same by what they had before (``having``)."""
    had = took.filter(took[f"before_{year}"]).select("customer", having="code")
    t = _new(took, year).inner_join(had, "customer").inner_join(there.filter(there.current), "customer")
    return t.group_by("branch", "band", "having", "code").aggregate(n=t.count())


def _new(took: ibis.Table, year: int) -> ibis.Table:
    return took.filter(took[f"after_{year}"] & ~took[f"before_{year}"]).select("customer", "code")


def worth(scene: Scene, names: list[str]) -> ibis.Table:
    """One row per customer and category of the year after the earlier day: ``contribution`` of its lines."""
    t = known_lines(scene)
    t = t.filter(t.category.isin(names), t.day > scene.setting.as_of - BACK)
    t = valued(t.mutate(code=coded(t, names)), basis=scene.setting.tally.basis)
    each = t.group_by("customer", "code").aggregate(**sums(t))
    return contributed(each, scene.setting.business)


def worth_of_begun(took: ibis.Table, there: ibis.Table, each: ibis.Table) -> ibis.Table:
    """By category, over current customers of a year ago who have begun to take it since: contribution of it."""
    t = _new(took, 1).semi_join(there.filter(there.current), "customer").inner_join(each, ["customer", "code"])
    m = t.contribution
    return t.group_by("code").aggregate(n=t.count(), m=exact(m).cast("float64"), mm=exact(m * m).cast("float64"))
