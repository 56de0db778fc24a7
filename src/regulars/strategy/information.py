"""What knowing more would be worth: of everything, of each measure, and of hold-outs of feasible sizes.

Information is worth something only as far as it changes the plan. For each measure the plan is re-solved as if its
effect were known to lie at several places; the plans so found, and the plan itself, are lines over that effect, and
:mod:`regulars.strategy.envelope` gives the expected value of perfect and of sample information in closed form. It is a
lower bound (a plan not found cannot be chosen) that the linear programme makes tight.

How many customers to hold out of a measure, or to try one on, is :mod:`regulars.trial.exploring`'s rule, that of the
simulator: what each is expected to gain at the plan's prices, and what customers tell of each effect by their visits.
What a trial is worth is never put above knowing everything about its measure. Fixed costs and targets stay as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from regulars.packs.schema import Measure
from regulars.strategy.draws import prior_of
from regulars.strategy.envelope import worth_of_knowing
from regulars.strategy.explain import local
from regulars.strategy.gradients import Slopes, slopes_of
from regulars.strategy.held import Held
from regulars.strategy.optimise import NotSolved
from regulars.strategy.options import reached
from regulars.strategy.plan_uncertainty import Knowledge, Trial
from regulars.strategy.returns import Floats
from regulars.strategy.solve import Solved
from regulars.strategy.visiting import Visiting, events, visiting
from regulars.trial.exploring import Doubt, Pool, Size, best, left_out, tries
from regulars.trial.telling import told
from regulars.trial.voi import detectable

#: Where an effect is supposed to be known, in standard deviations.
KNOWN_AT = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
#: Joint places at which the plan is re-solved for the worth of knowing everything, and draws it is judged on.
JOINT, JUDGED_ON = 24, 2000
#: What is learned is used for so many months; after that customers have changed.
HORIZON_MONTHS = 24
#: Share of the variance between customers that their own past explains (the published range is 0.4 to 0.5).
EXPLAINED = 0.4
#: Fewest customers held out of a measure.
SMALLEST_SIDE = 20
#: A measure the plan does not use is tried among at most about so many customers.
PILOT = 2000
#: Of those sizes so many are told.
TOLD = 5


@dataclass(frozen=True, slots=True)
class Known:
    """The worth of knowing everything and every measure."""

    perfect: float
    cycles: int
    knowledge: tuple[Knowledge, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    """What all measures are looked at with. ``plans`` are allocations found so far, the plan's first."""

    solved: Solved
    held: Held
    reduced: Floats
    slopes: Slopes
    plans: list[Floats]
    months: int
    cycles: int


def cycles_ahead(months: int) -> int:
    """Cycles that will still use what is learned in this one."""
    return max(round(HORIZON_MONTHS / months), 1)


def knowledge(solved: Solved, *, months: int, held_out: Sequence[int], rng: np.random.Generator) -> Known:
    """The worth of knowing. ``held_out`` are the customers held out per column; ``months`` the length of a cycle."""
    cycles = cycles_ahead(months)
    if not solved.offer.columns:
        return Known(0.0, cycles, ())
    held = Held(solved.offer.problem, solved.solution)
    field = _Field(
        solved, held, held.reduced(), slopes_of(solved.offer.columns, solved.evaluator), [held.x], months, cycles
    )
    measures = {m.id: m for c in solved.offer.columns for m in c.option.measures}
    found = [_of_measure(measures[id], field, held_out) for id in sorted(measures)]
    most = max((k.perfect for k in found), default=0.0)
    everything = max(cycles * _joint(field, rng), most)
    ordered = sorted((k for k in found if k.spread_of_change > 0), key=lambda k: (-k.perfect, k.measure))
    return Known(everything, cycles, tuple(ordered))


def composite(id: str, slopes: Slopes, x: Floats, most: Floats) -> tuple[Floats, dict[int, float]]:
    """A measure's effects as one number: slope per column, and the weight of each effect in it (a unit vector).

    The direction is the one in which the plan's value (else that of all who may have it) answers most.
    """
    mine = {place: slope for (measure, place), slope in slopes.items() if measure == id}
    for amounts in (x, most):
        pull = np.array([float(slope @ amounts) for slope in mine.values()])
        size = float(np.linalg.norm(pull))
        if size > 1e-12:
            weights = pull / size
            slope = np.sum([w * s for w, s in zip(weights, mine.values(), strict=True)], axis=0)
            return slope, dict(zip(mine, map(float, weights), strict=True))
    return np.zeros(x.size), dict.fromkeys(mine, 0.0)


