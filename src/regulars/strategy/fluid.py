"""Several quarters at once: a linear programme over customers by state, with a budget and hours for each quarter.

    n[s', t+1] = sum_{s,o} P_o[s -> s'] x[s,o,t] + arrivals[s', t]          sum_o x[s,o,t] = n[s,t]
    x[s,o,t] <= reach_{s,o} n[s,t]       sum cost_o x[s,o,t] <= B_t       sum hours_o x[s,o,t] <= H_t
    max  sum_t D^t ( earned_o - cost_o ) x[s,o,t]  +  D^T sum_s V_s n[s,T]                 D = discount of a quarter

It knows what one cycle's plan cannot: that who is kept today can be served, or must be won back, next quarter (the
lesson of dynamic mailing: rules that look one cycle ahead lose). Customers are never made or lost: those who leave are
in a state of their own. V_s is what a customer of a state is worth left alone after the last quarter. With one
quarter it is the plan of one cycle. *Rolling*: the first quarter is carried out, then all is planned anew from where
they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from regulars.strategy.optimise import NotSolved
from regulars.strategy.returns import Floats


@dataclass(frozen=True, slots=True)
class Act:
    """An option for customers of one state in one quarter. ``moves`` are probabilities of the states afterwards."""

    state: int
    name: str
    moves: Floats  # states
    earned: float  # contribution in the quarter
    cost: float
    hours: float = 0.0
    reach: float = 1.0  # part of the state's customers it may go to


@dataclass(frozen=True, slots=True)
class Flow:
    """The problem. Every state needs an act without cost whose ``reach`` is 1 (doing nothing).

    ``arrivals`` is quarters x states, ``after`` what a customer is worth after the last quarter.
    """

    states: tuple[str, ...]
    start: Floats
    acts: tuple[Act, ...]
    arrivals: Floats
    budgets: Floats
    hours: Floats
    after: Floats
    discount: float  # of one quarter

    @property
    def quarters(self) -> int:
        """How many quarters."""
        return int(self.budgets.size)


@dataclass(frozen=True, slots=True)
class Course:
    """An optimum: customers by state at the start of each quarter and after the last, what is done, what it brings."""

    value: float
    customers: Floats  # (quarters + 1) x states
    treated: Floats  # quarters x acts
    spent: Floats  # by quarter
    hours: Floats
    earned: Floats  # contribution by quarter, before cost, not discounted
    budget_prices: Floats  # worth today of one more unit of money in each quarter


def run(flow: Flow) -> Course:
    """Solve. Raises NotSolved when the solver finds no optimum (a state without an act that does nothing)."""
    m, s, q = len(flow.acts), len(flow.states), flow.quarters
    model = _Rows(q * m)
    for t in range(q):
        _quarter(model, flow, t, m, s)
    for t in range(q):
        model.add({t * m + i: act.cost for i, act in enumerate(flow.acts)}, -np.inf, float(flow.budgets[t]))
    for t in range(q):
        model.add({t * m + i: act.hours for i, act in enumerate(flow.acts)}, -np.inf, float(flow.hours[t]))
    worth = _worth(flow)
    x, duals = model.solve(worth.ravel())
    treated = x.reshape(q, m)
    return replace(_course(flow, treated), budget_prices=np.maximum(duals[model.size - 2 * q : model.size - q], 0.0))


def idle(flow: Flow) -> Course:
    """Doing nothing, all quarters."""
    nothing = [
        next(i for i, a in enumerate(flow.acts) if a.state == s and a.cost == 0 and a.hours == 0 and a.name == "")
        for s in range(len(flow.states))
    ]
    treated = np.zeros((flow.quarters, len(flow.acts)))
    n = flow.start
    for t in range(flow.quarters):
        treated[t, nothing] = n
        n = treated[t] @ _moves(flow) + flow.arrivals[t]
    return _course(flow, treated)


def _moves(flow: Flow) -> Floats:
    return np.array([act.moves for act in flow.acts])


def _worth(flow: Flow) -> Floats:
    """Objective coefficients, quarters x acts: the last quarter's moves carry what comes after."""
    q = flow.quarters
    each = np.array([act.earned - act.cost for act in flow.acts])
    worth = np.array([flow.discount**t * each for t in range(q)])
    worth[-1] += flow.discount**q * (_moves(flow) @ flow.after)
    return worth


