"""The allocation as a linear programme (with switches for fixed costs) on HiGHS.

Columns are options of cells (customers given them), then switches (a measure used at all), then relative shortfalls
of targets. Rows are limits ``A x <= upper``. Targets come first, by priority; value is then maximised without giving
up what the targets reached. A target that cannot be reached is approached only as far as that costs no more than
:data:`CHASE` of the value that could be had: an impossible wish must not ruin the plan. Prices are the duals of the
final linear programme, switches held at their optimum.

This module knows nothing of cells and measures: arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.returns import Floats

#: A target counts as kept in the value stage when it loses no more than this part of its gap.
TARGET_SLACK = 1e-6
#: What approaching an unreachable target may cost, as a part of the best value that keeps the targets before it.
CHASE = 0.1
#: A shortfall below this part of the gap is reached.
REACHED = 1e-6
#: A limit broken by less than this many customers is the solver's tolerance.
BROKEN = 1e-6
_INF = highspy.kHighsInf


class NotSolved(RuntimeError):
    """The solver stopped without an optimum. Doing nothing is always allowed, so this is a defect, not bad data."""


@dataclass(frozen=True, slots=True)
class Limit:
    """``sum of use * x <= upper``. ``use`` has one entry per option."""

    id: str
    use: Floats
    upper: float


@dataclass(frozen=True, slots=True)
class Bulk:
    """Many limits at once (``matrix @ x <= upper``), most of which never bind.

    The solver is given those marked ``start`` and then every one a solution breaks, until none is broken: exact, and
    much faster than giving it all of them.
    """

    ids: tuple[str, ...]
    matrix: sparse.csr_array
    upper: Floats
    start: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Switch:
    """A fixed cost paid once when any of ``columns`` is used; it counts against value and against ``limit``."""

    id: str
    cost: float
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """A target as ``gain @ x >= gap``; smaller priority numbers come first. ``gap`` is positive."""

    id: str
    gain: Floats
    gap: float
    priority: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What may be chosen. Every option needs a limit of customers; ``most`` is the bound those limits imply.

    ``money`` is the id of the limit that fixed costs use.
    """

    value: Floats
    most: Floats
    limits: tuple[Limit, ...]
    switches: tuple[Switch, ...] = ()
    goals: tuple[Goal, ...] = ()
    money: str = "budget"
    bulk: Bulk | None = None

    def rows(self) -> tuple[sparse.csc_array, Floats]:
        """All limits: matrix by columns, and upper bounds."""
        parts = [sparse.csr_array(limit.use[None, :]) for limit in self.limits]
        upper = [np.array([limit.upper for limit in self.limits])]
        if self.bulk is not None:
            parts.append(self.bulk.matrix)
            upper.append(self.bulk.upper)
        matrix = sparse.vstack(parts) if parts else sparse.csr_array((0, self.value.size))
        return sparse.csc_array(matrix), np.concatenate(upper)

    def money_row(self) -> int | None:
        """The row of the limit that fixed costs use; None when there is none."""
        return next((row for row, limit in enumerate(self.limits) if limit.id == self.money), None)


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimum: customers per option, value net of fixed costs, worth of one more unit of each limit."""

    x: Floats
    on: tuple[str, ...]
    value: float
    prices: dict[str, float]
    shortfalls: dict[str, float]  # as a part of the goal's gap


class Program:
    """A problem inside the solver, kept warm: limits can be moved and the optimum found again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._options = problem.value.size
        self._switches = len(problem.switches)
        self._width = self._options + self._switches + len(problem.goals)
        self._rows = {limit.id: place for place, limit in enumerate(problem.limits)}
        self._pending = (
            np.zeros(0, dtype=bool) if problem.bulk is None else np.ones(problem.bulk.upper.size, dtype=bool)
        )
        self._solver = self._load()
        if problem.bulk is not None:
            self._add(np.flatnonzero(problem.bulk.start))

    def _load(self) -> highspy.Highs:
        problem, n, k = self.problem, self._options, self._switches
        parts, lower, upper = [], [], []
        if problem.limits:
            parts.append(self._limit_rows())
            lower += [-_INF] * len(problem.limits)
            upper += [limit.upper for limit in problem.limits]
        for place, switch in enumerate(problem.switches):
            rows = self._link_rows(place, switch)
            parts.append(rows)
            lower += [-_INF] * rows.shape[0]
            upper += [0.0] * rows.shape[0]
        self._first_goal = len(upper)
        for place, goal in enumerate(problem.goals):
            row = np.zeros(self._width)
            row[:n], row[n + k + place] = goal.gain / goal.gap, 1.0
            parts.append(sparse.csr_array(row[None, :]))
            lower.append(1.0)
            upper.append(_INF)
        self._guard = len(upper)  # value at least so much; open until an unreachable target is approached
        parts.append(sparse.csr_array(self._value_costs()[None, :]))
        lower.append(-_INF)
        upper.append(_INF)
        matrix = sparse.csr_array(sparse.vstack(parts))
        return self._pass(matrix, np.array(lower), np.array(upper))

    def _limit_rows(self) -> sparse.csr_array:
        fixed = np.zeros((len(self.problem.limits), self._width - self._options))
        if self.problem.money in self._rows:
            costs = [switch.cost for switch in self.problem.switches]
            fixed[self._rows[self.problem.money], : self._switches] = costs
        use = sparse.csr_array(np.array([limit.use for limit in self.problem.limits]))
        return sparse.csr_array(sparse.hstack([use, sparse.csr_array(fixed)]))

    def _link_rows(self, place: int, switch: Switch) -> sparse.csr_array:
        # x <= most * y, one row per option: many rows, but the tightest relaxation.
        count, columns = len(switch.columns), np.array(switch.columns, dtype=int)
        most = np.maximum(self.problem.most[columns], 1e-9)
        rows = np.concatenate([np.arange(count)] * 2)
        at = np.concatenate([columns, np.full(count, self._options + place)])
        values = np.concatenate([np.ones(count), -most])
        return sparse.csr_array((values, (rows, at)), shape=(count, self._width))

    def _pass(self, matrix: sparse.csr_array, lower: Floats, upper: Floats) -> highspy.Highs:
        problem = self.problem
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._width, matrix.shape[0]
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = self._value_costs()
        lp.col_lower_ = np.zeros(self._width)
        # Options carry no bound of their own: a bound would hide the price of the limit that implies it.
        free = np.full(self._options, _INF), np.full(len(problem.goals), _INF)
        lp.col_upper_ = np.concatenate([free[0], np.ones(self._switches), free[1]])
        lp.row_lower_, lp.row_upper_ = lower, upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types
        for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 1e-7)):
            solver.setOptionValue(option, setting)
        solver.passModel(lp)
        return solver

    def _value_costs(self) -> Floats:
        fixed = [-switch.cost for switch in self.problem.switches]
        return np.concatenate([self.problem.value, fixed, np.zeros(len(self.problem.goals))])

    def _levels(self) -> list[int]:
        return sorted({goal.priority for goal in self.problem.goals})

    def move(self, limit: str, upper: float) -> None:
        """Put another bound on a limit."""
        self._solver.changeRowBounds(self._rows[limit], -_INF, upper)

    def bound(self, columns: Sequence[int], most: Sequence[float]) -> None:
        """Put other upper bounds on options (0 closes an option)."""
        for column, upper in zip(columns, most, strict=True):
            self._solver.changeColBounds(column, 0.0, upper)

    def best(self, *, goals: bool = True) -> Solution:
        """The optimum: targets by priority first (unless ``goals`` is off), then value."""
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        if goals:
            for level in self._levels():
                self._reach([place for place, goal in enumerate(self.problem.goals) if goal.priority == level])
        self._cost(self._value_costs())
        return self._solve_value()

    def _reach(self, places: Sequence[int]) -> None:
        """Reach the targets of one priority, together or else one after the other."""
        together = self.shortfall(places)
        if together <= REACHED * len(places):
            for place in places:
                self._allow_short(place, TARGET_SLACK)
            return
        for place in places:
            short = together if len(places) == 1 else self.shortfall([place])
            if short > REACHED:
                short = self._approach(place)
            self._allow_short(place, max(short, 0.0) + TARGET_SLACK)

    def _approach(self, place: int) -> float:
        """The least shortfall of an unreachable target that costs no more than :data:`CHASE` of value."""
        self._cost(self._value_costs())
        best = float(self._value_costs() @ self._run(integer=True))
        self._solver.changeRowBounds(self._guard, best - CHASE * abs(best) - 1e-6, _INF)
        short = self.shortfall([place])
        self._solver.changeRowBounds(self._guard, -_INF, _INF)
        return short

    def shortfall(self, places: Sequence[int], *, integer: bool = True) -> float:
        """The least sum of relative shortfalls of some targets, whatever it costs."""
        costs = np.zeros(self._width)
        costs[[self._options + self._switches + place for place in places]] = -1.0
        self._cost(costs)
        return -float(costs @ self._run(integer=integer))

    def least(self, use: Floats, *, integer: bool = True) -> tuple[Floats, tuple[str, ...]]:
        """The plan that reaches every target with the least of ``use``; every target must be within reach.

        Not ``integer``: fixed costs are spread over customers when choosing; measures used at all are named.
        """
        for place in range(len(self.problem.goals)):
            self._allow_short(place, TARGET_SLACK)
        fixed = [-switch.cost if not integer else -1e-3 for switch in self.problem.switches]
        self._cost(np.concatenate([-use, fixed, np.zeros(len(self.problem.goals))]))
        values = self._run(integer=integer)
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        x = values[: self._options]
        on = tuple(s.id for s in self.problem.switches if np.any(x[list(s.columns)] > 1e-9))
        return x, on

    def _allow_short(self, place: int, most: float) -> None:
        self._solver.changeColBounds(self._options + self._switches + place, 0.0, most)

    def _solve_value(self) -> Solution:
        values = self._run(integer=True)
        n, k = self._options, self._switches
        on = values[n : n + k] > 0.5
        if k:  # prices need a linear programme: hold the switches where they are
            self.hold([s.id for s, used in zip(self.problem.switches, on, strict=True) if used])
            values = self._run(integer=False)
        duals = np.array(self._solver.getSolution().row_dual)
        if k:
            self.free()
        costs = self._value_costs()
        return Solution(
            np.clip(values[:n], 0.0, self.problem.most),
            tuple(s.id for s, used in zip(self.problem.switches, on, strict=True) if used),
            float(costs @ values),
            {limit: float(max(duals[row], 0.0)) for limit, row in self._rows.items()},
            {g.id: max(float(v), 0.0) for g, v in zip(self.problem.goals, values[n + k :], strict=True)},
        )

    def hold(self, on: Sequence[str]) -> None:
        """Hold the switches: those named on, the others off."""
        for place, switch in enumerate(self.problem.switches):
            used = float(switch.id in on)
            self._solver.changeColBounds(self._options + place, used, used)

    def free(self) -> None:
        """Let the switches be chosen again."""
        for place in range(self._switches):
            self._solver.changeColBounds(self._options + place, 0.0, 1.0)

    def _cost(self, costs: Floats) -> None:
        self._solver.changeColsCost(self._width, np.arange(self._width, dtype=np.int32), costs)

    def _run(self, *, integer: bool) -> Floats:
        kind = highspy.HighsVarType.kInteger if integer else highspy.HighsVarType.kContinuous
        for place in range(self._switches):
            self._solver.changeColIntegrality(self._options + place, kind)
        while True:
            self._solver.run()
            status = self._solver.getModelStatus()
            if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
                raise NotSolved(f"solver status {self._solver.modelStatusToString(status)}")
            values = np.array(self._solver.getSolution().col_value)
            broken = self._broken(values)
            if not broken.size:
                return values
            self._add(broken)

    def _broken(self, values: Floats) -> NDArray[np.intp]:
        bulk = self.problem.bulk
        if bulk is None:
            return np.zeros(0, dtype=np.intp)
        over = bulk.matrix @ values[: self._options] > bulk.upper + BROKEN
        return np.flatnonzero(over & self._pending)

    def _add(self, places: NDArray[np.intp]) -> None:
        bulk = self.problem.bulk
        if bulk is None or not places.size:
            return
        first = self._solver.getNumRow()
        rows = bulk.matrix[places]
        self._solver.addRows(
            places.size,
            np.full(places.size, -_INF),
            bulk.upper[places],
            rows.nnz,
            rows.indptr[:-1].astype(np.int32),
            rows.indices.astype(np.int32),
            rows.data,
        )
        self._pending[places] = False
        self._rows |= {bulk.ids[place]: first + row for row, place in enumerate(places)}

    def tightened(self) -> Problem:
        """The problem with the limits found so far given from the start: a warm beginning for its variants."""
        if self.problem.bulk is None:
            return self.problem
        return replace(self.problem, bulk=replace(self.problem.bulk, start=~self._pending))


def whole(x: Floats, problem: Problem, on: Sequence[str]) -> NDArray[np.int64]:
    """Round to whole customers: down, then up again by largest remainder wherever every limit still holds."""
    down = np.floor(x + 1e-9)
    use, upper = problem.rows()
    if (money := problem.money_row()) is not None:
        upper[money] -= sum(switch.cost for switch in problem.switches if switch.id in on)
    left = upper - use @ down
    remainder = x - down
    for column in np.lexsort((np.arange(x.size), -remainder)):
        if remainder[column] <= 1e-6:
            break
        rows, amounts = column_of(use, int(column))
        fits = down[column] + 1 <= problem.most[column] + 1e-9 and np.all(left[rows] - amounts >= -1e-9)
        if problem.value[column] > 0 and fits:
            down[column] += 1
            left[rows] -= amounts
    return down.astype(np.int64)


def column_of(matrix: sparse.csc_array, column: int) -> tuple[NDArray[np.intp], Floats]:
    """Rows and amounts of one column."""
    part = slice(matrix.indptr[column], matrix.indptr[column + 1])
    return matrix.indices[part], matrix.data[part]