def _of_measure(measure: Measure, field: _Field, held_out: Sequence[int]) -> Knowledge:
    problem, x = field.solved.offer.problem, field.held.x
    slope, weights = composite(measure.id, field.slopes, x, problem.most)
    asked = _with(measure, field)
    plans = [field.plans[0], *(asked.best(problem.value + z * slope) for z in KNOWN_AT)] if slope.any() else [x]
    asked.best(problem.value)
    field.plans.extend(plans[1:])
    level = np.array([asked.worth(plan, problem.value) for plan in plans])
    lines = np.array([float(slope @ plan) for plan in plans])
    perfect = field.cycles * worth_of_knowing(level, lines)
    amounts, in_plan = _amounts(measure, field)
    standing = sum(held_out[p] for p in amounts) if in_plan else 0
    pool, seen = _pool(measure, amounts, standing, field), _seen(measure, weights, amounts, field)
    sizes = _sizes(measure, pool, field, in_plan=in_plan) if measure.purpose == "marketing" else ()
    sizes = tuple(replace(s, worth=min(s.worth, perfect)) for s in sizes)
    chosen, shown = best(sizes), _some(sizes)
    already = _standing(pool, standing, perfect, field.cycles) if sizes else None

    def shown_as(size: Size) -> Trial:
        return Trial(size.size, size.price, size.worth, _detectable(size.size, pool.customers, seen))

    return Knowledge(
        measure.id,
        local(measure.name),
        pool.customers,
        in_plan,
        measure.purpose == "marketing",
        perfect,
        seen.untouched,
        seen.change,
        seen.open,
        tuple(shown_as(size) for size in shown),
        shown_as(chosen) if chosen is not None else None,
        shown_as(already) if already is not None else None,
    )


def _with(measure: Measure, field: _Field) -> Held:
    """The programme with the measure's fixed cost paid, where the plan does not pay it and could."""
    held, problem = field.held, field.solved.offer.problem
    if measure.id in held.on or not any(s.id == measure.id for s in problem.switches):
        return held
    try:
        return Held(problem, field.solved.solution, also_on=(measure.id,))
    except NotSolved:  # there is no money for it beside what the plan holds on to
        return held


def _amounts(measure: Measure, field: _Field) -> tuple[dict[int, float], bool]:
    """The customers a trial would be about by column: whom the plan gives it to, else where trying costs least."""
    columns = field.solved.offer.columns
    places = [p for p, c in enumerate(columns) if any(m.id == measure.id for m in c.option.measures)]
    given = {p: float(field.held.x[p]) for p in places if field.held.x[p] > 0.5}
    return (given, True) if given else (_cheapest(places, field), False)


def _pool(measure: Measure, amounts: dict[int, float], standing: int, field: _Field) -> Pool:
    """Score, number and doubts of those customers; the held out (``standing``) are like the others."""
    cells, columns = field.solved.evaluator.cells, field.solved.offer.columns
    places = list(amounts)
    given = np.array([amounts[p] for p in places])
    many = given * (1 + standing / max(float(given.sum()), 1.0))
    in_plan = bool(places) and field.held.x[places[0]] > 0.5
    score = [surplus(field.solved, p) if in_plan else float(field.reduced[p]) for p in places]
    doubts = []
    for place, effect in enumerate(measure.effects):
        slope, sd = field.slopes.get((measure.id, place)), prior_of(effect).sd
        if slope is None or sd <= 0:
            continue
        here = np.array([place in field.solved.evaluator.holding(columns[p].cell, measure) for p in places])
        tells = [told(effect.primitive, effect.months, events(cells[columns[p].cell], field.months)) for p in places]
        one = float(many @ (here * tells)) / max(float(many.sum()), 1e-12)
        doubts.append(Doubt(sd, np.where(here, slope[places] / sd, 0.0), one))
    return Pool(np.array(score), doubts, many)


