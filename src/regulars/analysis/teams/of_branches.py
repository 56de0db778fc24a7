"""The measures of branches."""

from __future__ import annotations

import math

import pyarrow as pa
import pyarrow.compute as pc

from regulars.analysis.branches import branch_names
from regulars.analysis.lookback import Look
from regulars.analysis.profit.contribution import contributions
from regulars.analysis.results.teams import Measure, Measured
from regulars.analysis.teams.gathering import (
    discounts_by_branch,
    intervals_by_branch,
    margins_by_branch,
    no_shows_by_branch,
    rebooked_by_branch,
    refunds_by_branch,
)
from regulars.analysis.teams.measured import Counted, foretold, gathered, measured
from regulars.analysis.teams.queries import (
    by_first_branch,
    late_by_branch,
    newcomers,
    stayed_by_branch,
    visit_value_by_branch,
)
from regulars.analysis.teams.ratio import Ratio
from regulars.analysis.teams.tables import branches_of, columns, of_ratio


def shown_names(scene: Look) -> tuple[str, ...]:
    """Names of branches as shown, in the order of their codes."""
    return tuple(sorted(set(branch_names(scene.setting.tally.branches, default=scene.setting.default_branch))))


def of_branches(scene: Look) -> tuple[Measured, ...]:
    """Every measure that two branches have something to count of."""
    names = shown_names(scene)
    found = (*_customers(scene, names), *_booked(scene, names), *_money(scene, names))
    return tuple(m for m in found if m is not None)


def _customers(scene: Look, names: tuple[str, ...]) -> tuple[Measured | None, ...]:
    desk = scene.setting.desk
    new = desk.ask("teams_branch_newcomers", by_first_branch(newcomers(scene)))
    every, before, after = (
        _rate(names, new if later is None else new.filter(pc.equal(new["later"], later)))
        for later in (None, False, True)
    )
    gaps = desk.ask("teams_branch_interval", intervals_by_branch(scene))
    return (
        measured("back_90", every, foretold(before, after)),
        measured("stayed", _rate(names, desk.ask("teams_branch_stayed", stayed_by_branch(scene)))),
        measured("late", _rate(names, desk.ask("teams_branch_late", late_by_branch(scene)))),
        measured("interval", _mean(names, gaps), shown=math.exp),
    )


def _booked(scene: Look, names: tuple[str, ...]) -> tuple[Measured | None, ...]:
    desk = scene.setting.desk
    if not desk.reader.has("bookings"):
        return ()
    again = desk.ask("teams_branch_rebooked", rebooked_by_branch(scene))
    missed = desk.ask("teams_branch_no_show", no_shows_by_branch(scene))
    return (
        _where_any("rebooked", of_ratio(names, branches_of(names, again), again)),
        _where_any("no_show", of_ratio(names, branches_of(names, missed), missed)),
    )


def _money(scene: Look, names: tuple[str, ...]) -> tuple[Measured | None, ...]:
    desk = scene.setting.desk
    value = desk.ask("teams_branch_value", visit_value_by_branch(scene))
    given = desk.ask("teams_branch_discount", discounts_by_branch(scene))
    back = desk.ask("teams_branch_refunds", refunds_by_branch(scene))
    found = [
        measured("visit_value", _mean(names, value)),
        _where_any("discount", of_ratio(names, branches_of(names, given), given)),
        _where_any("refunded", of_ratio(names, branches_of(names, back), back, bounded=False)),
    ]
    if any(row.costed for row in scene.setting.tally.rows):
        each = contributions(scene, name="teams_contributions")  # the profit's are of today
        left = desk.ask("teams_branch_margin", margins_by_branch(scene, each))
        found.append(measured("margin", of_ratio(names, branches_of(names, left), left, bounded=False)))
    return tuple(found)


def _where_any(measure: Measure, ratio: Ratio) -> Measured | None:
    """The measure, unless none of it was ever recorded: a till that knows no refunds has no share of nought."""
    return measured(measure, ratio) if ratio.y.any() else None


def _rate(names: tuple[str, ...], table: pa.Table) -> Counted:
    found = gathered(names, branches_of(names, table), **columns(table, "n", "hits"))
    return Counted(names, found["n"], found["hits"])


def _mean(names: tuple[str, ...], table: pa.Table) -> Counted:
    found = gathered(names, branches_of(names, table), **columns(table, "n", "total", "squares"))
    return Counted(names, found["n"], found["total"], found["squares"])
