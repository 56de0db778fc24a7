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
from regulars.analysis.schemes.relations import (
    SIGNS,
    habit_weights,
    with_habit,
    with_relationship,
    with_scores,
    with_signs,
)
from regulars.analysis.schemes.rfm import with_rfm
from regulars.analysis.standings import PERMISSIONS
from regulars.analysis.visits import YEAR, lines_until

MONTH = timedelta(days=30)
_VALUE = ("value_36", "value_36_p10", "value_36_p90")
#: All that the schemes need of a customer; wide tables take an engine longer to plan than to compute.
_NEEDED = (
    *("customer", "x", "t_x_days", "T_days", "since_days", "last_day", "revenue", "revenue_12", "value_12"),
    *("p_alive", "state", "class", "package_balance", *_VALUE, *PERMISSIONS),
)


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
    desk, cut = scene.setting.desk, scene.value_cut
    found = menu(desk, scene.setting.lines)
    bought = desk.keep("schemes_baskets", baskets(scene.setting.lines, found, then=scene.setting.as_of - YEAR))
    needs = find_needs(desk, bought, found)
    seen = marks(scene.kept.days, as_of=scene.setting.as_of)
    marked = desk.keep("schemes_marked", scene.people.select(*_NEEDED).inner_join(seen, "customer"))
    t = with_rfm(with_lifecycle(marked, windows=scene.setting.pack.windows), marked)
    related = _related(scene, found, marked, bought, cut=cut, name="now")
    weights = habit_weights(staffed=found.staffed, prepaid=scene.kept.balances is not None)
    odds = with_odds(marked.select("customer", "p_alive", *_VALUE), value_cut=cut).drop("p_alive", *_VALUE)
    t = t.inner_join(with_habit(related, weights), "customer").inner_join(odds, "customer")
    if needs is not None:
        t = t.left_join(needs.of_each.select("customer", "need"), "customer").drop("customer_right")
        t = t.mutate(need=t.need.fill_null(found.names[-1]))
    people = desk.keep("schemes_people", t)
    size = int(desk.ask("schemes_size", people.aggregate(n=people.count()))["n"][0].as_py())
    return Now(people, found, bought, needs, weights, size)


def _related(
    scene: Scene, menu: Menu, people: ibis.Table, bought: ibis.Table, *, cut: float, name: str, suffix: str = ""
) -> ibis.Table:
    """``customer``, the signs and the relationship type; kept step by step, as each step uses the last many times."""
    desk = scene.setting.desk
    t = people.left_join(bought, "customer").drop("customer_right")
    t = with_signs(t, value_cut=cut, kinds=len(menu.kinds), suffix=suffix).select("customer", *SIGNS)
    t = desk.keep(f"schemes_{name}_signs", t)
    scored = with_scores(t, shift=scene.setting.business.relationship.model_dump())
    return with_relationship(desk.keep(f"schemes_{name}_scores", scored))


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
    if valued is None:
        return Then(day, people, None)
    return Then(day, people, _with_type(scene, now, valued, day))


def _with_type(scene: Scene, now: Now, valued: Valued, day: date) -> ibis.Table:
    """Relationship types of the day, from purchases, packages and values until then."""
    t = valued.people
    if scene.kept.balances is not None:
        owed = balances(lines_until(scene.setting.lines, day)).select("customer", "package_balance")
        t = t.left_join(owed, "customer").drop("customer_right")
    else:
        t = t.mutate(package_balance=ibis.null("float64"))
    types = _related(scene, now.menu, t, now.baskets, cut=valued.cut, name="then", suffix="_then")
    with_types = valued.people.inner_join(types.select("customer", "relationship"), "customer")
    return scene.setting.desk.keep("schemes_then_related", with_types)
