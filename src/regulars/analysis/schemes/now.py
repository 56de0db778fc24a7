"""Every scheme's class of every customer today, and what is needed to say the same of an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from regulars.analysis.packages import balances
from regulars.analysis.part import Scene
from regulars.analysis.schemes.baskets import Menu, baskets, menu
from regulars.analysis.schemes.lifecycle import marks, with_lifecycle
from regulars.analysis.schemes.mixes import Needs, find_needs
from regulars.analysis.schemes.moments import Valued, standing_at, valued_at
from regulars.analysis.schemes.odds import with_odds
from regulars.analysis.schemes.relations import habit_weights, with_habit, with_relationship, with_signs
from regulars.analysis.schemes.rfm import with_rfm
from regulars.analysis.visits import YEAR, lines_until


@dataclass(frozen=True, slots=True)
class Now:
    """The base classified. ``needs`` is None where sale lines tell nothing; ``habit`` are the index's points."""

    people: ibis.Table
    menu: Menu
    baskets: ibis.Table
    needs: Needs | None
    habit: dict[str, float]
    customers: int


@dataclass(frozen=True, slots=True)
class Then:
    """The base a year ago: ``people`` with lifecycle, RFM and need, ``valued`` those (or a sample) with values too."""

    day: date
    people: ibis.Table
    valued: ibis.Table | None


def classify(scene: Scene) -> Now:
    """All schemes on today's base, kept in the engine."""
    desk, business, cut = scene.setting.desk, scene.setting.business, scene.value_cut
    found = menu(desk, scene.setting.lines)
    bought = desk.keep("schemes_baskets", baskets(scene.setting.lines, found, then=scene.setting.as_of - YEAR))
    needs = find_needs(desk, bought, found)
    t = scene.people.inner_join(marks(scene.kept.days, as_of=scene.setting.as_of), "customer")
    t = with_odds(with_rfm(with_lifecycle(t, windows=scene.setting.pack.windows)), value_cut=cut)
    t = t.left_join(bought, "customer").drop("customer_right")
    t = with_signs(t, value_cut=cut, kinds=len(found.kinds))
    t = with_relationship(t, shift=business.relationship.model_dump())
    weights = habit_weights(staffed=found.staffed, prepaid=scene.kept.balances is not None)
    t = with_habit(t, weights)
    if needs is not None:
        t = t.left_join(needs.of_each.select("customer", "need"), "customer").drop("customer_right")
        t = t.mutate(need=t.need.fill_null(found.names[-1]))
    people = desk.keep("schemes_people", t)
    size = int(desk.ask("schemes_size", people.aggregate(n=people.count()))["n"][0].as_py())
    return Now(people, found, bought, needs, weights, size)


def a_year_ago(scene: Scene, now: Now) -> Then | None:
    """The base as it stood 365 days ago; None where there was none to speak of."""
    day = scene.setting.as_of - YEAR
    people = standing_at(scene, day, name="then")
    if people is None:
        return None
    if now.needs is not None:
        people = people.left_join(now.needs.of_each.select("customer", need="need_then"), "customer")
        people = people.drop("customer_right").mutate(need=ibis._.need.fill_null(now.menu.names[-1]))
    valued = valued_at(scene, people, day, of=now.customers, name="then")
    return Then(day, people, None if valued is None else _related(scene, now, valued, day))


def _related(scene: Scene, now: Now, valued: Valued, day: date) -> ibis.Table:
    """Relationship types of the day, from purchases, packages and values until then."""
    desk = scene.setting.desk
    t = valued.people.left_join(now.baskets, "customer").drop("customer_right")
    if scene.kept.balances is not None:
        t = t.left_join(balances(lines_until(scene.setting.lines, day)), "customer").drop("customer_right")
    else:
        t = t.mutate(package_balance=ibis.null("float64"))
    t = with_signs(t, value_cut=valued.cut, kinds=len(now.menu.kinds), suffix="_then")
    t = with_relationship(t, shift=scene.setting.business.relationship.model_dump())
    return desk.keep("schemes_then_related", t)


MONTH = timedelta(days=30)
