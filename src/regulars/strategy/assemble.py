"""Put a plan into the form both faces show: lines with reasons, targets, prices, rivals, notes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from regulars.analysis.diagnosis import Provenance
from regulars.base.estimate import Estimate
from regulars.base.settings import Business, Objective
from regulars.base.text import Local, Text, say
from regulars.packs.schema import Pack
from regulars.strategy.cells import Cells
from regulars.strategy.explain import (
    Setting,
    Voice,
    evidence,
    line_reasons,
    local,
    not_chosen_reason,
    option_name,
    remedy_text,
)
from regulars.strategy.investments import Told, investments_of, with_estimates
from regulars.strategy.judge import funded, spent_fixed, tail_mean
from regulars.strategy.limits import limit_named, permission_worth
from regulars.strategy.notes import notes_of
from regulars.strategy.objectives import MONEY, RATES, missing, sign
from regulars.strategy.people import People
from regulars.strategy.plan import (
    SCHEMA,
    CellInfo,
    FrontierPoint,
    Line,
    NotChosen,
    Plan,
    Price,
    Rival,
    TargetRow,
)
from regulars.strategy.returns import LONG, SHORT, Floats
from regulars.strategy.rule_rows import fairness, relaxations, rule_rows
from regulars.strategy.solve import Solved

#: A limit used up to this part counts as binding (whole customers rarely fill it exactly).
FULL = 0.995


@dataclass(frozen=True, slots=True)
class Subject:
    """What a plan is about."""

    business: Business
    pack: Pack
    provenance: Provenance
    study_run: str
    cells: Cells
    facts: frozenset[str]
    seed: int

    @property
    def voice(self) -> Voice:
        """How this business says names and money."""
        return Voice(self.business, self.provenance.currency)

    def money(self, draws: Floats, method: str = "allocation") -> Estimate:
        """An estimate in the business's currency."""
        return Estimate.of_draws(draws, unit=self.provenance.currency, method=method)


def assemble(solved: Solved, about: Subject) -> Plan:
    """The plan as a document."""
    x, judge = solved.x, solved.judge
    fixed = spent_fixed(solved.offer.problem.switches, x)
    value_12, value_36 = with_estimates(judge.value(x, months=12), judge.value(x), solved)
    told = investments_of(Told(solved, about.business, about.voice, solved.diagnosis))
    beside = (told.cost, told.hours) if told is not None else (0.0, 0.0)
    held = held_by_line(solved, about)
    return Plan(
        schema=SCHEMA,
        provenance=about.provenance,
        study_run=about.study_run,
        mission=_mission(about),
        cycle_months=about.business.cycle_months,
        budget=float(about.business.budget.amount),
        cost=round(float(solved.offer.cost @ x) + fixed + beside[0], 2),
        hours=round(float(solved.offer.hours @ x) + beside[1], 4),
        customers=int(x.sum()),
        held_out=sum(held.values()),
        holdout_price=solved.holdout_price,
        value_12=about.money(value_12),
        value_36=about.money(value_36),
        cvar10_36=tail_mean(value_36),
        cells=tuple(_cell(at, about) for at in range(len(about.cells.cells))),
        lines=_lines(solved, about, held),
        not_chosen=_not_chosen(solved, about),
        targets=tuple(_target(place, o, solved, about) for place, o in enumerate(about.business.objectives)),
        prices=_prices(solved, about),
        rivals=tuple(_rival(policy.id, policy.x, value_36, solved, about) for policy in solved.rivals),
        frontier=_frontier(solved, about),
        notes=notes_of(solved, about.cells, about.business, about.voice, pack=about.pack, facts=about.facts),
        draws=judge.evaluator.draws.count,
        seed=about.seed,
        rules=rule_rows(solved, about.voice, about.pack),
        relaxations=relaxations(solved, about.voice, about.pack),
        fairness=fairness(solved, about.cells.cells, about.business),
        funds=round(funded(solved.offer, x), 2),
        last_plan=solved.offer.given.last.run if solved.offer.given.last else "",
        investments=told,
    )


def _mission(about: Subject) -> Local | None:
    names = about.business.mission or about.pack.mission
    return local(names) if names else None


def held_by_line(solved: Solved, about: Subject) -> dict[int, int]:
    """The held-out customers of a cell, shared among its promoting lines by size; whole, adding up."""
    shares: dict[int, int] = {}
    for at, cell in enumerate(about.cells.cells):
        places = [int(p) for p in np.flatnonzero(solved.x > 0) if solved.offer.columns[p].cell == at]
        places = [p for p in places if solved.offer.columns[p].option.marketing]
        total = sum(int(solved.x[p]) for p in places)
        left = cell.held_out
        for p in places:
            part = round(left * int(solved.x[p]) / total) if total else 0
            shares[p], left, total = part, left - part, total - int(solved.x[p])
    return shares


