"""Why: the reasons of a line, of what is left out, of what would make a target feasible; and the names of things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.base.settings import Business, Objective
from regulars.base.text import Listing, Local, Money, Number, Param, Share, Text, say
from regulars.packs.schema import Measure
from regulars.strategy.cells import ANYWHERE, PACKAGE, Cell
from regulars.strategy.draws import prior_of
from regulars.strategy.facts import UNTOLD
from regulars.strategy.limits import Remedy
from regulars.strategy.objectives import MONEY, RATES
from regulars.strategy.options import Column, Option, Returns, counts, fits, holds
from regulars.strategy.own import share_own
from regulars.strategy.plan import Evidence


@dataclass(frozen=True, slots=True)
class Voice:
    """Names and money of one business."""

    business: Business
    currency: str

    def money(self, amount: float) -> Money:
        """An amount."""
        return Money.of(amount, self.currency)

    def branch(self, id: str) -> Param:
        """A branch's name."""
        if id == ANYWHERE:
            return say("strategy.cell.all_branches")
        if not id:
            return say("strategy.cell.no_branch")
        for known in self.business.branches:
            if known.id == id or id in known.also:
                return known.label()
        return id

    def cell(self, cell: Cell) -> Text:
        """A cell's name."""
        return say(
            "strategy.cell.label",
            branch=self.branch(cell.branch),
            state=say(f"strategy.state.{cell.state}"),
            tier=say(f"strategy.tier.{cell.tier.replace('-', '_')}"),
        )

    def kpi(self, objective: Objective, value: float) -> Param:
        """A KPI's value in its own unit."""
        if objective.kpi in MONEY:
            return self.money(value)
        return Share(value) if objective.kpi in RATES else Number(value)


def local(names: object) -> Local:
    """A pack's or a setting's name in every language it has."""
    return Local({str(k): str(v) for k, v in dict(names).items()})  # type: ignore[call-overload]


def option_name(option: Option) -> Local | Text:
    """The name of a measure, or of a bundle."""
    return names_together([local(m.name) for m in option.measures])


def names_together(names: Sequence[Local]) -> Local | Text:
    """Names of measures given together. A plus and no "and": names have words of that kind in them."""
    told: Local | Text = names[0]
    for name in names[1:]:
        told = say("strategy.line.both", first=told, second=name)
    return told


def evidence(option: Option, cell: Cell) -> tuple[Evidence, ...]:
    """The priors that count in the cell, as used."""
    found = []
    for measure in option.measures:
        for effect in measure.effects:
            if holds(effect, measure, cell) and counts(effect.primitive, cell):
                prior = prior_of(effect)
                own = share_own(effect)
                found.append(
                    Evidence(effect.primitive, prior.mean, prior.sd, effect.months, effect.trust, effect.source, own)
                )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a line is explained against."""

    money_price: float  # value asked for one unit of money
    hour_price: float  # highest over branches
    held_out: int
    people_bind: bool


def line_reasons(column: Column, cell: Cell, returns: Returns, setting: Setting, voice: Voice) -> tuple[Text, ...]:
    """Why the line is in the plan, what drives it, what would change it; the strongest first."""
    cost, net = float(returns.cost.mean()), float(returns.net_36.mean())
    gross = net + cost
    reasons = [_worth(cost, net, setting, column.option, voice)]
    known = sorted(evidence(column.option, cell), key=lambda e: -abs(e.mean))
    if known:
        driver = say(f"strategy.primitive.{known[0].primitive}")
        reasons.append(say("strategy.line.driver", driver=driver, trust=known[0].trust))
    if cost > 0 and gross > cost:
        reasons.append(say("strategy.line.break_even", share=Share(cost / gross), cost=voice.money(gross)))
    if column.option.test_first:
        reasons.append(say("strategy.line.test_first"))
    if setting.held_out:
        reasons.append(say("strategy.line.held_out", n=setting.held_out))
    if setting.people_bind:
        reasons.append(say("strategy.line.reach_binds"))
    return tuple(reasons)


def _worth(cost: float, net: float, setting: Setting, option: Option, voice: Voice) -> Text:
    if net <= 0:
        return say("strategy.line.for_target", net=voice.money(net))
    if cost > 0 and setting.money_price > 0:
        return say(
            "strategy.line.per_money",
            net=voice.money(net),
            unit=voice.money(1),
            per=voice.money(net / cost),
            asked=voice.money(setting.money_price),
        )
    if option.hours > 0 and setting.hour_price > 0:
        return say(
            "strategy.line.per_hour",
            net=voice.money(net),
            per=voice.money(net / option.hours),
            asked=voice.money(setting.hour_price),
        )
    return say("strategy.line.worth", net=voice.money(net), cost=voice.money(cost))


def not_chosen_reason(
    measure: Measure,
    *,
    voice: Voice,
    max_contacts: int,
    facts: frozenset[str],
    cells: Sequence[Cell],
    best: tuple[float, Cell] | None,
) -> Text:
    """The reason that counts, in the order in which a manager would ask."""
    if measure.id in voice.business.veto:
        return say("strategy.left.vetoed")
    lacking = [need for need in measure.needs if need not in facts | UNTOLD]
    if lacking:
        return say("strategy.left.needs", needs=Listing(tuple(say(f"strategy.fact.{need}") for need in lacking)))
    if UNTOLD & set(measure.needs) - facts:
        return say("strategy.left.complaints")
    if measure.contacts > max_contacts:
        return say("strategy.left.contacts", n=measure.contacts, limit=max_contacts)
    seen = {e.primitive for e in measure.effects}
    if seen <= {"arrivals"}:
        return say("strategy.left.arrivals")
    if seen <= {"arrivals", "complaint"}:
        return say("strategy.left.complaints")
    fitting = [c for c in cells if fits(measure, c)]
    if not fitting:
        return say("strategy.left.nobody")
    if all(abs(prior_of(e).mean) <= 1e-12 for e in measure.effects):
        return say("strategy.left.unproven")
    need = Option.of(measure).need
    if need and not any(c.reach(need, treatable=True) for c in fitting):
        if need & ~PACKAGE:
            return say("strategy.left.no_permission", channel=say(f"strategy.channel.{measure.channel}"))
        return say("strategy.left.no_package")
    return _weighed(best[0] if best else None, voice)


def _weighed(net: float | None, voice: Voice) -> Text:
    """How it was weighed: net gain a customer in the group where the measure does best; None where it does nothing."""
    if net is None:
        return say("strategy.left.nowhere")
    return say("strategy.left.loses" if net <= 0 else "strategy.left.beaten", net=voice.money(net))


def remedy_text(objective: Objective, remedy: Remedy, untouched: float, voice: Voice) -> Text:
    """What would make a target feasible."""
    money, hours = remedy.money, remedy.hours
    if money is not None and hours is not None:
        if min(money, hours) <= 0:
            return say("strategy.remedy.close")
        return say("strategy.remedy.either", money=voice.money(_up(money)), hours=Number(_up(hours, 1)))
    if money is not None:
        return say("strategy.remedy.money", money=voice.money(_up(money)))
    if hours is not None:
        return say("strategy.remedy.hours", hours=Number(_up(hours, 1)))
    if remedy.both is not None:
        more, longer = remedy.both
        return say("strategy.remedy.both", money=voice.money(_up(more)), hours=Number(_up(longer, 1)))
    reachable = untouched + remedy.most * (objective.target - untouched)
    return say("strategy.remedy.never", most=voice.kpi(objective, reachable))


def _up(value: float, step: float = 10.0) -> float:
    """Rounded up to whole steps: what is said to suffice must suffice."""
    return float(-(-value // step) * step)
