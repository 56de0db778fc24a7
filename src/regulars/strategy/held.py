"""The plan's linear programme with its decisions held, ready to be asked "what if": other values, or an option closed.

Fixed costs stay as the plan chose them and every target as far as it was reached, so what is left is a linear
programme that answers in milliseconds from a warm basis. Used by the explanation and by the value of information.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from regulars.strategy.bulk_rows import add_at_most
from regulars.strategy.optimise import BROKEN, TARGET_SLACK, NotSolved, Problem, Solution
from regulars.strategy.returns import Floats

_INF = highspy.kHighsInf
#: Room given to limits, as a part of them: decisions come from the solver with its tolerance.
SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Closed:
    """The optimum without one option: how much less it is worth, and how much less the option would have to bring per
    customer to be left out (both not negative)."""

    loss: float
    margin: float
    money_price: float


class Held:
    """A problem at a solution, decisions held. ``x`` is the optimum as last asked for."""

    def __init__(self, problem: Problem, solution: Solution, *, also_on: Collection[str] = ()) -> None:
        self.problem = problem
        self.on = frozenset((*solution.on, *also_on))
        self._use, self._upper = problem.rows()
        self._by_row = self._use.tocsr()
        self._money = problem.money_row()
        limits = len(problem.limits)
        self._levels = solution.levels | dict.fromkeys(also_on, 1.0)
        self._upper[:limits] -= problem.used_by(self._levels)
        self._waiting = np.zeros(self._upper.size, dtype=bool)
        if problem.bulk is not None:
            self._waiting[limits:] = ~problem.bulk.start
        self.x = self._begin(solution)

    def _begin(self, solution: Solution) -> Floats:
        """The optimum as it stands; with a little room where decisions are only as exact as the solver, and without
        targets where those are kept by decisions alone."""
        exact, waiting = self._upper, self._waiting
        for goals, room in ((True, 0.0), (True, SLACK), (False, SLACK)):
            self._upper = exact + room * np.maximum(np.abs(exact), 1.0)
            self._waiting = waiting.copy()
            self._solver = self._load(solution, goals=goals)
            found = self._run()
            if found is not None:
                return found
        raise NotSolved("the plan itself breaks a limit it was solved under")

    def _load(self, solution: Solution, *, goals: bool) -> highspy.Highs:
        problem, n = self.problem, self.problem.value.size
        top = np.full(n, _INF)
        for link in problem.all_links():
            level = self._levels.get(link.choice, 0.0)
            if level < 1:
                places = list(link.columns)
                top[places] = np.minimum(top[places], problem.most[places] * level)
        self._top = top
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types
        for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            solver.setOptionValue(option, setting)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = n, 0
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = problem.value, np.zeros(n), top
        lp.row_lower_, lp.row_upper_ = np.zeros(0), np.zeros(0)
        solver.passModel(lp)
        self._solver = solver
        self._add(np.flatnonzero(~self._waiting))
        for goal in problem.goals if goals else ():
            kept = goal.gap * (1 - solution.shortfalls.get(goal.id, 0.0) - 2 * TARGET_SLACK)
            kept -= sum(d.gains.get(goal.id, 0.0) * self._levels.get(d.id, 0.0) for d in problem.decisions())
            used = np.flatnonzero(goal.gain).astype(np.int32)
            solver.addRow(kept - 1e-6 * abs(kept), _INF, used.size, used, goal.gain[used])
        return solver

    def _add(self, rows: NDArray[np.intp]) -> None:
        add_at_most(self._solver, self._by_row, self._upper, rows)
        self._waiting[rows] = False

    def best(self, value: Floats | None = None) -> Floats:
        """The optimum for other values per customer (the problem's own when not given)."""
        if value is not None:
            self._solver.changeColsCost(value.size, np.arange(value.size, dtype=np.int32), value)
        found = self._run()
        if found is None:
            raise NotSolved("the plan itself breaks a limit it was solved under")
        self.x = found
        return found

    def worth(self, x: Floats, value: Floats) -> float:
        """Value of an allocation, fixed costs of what it uses taken off."""
        fixed = sum(s.cost for s in self.problem.switches if np.any(x[list(s.columns)] > 1e-9))
        return float(value @ x) - fixed

    def without(self, column: int) -> Closed | None:
        """The optimum with one option closed; None where a target cannot be kept without it.

        The problem's own values must be the ones last asked for.
        """
        self._solver.changeColBounds(column, 0.0, 0.0)
        try:
            other = self._run()
            if other is None:
                return None
            found = self._solver.getSolution()
            margin = float(found.col_dual[column])
            price = float(found.row_dual[self._money]) if self._money is not None else 0.0
        finally:
            self._solver.changeColBounds(column, 0.0, self._top[column])
        loss = float(self.problem.value @ self.x) - float(self.problem.value @ other)
        return Closed(max(loss, 0.0), max(margin, 0.0), max(price, 0.0))

    def reduced(self) -> Floats:
        """What one more customer of each option would change the optimum by (0 for those used, else not positive)."""
        dual: Floats = np.array(self._solver.getSolution().col_dual)
        return np.minimum(dual, 0.0)

    def _run(self) -> Floats | None:
        while True:
            self._solver.run()
            status = self._solver.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            if status not in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty):
                raise NotSolved(f"solver status {self._solver.modelStatusToString(status)}")
            x: Floats = np.array(self._solver.getSolution().col_value)
            over = np.flatnonzero(self._waiting)
            if over.size:
                over = over[self._by_row[over] @ x > self._upper[over] + BROKEN]
            if not over.size:
                return np.maximum(x, 0.0)
            self._add(over)
