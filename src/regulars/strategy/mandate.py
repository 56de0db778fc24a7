"""Put the mandate of a plan together: the objective tree, the matrix, clauses, customer interest, factors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from regulars.base.errors import BadSettings
from regulars.base.mandate import named
from regulars.base.settings import Business
from regulars.base.text import Local, say
from regulars.packs.schema import Pack
from regulars.strategy.aims import Aims
from regulars.strategy.clauses import PREFIX, tests_of
from regulars.strategy.consistency import NOTHING, Material, findings_of, matrix, measures_used
from regulars.strategy.explain import local
from regulars.strategy.objectives import sign
from regulars.strategy.plan import Plan, TargetRow
from regulars.strategy.plan_investments import Investments
from regulars.strategy.plan_mandate import (
    AimRow,
    ClauseRow,
    CorporateRow,
    FactorRow,
    InterestRow,
    Link,
    Mandate,
)
from regulars.strategy.solve import Solved

Z80 = 1.2815515655446004
#: A clause counts as kept to within this much.
CLOSE = 1e-3


def with_mandate(plan: Plan, solved: Solved, *, business: Business, aims: Aims, pack: Pack) -> Plan:
    """The plan with its mandate; watched targets are added to its targets. ``business`` as in business.toml."""
    currency = plan.provenance.currency
    targets = _in_order(plan, aims, business)
    beside = {
        o.id
        for o in aims.business.objectives
        if sign(o.kpi) * float(solved.judge.beside(solved.solution.levels, kpi=o.kpi).mean()) > NOTHING
    }
    if (extra := newcomers_of(plan.investments)) is not None:
        targets = tuple(with_more(t, extra) if t.kpi == "new_customers" else t for t in targets)
        beside |= {t.objective for t in targets if t.kpi == "new_customers"}
    rows = _aims(business, aims)
    corporate = tuple(
        CorporateRow(
            c.id, named(c.name, c.id), c.kind, c.owner, c.by, tuple(a.objective for a in rows if a.serves == c.id)
        )
        for c in business.corporate
    )
    clauses = _clauses(plan, business)
    interest = _interest(measures_used(solved), business, pack)
    links: tuple[Link, ...] = matrix(solved, aims.business.objectives, pack, currency)
    used = measures_used(solved)
    findings = findings_of(
        Material(business, corporate, rows, links, targets, clauses, interest, pack, used, frozenset(beside))
    )
    factors = tuple(
        FactorRow(
            f.id, named(f.name, f.id), f.kind, f.says, f.source, f.checked, f.measures, f.objectives, f.assumptions
        )
        for f in business.factors
    )
    return replace(plan, targets=targets, mandate=Mandate(corporate, rows, links, findings, clauses, interest, factors))


def check_mandate(business: Business, pack: Pack) -> None:
    """Refuse factors and tests that name what is not there.

    Raises:
        BadSettings: a measure or an objective that nothing is called.
    """
    measures, objectives = {m.id for m in pack.measures}, {o.id for o in business.objectives}
    asked = [(f"factors.{f.id}", id, measures) for f in business.factors for id in f.measures]
    asked += [(f"factors.{f.id}", id, objectives) for f in business.factors for id in f.objectives]
    asked += [(f"interest.{t.measure}", t.measure, measures) for t in business.interest]
    for where, id, known in asked:
        if id not in known:
            raise BadSettings(say("mandate.unknown_id", where=where, id=id), say("mandate.unknown_id_hint"))


def newcomers_of(investments: Investments | None) -> tuple[float, float] | None:
    """Newcomers that channels bring in this cycle beyond today's spend: mean and sd. None when none does."""
    if investments is None:
        return None
    more = sum(channel.arrivals.mean - channel.arrivals_now for channel in investments.channels)
    spread = sum(((c.arrivals.p90 - c.arrivals.p10) / (2 * Z80)) ** 2 for c in investments.channels)
    return (more, math.sqrt(spread)) if more > NOTHING else None


def with_more(row: TargetRow, extra: tuple[float, float]) -> TargetRow:
    """A watched target that something of the plan adds to: ranges taken as normal and independent."""
    mean = row.expected.mean + extra[0]
    sd = max(math.hypot((row.expected.p90 - row.expected.p10) / (2 * Z80), extra[1]), 1e-9)
    low, high = mean - Z80 * sd, mean + Z80 * sd
    expected = replace(row.expected, mean=mean, p10=max(low, 0.0), p50=mean, p90=high)
    probability = 0.5 * math.erfc((row.target - mean) / sd / math.sqrt(2))
    short = max(row.target - mean, 0.0)
    return replace(
        row, expected=expected, probability=probability, shortfall=short, remedy=row.remedy if short else None
    )


def _in_order(plan: Plan, aims: Aims, business: Business) -> tuple[TargetRow, ...]:
    found = {row.objective: row for row in (*plan.targets, *aims.watched)}
    return tuple(found[o.id] for o in business.objectives if o.id in found)


def _aims(business: Business, aims: Aims) -> tuple[AimRow, ...]:
    owners = {c.id: c.owner for c in business.corporate}
    dates = {c.id: c.by for c in business.corporate}
    watched = {row.objective for row in aims.watched}
    return tuple(
        AimRow(
            objective=o.id,
            name=named(o.name, o.id),
            kpi=o.kpi,
            serves=o.serves,
            owner=o.owner or owners.get(o.serves, ""),
            by=o.by or dates.get(o.serves),
            branches=o.branches,
            priority=o.priority,
            target=o.target,
            judged="cannot" if o.id in aims.untold else "watched" if o.id in watched else "planned",
            reason=aims.untold.get(o.id),
        )
        for o in business.objectives
    )


def _clauses(plan: Plan, business: Business) -> tuple[ClauseRow, ...]:
    """The clauses by what the plan says of its rules; one that gave way is told with what would let it be kept."""
    rules = {rule.id: rule for rule in plan.rules}
    gone = {one.rule: one for one in plan.relaxations}
    rows = []
    for clause in business.clauses:
        rule, way = rules.get(PREFIX + clause.id), gone.get(PREFIX + clause.id)
        barring = [r.price for r in plan.rules if clause.rule.where and r.id.endswith(f":{clause.rule.where}")]
        amount, bound = float(rule.used or 0.0) if rule else 0.0, clause.amount
        kept = amount >= bound - CLOSE if clause.kind == "must" else amount <= bound + CLOSE
        reason = None if kept else way.text if way else say("mandate.clause.close")
        rows.append(
            ClauseRow(
                clause.id,
                clause.label(),
                clause.kind,
                clause.rule.of,
                bound,
                amount,
                kept,
                rule.price if rule else max(barring, default=0.0),
                reason,
            )
        )
    return tuple(rows)


def _interest(used: tuple[str, ...], business: Business, pack: Pack) -> tuple[InterestRow, ...]:
    tests, own = tests_of(business, pack), {t.measure for t in business.interest}
    rows = []
    for id in used:
        name: Local = local(pack.measure(id).name)
        test = tests.get(id)
        if test is None:
            rows.append(InterestRow(id, name, "none", {}, 0, (), "", None))
            continue
        asked = ("benefit", "harm", "pressure", "fairness", "vulnerable", "opt_out")
        note = Local({str(k): v for k, v in test.note.items()}) if test.note else None
        levels = {question: int(getattr(test, question)) for question in asked}
        source: Literal["business", "pack"] = "business" if id in own else "pack"
        rows.append(InterestRow(id, name, source, levels, test.image, test.failed(), test.by, note))
    return tuple(rows)
