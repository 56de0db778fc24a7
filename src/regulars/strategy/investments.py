"""Put what was decided about investments into the form both faces show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regulars.analysis.diagnosis import Diagnosis
from regulars.base.estimate import Estimate
from regulars.base.investment import Expansion, Names, Service
from regulars.base.settings import Business
from regulars.base.text import Listing, Local, Share, Text, say
from regulars.strategy.acquire import marginal_return, value_at
from regulars.strategy.expand import Scenario, scenario_of
from regulars.strategy.explain import Voice
from regulars.strategy.growth import growth_of
from regulars.strategy.invest import ChannelValue, Invested
from regulars.strategy.loyalty import DesignValue
from regulars.strategy.outlook import long_plan
from regulars.strategy.plan_investments import (
    ChannelPlan,
    CurvePoint,
    Investments,
    LevelPlan,
    LoyaltyPlan,
    NeighbourLoss,
    ScenarioPlan,
    ServicePlan,
)
from regulars.strategy.returns import Floats
from regulars.strategy.service import LevelValue, margins
from regulars.strategy.solve import Solved

_POINTS = 25


@dataclass(frozen=True, slots=True)
class Told:
    """What an account of the investments is made from."""

    solved: Solved
    business: Business
    voice: Voice
    diagnosis: Diagnosis | None = None

    @property
    def levels(self) -> Mapping[str, float]:
        """Units taken of each step."""
        return self.solved.solution.levels

    def money(self, draws: Floats, method: str) -> Estimate:
        """An estimate of money."""
        return Estimate.of_draws(draws, unit=self.voice.currency, method=method)

    def taken(self, id: str) -> bool:
        """Whether a whole step is taken."""
        return self.levels.get(id, 0.0) > 0.5


def named(id: str, names: Names) -> Local:
    """A name in the languages it has; the id where it has none."""
    return Local({str(k): v for k, v in names.items()} or {"en": id})


def investments_of(told: Told) -> Investments | None:
    """The account; None where nothing was to be weighed and no quarters are looked at."""
    solved, invested = told.solved, told.solved.invested
    ahead = long_plan(solved, told.business, told.voice.currency)
    if not (invested.channels or invested.levels or invested.designs or invested.scenarios or ahead):
        return None
    judge, levels = solved.judge, told.levels
    value_12 = judge.beside(levels, kpi="gain_12")
    value_36 = judge.beside(levels)
    taken = [(levels.get(s.id, 0.0), s) for s in invested.steps]
    return Investments(
        channels=tuple(_channel(c, told) for c in invested.channels),
        service=tuple(_service(s, told) for s in told.business.service),
        loyalty=tuple(_loyalty(d, told) for d in invested.designs),
        expansion=tuple(_scenario(s, told) for s in invested.scenarios),
        quarters=ahead,
        growth=growth_of(solved, told.business, told.voice.currency),
        value_12=told.money(value_12, "allocation"),
        value_36=told.money(value_36, "allocation"),
        cost=float(sum(units * s.cost for units, s in taken)),
        hours=float(sum(units * h for units, s in taken for h in s.hours.values())),
        notes=_notes(invested, told),
    )


def spend_of(channel: str, levels: Mapping[str, float]) -> float:
    """Spend of a channel from the stretches taken."""
    return float(sum(units for id, units in levels.items() if id.startswith(f"acquisition:{channel}:")))


def _channel(c: ChannelValue, told: Told) -> ChannelPlan:
    spend = spend_of(c.channel.id, told.levels)
    onboarding = c.channel.onboarding
    value_12, value_36 = (value_at(c.curve, c.newcomer, spend, onboarding=onboarding, months=m) for m in (12, 36))
    marginal = float(marginal_return(c.curve, c.newcomer, spend, onboarding=onboarding).mean())
    now = float(marginal_return(c.curve, c.newcomer, c.state.spend, onboarding=onboarding).mean())
    return ChannelPlan(
        id=c.channel.id,
        name=named(c.channel.id, c.channel.name),
        spend_now=c.state.spend,
        spend=spend,
        most=c.state.most,
        arrivals_now=c.state.arrivals,
        arrivals=Estimate.of_draws(c.curve.arrivals(spend), unit="customers", method="acquisition_response"),
        ceiling=c.state.ceiling,
        newcomer_36=told.money(c.newcomer.less(onboarding)[1], "acquisition_response"),
        retention=c.known.mean,
        retention_told=c.known.told,
        marginal=marginal,
        marginal_now=now,
        value_12=told.money(value_12, "acquisition_response"),
        value_36=told.money(value_36, "acquisition_response"),
        told=c.state.told,
        assumed_room=c.state.assumed_room,
        curve=_curve(c),
        reason=_channel_reason(c, spend, marginal, told),
    )


def _curve(c: ChannelValue) -> tuple[CurvePoint, ...]:
    points = []
    for spend in np.linspace(0.0, max(c.state.most, c.state.spend), _POINTS):
        drawn = c.curve.arrivals(float(spend))
        low, high = np.quantile(drawn, (0.1, 0.9))
        points.append(CurvePoint(float(spend), float(low), float(drawn.mean()), float(high)))
    return tuple(points)


def _channel_reason(c: ChannelValue, spend: float, marginal: float, told: Told) -> Text:
    money = told.voice.money
    dear = 1.0 + float(np.quantile(c.curve.marginal(spend), 0.9)) * c.channel.onboarding
    asked = 1 + told.solved.prices.get("budget", 0.0) * dear  # its own unit back, and what the budget earns elsewhere
    unit = money(1)
    if spend <= 0:
        return say("strategy.investments.channel_none", unit=unit, brings=money(marginal), asked=money(asked))
    if spend >= c.state.most - 0.5 and marginal > asked:
        return say("strategy.investments.channel_full", unit=unit, brings=money(marginal), asked=money(asked))
    return say("strategy.investments.channel", unit=unit, brings=money(marginal), asked=money(asked))


def _service(service: Service, told: Told) -> ServicePlan:
    values = {v.level: v for v in told.solved.invested.levels if v.service == service.id}
    steps = {u.level: u for u in margins(tuple(values.values()))}
    names = {level.id: named(level.id, level.name) for level in service.levels}
    ordered = sorted(values.values(), key=lambda v: (v.spent_36, v.level))
    levels = tuple(_level(v, steps[v.level].cost, steps[v.level].value, names[v.level], told) for v in ordered)
    chosen = next((level for level in levels if level.chosen), None)
    return ServicePlan(
        service.id,
        named(service.id, service.name),
        service.branches,
        ordered[0].customers,
        service.satisfied_now,
        chosen.id if chosen else None,
        levels,
        _service_reason(levels, chosen, told.voice),
    )


def _level(v: LevelValue, cost: float, value: Floats, name: Local, told: Told) -> LevelPlan:
    method = "return_on_quality"
    return LevelPlan(
        id=v.level,
        name=name,
        chosen=told.taken(v.step.id),
        cost=v.spent_36,
        in_cycle=v.step.cost,
        satisfied=Estimate.of_draws(v.satisfied, unit="share", method=method),
        value_12=told.money(v.step.value_12, method),
        value_36=told.money(v.step.value_36, method),
        gross_36=told.money(v.gross_36, method),
        extra_cost=cost,
        extra_value=told.money(value, method),
        too_much=float(value.mean()) < cost,
        probability_positive=float((v.step.value_36 > 0).mean()),
    )


def _service_reason(levels: tuple[LevelPlan, ...], chosen: LevelPlan | None, voice: Voice) -> Text:
    if chosen is None:
        best = max(levels, key=lambda v: v.value_36.mean)
        if best.value_36.mean <= 0:
            return say("strategy.investments.service_loses", level=best.name, net=voice.money(best.value_36.mean))
        return say("strategy.investments.service_beaten", level=best.name, net=voice.money(best.value_36.mean))
    beyond = next((v for v in levels if v.cost > chosen.cost), None)
    brings, costs = voice.money(chosen.gross_36.mean), voice.money(chosen.cost)
    if beyond is not None and beyond.too_much:
        extra = {"more": voice.money(beyond.extra_value.mean), "dearer": voice.money(beyond.extra_cost)}
        return say("strategy.investments.service_stop", brings=brings, costs=costs, level=beyond.name, **extra)
    return say("strategy.investments.service", brings=brings, costs=costs)


def _loyalty(d: DesignValue, told: Told) -> LoyaltyPlan:
    design = next(x for x in told.business.loyalty if x.id == d.design)
    rewards, anyway = float(d.rewards.mean()), float(d.anyway.mean())
    method, money = "loyalty_design", told.voice.money
    part = anyway / rewards if rewards > 0 else 0.0
    net = float(d.step.value_36.mean())
    chosen = told.taken(d.step.id)
    words = {"adds": money(float(d.gross_36.mean())), "rewards": money(rewards), "part": Share(part)}
    if chosen:
        reason = say("strategy.investments.loyalty", **words)
    elif net <= 0:
        reason = say("strategy.investments.loyalty_loses", **words)
    else:
        reason = say("strategy.investments.loyalty_beaten", **words)
    return LoyaltyPlan(
        id=d.design,
        name=named(design.id, design.name),
        chosen=chosen,
        reward_rate=design.reward_rate,
        members=d.members,
        cost=d.step.cost,
        rewards=told.money(d.rewards, method),
        anyway=part,
        owed_cycle=float(d.owed_cycle.mean()),
        owed_year=float(d.owed_year.mean()),
        gross_36=told.money(d.gross_36, method),
        value_12=told.money(d.step.value_12, method),
        value_36=told.money(d.step.value_36, method),
        probability_positive=float((d.step.value_36 > 0).mean()),
        reason=reason,
    )


def _scenario(s: Scenario, told: Told) -> ScenarioPlan:
    scenario = next(x for x in told.business.expansion if x.id == s.id)
    solved = told.solved
    spent = float(solved.offer.cost @ solved.x)
    spent += sum(told.levels.get(step.id, 0.0) * step.cost for step in solved.invested.steps)
    chosen = told.taken(s.step.id)
    left = 0.0 if chosen else max(float(told.business.budget.amount) - spent, 0.0)
    likely = float((s.npv > 0).mean())
    return ScenarioPlan(
        id=s.id,
        name=named(scenario.id, scenario.name),
        kind=scenario.kind,
        organisation=scenario.organisation,
        auto=scenario.auto,
        chosen=chosen,
        npv=told.money(s.npv, "expansion"),
        probability_positive=likely,
        payback_months=s.payback,
        capex=float(s.capex.mean()),
        extra_budget=0.0 if chosen else max(s.step.cost - left, 0.0),
        deepest=s.lowest,
        months=scenario.months,
        cannibalised=Estimate.of_draws(s.cannibalised, unit="share", method="expansion"),
        neighbours=tuple(NeighbourLoss(branch, lost) for branch, lost in s.taken.items()),
        failure=s.failure,
        break_even=_break_even(scenario, s, told),
        reason=_scenario_reason(scenario, chosen, likely),
    )


def _break_even(scenario: Expansion, s: Scenario, told: Told) -> float | None:
    """Monthly revenue (in the scenario's currency) at which the mean present value is nothing; it is linear in it."""
    empty = scenario_of(replace_revenue(scenario), told.solved.judge.evaluator, told.business)
    gained = float(s.npv.mean() - empty.npv.mean())
    if gained <= 0:
        return None
    return scenario.revenue * -float(empty.npv.mean()) / gained


def replace_revenue(scenario: Expansion) -> Expansion:
    """The scenario without any revenue."""
    return scenario.model_copy(update={"revenue": 0.0})


def _scenario_reason(scenario: Expansion, chosen: bool, likely: float) -> Text:
    if not scenario.auto:
        return say("strategy.investments.scenario_shown", likely=Share(likely))
    if chosen:
        return say("strategy.investments.scenario_chosen", likely=Share(likely))
    return say("strategy.investments.scenario_left", likely=Share(likely))


def _notes(invested: Invested, told: Told) -> tuple[Text, ...]:
    notes = []
    assumed = [named(c.channel.id, c.channel.name) for c in invested.channels if c.state.assumed_room]
    if assumed:
        notes.append(say("strategy.investments.note_room", channels=Listing(tuple(assumed))))
    known = {(c.channel.source or c.channel.id).casefold() for c in invested.channels}
    found = told.diagnosis.acquisition if told.diagnosis is not None else None
    unused = (
        [r.source for r in found.sources if r.source and r.cost and r.source.casefold() not in known] if found else []
    )
    if unused:
        notes.append(say("strategy.investments.note_sources", sources=Listing(tuple(unused)), n=len(unused)))
    if any(told.levels.get(step.id, 0.0) > 0 for step in invested.steps):
        notes.append(say("strategy.investments.note_rivals"))
    if invested.levels:
        notes.append(say("strategy.investments.note_service"))
    if invested.designs:
        notes.append(say("strategy.investments.note_loyalty"))
    return tuple(notes)


def with_estimates(plan_12: Floats, plan_36: Floats, solved: Solved) -> tuple[Floats, Floats]:
    """A plan's values with what is invested for all customers alike."""
    levels = solved.solution.levels
    return plan_12 + solved.judge.beside(levels, kpi="gain_12"), plan_36 + solved.judge.beside(levels)


__all__ = ["Told", "investments_of", "named", "spend_of", "with_estimates"]
