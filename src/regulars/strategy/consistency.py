"""The consistency matrix objective x measure, computed from effects, and what in a plan is inconsistent.

contribution(objective, measure) = sign * sum over the plan's lines with the measure of
    customers * what one customer adds to the KPI * the measure's part of the option
A measure's part of a bundle is what it would add alone over what all the bundle's measures would add alone (equal
parts when they add nothing alone). For gains the measure's fixed cost is taken off. ``sign`` is -1 where less is
better, so that a positive figure always serves the objective.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.base.settings import Business, Objective
from regulars.base.text import Listing, Local, say
from regulars.packs.schema import Measure, Pack
from regulars.strategy.clauses import PREFIX
from regulars.strategy.draws import prior_of
from regulars.strategy.explain import local
from regulars.strategy.objectives import MONEY, RATES, added, sign
from regulars.strategy.options import Column, Option
from regulars.strategy.plan import TargetRow
from regulars.strategy.plan_mandate import AimRow, ClauseRow, CorporateRow, Finding, InterestRow, Link, Serving
from regulars.strategy.plan_rules import Relaxation
from regulars.strategy.solve import Solved

_LIFE = ("attrition", "frequency", "margin", "reactivation", "no_show")
#: KPI -> the primitives that move it.
MOVES: dict[str, tuple[str, ...]] = {
    "gain_12": _LIFE,
    "gain_36": _LIFE,
    "revenue_12": _LIFE,
    "margin_12": _LIFE,
    "retention_rate": ("attrition",),
    "retained_customers": ("attrition",),
    "wastage_90d": ("attrition",),
    "active_customers": ("attrition", "reactivation"),
    "reactivated": ("reactivation",),
    "new_customers": ("arrivals",),
    "complaints_in_time": (),
    "satisfied_share": ("complaint",),
    "consent_growth": (),
}
#: A contribution smaller than this is none: rates move by hundred-thousandths, money by cents.
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Material:
    """What findings are drawn from."""

    business: Business
    corporate: tuple[CorporateRow, ...]
    aims: tuple[AimRow, ...]
    links: tuple[Link, ...]
    targets: tuple[TargetRow, ...]
    clauses: tuple[ClauseRow, ...]
    interest: tuple[InterestRow, ...]
    pack: Pack
    used: tuple[str, ...]
    gave_way: tuple[Relaxation, ...] = ()
    beside: frozenset[str] = frozenset()  # targets that channels, service, loyalty or expansion of the plan serve

    def name(self, measure: str) -> Local:
        """A measure's name."""
        return local(self.pack.measure(measure).name)


def measures_used(solved: Solved) -> tuple[str, ...]:
    """Ids of the measures that lines of the plan use."""
    places = np.flatnonzero(solved.x > 0)
    return tuple(sorted({m.id for p in places for m in solved.offer.columns[p].option.measures}))


def matrix(solved: Solved, objectives: Sequence[Objective], pack: Pack, currency: str) -> tuple[Link, ...]:
    """The matrix for the objectives the plan is made for, row by row; every measure of the pack is a column."""
    used = set(measures_used(solved))
    return tuple(
        _link(objective, measure, solved, currency, measure.id in used)
        for objective in objectives
        for measure in pack.measures
    )


def moved_by(kpi: str, measure: Measure) -> tuple[str, ...]:
    """What the measure acts on that moves the KPI, as far as an effect is known."""
    acts = (e.primitive for e in measure.effects if abs(prior_of(e).mean) > 1e-12)
    return tuple(dict.fromkeys(p for p in acts if p in MOVES[kpi]))


def _link(objective: Objective, measure: Measure, solved: Solved, currency: str, used: bool) -> Link:
    amount = contribution(objective, measure, solved) if used else 0.0
    primitives = moved_by(objective.kpi, measure)
    state: Serving = "could" if primitives and not used else "none"
    if amount > NOTHING:
        state = "serves"
    elif amount < -NOTHING:
        state = "against"
    unit = currency if objective.kpi in MONEY else "share" if objective.kpi in RATES else "customers"
    return Link(objective.id, measure.id, amount, unit, primitives, state)


def contribution(objective: Objective, measure: Measure, solved: Solved) -> float:
    """What the plan's lines with the measure add to the KPI; more is better."""
    judge, total = solved.judge, 0.0
    for place in (int(p) for p in np.flatnonzero(solved.x > 0)):
        column = solved.offer.columns[place]
        if measure.id in {m.id for m in column.option.measures}:
            whole = judge.adds(objective.kpi, place, objective.branches)
            total += int(solved.x[place]) * whole * _part(objective, measure, column, solved)
    if objective.kpi in ("gain_12", "gain_36"):
        total -= measure.fixed_cost
    return sign(objective.kpi) * total


def _part(objective: Objective, measure: Measure, column: Column, solved: Solved) -> float:
    if len(column.option.measures) == 1:
        return 1.0
    evaluator, living = solved.judge.evaluator, solved.judge.living(objective.branches)
    alone = {}
    for one in column.option.measures:
        single = Column(column.cell, Option.of(one))
        found = added(objective.kpi, single, evaluator.returns(single), evaluator, living, objective.branches)
        alone[one.id] = abs(float(found.mean()))
    total = sum(alone.values())
    return alone[measure.id] / total if total > 0 else 1 / len(alone)


