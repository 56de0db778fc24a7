"""The investments of a business, valued on one evaluator's draws, and put into the programme of customer measures.

Channels, service levels, loyalty designs and (where asked for) scenarios compete with the measures for the same money
and hours in one optimisation. A first optimum values single customers' options on today's base; if it takes a service
level or a loyalty design, everything is valued again on the base those leave behind, and the plan with them is held
against the plans without one of them and without all of them, each valued on its own base. The best one is the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.investment import Channel
from regulars.base.settings import Business
from regulars.packs.schema import Pack
from regulars.strategy.acquire import Curve, State, curve_of, state_of, steps_of
from regulars.strategy.allocate import Offer
from regulars.strategy.blocks import Step, branches_of
from regulars.strategy.draft import bound_by_locks
from regulars.strategy.environment import Environment, merged
from regulars.strategy.expand import Scenario, scenario_of
from regulars.strategy.loyalty import DesignValue, design_of
from regulars.strategy.newcomer import Known, Newcomer, retention_of, worth_of
from regulars.strategy.objectives import living_today, sign
from regulars.strategy.optimise import Choice, Group, Infeasible, Problem, Program, Solution
from regulars.strategy.options import Evaluator
from regulars.strategy.service import LevelValue, level_of

#: A target's shortfall that differs by less is the same when plans on different bases are compared.
ALIKE = 1e-4
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class ChannelValue:
    """A channel on one set of draws."""

    channel: Channel
    state: State
    known: Known
    curve: Curve
    newcomer: Newcomer


@dataclass(frozen=True, slots=True)
class Invested:
    """All investments on one set of draws. ``steps`` are those the optimiser may take."""

    channels: tuple[ChannelValue, ...] = ()
    levels: tuple[LevelValue, ...] = ()
    designs: tuple[DesignValue, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    steps: tuple[Step, ...] = ()
    arrivals: float = 0.0  # newcomers a month of the whole business today

    def environment(self, taken: Mapping[str, float]) -> Environment:
        """What the levels and designs taken change for all customers."""
        chosen = [v.environment for v in (*self.levels, *self.designs) if taken.get(v.step.id, 0.0) > 0.5]
        return merged(chosen)


@dataclass(frozen=True, slots=True)
class About:
    """What investments are valued with, besides an evaluator."""

    business: Business
    pack: Pack
    diagnosis: Diagnosis | None = None

    @property
    def anything(self) -> bool:
        """Whether there is an investment to weigh."""
        b = self.business
        return bool(b.acquisition or b.service or b.loyalty or b.expansion)


def arrivals_of(diagnosis: Diagnosis | None, evaluator: Evaluator) -> float:
    """Newcomers a month: as the study counted them, else the newcomers' cells spread over their three months."""
    found = diagnosis.acquisition if diagnosis is not None else None
    if diagnosis is not None and found is not None:
        days = (diagnosis.provenance.as_of - found.since).days + 1
        if days > 0:
            return found.newcomers / days * _DAYS_A_MONTH
    return sum(c.customers for c in evaluator.cells if c.state == "newcomer") / 3.0


def invest(evaluator: Evaluator, about: About) -> Invested:
    """Value everything. Raises BadSettings where a channel's figures are nowhere to be found."""
    if not about.anything:
        return Invested()
    business = about.business
    living, arrivals = living_today(evaluator), arrivals_of(about.diagnosis, evaluator)
    channels = tuple(_channel(c, evaluator, about) for c in business.acquisition)
    usual = Channel(id="usual")
    newcomer = worth_of("usual", retention_of(usual, about.diagnosis, about.pack), "usual", evaluator)
    levels = tuple(
        level_of(s, level, evaluator, business, newcomer=newcomer, arrivals=arrivals, living=living)
        for s in business.service
        for level in s.levels
    )
    designs = tuple(design_of(d, evaluator, business, living=living) for d in business.loyalty)
    scenarios = tuple(scenario_of(e, evaluator, business) for e in business.expansion)
    auto = {e.id for e in business.expansion if e.auto}
    steps: list[Step] = []
    for c in channels:
        hours = branches_of(evaluator.cells, c.channel.branches, business)
        steps += steps_of(c.channel, c.state, c.curve, c.newcomer, hours=hours)
    steps += [v.step for v in (*levels, *designs)]
    steps += [s.step for s in scenarios if s.id in auto]
    return Invested(channels, levels, designs, scenarios, tuple(steps), arrivals)


