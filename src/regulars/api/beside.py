"""The alternatives to a plan: what was weighed against it and can be rejected with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, is_finished, load_run
from regulars.base.errors import BadData
from regulars.base.text import Money, Text, say
from regulars.strategy.plan import Plan

type Sort = Literal["rival", "budget", "without", "plan"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One alternative. ``value_36`` is the expected gain over 36 months (of ``without``: of the best plan without the
    rule), ``difference`` what the plan brings more. ``cost`` is None where it was not worked out."""

    id: str
    sort: Sort
    name: Text
    cost: float | None
    value_36: float
    difference: float


def alternatives_of(business: OpenBusiness, run: Run[Plan]) -> tuple[Alternative, ...]:
    """Everything that was weighed against a plan: rivals, other budgets, the plan without a rule, other plans."""
    plan, currency = run.result, run.result.provenance.currency
    value = plan.value_36.mean
    found = [_made(f"rival:{r.id}", "rival", r.name, r.cost, r.value_36.mean, value) for r in plan.rivals]
    for point in plan.frontier:
        if abs(point.budget - plan.budget) > 0.5:
            name = say("mandate.alternative.budget", budget=Money.of(point.budget, currency))
            found.append(_made(f"budget:{point.budget:g}", "budget", name, point.budget, point.value_36.mean, value))
    for price in plan.prices:
        if price.limit == "targets":
            name = say("mandate.alternative.without", rule=price.label)
            found.append(_made("without:targets", "without", name, None, value + price.worth, value))
    for rule in plan.rules:
        if rule.binding or rule.kind in ("clause", "lock", "veto", "must"):
            name = say("mandate.alternative.without", rule=rule.label)
            found.append(_made(f"without:{rule.id}", "without", name, None, value + rule.price, value))
    return (*found, *_others(business, run))


def _made(id: str, sort: Sort, name: Text, cost: float | None, worth: float, value: float) -> Alternative:
    return Alternative(id, sort, name, cost, worth, value - worth)


def _others(business: OpenBusiness, run: Run[Plan]) -> list[Alternative]:
    """Other plans made from the same study."""
    found = []
    for folder in sorted(business.runs.glob("plan-*")):
        if folder.name == run.id or not is_finished(folder):
            continue
        try:
            other = load_run(folder, Plan).result
        except BadData:  # of another version of the program
            continue
        if other.study_run == run.result.study_run:
            budget = Money.of(other.budget, other.provenance.currency)
            name = say("mandate.alternative.plan", plan=folder.name, budget=budget)
            worth = other.value_36.mean
            found.append(_made(f"plan:{folder.name}", "plan", name, other.cost, worth, run.result.value_36.mean))
    return found