def _quarter(model: _Rows, flow: Flow, t: int, m: int, s: int) -> None:
    """All customers of a state are given one act; those are who the quarter before left there, and who arrived."""
    for state in range(s):
        row = {t * m + i: 1.0 for i, act in enumerate(flow.acts) if act.state == state}
        here = float(flow.start[state]) if t == 0 else float(flow.arrivals[t - 1, state])
        before = {} if t == 0 else {(t - 1) * m + i: -float(a.moves[state]) for i, a in enumerate(flow.acts)}
        model.add({**row, **before}, here, here)
        for i, act in enumerate(flow.acts):
            if act.state == state and act.reach < 1:
                capped = {column: act.reach * amount for column, amount in before.items()}
                model.add({t * m + i: 1.0, **capped}, -np.inf, act.reach * here)


def _course(flow: Flow, treated: Floats) -> Course:
    moves = _moves(flow)
    customers = [flow.start]
    for t in range(flow.quarters):
        customers.append(treated[t] @ moves + flow.arrivals[t])
    cost = np.array([act.cost for act in flow.acts])
    earned = treated @ np.array([act.earned for act in flow.acts])
    spent = treated @ cost
    d = flow.discount ** np.arange(flow.quarters)
    # Who arrives in the last quarter is the same under every plan and not counted here, as in the programme itself.
    last = flow.discount**flow.quarters * float((customers[-1] - flow.arrivals[-1]) @ flow.after)
    value = float(d @ (earned - spent)) + last
    hours = treated @ np.array([act.hours for act in flow.acts])
    return Course(value, np.array(customers), treated, spent, hours, earned, np.zeros(flow.quarters))


def roll(flow: Flow, *, happened: Sequence[Floats] | None = None) -> tuple[Course, ...]:
    """Plan again at the start of every quarter for the rest; what is carried out is each plan's first quarter.

    ``happened`` gives customers by state actually found at the start of each later quarter; without it, all went as
    planned, and the rolling plan is worth what the first plan said (nothing it did turns out to have been a mistake).
    """
    found = []
    for t in range(flow.quarters):
        course = run(flow)
        found.append(course)
        if flow.quarters == 1:
            break
        start = course.customers[1] if happened is None else happened[t]
        flow = replace(flow, start=start, arrivals=flow.arrivals[1:], budgets=flow.budgets[1:], hours=flow.hours[1:])
    return tuple(found)


class _Rows:
    """A programme being written down, row by row."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.size = 0
        self._at: list[tuple[int, int, float]] = []
        self._lower: list[float] = []
        self._upper: list[float] = []

    def add(self, amounts: dict[int, float], lower: float, upper: float) -> None:
        self._at += [(self.size, column, value) for column, value in amounts.items() if value]
        self._lower.append(lower)
        self._upper.append(upper)
        self.size += 1

    def solve(self, worth: Floats) -> tuple[Floats, Floats]:
        rows, columns, values = zip(*self._at, strict=True)
        matrix = sparse.csr_array((values, (rows, columns)), shape=(self.size, self.columns))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, self.size
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = worth
        lp.col_lower_, lp.col_upper_ = np.zeros(self.columns), np.full(self.columns, highspy.kHighsInf)
        lp.row_lower_ = np.maximum(np.array(self._lower), -highspy.kHighsInf)
        lp.row_upper_ = np.minimum(np.array(self._upper), highspy.kHighsInf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy ships no types
        for option, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0)):
            solver.setOptionValue(option, setting)
        solver.passModel(lp)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NotSolved(f"solver status {solver.modelStatusToString(solver.getModelStatus())}")
        solution = solver.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)
