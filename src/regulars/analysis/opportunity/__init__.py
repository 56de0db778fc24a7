"""What customers take next, and when: three rules tried on the own past, the best of them used.

Docs: docs/methods/opportunities.md.
"""

from __future__ import annotations

import ibis
import numpy as np

from regulars.analysis.opportunity.following import LEAST, ORIGINS, Cube, named, tried
from regulars.analysis.opportunity.queries import current, gaps, lines_by_category, moves, visits
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.opportunity import NextRow, Opportunity, Rule

__all__ = ["Opportunity", "opportunity"]

#: Visits after a category before it gets a row: below, a share is mostly chance.
ENOUGH = 30


def opportunity(scene: Scene) -> Part[Opportunity]:
    """The part of a study on what is taken next; nothing without two categories and a past to try rules on."""
    desk = scene.setting.desk
    names = [str(n) for n in desk.ask("opportunity_categories", lines_by_category(scene))["category"].to_pylist()]
    if len(names) < 2:
        return Part(None)
    seen = desk.keep("opportunity_visits", visits(scene, names))
    found = desk.ask("opportunity_moves", moves(seen))
    size = len(names)
    every: Cube = np.zeros((ORIGINS + 1, size, size))
    fresh: Cube = np.zeros((ORIGINS + 1, size, size))
    for row in found.to_pylist():
        at = (row["period"], row["before"], row["code"])
        every[at] += row["n"]
        fresh[at] += row["n"] if row["fresh"] else 0
    rules, tested, origins = tried(every, fresh)
    if tested < LEAST:
        return Part(None)
    rows = _rows(scene, seen, names, every.sum(axis=0), rules[0].rule)
    return Part(Opportunity(rules, tested, origins, rows))


def _rows(scene: Scene, seen: ibis.Table, names: list[str], counts: Cube, rule: Rule) -> tuple[NextRow, ...]:
    ask = scene.setting.desk.ask
    now = {row["code"]: row["n"] for row in ask("opportunity_current", current(scene, seen)).to_pylist()}
    apart: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in ask("opportunity_gaps", gaps(seen)).to_pylist():
        apart.setdefault((row["before"], row["code"]), []).append((row["gap"], row["n"]))
    first = named(counts, rule)[:, 0]
    rows = []
    for last, to in enumerate(first.tolist()):
        pairs = int(counts[last].sum())
        if pairs < ENOUGH or (last, to) not in apart:
            continue
        low, mid, high = _quartiles(apart[last, to])
        chance = float(counts[last, to] / pairs)
        rows.append(NextRow(names[last], names[to], chance, pairs, now.get(last, 0), low, mid, high))
    return tuple(rows)


def _quartiles(counted: list[tuple[int, int]]) -> tuple[float, float, float]:
    """The smallest gaps that a quarter, half and three quarters do not exceed."""
    days, n = (np.array(column) for column in zip(*sorted(counted), strict=True))
    reached = np.cumsum(n) / n.sum()
    low, mid, high = (float(days[np.searchsorted(reached, q)]) for q in (0.25, 0.5, 0.75))
    return low, mid, high
