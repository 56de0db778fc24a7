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
from regulars.base.investment_check import check_branches
from regulars.base.settings import Business
from regulars.packs.schema import Pack
from regulars.strategy.acquire import Curve, State, curve_of, state_of, steps_of
from regulars.strategy.allocate import Offer
from regulars.strategy.blocks import Step, added_by, branches_of
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


@dataclass(frozen=True, slots=True)
class Invested:
    """All investments on one set of draws. ``steps`` are those the optimiser may take."""

    channels: tuple[ChannelValue, ...] = ()
    levels: tuple[LevelValue, ...] = ()
    designs: tuple[DesignValue, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    steps: tuple[Step, ...] = ()
    arrivals: float = 0.0  # newcomers a month of the whole business today
    about: About | None = None

    def environment(self, taken: Mapping[str, float]) -> Environment:
        """What the levels and designs taken change for all customers."""
        return merged([environment for id, environment in self.common().items() if taken.get(id, 0.0) > 0.5])

    def common(self) -> dict[str, Environment]:
        """By step: what service levels and loyalty designs change for all customers."""
        return {v.step.id: v.environment for v in self.levels} | {d.step.id: d.environment for d in self.designs}


def arrivals_of(diagnosis: Diagnosis | None, evaluator: Evaluator) -> float:
    """Newcomers a month: as the study counted them, else the newcomers' cells spread over their three months."""
    found = diagnosis.acquisition if diagnosis is not None else None
    if diagnosis is not None and found is not None:
        days = (diagnosis.provenance.as_of - found.since).days + 1
        if days > 0:
            return found.newcomers / days * _DAYS_A_MONTH
    return sum(c.customers for c in evaluator.cells if c.state == "newcomer") / 3.0


def invest(evaluator: Evaluator, about: About, *, taken: Mapping[str, float] | None = None) -> Invested:
    """Value everything. Raises BadSettings where a channel's figures are nowhere to be found or a branch is unknown.

    ``taken`` are steps as a plan takes them: each programme is then valued on what those taken before it have left, in
    the order of the file, with the overlap of measures that act on the same; so what is taken adds up.
    """
    if not about.anything:
        return Invested()
    business = about.business
    known = {branch for cell in evaluator.cells for branch in cell.branches}
    known |= {name for b in business.branches for name in (b.id, *b.also)}
    check_branches(known, acquisition=business.acquisition, service=business.service, expansion=business.expansion)
    channels = tuple(_channel(c, evaluator, about) for c in business.acquisition)
    levels, designs = _for_all(evaluator, about, taken or {})
    scenarios = tuple(scenario_of(e, evaluator, business) for e in business.expansion)
    auto = {e.id for e in business.expansion if e.auto}
    steps: list[Step] = []
    for c in channels:
        hours = branches_of(evaluator.cells, c.channel.branches, business)
        steps += steps_of(c.channel, c.state, c.curve, c.newcomer, hours=hours)
    steps += [v.step for v in levels] + [d.step for d in designs]
    steps += [s.step for s in scenarios if s.id in auto]
    arrivals = arrivals_of(about.diagnosis, evaluator)
    return Invested(channels, levels, designs, scenarios, tuple(steps), arrivals, about)


def _for_all(
    evaluator: Evaluator, about: About, taken: Mapping[str, float]
) -> tuple[tuple[LevelValue, ...], tuple[DesignValue, ...]]:
    """Service levels and loyalty designs, each programme on the ground that those taken before it leave."""
    business, living = about.business, living_today(evaluator)
    known = retention_of(Channel(id="usual"), about.diagnosis, about.pack)
    newcomer = worth_of("usual", known, "usual", evaluator)
    arrivals = arrivals_of(about.diagnosis, evaluator)
    levels: list[LevelValue] = []
    before: list[Environment] = []
    for service in business.service:
        ground = evaluator.under(merged(before)) if before else evaluator
        overlap = evaluator.draws.theta["attrition"] ** len(before)
        own = [
            level_of(
                service, level, ground, business, newcomer=newcomer, arrivals=arrivals, living=living, overlap=overlap
            )
            for level in service.levels
        ]
        levels += own
        before += [v.environment for v in own if taken.get(v.step.id, 0.0) > 0.5]
    ground = evaluator.under(merged(before)) if before else evaluator
    return tuple(levels), tuple(design_of(d, ground, business, living=living) for d in business.loyalty)


def _channel(channel: Channel, evaluator: Evaluator, about: About) -> ChannelValue:
    state = state_of(channel, about.diagnosis, cycle_months=about.business.cycle_months)
    known = retention_of(channel, about.diagnosis, about.pack)
    newcomer = worth_of(channel.id, known, channel.quality, evaluator)
    return ChannelValue(channel, state, known, curve_of(state, evaluator.draws, name=channel.id), newcomer)


def with_steps(
    offer: Offer,
    steps: Sequence[Step],
    *,
    evaluator: Evaluator | None = None,
    fixed: Mapping[str, float] | None = None,
) -> Offer:
    """The offer with the steps as decisions. ``fixed`` holds steps of service and loyalty at a level (0 or 1).

    ``evaluator`` tells who is alive, for rates of single branches; without it a rate is that of the whole business.
    """
    if not steps:
        return offer
    problem, held = offer.problem, fixed or {}
    limits = {limit.id for limit in problem.limits}
    living = {
        o.id: (living_today(evaluator), living_today(evaluator, o.branches)) if evaluator is not None else (1.0, 1.0)
        for o in offer.objectives
    }
    choices = []
    for step in steps:
        use = {problem.money: step.safe_cost} | {f"hours:{b}": h for b, h in step.hours.items() if h}
        gains = {
            o.id: sign(o.kpi) * float(added_by(step, o.kpi, o.branches, living=living[o.id]).mean())
            for o in offer.objectives
            if o.kpi in step.gains
        }
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
    groups_now = (*problem.groups, *made)
    risk = problem.risk
    if risk is not None:
        risk = replace(risk, choices={**risk.choices, **{step.id: step.value_36 for step in steps}})
    choices = bound_by_locks(choices, offer.rules)
    whole = replace(problem, choices=(*problem.choices, *choices), groups=groups_now, risk=risk)
    return replace(offer, problem=whole)


@dataclass(frozen=True, slots=True)
class Settled:
    """The optimum with everything valued on its own base."""

    offer: Offer
    solution: Solution
    evaluator: Evaluator
    environment: Environment


def settle(build: Callable[[Evaluator], Offer], evaluator: Evaluator, invested: Invested) -> Settled:
    """Optimise. ``build`` makes the offer of customer measures from an evaluator (one that may have another base)."""
    free = with_steps(build(evaluator), invested.steps, evaluator=evaluator)
    program = Program(free.problem)
    solution = program.best()
    free = replace(free, problem=program.tightened())
    common = set(invested.common())
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
    if len(taken) > 1 and invested.about is not None:  # what they do to one another counts
        invested = invest(evaluator, invested.about, taken=levels)
    environment = invested.environment(levels)
    moved = evaluator.under(environment) if taken else evaluator
    offer = with_steps(build(moved), invested.steps, evaluator=evaluator, fixed=levels)
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
    return (*(-round(shorts.get(p, 0.0), 3) for p in priorities), settled.solution.objective)