def findings_of(m: Material) -> tuple[Finding, ...]:
    """Everything inconsistent, what blocks first."""
    found = [*_tree(m), *_aims(m), *_measures(m), *_clauses(m), *_rules(m), *_interest(m)]
    return tuple(sorted(found, key=lambda f: f.weight != "blocks"))


def _tree(m: Material) -> Iterable[Finding]:
    if not m.aims:
        yield Finding(
            "no_objective", "", "blocks", say("mandate.finding.no_objective"), say("mandate.finding.no_objective_hint")
        )
    for row in m.corporate:
        if not row.targets:
            text = say("mandate.finding.no_kpi", objective=row.name)
            yield Finding("no_kpi", row.id, "blocks", text, say("mandate.finding.no_kpi_hint", id=row.id))
    for aim in m.aims:
        if m.corporate and not aim.serves:
            text = say("mandate.finding.orphan", objective=aim.name)
            yield Finding("orphan", aim.objective, "blocks", text, say("mandate.finding.orphan_hint"))
        if not aim.owner.strip():
            text = say("mandate.finding.no_owner", objective=aim.name)
            hint = say("mandate.finding.no_owner_hint", id=aim.objective)
            yield Finding("no_owner", aim.objective, "blocks", text, hint)


def _aims(m: Material) -> Iterable[Finding]:
    reached = {t.objective: t.shortfall <= 0 for t in m.targets}
    idle = {t.objective: _met_idle(t) for t in m.targets}
    served = {link.objective for link in m.links if link.state == "serves"} | m.beside
    for aim in m.aims:
        if aim.judged == "cannot":
            assert aim.reason is not None
            text = say("mandate.finding.cannot", objective=aim.name, reason=aim.reason)
            yield Finding("cannot_be_judged", aim.objective, "warns", text, say("mandate.finding.cannot_hint"))
        elif aim.objective not in served and not idle[aim.objective]:
            text = say("mandate.finding.unserved", objective=aim.name)
            yield Finding("unserved", aim.objective, "blocks", text, say("mandate.finding.unserved_hint"))
        elif not reached[aim.objective]:
            text = say("mandate.finding.short", objective=aim.name)
            yield Finding("short", aim.objective, "warns", text, say("mandate.finding.short_hint"))
        elif idle[aim.objective]:
            text = say("mandate.finding.met", objective=aim.name)
            yield Finding("met", aim.objective, "warns", text, say("mandate.finding.met_hint"))


def _met_idle(target: TargetRow) -> bool:
    if sign(target.kpi) < 0:  # type: ignore[arg-type]
        return target.baseline <= target.target
    return target.baseline >= target.target


def _measures(m: Material) -> Iterable[Finding]:
    serving = {link.measure for link in m.links if link.state == "serves"}
    able = {link.measure for link in m.links if link.primitives}
    if not m.aims:
        return
    for id in m.used:
        if id not in serving:
            text = say("mandate.finding.unlinked", measure=m.name(id))
            yield Finding("unlinked", id, "blocks", text, say("mandate.finding.unlinked_hint", id=id))
    idle = [measure.id for measure in m.pack.measures if measure.id not in able and measure.id not in m.used]
    if idle:
        text = say("mandate.finding.pack_unlinked", n=len(idle), measures=Listing(tuple(m.name(id) for id in idle)))
        yield Finding("pack_unlinked", ",".join(idle), "warns", text, say("mandate.finding.pack_unlinked_hint"))
    names = {aim.objective: aim.name for aim in m.aims}
    for link in m.links:
        if link.state == "against":
            text = say("mandate.finding.against", measure=m.name(link.measure), objective=names[link.objective])
            subject = f"{link.objective}:{link.measure}"
            yield Finding("against", subject, "warns", text, say("mandate.finding.against_hint"))


def _clauses(m: Material) -> Iterable[Finding]:
    for row in m.clauses:
        if not row.kept:
            text = say("mandate.finding.clause", clause=row.text)
            yield Finding("clause", row.id, "blocks", text, row.reason or say("mandate.clause.close"))


def _rules(m: Material) -> Iterable[Finding]:
    """Other rules that gave way: what is owed to customers, locks, measures that must be used."""
    told = {row.id for row in m.clauses}
    for one in m.gave_way:
        if one.rule.removeprefix(PREFIX) not in told:
            yield Finding("gave_way", one.rule, "blocks", one.text, say("mandate.finding.gave_way_hint"))


def _interest(m: Material) -> Iterable[Finding]:
    for row in m.interest:
        if row.source == "none":
            text = say("mandate.finding.untested", measure=row.name)
            yield Finding("untested", row.measure, "blocks", text, say("mandate.finding.untested_hint", id=row.measure))
        elif row.failed:
            questions = Listing(tuple(say(f"mandate.question.{question}") for question in row.failed))
            text = say("mandate.finding.interest", measure=row.name, questions=questions)
            yield Finding("interest", row.measure, "blocks", text, say("mandate.finding.interest_hint", id=row.measure))