def _cell(at: int, about: Subject) -> CellInfo:
    cell = about.cells.cells[at]
    discount = about.business.margin.monthly_discount
    return CellInfo(
        id=cell.id,
        branch=cell.branch,
        state=cell.state,
        tier=cell.tier,
        customers=cell.customers,
        reachable={
            channel: cell.reach(bit) for channel, bit in (("email", 1), ("sms", 2), ("whatsapp", 4), ("phone", 8))
        }
        | {"post": cell.reach(16), "in_person": cell.customers},
        attrition=cell.hazards[0],
        frequency=cell.frequency,
        margin=cell.margin,
        base_value_12=cell.untouched(months=SHORT, discount=discount),
        base_value_36=cell.untouched(months=LONG, discount=discount),
        label=about.voice.cell(cell),
    )


def _lines(solved: Solved, about: Subject, held: dict[int, int]) -> tuple[Line, ...]:
    used = [int(place) for place in np.flatnonzero(solved.x > 0)]
    full = {place for p in solved.offer.people if solved.prices.get(p.id, 0.0) > 0 for place in p.columns}
    lines = [_line(place, solved, about, held.get(place, 0), full) for place in used]
    return tuple(sorted(lines, key=lambda line: (-line.value_36.mean, line.id)))


def _line(place: int, solved: Solved, about: Subject, held: int, full: set[int]) -> Line:
    column, count = solved.offer.columns[place], int(solved.x[place])
    cell, option = about.cells.cells[column.cell], column.option
    returns = solved.judge.returns(place)
    prices = solved.prices
    setting = Setting(
        prices.get("budget", 0.0),
        max((p for id, p in prices.items() if id.startswith("hours:")), default=0.0),
        held,
        place in full,
    )
    return Line(
        id=f"{cell.id}:{option.id}",
        measures=tuple(m.id for m in option.measures),
        measure_name=option_name(option),
        relationship=max(option.measures, key=lambda m: (m.hours, m.cost, m.id)).relationship,
        channels=tuple(dict.fromkeys(m.channel for m in option.measures)),
        cell=cell.id,
        cell_label=about.voice.cell(cell),
        customers=count,
        held_out=held,
        cost=round(count * float(solved.offer.cost[place]), 2),
        hours=round(count * option.hours, 4),
        value_12=about.money(count * returns.net_12),
        value_36=about.money(count * returns.net_36),
        probability_positive=float((returns.net_36 > 0).mean()),
        objectives=tuple(
            o.id for o in about.business.objectives if sign(o.kpi) * solved.judge.adds(o.kpi, place, o.branches) > 1e-9
        ),
        evidence=evidence(option, cell),
        reasons=line_reasons(column, cell, returns, setting, about.voice),
        test_first=option.test_first,
    )


def _not_chosen(solved: Solved, about: Subject) -> tuple[NotChosen, ...]:
    chosen = {m.id for p in np.flatnonzero(solved.x > 0) for m in solved.offer.columns[p].option.measures}
    left = []
    for measure in about.pack.measures:
        if measure.id in chosen:
            continue
        best = solved.singles.get(measure.id)
        reason = not_chosen_reason(
            measure,
            voice=about.voice,
            max_contacts=about.business.contact.max_contacts,
            facts=about.facts,
            cells=about.cells.cells,
            best=best,
        )
        where = about.voice.cell(best[1]) if best else None
        left.append(NotChosen(measure.id, local(measure.name), reason, best[0] if best else 0.0, where))
    return tuple(left)


def _target(place: int, objective: Objective, solved: Solved, about: Subject) -> TargetRow:
    draws = solved.judge.kpi(objective.kpi, solved.x, solved.chances[place], objective.branches)
    draws = draws + solved.judge.beside(solved.solution.levels, kpi=objective.kpi, branches=objective.branches)
    untouched = float(solved.judge.baseline(objective.kpi, objective.branches).draws.mean())
    unit = about.provenance.currency if objective.kpi in MONEY else "share" if objective.kpi in RATES else "customers"
    reached = draws <= objective.target if sign(objective.kpi) < 0 else draws >= objective.target
    short = missing(objective, float(draws.mean()))
    remedy: Text | None = None
    if objective.id in solved.remedies:
        remedy = remedy_text(objective, solved.remedies[objective.id], untouched, about.voice)
    elif short > 0:
        remedy = say("strategy.remedy.close")
    return TargetRow(
        objective.id,
        local(objective.name),
        objective.kpi,
        objective.target,
        untouched,
        Estimate.of_draws(draws, unit=unit, method="targets"),
        float(reached.mean()),
        short,
        remedy,
    )


