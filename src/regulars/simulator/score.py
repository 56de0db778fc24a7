"""From seeds to scores: sums over customers, cycles and seeds first, shares of the oracle last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from regulars import __version__
from regulars.simulator.knobs import Knobs
from regulars.simulator.result import (
    SCHEMA,
    ByCycle,
    History,
    LearningPaid,
    Overspend,
    RegretSplit,
    RivalScore,
    SeedScore,
    Simulation,
    Target,
    WholeRun,
)
from regulars.simulator.run import SeedRun
from regulars.strategy.returns import Floats

#: What may be overspent: the P90 reserve is exceeded one time in ten.
RESERVE = 0.10
#: Plans compared with one another.
COMPARED = 50


class Board:
    """The numbers of all seeds as arrays, seeds x cycles."""

    def __init__(self, runs: Sequence[SeedRun]) -> None:
        self.runs = runs
        self.oracle, self.plan = self.of("oracle"), self.of("plan")
        names = runs[0].cycles[0].rivals
        self.rivals = {name: np.array([[c.rivals[name] for c in r.cycles] for r in runs]) for name in names}
        totals = np.array([values.sum(axis=1) for values in self.rivals.values()])
        self.best = np.argmax(totals, axis=0)  # per seed
        self.best_total = totals[self.best, np.arange(len(runs))]
        self.best_now = np.max(list(self.rivals.values()), axis=0)  # seeds x cycles
        self.covered = (self.of("low") <= self.plan) & (self.plan <= self.of("high"))

    def of(self, name: str) -> Floats:
        """One figure of every cycle."""
        return np.array([[float(getattr(c, name)) for c in r.cycles] for r in self.runs])

    def share(self, values: Floats, cycle: int | None = None) -> float:
        """Of the oracle's value, all cycles or one."""
        if cycle is None:
            return _part(values.sum(), self.oracle.sum())
        return _part(values[:, cycle].sum(), self.oracle[:, cycle].sum())


def _part(some: float, whole: float) -> float:
    return float(some / whole) if whole > 0 else 0.0


def scores(knobs: Knobs, runs: Sequence[SeedRun]) -> Simulation:
    """Score finished seeds."""
    board = Board(runs)
    plan, last = board.plan, board.plan.shape[1] - 1
    per_seed = [_part(p, o) for p, o in zip(plan.sum(axis=1), board.oracle.sum(axis=1), strict=True)]
    spread = float(np.std(per_seed, ddof=1) / np.sqrt(len(runs))) if len(runs) > 1 else 0.0
    rules = {rule: sum(c.violations[rule] for r in runs for c in r.cycles) for rule in runs[0].cycles[0].violations}
    return Simulation(
        schema=SCHEMA,
        program_version=__version__,
        settings=knobs,
        plan_share_of_oracle=board.share(plan, last),
        best_rival_share_of_oracle=board.share(board.best_now, last),
        wins=float(np.mean(plan.sum(axis=1) > board.best_total)),
        coverage_80=float(board.covered.mean()),
        violations=sum(rules.values()),
        whole_run=WholeRun(
            board.share(plan),
            _part(board.best_total.sum(), board.oracle.sum()),
            spread,
        ),
        duality_gap=float(np.mean(1 - _safe(board.of("oracle_found"), board.oracle))),
        cell_oracle_share=board.share(board.of("cell_oracle")),
        by_cycle=tuple(_cycle(board, cycle) for cycle in range(last + 1)),
        rivals=_rivals(board),
        regret=_regret(board),
        overspend=_overspend(board),
        harmed_share=_part(board.of("harmed").sum(), board.of("treated").sum()),
        target=_target(board),
        stability=_stability(runs),
        learning=_learning(board),
        history=History(float(np.mean([r.naive_error for r in runs])), float(np.mean([r.prior_error for r in runs]))),
        violations_by_rule=rules,
        seeds=_seeds(board),
    )


def _safe(some: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, some / np.where(whole > 0, whole, 1.0), 1.0)


