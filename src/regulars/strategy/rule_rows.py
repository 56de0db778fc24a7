"""Rules, what gave way, and the audit of fair offers in the form both faces show."""

from __future__ import annotations

import math

import numpy as np

from regulars.base.settings import Business
from regulars.base.text import Listing, Number, Param, Share, Text, say
from regulars.packs.schema import Pack
from regulars.strategy.care import rates
from regulars.strategy.cells import Cell
from regulars.strategy.draft import Rule
from regulars.strategy.explain import Voice, local
from regulars.strategy.plan_rules import FairRow, Relaxation, RuleRow
from regulars.strategy.priced import Yielded
from regulars.strategy.solve import Solved

#: A price below this (money over 36 months) is the solver's tolerance.
NOTHING = 0.5


def rule_rows(solved: Solved, voice: Voice, pack: Pack) -> tuple[RuleRow, ...]:
    """Every rule with its price, the dearest first."""
    used = _used(solved)
    rows = [
        RuleRow(
            rule.id,
            rule.kind,
            label(rule, voice, pack),
            rule.low,
            rule.high,
            rule.unit,
            used.get(rule.id),
            round(price, 2),
            abs(price) > NOTHING,
        )
        for rule in solved.offer.rules
        if (price := solved.rule_prices.get(rule.id, 0.0)) is not None
    ]
    return tuple(sorted(rows, key=lambda row: (-row.price, row.id)))


def _used(solved: Solved) -> dict[str, float]:
    """What whole customers (and decisions) take of rules that are one row, counted as the rule counts."""
    problem, x = solved.offer.problem, solved.x
    beside = dict(zip((limit.id for limit in problem.limits), problem.used_by(solved.solution.levels), strict=True))
    taken = {limit.id: float(limit.use @ x) + beside[limit.id] for limit in problem.limits}
    found: dict[str, float] = {}
    for rule in solved.offer.rules:
        if rule.kind in ("supplier", "requires", "steady", "fair", "trial") or not rule.limits:
            continue
        if rule.kind == "recovery":
            found[rule.id] = -sum(taken[id] for id in rule.limits)
        else:
            found[rule.id] = round(abs(taken[rule.limits[0]]), 4)
    return found


def label(rule: Rule, voice: Voice, pack: Pack) -> Text:
    """A rule in words."""
    names: dict[str, Param] = {m.id: local(m.name) for m in pack.measures}
    id, about, high = f"strategy.rule.{rule.kind}", rule.about, rule.high or 0.0
    first, _, rest = about.partition(":")
    match rule.kind:
        case "veto" | "must" | "trial":
            return say(id, measure=names.get(about, about))
        case "eligible" | "excluded":
            return say(id, measure=names.get(first, first), where=rest)
        case "requires":
            return say(id, measure=names.get(first, first), needs=names.get(rest, rest))
        case "exclusive":
            return say(id, measures=Listing(tuple(names.get(one, one) for one in about.split(":"))))
        case "most_measures" | "most_new_measures":
            return say(id, n=int(about))
        case "part" | "supplier" | "weak" | "prepaid":
            return say(id, what=about, amount=voice.money(high))
        case "seats":
            return say(id, branch=voice.branch(about), minutes=Number(high))
        case "fair":
            return say(id, what=say(f"strategy.attribute.{about}"), share=Share(high))
        case "clause":
            named = next(c.label() for c in voice.business.clauses if c.id == about)
            return say(id, text=named)
        case "lock":
            return say(id, what=_locked(rule, voice, names))
        case _:
            return say(id, what=about, share=Share(high))


def _locked(rule: Rule, voice: Voice, names: dict[str, Param]) -> Text:
    what = rule.about.rpartition("=")[0]
    low: Param = _count(rule.low or 0.0, rule.unit, voice)
    high = _count(rule.high or 0.0, rule.unit, voice)
    picked = names.get(what, what)
    if rule.high is None:
        return say("strategy.rule.at_least", what=picked, low=low)
    if not rule.low:
        return say("strategy.rule.at_most", what=picked, high=high)
    if rule.unit != "money":
        low = Number(rule.low, 0 if rule.unit == "customers" else 1)
    return say("strategy.rule.between", what=picked, low=low, high=high)


def _count(value: float, unit: str, voice: Voice) -> Text:
    match unit:
        case "money":
            return say("strategy.rule.of_money", amount=voice.money(value))
        case "hours":
            return say("strategy.rule.of_hours", amount=Number(value, 1))
        case "customers":
            return say("strategy.rule.of_customers", n=math.ceil(value))
        case _:
            return say("strategy.rule.of_other", amount=Number(value, 1))


def relaxations(solved: Solved, voice: Voice, pack: Pack) -> tuple[Relaxation, ...]:
    """What gave way, and what alone would let it be kept."""
    labels = {rule.id: label(rule, voice, pack) for rule in solved.offer.rules}
    return tuple(_relaxation(one, labels, voice) for one in solved.yielded)


def _relaxation(one: Yielded, labels: dict[str, Text], voice: Voice) -> Relaxation:
    ways: list[Text] = []
    if one.drop:
        listed = Listing(tuple(say("strategy.relax.rule", rule=labels[id]) for id in one.drop))
        all_of = one.together or len(one.drop) == 1
        ways.append(say("strategy.relax.drop_all" if all_of else "strategy.relax.drop", rules=listed))
    if one.money is not None and one.money > 0:
        ways.append(say("strategy.relax.money", money=voice.money(math.ceil(one.money))))
    if one.hours is not None and one.hours > 0:
        ways.append(say("strategy.relax.hours", hours=Number(math.ceil(one.hours * 10) / 10, 1)))
    wanted, kept = (_count(value, one.rule.unit, voice) for value in (one.wanted, one.kept))
    said = {"rule": labels[one.rule.id], "wanted": wanted, "kept": kept}
    if ways and one.together:
        text = say("strategy.relax.together", ways=Listing(tuple(ways)), **said)
    elif ways:
        text = say("strategy.relax.way" if len(ways) == 1 else "strategy.relax.ways", ways=Listing(tuple(ways)), **said)
    else:
        text = say("strategy.relax.nobody", **said)
    rule = one.rule
    return Relaxation(rule.id, one.wanted, one.kept, rule.unit, one.money, one.hours, one.drop, one.together, text)


def fairness(solved: Solved, cells: tuple[Cell, ...], business: Business) -> tuple[FairRow, ...]:
    """Expected offer rates by protected attribute and state."""
    found: list[FairRow] = []
    for attribute in dict.fromkeys(business.care.fair_by):
        groups = solved.offer.given.around.groups.get(attribute, {})
        for state, by_group in rates(solved.offer.columns, cells, groups).items():
            told = {group: (n, float(np.dot(row, solved.x))) for group, (n, row) in by_group.items() if n > 0}
            most = max((rate for _, rate in told.values()), default=0.0)
            found += [FairRow(attribute, state, g, round(n, 1), rate, most - rate) for g, (n, rate) in told.items()]
    return tuple(found)