def _prices(solved: Solved, about: Subject) -> tuple[Price, ...]:
    problem, x, prices = solved.offer.problem, solved.x, solved.prices
    voice, currency = about.voice, about.provenance.currency
    budget = limit_named(problem, "budget")
    levels = solved.solution.levels
    beside = dict(
        zip(
            (limit.id for limit in problem.limits),
            problem.used_by({c.id: levels[c.id] for c in problem.choices}),
            strict=True,
        )
    )
    spent = float(budget.use @ x) + spent_fixed(problem.switches, x) + float(beside["budget"])
    found = [_price("budget", say("strategy.limit.budget"), spent, budget.upper, currency, prices["budget"])]
    for limit in problem.limits:
        if limit.id.startswith("hours:"):
            label = say("strategy.limit.hours", branch=voice.branch(limit.id.removeprefix("hours:")))
            used = float(limit.use @ x) + float(beside[limit.id])
            found.append(_price(limit.id, label, used, limit.upper, "hours", prices[limit.id]))
    found += _reach_prices(solved, about)
    if solved.targets_price > 0.5:
        found.append(Price("targets", say("strategy.limit.targets"), 0.0, 0.0, "targets", solved.targets_price, True))
    names = {m.id: local(m.name) for m in about.pack.measures}
    for id, worth in solved.veto_prices.items():
        label = say("strategy.limit.veto", measure=names[id])
        found.append(Price(f"veto:{id}", label, 0.0, 0.0, "customers", worth, worth > 0))
    return tuple(found)


def _price(id: str, label: Text, used: float, available: float, unit: str, worth: float) -> Price:
    binding = worth > 1e-9 and used >= FULL * available - 1
    return Price(id, label, used, available, unit, worth, binding)


def _reach_prices(solved: Solved, about: Subject) -> list[Price]:
    """What one more permission would be worth, where it is worth anything."""
    problem, prices = solved.offer.problem, solved.prices
    found = []
    priced: dict[int, list[People]] = defaultdict(list)
    for limit in solved.offer.people:
        if prices.get(limit.id, 0.0) > 0:
            priced[limit.cell].append(limit)
    for at, cell in enumerate(about.cells.cells):
        people = priced.get(at)
        if not people:
            continue
        for channel, bit in (("email", 1), ("sms", 2), ("whatsapp", 4), ("phone", 8), ("post", 16)):
            worth = permission_worth(people, prices, channel)
            available = cell.reach(bit, treatable=True)
            if worth <= 0.005 or available >= cell.customers - cell.held_out:
                continue
            used = sum(
                float(solved.x[p])
                for p in range(problem.value.size)
                if solved.offer.columns[p].cell == at and solved.offer.columns[p].option.need & bit
            )
            label = say("strategy.limit.reach", channel=say(f"strategy.channel.{channel}"), cell=about.voice.cell(cell))
            found.append(Price(f"reach:{channel}:{cell.id}", label, used, float(available), "customers", worth, True))
    return sorted(found, key=lambda p: (-p.worth, p.limit))


def _rival(id: str, x: np.ndarray, plan: Floats, solved: Solved, about: Subject) -> Rival:
    value_12, value = solved.judge.value(x, months=12), solved.judge.value(x)
    fixed = spent_fixed(solved.offer.problem.switches, x)
    if id != "nothing":  # who does nothing invests nothing
        value_12, value = with_estimates(value_12, value, solved)
        levels = solved.solution.levels
        fixed += sum(levels.get(step.id, 0.0) * step.cost for step in solved.invested.steps)
    return Rival(
        id,
        say(f"strategy.rival.{id}"),
        round(float(solved.offer.cost @ x) + fixed, 2),
        round(float(solved.offer.hours @ x), 4),
        int(x.sum()),
        about.money(value_12, "rivals"),
        about.money(value, "rivals"),
        float((plan > value).mean()),
    )


def _frontier(solved: Solved, about: Subject) -> tuple[FrontierPoint, ...]:
    return tuple(
        FrontierPoint(budget, about.money(solved.judge.value(solution.x) + solved.judge.beside(solution.levels)))
        for budget, solution in solved.frontier
    )
