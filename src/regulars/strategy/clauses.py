"""Must and must-not clauses as rules of the allocation.

A clause counts what the plan does, ``use @ x``: for one customer given an option 1, or what the measures that the
clause's rule takes are expected to cost, or their hours; times the part of the cell's customers that the rule speaks
of. ``must_not`` is a limit ``use @ x <= amount``, ``must`` a floor ``use @ x >= amount``. Both are priced, and floors
that cannot be kept together are loosened and named, as all rules are (``priced``). A clause with a statement
(``where``) is about who may be reached: it bars its measures for those it is true of.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from regulars.base.errors import BadSettings
from regulars.base.mandate import Clause, InterestTest, Rule
from regulars.base.settings import Business
from regulars.base.strategy_rules import Where
from regulars.base.text import Listing, say
from regulars.packs.schema import Measure, Pack
from regulars.strategy.cells import Cell
from regulars.strategy.draft import Draft
from regulars.strategy.draft import Rule as DraftRule
from regulars.strategy.returns import Floats

PREFIX = "clause:"
_UNITS = {"customers": "customers", "spend": "money", "hours": "hours"}


def tests_of(business: Business, pack: Pack) -> dict[str, InterestTest]:
    """The customer-interest test of each measure: the business's own, else the pack's."""
    return {t.measure: t for t in (*pack.interest, *business.interest)}


def resolved(business: Business, pack: Pack) -> Business:
    """The business with clauses that name measures and branches as the ledger spells them.

    Raises:
        BadSettings: a clause names a measure that the pack has not.
    """
    known = {m.id for m in pack.measures}
    tests = tests_of(business, pack)
    clauses = []
    for clause in business.clauses:
        if strange := [id for id in clause.rule.measures if id not in known]:
            raise BadSettings(
                say("mandate.clause.unknown_measure", clause=clause.id, measure=strange[0]),
                say("mandate.clause.unknown_measure_hint", pack=pack.id, measures=Listing(tuple(sorted(known)))),
            )
        rule = clause.rule.model_copy(update={"branches": business.spellings(clause.rule.branches)})
        if rule.image_below is not None:
            poor = {id for id, test in tests.items() if test.image < rule.image_below}
            named = poor & set(rule.measures) if rule.measures else poor
            # No measure of that kind: the rule takes nothing, which an empty list would not say.
            rule = rule.model_copy(update={"measures": tuple(sorted(named)) or ("",), "image_below": None})
        clauses.append(clause.model_copy(update={"rule": rule}))
    rules = business.rules.model_copy(update={"excluded": (*business.rules.excluded, *barred(clauses, pack))})
    return business.model_copy(update={"clauses": tuple(clauses), "rules": rules})


def barred(clauses: Iterable[Clause], pack: Pack) -> tuple[Where, ...]:
    """What clauses with a statement bar: each measure they take, for whom the statement is true of."""
    return tuple(
        Where(measure=m.id, where=c.rule.where)
        for c in clauses
        if c.rule.where
        for m in pack.measures
        if takes(c.rule, m)
    )


def lay_clauses(draft: Draft) -> None:
    """Add the clauses of the business, each a rule with one row."""
    for clause in draft.business.clauses:
        if clause.rule.where:
            continue  # who may be reached, not how many
        id, amount, unit = PREFIX + clause.id, clause.amount, _UNITS[clause.rule.of]
        use = counted(draft, clause.rule)
        if clause.kind == "must_not":
            limit = draft.limit(id, use, amount)
            draft.rules.append(DraftRule(id, "clause", clause.id, (limit,), high=amount, unit=unit))
        else:
            limit = draft.limit(id, -use, 0.0 - amount)
            draft.rules.append(DraftRule(id, "clause", clause.id, (limit,), low=amount, unit=unit))


def counted(draft: Draft, rule: Rule) -> Floats:
    """``use``: what one customer given each option counts."""
    use = np.zeros(draft.size)
    for part in draft.parts:
        if takes(rule, part.measure):
            if rule.of == "customers":
                use[part.place] = 1.0
            else:
                use[part.place] += part.cost if rule.of == "spend" else part.hours
    return use * _here(draft, rule)


def _here(draft: Draft, rule: Rule) -> Floats:
    here = np.array([float(not rule.states or draft.cells[c.cell].state in rule.states) for c in draft.columns])
    if rule.tiers:
        here *= _sum(draft.tier_share(tier) for tier in dict.fromkeys(rule.tiers))
    if rule.branches:
        here *= _sum(draft.branch_share(branch) for branch in dict.fromkeys(rule.branches))
    return here


def _sum(parts: Iterable[Floats]) -> Floats:
    return np.asarray(sum(parts), dtype=float)


def takes(rule: Rule, measure: Measure) -> bool:
    """Whether the rule takes a measure."""
    return (
        (not rule.measures or measure.id in rule.measures)
        and (not rule.families or measure.family in rule.families)
        and (not rule.channels or measure.channel in rule.channels)
        and (not rule.relationships or measure.relationship in rule.relationships)
    )


def asked_for(measure: Measure, cell: Cell, business: Business) -> bool:
    """Whether a must clause asks for the measure in the cell: it has to be offered there, be it never best."""
    return any(
        clause.kind == "must"
        and takes(clause.rule, measure)
        and (not clause.rule.states or cell.state in clause.rule.states)
        and (not clause.rule.tiers or bool(set(clause.rule.tiers) & set(cell.tiers)))
        and (not clause.rule.branches or bool(set(clause.rule.branches) & set(cell.branches)))
        for clause in business.clauses
    )