def _channel(channel: Channel, evaluator: Evaluator, about: About) -> ChannelValue:
    state = state_of(channel, about.diagnosis, cycle_months=about.business.cycle_months)
    known = retention_of(channel, about.diagnosis, about.pack)
    newcomer = worth_of(channel.id, known, channel.quality, evaluator)
    return ChannelValue(channel, state, known, curve_of(state, evaluator.draws, name=channel.id), newcomer)


def with_steps(offer: Offer, steps: Sequence[Step], *, fixed: Mapping[str, float] | None = None) -> Offer:
    """The offer with the steps as decisions. ``fixed`` holds steps of service and loyalty at a level (0 or 1)."""
    if not steps:
        return offer
    problem, held = offer.problem, fixed or {}
    limits = {limit.id for limit in problem.limits}
    wanted = {o.id: o.kpi for o in offer.objectives}
    choices = []
    for step in steps:
        use = {problem.money: step.safe_cost} | {f"hours:{b}": h for b, h in step.hours.items() if h}
        gains = {id: sign(kpi) * float(step.gains[kpi].mean()) for id, kpi in wanted.items() if kpi in step.gains}
        level = held.get(step.id)
        choices.append(
            Choice(
                step.id,
                float(step.value_36.mean()),
                step.most if level is None else level,
                step.whole,
                {id: amount for id, amount in use.items() if id in limits},
                gains,
                0.0 if level is None else level,
            )
        )
    groups: dict[str, list[str]] = {}
    for step in steps:
        if step.whole:
            groups.setdefault(step.group, []).append(step.id)
    made = tuple(Group(f"one:{id}", tuple(ids)) for id, ids in groups.items() if len(ids) > 1)
    choices = bound_by_locks(choices, offer.rules)
    return replace(
        offer, problem=replace(problem, choices=(*problem.choices, *choices), groups=(*problem.groups, *made))
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """The optimum with everything valued on its own base."""

    offer: Offer
    solution: Solution
    evaluator: Evaluator
    environment: Environment


def settle(build: Callable[[Evaluator], Offer], evaluator: Evaluator, invested: Invested) -> Settled:
    """Optimise. ``build`` makes the offer of customer measures from an evaluator (one that may have another base)."""
    free = with_steps(build(evaluator), invested.steps)
    program = Program(free.problem)
    solution = program.best()
    free = replace(free, problem=program.tightened())
    common = {v.step.id for v in (*invested.levels, *invested.designs)}
    chosen = sorted(id for id in common if solution.levels.get(id, 0.0) > 0.5)
    if not chosen:
        return Settled(free, solution, evaluator, {})
    sets = [frozenset(chosen), frozenset[str]()]
    sets += [frozenset(chosen) - {id} for id in chosen if len(chosen) > 1]
    tried = []
    for taken in dict.fromkeys(sets):
        try:
            tried.append(_held(build, evaluator, invested, common, taken))
        except Infeasible:
            continue  # a lock asks for what this set leaves out
    return max(tried, key=lambda s: _merit(s, tried)) if tried else Settled(free, solution, evaluator, {})


def _held(
    build: Callable[[Evaluator], Offer],
    evaluator: Evaluator,
    invested: Invested,
    common: set[str],
    taken: frozenset[str],
) -> Settled:
    levels = {id: float(id in taken) for id in common}
    environment = invested.environment(levels)
    moved = evaluator.under(environment) if taken else evaluator
    offer = with_steps(build(moved), invested.steps, fixed=levels)
    program = Program(offer.problem)
    solution = program.best()
    return Settled(replace(offer, problem=_let_go(program.tightened(), common)), solution, moved, environment)


def _let_go(problem: Problem, common: set[str]) -> Problem:
    # Re-solves (other budgets, prices) may do without a level they cannot pay for.
    return replace(problem, choices=tuple(replace(c, lower=0.0) if c.id in common else c for c in problem.choices))


def _merit(settled: Settled, tried: Sequence[Settled]) -> tuple[float, ...]:
    """Targets by priority first, then value."""
    shorts: dict[int, float] = {}
    for goal in settled.offer.problem.goals:
        short = settled.solution.shortfalls.get(goal.id, 0.0)
        shorts[goal.priority] = shorts.get(goal.priority, 0.0) + (short if short > ALIKE else 0.0)
    priorities = sorted({g.priority for t in tried for g in t.offer.problem.goals})
    return (*(-round(shorts.get(p, 0.0), 3) for p in priorities), settled.solution.value)


def taken_of(solution: Solution, steps: Sequence[Step]) -> dict[str, float]:
    """Units taken of each step."""
    return {step.id: solution.levels[step.id] for step in steps if solution.levels.get(step.id, 0.0) > 1e-9}
