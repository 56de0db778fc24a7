"""The course of branches over eight quarters, and what of it is common to all or particular to one."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from regulars.analysis.lookback import Look
from regulars.analysis.results.teams import Change, Course, CourseMeasure, Line, Point
from regulars.analysis.teams.change import Flags, Paths, Stretch, told
from regulars.analysis.teams.quarters import (
    existing_by_quarter,
    first_day,
    newcomers_by_quarter,
    values_by_quarter,
    whole_quarters,
)
from regulars.analysis.teams.queries import BACK
from regulars.analysis.teams.tables import columns
from regulars.analysis.value.statistics import Floats
from regulars.analysis.visits import YEAR

#: Counted in a quarter at least, to be judged; fewer quarters show no course.
LEAST, FEWEST_QUARTERS = 20, 6
_NORMAL_90 = 1.6449
_MEASURES = 3


def courses(scene: Look, names: tuple[str, ...]) -> tuple[Course, ...]:
    """The courses there are enough quarters for; a quarter must be over, and all of its customers watched."""
    setting, desk = scene.setting, scene.setting.desk
    watched = whole_quarters(setting.newcomers_since, setting.as_of - BACK)
    # In a ledger's first year it cannot be told who is new, and later who has been coming for long.
    seen = whole_quarters(setting.first_day + YEAR, setting.as_of - BACK)
    over = whole_quarters(setting.first_day, setting.as_of)
    new = desk.ask("teams_quarter_newcomers", newcomers_by_quarter(scene))
    old = desk.ask("teams_quarter_existing", existing_by_quarter(scene))
    value = desk.ask("teams_quarter_value", values_by_quarter(scene))
    found = (
        course("back_90", names, watched, new),
        course("kept_90", names, seen, old),
        course("visit_value", names, over, value),
    )
    return tuple(c for c in found if c is not None)


def course(measure: CourseMeasure, names: tuple[str, ...], quarters: range, table: pa.Table) -> Course | None:
    """One measure from its counts by branch and quarter; None with too few quarters or nobody in one of them."""
    if len(quarters) < FEWEST_QUARTERS:
        return None
    rate = "hits" in table.column_names
    c = columns(table, "n", "hits") if rate else columns(table, "n", "total", "squares")
    at = (
        np.asarray(table["branch"].to_pylist(), dtype=np.int64),
        np.asarray(table["quarter"].to_pylist(), dtype=np.int64),
    )
    inside = (at[1] >= quarters.start) & (at[1] < quarters.stop)
    place = at[0][inside], at[1][inside] - quarters.start

    def laid(column: Floats) -> Floats:
        grid = np.zeros((len(names), len(quarters)))
        grid[place] = column[inside]
        return grid

    n, total = laid(c["n"]), laid(c["hits"] if rate else c["total"])
    if not (n.sum(axis=0) > 0).all():
        return None
    raw = np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0)
    within = _within(n, total, raw, None if rate else laid(c["squares"]))
    error = np.divide(within, n, out=np.full(n.shape, np.nan), where=n > 0)
    judged = (n >= LEAST).all(axis=1)
    changes, parted = _changes(names, raw, error, judged) if within > 0 else ((), False)
    return Course(
        measure,
        tuple(first_day(q) for q in quarters),
        tuple((total.sum(axis=0) / n.sum(axis=0)).tolist()),
        tuple(
            Line(name, _points(n[i], raw[i], error[i], rate=rate), bool(judged[i]))
            for i, name in enumerate(names)
            if n[i].any()
        ),
        changes,
        parted,
    )


def _within(n: Floats, total: Floats, raw: Floats, squares: Floats | None) -> float:
    """Variance of one customer; one for all branches and quarters, as a small cell's own is unsafe."""
    if squares is None:
        overall = float(total.sum() / n.sum())
        return overall * (1 - overall)
    rest = float(squares.sum() - np.nansum(total * raw))
    return max(rest / max(float(n.sum() - (n > 0).sum()), 1.0), 0.0)


def _changes(names: tuple[str, ...], raw: Floats, error: Floats, judged: Flags) -> tuple[tuple[Change, ...], bool]:
    rows = np.flatnonzero(judged)
    if rows.size < 2:
        return (), False
    found = told(Paths(raw[rows], error[rows]), trials=_MEASURES)
    common = [_change(None, found.common)] if found.common is not None else []
    particular = sorted((names[rows[at]], stretch) for at, stretch in found.particular)
    return (*common, *(_change(name, stretch) for name, stretch in particular)), found.parted


def _change(name: str | None, s: Stretch) -> Change:
    return Change(name, s.first, s.last, s.by)


def _points(n: Floats, raw: Floats, error: Floats, *, rate: bool) -> tuple[Point | None, ...]:
    half = _NORMAL_90 * np.sqrt(error)
    top = 1.0 if rate else np.inf
    return tuple(
        Point(int(k), max(0.0, float(v - h)), float(v), min(top, float(v + h))) if k > 0 else None
        for k, v, h in zip(n, raw, half, strict=True)
    )
