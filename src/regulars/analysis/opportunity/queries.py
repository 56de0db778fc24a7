"""Visits by category and what followed, each answer a few rows from the engine."""

from __future__ import annotations

from datetime import date

import ibis

from regulars.analysis.opportunity.following import ORIGINS
from regulars.analysis.part import Scene
from regulars.analysis.sums import exact
from regulars.ledger.schema import VISIT_KINDS

#: Categories looked at, the commonest: a menu of hundreds is no grouping.
MOST = 20
HALF_YEAR = 182
_ROOM = 64  # codes below this fit beneath the money in one number


#: Kinds of lines nobody chooses at the visit: they were paid for before.
_REDEEMED = ("package_redemption", "points_redemption")


def lines_by_category(scene: Scene) -> ibis.Table:
    """The commonest categories by lines of studied customers, with how many of the lines were ``chosen`` at the visit
    and not paid for before."""
    t = known_lines(scene)
    counted = t.group_by("category").aggregate(n=t.count(), chosen=t.count(where=~t.kind.isin(_REDEEMED)))
    return counted.order_by(counted.n.desc(), counted.category).limit(MOST)


def known_lines(scene: Scene) -> ibis.Table:
    """Lines of visits by studied customers, of known category."""
    t = scene.setting.lines
    t = t.filter(t.customer.notnull(), t.category.notnull(), t.kind.isin(VISIT_KINDS))
    return t.semi_join(scene.people, "customer")


def visits(scene: Scene, names: list[str]) -> ibis.Table:
    """One row per ``customer`` and ``day``: ``code`` of the dearest line's category, and the visit ``before`` it.

    ``period`` counts half-years back from the day of the study; ``fresh`` visits are a customer's first in theirs.
    """
    t = known_lines(scene).filter(lambda t: t.category.isin(names))
    code = t.category.cases(*((name, i) for i, name in enumerate(names)), else_=0).cast("int64")
    # Money and code in one number: one maximum finds the dearest line and, of equals, one and the same on any engine.
    # Engines round a decimal to a whole number differently, so money is made whole cents first.
    net, gross = ((money * 100).cast("int64") for money in (t.net, t.gross))
    paid = ibis.greatest(net.fill_null(0), gross.fill_null(0), ibis.literal(0, "int64"))
    days = t.group_by("customer", "day").aggregate(best=(paid * _ROOM + (_ROOM - 1 - code)).max())
    days = days.mutate(code=(_ROOM - 1 - days.best % _ROOM).cast("int64")).drop("best")
    own = ibis.window(group_by="customer", order_by="day")
    days = days.mutate(
        before=days.code.lag().over(own),
        before_day=days.day.lag().over(own),
        following=days.day.lead().over(own),
        next=days.code.lead().over(own),
    )
    as_of = ibis.literal(scene.setting.as_of)
    back = (as_of.delta(days.day, unit="day") / HALF_YEAR).floor().cast("int64")
    prior = (as_of.delta(days.before_day, unit="day") / HALF_YEAR).floor().cast("int64")
    return days.select(
        "customer",
        "day",
        "code",
        "before",
        "following",
        "next",
        gap=days.day.delta(days.before_day, unit="day").cast("int64"),
        period=ibis.least(back, ibis.literal(ORIGINS, "int64")),
        fresh=back != prior,
        latest=days.following.isnull(),
    )


def moves(seen: ibis.Table) -> ibis.Table:
    """Moves from category to category by half-year."""
    t = seen.filter(seen.before.notnull())
    return t.group_by("period", "before", "code", "fresh").aggregate(n=t.count())


def gaps(seen: ibis.Table) -> ibis.Table:
    """Days between visits by categories of both."""
    t = seen.filter(seen.before.notnull())
    return t.group_by("before", "code", "gap").aggregate(n=t.count())


def next_of_last(seen: ibis.Table, there: ibis.Table, worth: ibis.Table, *, day: date) -> ibis.Table:
    """Current customers of ``day`` by the category of their last visit until then and of the next (null: none came),
    with the sum and squares of what that next category contributed in the year (``worth``: customer, code)."""
    t = seen.filter(seen.day <= day, seen.following.isnull() | (seen.following > day))
    t = t.semi_join(there.filter(there.current), "customer").select("customer", "code", "next")
    t = t.left_join(worth.select("customer", next="code", m="contribution"), ["customer", "next"])
    m = t.m.fill_null(0.0)
    return t.group_by("code", "next").aggregate(
        n=t.count(), m=exact(m).cast("float64"), mm=exact(m * m).cast("float64")
    )


def current(scene: Scene, seen: ibis.Table) -> ibis.Table:
    """Current customers (active or overdue) by the category of their last visit."""
    p = scene.people
    t = seen.filter(seen.latest).join(p.filter(p.state.isin(["active", "overdue"])).select("customer"), "customer")
    return t.group_by("code").aggregate(n=t.count())
