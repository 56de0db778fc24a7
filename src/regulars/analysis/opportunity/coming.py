"""The category of the next visit: rules tried on the own past, the rows of the best, and what those visits bring."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import numpy as np
from numpy.random import Generator

from regulars.analysis.opportunity.expected import Worth, expected
from regulars.analysis.opportunity.following import LEAST, ORIGINS, Cube, named, share_range, tried
from regulars.analysis.opportunity.menu import Menu
from regulars.analysis.opportunity.queries import current, gaps, moves, next_of_last, visits
from regulars.analysis.opportunity.taking import BACK
from regulars.analysis.part import Scene
from regulars.analysis.results.opportunity import Chance, NextRow, Rule, Tried

#: Visits after a category before it gets a row: below, a share is mostly chance.
ENOUGH = 30
#: Half-years back to the day that :data:`BACK` names.
_TO_BACK = 2


@dataclass(frozen=True, slots=True, eq=False)
class Coming:
    """Rules with what they were tried on; ``counts`` are moves ``[half-years ago, last, next]``."""

    menu: Menu
    rules: tuple[Tried, ...]
    tested: int
    origins: int
    rows: tuple[NextRow, ...]
    seen: ibis.Table
    counts: Cube

    @property
    def rule(self) -> Rule:
        """The rule in use."""
        return self.rules[0].rule


def coming(scene: Scene, menu: Menu) -> Coming | None:
    """None without a past to try rules on. Nobody is foretold what was paid for before: moves to it are left out."""
    desk = scene.setting.desk
    seen = desk.keep("opportunity_visits", visits(scene, list(menu.names)))
    found = desk.ask("opportunity_moves", moves(seen))
    size = len(menu.names)
    every: Cube = np.zeros((ORIGINS + 1, size, size))
    fresh: Cube = np.zeros((ORIGINS + 1, size, size))
    for row in found.to_pylist():
        if menu.chosen[row["code"]]:
            at = (row["period"], row["before"], row["code"])
            every[at] += row["n"]
            fresh[at] += row["n"] if row["fresh"] else 0
    rules, tested, origins = tried(every, fresh)
    if tested < LEAST:
        return None
    rows = _rows(scene, seen, menu, every.sum(axis=0), rules[0].rule)
    return Coming(menu, rules, tested, origins, rows, seen, every)


def _rows(scene: Scene, seen: ibis.Table, menu: Menu, counts: Cube, rule: Rule) -> tuple[NextRow, ...]:
    ask = scene.setting.desk.ask
    now = {row["code"]: row["n"] for row in ask("opportunity_current", current(scene, seen)).to_pylist()}
    apart: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in ask("opportunity_gaps", gaps(seen)).to_pylist():
        apart.setdefault((row["before"], row["code"]), []).append((row["gap"], row["n"]))
    rows = []
    for last, to in enumerate(named(counts, rule)[:, 0].tolist()):
        pairs = int(counts[last].sum())
        if pairs < ENOUGH or (last, to) not in apart:
            continue
        low, mid, high = _quartiles(apart[last, to])
        chance = float(counts[last, to] / pairs)
        rows.append(NextRow(menu.names[last], menu.names[to], chance, pairs, now.get(last, 0), low, mid, high))
    return tuple(rows)


def _quartiles(counted: list[tuple[int, int]]) -> tuple[float, float, float]:
    """The smallest gaps that a quarter, half and three quarters do not exceed."""
    days, n = (np.array(column) for column in zip(*sorted(counted), strict=True))
    reached = np.cumsum(n) / n.sum()
    low, mid, high = (float(days[np.searchsorted(reached, q)]) for q in (0.25, 0.5, 0.75))
    return low, mid, high


def of_each(coming: Coming) -> ibis.Table | None:
    """Per customer the ``next_category`` that the rule names after their last visit; None where it names nothing."""
    names = {coming.menu.names.index(row.last): row.named for row in coming.rows}
    if not names:
        return None
    t = coming.seen.filter(coming.seen.latest)
    return t.select("customer", next_category=t.code.cases(*names.items(), else_=ibis.null("string")))


def chances(scene: Scene, coming: Coming, there: ibis.Table, worth: ibis.Table, rng: Generator) -> tuple[Chance, ...]:
    """Each row as an opportunity: of current customers a year ago, the share whose next visit was within the year and
    for what the rule, as it knew the past then, would have named; what that category brought of each in the year.
    """
    query = next_of_last(coming.seen, there, worth, day=scene.setting.as_of - BACK)
    size = len(coming.menu.names)
    asked, right = np.zeros(size), np.zeros(size)
    worths: dict[tuple[int, int], Worth | None] = {}
    then = named(coming.counts[_TO_BACK:].sum(axis=0), coming.rule)[:, 0]
    for row in scene.setting.desk.ask("opportunity_next_then", query).to_pylist():
        asked[row["code"]] += row["n"]
        right[row["code"]] += row["n"] if row["next"] == then[row["code"]] else 0
        worths[row["code"], row["next"]] = Worth.of_each(row["n"], row["m"], row["mm"])
    found = []
    for row in coming.rows:
        last, to = coming.menu.names.index(row.last), coming.menu.names.index(row.named)
        hits, tested, brought = int(right[last]), int(asked[last]), worths.get((last, to))
        if tested < ENOUGH or brought is None or not row.customers:
            continue
        unit = scene.setting.business.currency
        money = expected(rng, customers=row.customers, hits=hits, tested=tested, worth=brought, unit=unit)
        kind, share = "again" if last == to else "next", share_range(hits / tested, tested)
        found.append(Chance(kind, row.last, row.named, row.customers, tested, *share, money))  # type: ignore[arg-type]
    return tuple(found)
