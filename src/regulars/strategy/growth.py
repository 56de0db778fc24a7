"""Ways to grow, on one scale: change in customer equity, its chance of being a loss, and what it takes.

Placed by market and offer (Ansoff 1957: penetration, development of markets, of products, diversification, in rising
risk) and by sites and services (focused or clustered service, focused or diversified network). Everything comes from
the plan's own draws; nothing is scored by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from regulars.base.estimate import Estimate
from regulars.base.investment import Expansion, Names
from regulars.base.settings import Business
from regulars.base.text import Local, Text, say
from regulars.strategy.acquire import value_at
from regulars.strategy.judge import spent_fixed
from regulars.strategy.plan_investments import Ansoff, GrowthOption, Reach
from regulars.strategy.returns import Floats
from regulars.strategy.solve import Solved


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to grow before it is compared."""

    id: str
    name: Local | Text
    place: tuple[Ansoff, Reach]
    draws: Floats
    money: float
    hours: float
    chosen: bool


def growth_of(solved: Solved, business: Business, currency: str) -> tuple[GrowthOption, ...]:
    """The options, those with most equity for each unit of money first; empty where there is only one to compare."""
    ways = [_customers(solved), *_channels(solved), *_service(solved, business), *_loyalty(solved)]
    ways += _expansion(solved, business)
    if len(ways) < 2:
        return ()
    found = []
    for way in ways:
        equity = Estimate.of_draws(way.draws, unit=currency, method="expansion")
        per = equity.mean / way.money if way.money > 0 else 0.0
        found.append(GrowthOption(way.id, way.name, *way.place, way.chosen, equity, way.money, way.hours, per))
    return tuple(sorted(found, key=lambda g: (-g.per_money, g.id)))


def _taken(solved: Solved, step: str) -> bool:
    return solved.solution.levels.get(step, 0.0) > 0.5


def _customers(solved: Solved) -> _Way:
    x, offer = solved.x, solved.offer
    money = float(offer.cost @ x) + spent_fixed(offer.problem.switches, x)
    name = say("strategy.investments.growth_customers")
    hours = float(offer.hours @ x)
    return _Way("customers", name, _today(solved), solved.judge.value(x), money, hours, bool(x.sum()))


def _channels(solved: Solved) -> list[_Way]:
    found = []
    for c in solved.invested.channels:
        id = f"acquisition:{c.channel.id}"
        spend = sum(u for step, u in solved.solution.levels.items() if step.startswith(f"{id}:"))
        at = spend or c.state.spend
        draws = value_at(c.curve, c.newcomer, at, onboarding=c.channel.onboarding)
        newcomers = float(c.curve.arrivals(at).mean())
        money, hours = at + newcomers * c.channel.onboarding, newcomers * c.channel.hours
        found.append(_Way(id, _name(c.channel.id, c.channel.name), _today(solved), draws, money, hours, spend > 0))
    return found


def _service(solved: Solved, business: Business) -> list[_Way]:
    found = []
    for service in business.service:
        levels = [v for v in solved.invested.levels if v.service == service.id]
        best = max(levels, key=lambda v: (_taken(solved, v.step.id), float(v.step.value_36.mean())))
        hours, chosen = sum(best.step.hours.values()), _taken(solved, best.step.id)
        name = _name(service.id, service.name)
        id = f"service:{service.id}"
        found.append(_Way(id, name, _today(solved), best.step.value_36, best.spent_36, hours, chosen))
    return found


def _loyalty(solved: Solved) -> list[_Way]:
    designs = solved.invested.designs
    if not designs:
        return []
    best = max(designs, key=lambda d: (_taken(solved, d.step.id), float(d.step.value_36.mean())))
    money, chosen = float((best.gross_36 - best.step.value_36).mean()), _taken(solved, best.step.id)
    name = say("strategy.investments.growth_loyalty")
    return [_Way("loyalty", name, _today(solved), best.step.value_36, money, 0.0, chosen)]


def _expansion(solved: Solved, business: Business) -> list[_Way]:
    found = []
    for scenario, valued in zip(business.expansion, solved.invested.scenarios, strict=True):
        name, hours = _name(scenario.id, scenario.name), sum(valued.step.hours.values())
        chosen = _taken(solved, valued.step.id)
        id = f"expansion:{scenario.id}"
        found.append(_Way(id, name, _place(scenario), valued.npv, valued.lowest, hours, chosen))
    return found


def _name(id: str, names: Names) -> Local:
    return Local({str(k): v for k, v in names.items()} or {"en": id})


def _today(solved: Solved) -> tuple[Ansoff, Reach]:
    branches = {branch for cell in solved.judge.evaluator.cells for branch in cell.branches}
    return "penetration", "focused_network" if len(branches) > 1 else "focused_service"


def _place(scenario: Expansion) -> tuple[Ansoff, Reach]:
    if scenario.kind == "services":
        return "product_development", "clustered_service"
    if scenario.offer == "new":
        return "diversification", "diversified_network"
    return "market_development", "focused_network"
