"""Ways to grow, on one scale: change in customer equity, its chance of being a loss, and what it takes.

Placed by market and offer (Ansoff 1957: penetration, development of markets, of products, diversification, in rising
risk) and by sites and services (focused or clustered service, focused or diversified network). Everything comes from
the plan's own draws; nothing is scored by hand.
"""

from __future__ import annotations

from regulars.base.estimate import Estimate
from regulars.base.investment import Expansion
from regulars.base.settings import Business
from regulars.base.text import Local, Text, say
from regulars.strategy.acquire import value_at
from regulars.strategy.judge import spent_fixed
from regulars.strategy.plan_investments import Ansoff, GrowthOption, Reach
from regulars.strategy.returns import Floats
from regulars.strategy.solve import Solved


def growth_of(solved: Solved, business: Business, currency: str) -> tuple[GrowthOption, ...]:
    """The options, those with most equity for each unit of money first; empty where there is only one to compare."""
    levels, invested = solved.solution.levels, solved.invested
    today = _today(solved)

    def option(
        id: str, name: Local | Text, place: tuple[Ansoff, Reach], draws: Floats, money: float, hours: float, chosen: bool
    ) -> GrowthOption:
        equity = Estimate.of_draws(draws, unit=currency, method="expansion")
        per = equity.mean / money if money > 0 else 0.0
        return GrowthOption(id, name, *place, chosen, equity, money, hours, per)

    x = solved.x
    money = float(solved.offer.cost @ x) + spent_fixed(solved.offer.problem.switches, x)
    kept = solved.judge.value(x)
    found = [
        option("customers", say("strategy.investments.growth_customers"), ("penetration", today), kept, money,
               float(solved.offer.hours @ x), bool(x.sum()))
    ]
    for c in invested.channels:
        spend = sum(u for id, u in levels.items() if id.startswith(f"acquisition:{c.channel.id}:"))
        at = spend or c.state.spend
        draws = value_at(c.curve, c.newcomer, at, onboarding=c.channel.onboarding)
        newcomers = float(c.curve.arrivals(at).mean())
        found.append(
            option(f"acquisition:{c.channel.id}", _name(c.channel.id, c.channel.name), ("penetration", today), draws,
                   at + newcomers * c.channel.onboarding, newcomers * c.channel.hours, spend > 0)
        )
    for service in business.service:
        own = [v for v in invested.levels if v.service == service.id]
        taken = [v for v in own if levels.get(v.step.id, 0.0) > 0.5]
        best = (taken or sorted(own, key=lambda v: -float(v.step.value_36.mean())))[0]
        found.append(
            option(f"service:{service.id}", _name(service.id, service.name), ("penetration", today), best.step.value_36,
                   best.spent_36, sum(best.step.hours.values()), bool(taken))
        )
    if invested.designs:
        best_design = max(
            invested.designs, key=lambda d: (levels.get(d.step.id, 0.0) > 0.5, float(d.step.value_36.mean()))
        )
        found.append(
            option("loyalty", say("strategy.investments.growth_loyalty"), ("penetration", today),
                   best_design.step.value_36, float(best_design.rewards.mean()), 0.0,
                   levels.get(best_design.step.id, 0.0) > 0.5)
        )
    for scenario, valued in zip(business.expansion, invested.scenarios, strict=True):
        found.append(
            option(f"expansion:{scenario.id}", _name(scenario.id, scenario.name), _place(scenario), valued.npv,
                   valued.lowest, sum(valued.step.hours.values()), levels.get(valued.step.id, 0.0) > 0.5)
        )
    if len(found) < 2:
        return ()
    return tuple(sorted(found, key=lambda g: (-g.per_money, g.id)))


def _name(id: str, names: dict[str, str] | object) -> Local:
    known = {str(k): str(v) for k, v in dict(names).items()}  # type: ignore[call-overload]
    return Local(known or {"en": id})


def _today(solved: Solved) -> Reach:
    branches = {branch for cell in solved.judge.evaluator.cells for branch in cell.branches}
    return "focused_network" if len(branches) > 1 else "focused_service"


def _place(scenario: Expansion) -> tuple[Ansoff, Reach]:
    if scenario.kind == "services":
        return "product_development", "clustered_service"
    if scenario.offer == "new":
        return "diversification", "diversified_network"
    return "market_development", "focused_network"