def _cycle(board: Board, cycle: int) -> ByCycle:
    so_far = slice(0, cycle + 1)
    oracle = board.oracle[:, so_far].sum()
    return ByCycle(
        cycle=cycle + 1,
        plan_share=board.share(board.plan, cycle),
        intended_share=board.share(board.of("intended"), cycle),
        best_rival_share=board.share(board.best_now, cycle),
        wins=float(np.mean(board.plan[:, cycle] > board.best_now[:, cycle])),
        cell_oracle_share=board.share(board.of("cell_oracle"), cycle),
        regret_so_far=_part(oracle - board.plan[:, so_far].sum(), oracle),
        coverage_80=float(board.covered[:, cycle].mean()),
        effect_error=float(board.of("effect_error")[:, cycle].mean()),
        left_out_to_learn=float(board.of("withheld")[:, cycle].mean()),
        overspent=float((board.of("spent") > board.of("budget"))[:, cycle].mean()),
        harmed_share=_part(board.of("harmed")[:, cycle].sum(), board.of("treated")[:, cycle].sum()),
    )


def _rivals(board: Board) -> tuple[RivalScore, ...]:
    """Variants of one rival (a measure each) count as one: the best in hindsight."""
    families: dict[str, list[Floats]] = {}
    for name, values in board.rivals.items():
        families.setdefault(name.split(":")[0], []).append(values.sum(axis=1))
    total = board.plan.sum(axis=1)
    found = []
    for id, members in families.items():
        best = np.max(members, axis=0)
        found.append(RivalScore(id, _part(best.sum(), board.oracle.sum()), float(np.mean(total > best))))
    return tuple(sorted(found, key=lambda r: -r.share_of_oracle))


def _regret(board: Board) -> RegretSplit:
    cells, held = board.of("cell_oracle").sum(), board.of("cell_oracle_held").sum()
    whole, intended, plan = board.oracle.sum(), board.of("intended").sum(), board.plan.sum()
    return RegretSplit(
        _part(whole - cells, whole),
        _part(cells - held, whole),
        _part(intended - plan, whole),
        _part(held - intended, whole),
    )


def _overspend(board: Board) -> Overspend:
    spent, budget = board.of("spent"), board.of("budget")
    over = spent > budget + 0.005
    excess = float((spent / np.maximum(budget, 1e-9) - 1)[over].mean()) if over.any() else 0.0
    return Overspend(float(over.mean()), excess, bool(over.mean() <= RESERVE))


def _target(board: Board) -> Target:
    told, hit = board.of("chance"), board.plan >= board.of("target")
    return Target(float(told.mean()), float(hit.mean()), float(((told - hit) ** 2).mean()))


def _stability(runs: Sequence[SeedRun]) -> float:
    plans = [r.cycles[-1].given for r in runs[:COMPARED]]
    names = sorted({id for plan in plans for id in plan})
    shares = np.array([[plan.get(id, 0) for id in names] for plan in plans], dtype=float)
    if len(plans) < 2 or not names:
        return 1.0
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    pairs = [np.minimum(shares[i], shares[j]).sum() for i in range(len(plans)) for j in range(i)]
    return float(np.mean(pairs))


def _learning(board: Board) -> LearningPaid:
    last = float(board.oracle[:, -1].sum())
    first = _part(sum(r.first_beliefs for r in board.runs), last)
    learned = _part(sum(r.last_beliefs for r in board.runs), last)
    return LearningPaid(
        first, learned, board.share(board.plan, 0), board.share(board.plan, board.plan.shape[1] - 1), learned > first
    )


def _seeds(board: Board) -> tuple[SeedScore, ...]:
    names = list(board.rivals)
    return tuple(
        SeedScore(
            run.seed,
            float(board.oracle[at].sum()),
            float(board.plan[at].sum()),
            float(board.best_total[at]),
            names[int(board.best[at])],
            float(board.covered[at].mean()),
            float(board.plan[at, -1]),
            float(board.oracle[at, -1]),
        )
        for at, run in enumerate(board.runs)
    )