def _seen(measure: Measure, weights: dict[int, float], amounts: dict[int, float], field: _Field) -> Visiting:
    """The share visiting, over those customers."""
    cells, columns = field.solved.evaluator.cells, field.solved.offer.columns
    total = sum(amounts.values())
    parts: dict[str, float] = defaultdict(float)
    for place, count in amounts.items():
        at = columns[place].cell
        holding = field.solved.evaluator.holding(at, measure)
        seen = visiting(cells[at], measure, holding, tuple(weights.get(p, 0.0) for p in holding), field.months)
        for name in ("untouched", "change", "open"):
            parts[name] += count / total * getattr(seen, name) if total else 0.0
    return Visiting(parts["untouched"], parts["change"], parts["open"])


def _cheapest(places: Sequence[int], field: _Field) -> dict[int, float]:
    """Of each cell the option with the measure that costs the plan least; the cheapest cells up to :data:`PILOT`."""
    offer, cells = field.solved.offer, field.solved.evaluator.cells
    chosen: dict[int, float] = {}
    seen: set[int] = set()
    for place in sorted(places, key=lambda p: (-field.reduced[p], -offer.problem.most[p], p)):
        column = offer.columns[place]
        if column.cell not in seen and sum(chosen.values()) < PILOT:
            seen.add(column.cell)
            chosen[place] = float(reached(column.option, cells[column.cell]))
    return chosen


def surplus(solved: Solved, place: int) -> float:
    """Net value of one customer of an option, less what the money and time it takes are worth elsewhere in the plan."""
    problem = solved.offer.problem
    charged = sum(solved.prices.get(limit.id, 0.0) * float(limit.use[place]) for limit in problem.limits)
    return float(problem.value[place]) - charged


def _sizes(measure: Measure, pool: Pool, field: _Field, *, in_plan: bool) -> tuple[Size, ...]:
    if in_plan:
        found = left_out(pool, cycles=field.cycles, loss=max(pool.mean, 0.0))
        return tuple(s for s in found if s.size >= SMALLEST_SIDE)
    problem = field.solved.offer.problem
    fixed = sum(s.cost for s in problem.switches if s.id == measure.id and s.id not in field.held.on)
    return tries(pool, cycles=field.cycles, room=pool.customers, paid=pool.customers, fixed=fixed)


def _some(sizes: tuple[Size, ...]) -> list[Size]:
    """A few of them, smallest and largest among them."""
    places = sorted({int(i) for i in np.linspace(0, len(sizes) - 1, min(TOLD, len(sizes)))}) if sizes else []
    return [sizes[i] for i in places]


def _standing(pool: Pool, held: int, perfect: float, cycles: int) -> Size | None:
    """What those already held out tell."""
    if not 0 < held < pool.customers:
        return None
    each = pool.known(treated=pool.customers - held, left=held)
    return Size(held, min(cycles * float(pool.many @ each), perfect), held * max(pool.mean, 0.0))


def _detectable(held: int, customers: int, seen: Visiting) -> float:
    # Half-way between both arms: where hardly anybody comes untouched, those the measure brings make the noise.
    rate = min(max(seen.untouched + seen.change / 2, 1e-3), 1 - 1e-3)
    return detectable(treated=customers - held, held=held, rate=rate, explained=EXPLAINED)


def _joint(field: _Field, rng: np.random.Generator) -> float:
    """Expected gain a cycle from knowing every measure's effect: the best of all plans found, per draw."""
    problem, keys = field.solved.offer.problem, list(field.slopes)
    if not keys:
        return 0.0
    slopes = np.array([field.slopes[key] for key in keys])
    half = rng.standard_normal((JUDGED_ON // 2, len(keys)))
    for z in np.concatenate([half[: JOINT // 2], -half[: JOINT // 2]]):
        field.plans.append(field.held.best(problem.value + z @ slopes))
    field.held.best(problem.value)
    plans = np.array(field.plans)
    level = np.array([field.held.worth(plan, problem.value) for plan in plans])
    worth = level[:, None] + (plans @ slopes.T) @ np.concatenate([half, -half]).T
    return max(float((worth.max(axis=0) - worth[0]).mean()), 0.0)
