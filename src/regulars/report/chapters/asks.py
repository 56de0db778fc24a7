"""What is asked of the reader: decisions from a plan, next steps from a study. Shown on the first page."""

from __future__ import annotations

from regulars.base.text import Listing, Number, Share, Text, say
from regulars.report.context import Context
from regulars.report.figures import in_hundred, part
from regulars.strategy.plan import Plan, Price, TargetRow

#: What one more unit of a limit must be worth to be put before a director: ten cents net a dollar, a dollar an hour.
LEAST = {"budget": 0.1, "hours": 1.0}


def decisions(c: Context, plan: Plan) -> tuple[Text, ...]:
    """The decisions a director has to take on this plan, in order of weight."""
    asked: list[Text] = []
    if plan.lines:
        asked.append(
            say("report.ask.approve", n=len(plan.lines), cost=c.purse.exact(plan.cost), hours=Number(plan.hours))
        )
    else:
        asked.append(say("report.ask.nothing"))
    short = [t for t in plan.targets if missed(t)]
    if short:
        asked.append(say("report.ask.missed", n=len(short), names=Listing(tuple(t.name for t in short))))
    binding = [p for p in plan.prices if p.binding and p.worth > LEAST.get(kind(p), float("inf"))]
    for price in sorted(binding, key=lambda p: -p.worth)[:2]:
        asked.append(say("report.ask.limit", limit=price.label, worth=worth(c, price)))
    rules = [p for p in plan.prices if kind(p) == "veto" and p.worth > 0]
    asked += [say("report.ask.rule", limit=p.label, worth=c.purse.about(p.worth)) for p in rules[:2]]
    trials = dict.fromkeys(m for line in plan.lines if line.test_first for m in line.measures)
    if trials:
        asked.append(say("report.ask.trial", measures=Listing(tuple(c.measure(m) for m in trials)), n=len(trials)))
    if plan.held_out:
        asked.append(say("report.ask.holdout", n=plan.held_out, price=c.purse.about(plan.holdout_price)))
    return tuple(asked)


def missed(target: TargetRow) -> bool:
    """Whether a director has to do something about a target: it is rather missed than reached.

    A mean that falls short by less than a digit shown, with an even chance or better, is reached to any reader.
    """
    return target.shortfall > 0 and target.probability < 0.5


def kind(price: Price) -> str:
    """What sort of limit a price belongs to: budget, hours, reach, contacts."""
    return price.limit.split(":", 1)[0]


def worth(c: Context, price: Price) -> Text:
    """What one more unit of a limit would bring, in words with its unit."""
    amount = c.purse.about(price.worth)
    match kind(price):
        case "budget":
            return say("report.price.per_budget", worth=amount, unit=c.purse.exact(1))
        case "hours":
            return say("report.price.per_hour", worth=amount)
        case "reach":
            return say("report.price.per_customer", worth=amount)
        case "targets" | "veto":
            return say("report.price.rule", worth=amount)
        case _:
            return say("report.price.per_unit", worth=amount)


def findings(c: Context) -> tuple[Text, ...]:
    """What a study alone tells a director to look at."""
    d = c.diagnosis
    said: list[Text] = []
    returned, trade = d.cohorts.newcomers_returned, d.cohorts.benchmark
    if returned is not None and trade is not None and returned < trade:
        said.append(say("report.ask.newcomers", share=in_hundred(returned), trade=in_hundred(trade)))
    if d.rhythm.overdue:
        said.append(say("report.ask.overdue", n=d.rhythm.overdue))
    if d.rhythm.due_next_30_days:
        said.append(say("report.ask.due", n=d.rhythm.due_next_30_days))
    if d.concentration.one_visit_customers:
        of_all = part(d.concentration.one_visit_customers, d.base.customers)
        said.append(say("report.ask.one_visit", n=d.concentration.one_visit_customers, share=Share(of_all)))
    said.append(say("report.ask.formulate"))
    return tuple(said)
