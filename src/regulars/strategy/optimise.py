"""The allocation as a linear or mixed-integer programme on HiGHS; :mod:`regulars.strategy.problem` says what it is.

Columns of the programme are options of cells (customers given them), then decisions (switches first), then relative
shortfalls of targets, then the tail when averse to risk. Targets come first, by priority; value is then maximised
without giving up what the targets reached. A target that cannot be reached is approached only as far as that costs no
more than :data:`CHASE` of the value that could be had: an impossible wish must not ruin the plan. Prices are the duals
of the final linear programme, whole-numbered decisions held at their optimum.

The tail (CVaR) is the least of weighted means of draws over the weights that put at most ``1 / ((1 - tail) S)`` on any
draw, so it is bounded by one linear cut per weighting; cuts are added where a solution claims more than it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.bulk_rows import add_at_most
from regulars.strategy.problem import Bulk, Choice, Goal, Group, Limit, Link, Problem, Risk, Solution, Switch
from regulars.strategy.returns import Floats
from regulars.strategy.rounding import column_of, whole

__all__ = [
    "Bulk",
    "Choice",
    "Goal",
    "Group",
    "Infeasible",
    "Limit",
    "Link",
    "NotSolved",
    "Problem",
    "Program",
    "Risk",
    "Solution",
    "Switch",
    "column_of",
    "whole",
]

#: A target counts as kept in the value stage when it loses no more than this part of its gap.
TARGET_SLACK = 1e-6
#: Where the solver cannot keep it so near, up to this part of its gap.
WIDEST_SLACK = 1e-3
#: What approaching an unreachable target may cost, as a part of the best value that keeps the targets before it.
CHASE = 0.1
#: A shortfall below this part of the gap is reached.
REACHED = 1e-6
#: A limit broken by less than this many customers is the solver's tolerance.
BROKEN = 1e-6
#: Seconds after which the search for a whole-numbered plan near the optimum is given up.
WHOLE_SECONDS = 5.0
#: The tail may be claimed better than it is by this part of itself.
TAIL = 1e-8
_INF = highspy.kHighsInf


class NotSolved(RuntimeError):
    """The solver stopped without an optimum although there must be one: a defect, not bad data."""


class Infeasible(NotSolved):
    """No plan keeps every limit: floors (locks, groups that must be taken) contradict one another or the limits."""


class Program:
    """A problem inside the solver, kept warm: limits can be moved and the optimum found again."""

    def __init__(self, problem: Problem, *, gap: float = 1e-7) -> None:
        """``gap``: the part of the best value that may be left where decisions are whole."""
        problem.check()
        self.problem, self._gap = problem, gap
        self._decisions = problem.decisions()
        self._options, self._extra = problem.value.size, len(self._decisions)
        self._shorts = self._options + self._extra  # place of the first shortfall
        self._width = self._shorts + len(problem.goals) + (problem.risk is not None)
        self._place = {d.id: self._options + at for at, d in enumerate(self._decisions)}
        self._whole = [self._place[d.id] for d in self._decisions if d.integer]
        self._rows = {limit.id: place for place, limit in enumerate(problem.limits)}
        self._pending = (
            np.zeros(0, dtype=bool) if problem.bulk is None else np.ones(problem.bulk.upper.size, dtype=bool)
        )
        self._worths = problem.risk.matrix(self._decisions) if problem.risk is not None else np.zeros((0, 0))
        self._cuts: list[Floats] = []
        self._guarded = False
        self._costs = self._last = np.zeros(self._width)
        self._solver = self._load()
        if problem.bulk is not None:
            self._add(np.flatnonzero(problem.bulk.start))
        self._begin_tail()

    # ---- loading

    def _load(self) -> highspy.Highs:
        parts, lower, upper = [], [], []
        for rows, low, high in (self._limit_rows(), self._link_rows(), self._group_rows(), self._goal_rows()):
            if rows.shape[0]:
                parts.append(rows)
                lower.append(low)
                upper.append(high)
        self._guard = sum(len(low) for low in lower)  # value at least so much; open until a target is approached
        parts.append(sparse.csr_array(self._value_costs()[None, :]))
        lower.append(np.array([-_INF]))
        upper.append(np.array([_INF]))
        return self._pass(sparse.csr_array(sparse.vstack(parts)), np.concatenate(lower), np.concatenate(upper))

    def _limit_rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        limits = self.problem.limits
        rest = sparse.lil_array((len(limits), self._width - self._options))
        for decision in self._decisions:
            for id, amount in decision.use.items():
                rest[self._rows[id], self._place[decision.id] - self._options] = amount
        use = sparse.csr_array(np.array([limit.use for limit in limits]).reshape(len(limits), self._options))
        rows = sparse.csr_array(sparse.hstack([use, sparse.csr_array(rest)]))
        return rows, np.full(len(limits), -_INF), np.array([limit.upper for limit in limits])

    def _link_rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        # x <= most * z, one row per option: many rows, but the tightest relaxation.
        links = self.problem.all_links()
        columns = np.array([c for link in links for c in link.columns], dtype=int)
        places = np.array([self._place[link.choice] for link in links for _ in link.columns], dtype=int)
        count = columns.size
        most = np.maximum(self.problem.most[columns], 1e-9)
        rows = np.concatenate([np.arange(count)] * 2)
        values = np.concatenate([np.ones(count), -most])
        matrix = sparse.csr_array((values, (rows, np.concatenate([columns, places]))), shape=(count, self._width))
        return matrix, np.full(count, -_INF), np.zeros(count)

    def _group_rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        groups = self.problem.groups
        matrix = sparse.lil_array((len(groups), self._width))
        for row, group in enumerate(groups):
            for id in group.choices:
                matrix[row, self._place[id]] = 1.0
        return sparse.csr_array(matrix), np.array([g.least for g in groups]), np.array([g.most for g in groups])

    def _goal_rows(self) -> tuple[sparse.csr_array, Floats, Floats]:
        goals = self.problem.goals
        rows = np.zeros((len(goals), self._width))
        for at, goal in enumerate(goals):
            rows[at, : self._options] = goal.gain / goal.gap
            for decision in self._decisions:
                rows[at, self._place[decision.id]] = decision.gains.get(goal.id, 0.0) / goal.gap
            rows[at, self._shorts + at] = 1.0
        return sparse.csr_array(rows), np.ones(len(goals)), np.full(len(goals), _INF)

    def _pass(self, matrix: sparse.csr_array, lower: Floats, upper: Floats) -> highspy.Highs:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._width, matrix.shape[0]
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = self._value_costs()
        # Options carry no bound of their own: a bound would hide the price of the limit that implies it.
        low, high = np.zeros(self._width), np.full(self._width, _INF)
        low[self._options : self._shorts] = [d.lower for d in self._decisions]
        high[self._options : self._shorts] = [d.upper for d in self._decisions]
        if self.problem.risk is not None:
            low[-1] = -_INF
        lp.col_lower_, lp.col_upper_ = low, high
        lp.row_lower_, lp.row_upper_ = lower, upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types
        for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", self._gap)):
            solver.setOptionValue(option, setting)
        solver.passModel(lp)
        return solver

    def _mean_costs(self) -> Floats:
        """Mean value of every column of the programme."""
        beside = [d.value for d in self._decisions]
        return np.concatenate([self.problem.value, beside, np.zeros(self._width - self._shorts)])

    def _value_costs(self) -> Floats:
        """What is maximised in the value stage."""
        costs, risk = self._mean_costs(), self.problem.risk
        if risk is not None:
            costs = (1 - risk.weight) * costs
            costs[-1] = risk.weight
        return costs

    def _levels(self) -> list[int]:
        return sorted({goal.priority for goal in self.problem.goals})

    # ---- moving

    def move(self, limit: str, upper: float) -> None:
        """Put another bound on a limit."""
        self._solver.changeRowBounds(self._rows[limit], -_INF, upper)

    def bound(self, columns: Sequence[int], most: Sequence[float]) -> None:
        """Put other upper bounds on options (0 closes an option)."""
        for column, upper in zip(columns, most, strict=True):
            self._solver.changeColBounds(column, 0.0, upper)

    def hold(self, on: Sequence[str], levels: Mapping[str, float] | None = None) -> None:
        """Hold the switches: those named on, the others off; and the integer choices that ``levels`` names."""
        held = {s.id: float(s.id in on) for s in self.problem.switches} | {
            d.id: float(round(levels[d.id])) for d in self.problem.choices if levels and d.integer and d.id in levels
        }
        for id, level in held.items():
            self._solver.changeColBounds(self._place[id], level, level)

    def free(self) -> None:
        """Let all decisions be chosen again."""
        for decision in self._decisions:
            self._solver.changeColBounds(self._place[decision.id], decision.lower, decision.upper)

    # ---- solving

    def best(self, *, goals: bool = True) -> Solution:
        """The optimum: targets by priority first (unless ``goals`` is off), then value.

        Raises:
            Infeasible: no plan keeps every limit. Without floors doing nothing is always allowed.
        """
        slack = TARGET_SLACK
        while True:
            try:
                return self._best(goals, slack)
            except Infeasible:
                if slack >= WIDEST_SLACK or not goals or not self._possible():
                    raise
                slack *= 10  # limits can be kept: only the solver's tolerance parts a target from those before it

    def _best(self, goals: bool, slack: float) -> Solution:
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        if goals:
            for level in self._levels():
                self._reach([place for place, goal in enumerate(self.problem.goals) if goal.priority == level], slack)
        self._cost(self._value_costs())
        return self._solve_value()

    def _possible(self) -> bool:
        """Whether any plan keeps every limit, targets set aside."""
        self._solver.changeRowBounds(self._guard, -_INF, _INF)
        self._guarded = False
        if self._whole:
            self.free()
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        self._cost(np.zeros(self._width))
        try:
            self._run(integer=True)
        except Infeasible:
            return False
        return True

    def _reach(self, places: Sequence[int], slack: float) -> None:
        """Reach the targets of one priority, together or else one after the other."""
        together = self.shortfall(places)
        if together <= REACHED * len(places):
            for place in places:
                self._allow_short(place, slack)
            return
        for place in places:
            short = together if len(places) == 1 else self.shortfall([place])
            if short > REACHED:
                short = self._approach(place)
            self._allow_short(place, max(short, 0.0) + slack)

    def _approach(self, place: int) -> float:
        """The least shortfall of an unreachable target that costs no more than :data:`CHASE` of value."""
        self._cost(self._value_costs())
        best = float(self._value_costs() @ self._run(integer=True))
        self._solver.changeRowBounds(self._guard, best - CHASE * abs(best) - 1e-6, _INF)
        self._guarded = True
        short = self.shortfall([place])
        self._solver.changeRowBounds(self._guard, -_INF, _INF)
        self._guarded = False
        return short

    def shortfall(self, places: Sequence[int], *, integer: bool = True) -> float:
        """The least sum of relative shortfalls of some targets, whatever it costs."""
        costs = np.zeros(self._width)
        costs[[self._shorts + place for place in places]] = -1.0
        self._cost(costs)
        return -float(costs @ self._run(integer=integer))

    def least(self, use: Floats, *, integer: bool = True) -> tuple[Floats, tuple[str, ...]]:
        """The plan that reaches every target with the least of ``use``; every target must be within reach.

        Not ``integer``: fixed costs are spread over customers when choosing; measures used at all are named.
        """
        for place in range(len(self.problem.goals)):
            self._allow_short(place, TARGET_SLACK)
        costs = np.zeros(self._width)
        costs[: self._options] = -use
        for switch in self.problem.switches:
            costs[self._place[switch.id]] = -switch.cost if not integer else -1e-3
        self._cost(costs)
        values = self._run(integer=integer)
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        x = values[: self._options]
        on = tuple(s.id for s in self.problem.switches if np.any(x[list(s.columns)] > 1e-9))
        return x, on

    def minimise(self, use: Floats, levels: Mapping[str, float], *, integer: bool = True) -> Solution:
        """The plan with the least of ``use @ x + sum levels[d] z_d``, targets set aside. Prices are those of that."""
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        costs = np.zeros(self._width)
        costs[: self._options] = -use
        for id, amount in levels.items():
            costs[self._place[id]] = -amount
        self._cost(costs)
        return self._solve_value() if integer else self._solution(self._run(integer=False))

    def near(self, best: Solution, use: Floats, levels: Mapping[str, float], *, within: float) -> Solution:
        """Straight after :meth:`best`: the plan with the least of ``use @ x + sum levels[d] z_d`` among those worth at
        least ``best`` less the part ``within``, targets as far as they were reached."""
        slack = within * abs(best.objective) + 1e-6
        self._solver.changeRowBounds(self._guard, best.objective - slack, _INF)
        self._guarded = True
        costs = np.zeros(self._width)
        costs[: self._options] = -use
        for id, amount in levels.items():
            costs[self._place[id]] = -amount
        self._cost(costs)
        found = self._solve_value()
        self._solver.changeRowBounds(self._guard, -_INF, _INF)
        self._guarded = False
        return replace(found, objective=float(self._value_costs() @ self._last))

    def whole_near(self, x: Floats, levels: Mapping[str, float]) -> NDArray[np.int64] | None:
        """The best whole-numbered plan within two customers of ``x`` in every option, decisions as they are; None when
        there is none. The program is of no further use."""
        self.hold([id for id, level in levels.items() if level > 0.5], levels)
        for place in range(len(self.problem.goals)):
            self._allow_short(place, _INF)
        for column in range(self._options):
            low, high = max(np.floor(x[column]) - 1, 0.0), min(np.ceil(x[column]) + 1, self.problem.most[column])
            self._solver.changeColBounds(column, low, max(low, np.floor(high)))
            self._solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        self._solver.setOptionValue("time_limit", WHOLE_SECONDS)
        self._solver.setOptionValue("mip_rel_gap", 1e-4)
        self._cost(self._mean_costs())
        try:
            values = self._run(integer=True)
        except NotSolved:
            return None
        return np.round(values[: self._options]).astype(np.int64)

    def _allow_short(self, place: int, most: float) -> None:
        self._solver.changeColBounds(self._shorts + place, 0.0, most)

    def _solve_value(self) -> Solution:
        values = self._run(integer=True)
        if self._whole:  # prices need a linear programme: hold what is whole where it is
            for place in self._whole:
                level = float(round(values[place]))
                self._solver.changeColBounds(place, level, level)
            values = self._run(integer=False)
        found = self._solution(values)
        if self._whole:
            self.free()
        return found

    def _solution(self, values: Floats) -> Solution:
        self._last = values
        duals = np.array(self._solver.getSolution().row_dual)
        levels = {d.id: float(values[self._place[d.id]]) for d in self._decisions}
        levels |= {d.id: float(round(levels[d.id])) for d in self._decisions if d.integer}
        shorts = values[self._shorts : self._shorts + len(self.problem.goals)]
        return Solution(
            np.clip(values[: self._options], 0.0, self.problem.most),
            tuple(s.id for s in self.problem.switches if levels[s.id] > 0.5),
            float(self._mean_costs() @ values),
            {limit: float(max(duals[row], 0.0)) for limit, row in self._rows.items()},
            {g.id: max(float(v), 0.0) for g, v in zip(self.problem.goals, shorts, strict=True)},
            levels,
            float(self._costs @ values),
        )

    def _cost(self, costs: Floats) -> None:
        self._costs = costs
        self._solver.changeColsCost(self._width, np.arange(self._width, dtype=np.int32), costs)

    def _run(self, *, integer: bool) -> Floats:
        if self.problem.risk is not None and integer and self._whole:
            self._run(integer=False)  # cuts are found cheaply without whole numbers
        kind = highspy.HighsVarType.kInteger if integer else highspy.HighsVarType.kContinuous
        for place in self._whole:
            self._solver.changeColIntegrality(place, kind)
        while True:
            self._solver.run()
            values = self._optimum()
            broken = self._broken(values)
            if broken.size:
                self._add(broken)
            elif not self._cut(values):
                return values

    def _optimum(self) -> Floats:
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kModelEmpty and any(limit.upper < 0 for limit in self.problem.limits):
            raise Infeasible("nothing can be chosen, so no floor can be kept")
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            raise Infeasible(f"solver status {self._solver.modelStatusToString(status)}")
        if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
            raise NotSolved(f"solver status {self._solver.modelStatusToString(status)}")
        return np.array(self._solver.getSolution().col_value)

    # ---- limits and cuts added when broken

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
        add_at_most(self._solver, bulk.matrix, bulk.upper, places)
        self._pending[places] = False
        self._rows |= {bulk.ids[place]: first + row for row, place in enumerate(places)}

    def _begin_tail(self) -> None:
        risk = self.problem.risk
        if risk is None:
            return
        # The mean bounds the tail of everything: without a first cut the programme would be unbounded.
        count = risk.draws.shape[0]
        self._add_cut(np.full(count, 1.0 / count))
        for weights in risk.cuts if risk.cuts is not None else ():
            self._add_cut(weights)

    def _add_cut(self, weights: Floats) -> None:
        row = np.concatenate([-(weights @ self._worths), [1.0]])
        at = np.concatenate([np.arange(self._shorts), [self._width - 1]]).astype(np.int32)
        self._solver.addRow(-_INF, 0.0, row.size, at, row)
        self._cuts.append(weights)

    def _cut(self, values: Floats) -> bool:
        """Whether the solution claimed a better tail than it has; then a cut forbids it."""
        risk = self.problem.risk
        if risk is None or not (self._costs[-1] or self._guarded):
            return False
        worth = self._worths @ values[: self._shorts]
        weights = risk.worst(worth)
        tail = float(weights @ worth)
        if values[-1] <= tail + TAIL * max(1.0, abs(tail)) + 1e-6:
            return False
        if any(np.array_equal(weights, known) for known in self._cuts):
            return False  # the solver's tolerance, no further cut can help
        self._add_cut(weights)
        return True

    def tightened(self) -> Problem:
        """The problem with the limits and cuts found so far given from the start: a warm beginning for variants."""
        problem = self.problem
        if problem.bulk is not None:
            problem = replace(problem, bulk=replace(problem.bulk, start=~self._pending))
        if problem.risk is not None:
            problem = replace(problem, risk=replace(problem.risk, cuts=np.array(self._cuts)))
        return problem
