"""From settings to rows of the problem: locks, rules among measures, budgets within the budget, evidence, capacity,
and steadiness. What each becomes is a :class:`Rule`, so that it can be priced, and named when it cannot be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regulars.base.strategy_rules import Lock
from regulars.packs.schema import Measure
from regulars.strategy.cells import survival
from regulars.strategy.draft import Draft, Rule, meets
from regulars.strategy.draws import prior_of
from regulars.strategy.optimise import Choice, Group, Link

WEAK = ("D", "E")


@dataclass(frozen=True, slots=True)
class Last:
    """The last plan: its run, and customers by measure and by line (``cell:option``)."""

    run: str
    measures: Mapping[str, int]
    lines: Mapping[str, int]
    customers: int = 0


def lay_down(draft: Draft, *, last: Last | None = None) -> None:
    """Add everything the settings lay down about measures, money and capacity."""
    for id in sorted(set(draft.business.veto)):
        if places := draft.of_measure.get(id):
            limit = draft.limit(f"veto:{id}", draft.marks(places), 0.0)
            draft.rules.append(Rule(f"veto:{id}", "veto", id, (limit,), high=0.0))
    for lock in draft.business.locks:
        _lock(draft, lock)
    _must(draft)
    _among(draft, last)
    _one_relationship(draft)
    _parts(draft)
    _suppliers(draft)
    _weak(draft)
    _trials(draft)
    _seats(draft)
    if last is not None and not draft.business.steady.off:
        _steady(draft, last)


def _lock(draft: Draft, lock: Lock) -> None:
    id, limits = f"lock:{lock.id}", []
    unit = {"money": "money", "hours": "hours"}.get(lock.of, "customers")
    if any(rule.id == id for rule in draft.rules):
        return  # the same lock twice
    if lock.decision is not None:
        use, unit = np.zeros(draft.size), "level"
    else:
        use = draft.uses(lock, lock.of)
    if lock.at_most is not None:
        limits.append(draft.limit(f"{id}:most", use, lock.at_most))
    if lock.low > 0:
        limits.append(draft.limit(f"{id}:least", -use, -lock.low))
    if lock.decision is not None and any(c.id == lock.decision for c in draft.choices):
        draft.decide(lock.decision, {limit: -1.0 if limit.endswith(":least") else 1.0 for limit in limits})
    draft.rules.append(Rule(id, "lock", lock.id, tuple(limits), low=lock.low, high=lock.at_most, unit=unit))


def _must(draft: Draft) -> None:
    for id in sorted(set(draft.business.rules.must)):
        limit = draft.limit(f"must:{id}", -draft.marks(draft.of_measure.get(id, ())), -1.0)
        draft.rules.append(Rule(f"must:{id}", "must", id, (limit,), low=1.0))


def _among(draft: Draft, last: Last | None) -> None:
    rules = draft.business.rules
    for need in rules.requires:
        id = f"requires:{need.measure}:{need.needs}"
        one, other = draft.used(need.measure), draft.used(need.needs, at_least_one=True)
        if one is None:
            continue
        limit = draft.limit(id, np.zeros(draft.size), 0.0)
        draft.decide(one, {limit: 1.0})
        if other is not None:
            draft.decide(other, {limit: -1.0})
        draft.rules.append(Rule(id, "requires", f"{need.measure}:{need.needs}", (limit,), unit="measures"))
    for group in rules.exclusive:
        _at_most(draft, f"exclusive:{'+'.join(group)}", "exclusive", group, 1)
    if rules.most_measures is not None:
        _at_most(draft, "most_measures", "most_measures", tuple(draft.of_measure), rules.most_measures)
    if rules.most_new_measures is not None and last is not None:
        new = tuple(id for id in draft.of_measure if id not in last.measures)
        _at_most(draft, "most_new_measures", "most_new_measures", new, rules.most_new_measures)


def _at_most(draft: Draft, id: str, kind: str, measures: tuple[str, ...], most: int) -> None:
    used = [found for m in sorted(set(measures)) if (found := draft.used(m)) is not None]
    draft.groups.append(Group(id, tuple(used), float(most)))
    about = ":".join(measures) if kind == "exclusive" else str(most)
    draft.rules.append(Rule(id, kind, about, groups=(id,), high=float(most), unit="measures"))


def _one_relationship(draft: Draft) -> None:
    if not draft.business.rules.one_relationship:
        return
    names = []
    for at, cell in enumerate(draft.cells):
        places = [p for p, c in enumerate(draft.columns) if c.cell == at]
        types = sorted({m.relationship for p in places for m in draft.columns[p].option.measures})
        if len(types) < 2:
            continue
        for kind in types:
            held = [p for p in places if any(m.relationship == kind for m in draft.columns[p].option.measures)]
            draft.choices.append(Choice(f"relationship:{cell.id}:{kind}", integer=True))
            draft.links.append(Link(tuple(held), f"relationship:{cell.id}:{kind}"))
        names.append(f"relationship:{cell.id}")
        draft.groups.append(Group(names[-1], tuple(f"{names[-1]}:{kind}" for kind in types)))
    draft.rules.append(Rule("one_relationship", "one_relationship", "", groups=tuple(names), high=1.0, unit="types"))


def _parts(draft: Draft) -> None:
    for number, share in enumerate(draft.business.budgets.parts):
        what = ",".join(f"{key}={value}" for key, value in share.picks().items())
        id, amount = f"part:{number + 1}:{what}", float(share.amount)
        limit = draft.limit(id, draft.uses(share, "safe"), amount)
        if not {"cell", "line", "state", "tier", "branch"} & set(share.picks()):
            draft.fixed_costs([m.id for m in _measures(draft) if meets(m, share)], limit)
        draft.rules.append(Rule(id, "part", what, (limit,), high=amount, unit="money"))


def _measures(draft: Draft) -> list[Measure]:
    return list({part.measure.id: part.measure for part in draft.parts}.values())


def _suppliers(draft: Draft) -> None:
    """What a supplier sets aside makes room in the budget (as the budget counts, incentives at their P90); what it is
    expected to pay of it is value, for the measures' costs were taken off.

    ``room <= amount``, ``room <= safe spend``, ``paid <= room``, ``paid <= expected spend`` on the measures named.
    """
    for number, supplier in enumerate(draft.business.budgets.suppliers):
        id, amount = f"supplier:{number + 1}", float(supplier.amount)
        spend = {"paid": np.zeros(draft.size), "room": np.zeros(draft.size)}
        for part in draft.parts:
            if part.measure.id in supplier.measures:
                spend["paid"][part.place] -= part.cost
                spend["room"][part.place] -= part.safe
        paid, room = (draft.limit(f"{id}:{what}", use, 0.0) for what, use in spend.items())
        within = draft.limit(f"{id}:within", np.zeros(draft.size), 0.0)
        for measure in sorted(set(supplier.measures) & set(draft.switches)):
            cost = draft.switches[measure].cost
            draft.decide(measure, {paid: -cost, room: -cost})
        draft.choices.append(Choice(f"{id}:room", 0.0, amount, use={room: 1.0, within: -1.0, "budget": -1.0}))
        draft.choices.append(Choice(f"{id}:paid", 1.0, amount, use={paid: 1.0, within: 1.0}))
        rule = Rule(id, "supplier", supplier.name, (paid, room, within), high=amount, unit="money")
        draft.rules.append(rule)


def trust_of(measure: Measure) -> str:
    """The grade of the effect a measure mainly rests on: the largest in mean, the weakest grade among equals."""
    return max(measure.effects, key=lambda e: (abs(prior_of(e).mean), e.trust)).trust


def _weak(draft: Draft) -> None:
    spend = np.zeros(draft.size)
    weak = {m.id for m in _measures(draft) if trust_of(m) in WEAK}
    for part in draft.parts:
        if part.measure.id in weak:
            spend[part.place] += part.safe
    share = draft.business.evidence.weak_share
    if not spend.any() or share >= 1:
        return
    most = share * float(draft.business.budget.amount)
    limit = draft.limit("weak", spend, most)
    draft.fixed_costs(weak, limit)
    draft.rules.append(Rule("weak", "weak", "", (limit,), high=most, unit="money"))


def _trials(draft: Draft) -> None:
    """A measure to be tested first goes to a part of each cell, until harm is improbable there."""
    evidence = draft.business.evidence
    for measure in sorted((m for m in _measures(draft) if m.test_first), key=lambda m: m.id):
        limits = []
        for at, cell in enumerate(draft.cells):
            places = [p for p in draft.of_measure[measure.id] if draft.columns[p].cell == at]
            if not places or harm(draft, at, measure) < evidence.harm:
                continue
            most = max(draft.reach[p] for p in places)
            limits.append(
                draft.limit(f"trial:{measure.id}:{cell.id}", draft.marks(places), float(int(evidence.trial * most)))
            )
        if limits:
            rule = Rule(f"trial:{measure.id}", "trial", measure.id, tuple(limits), high=evidence.trial, unit="share")
            draft.rules.append(rule)


def harm(draft: Draft, at: int, measure: Measure) -> float:
    """The probability that a measure alone makes the customers of a cell worth less, its cost set aside."""
    return float((draft.evaluator.outcome(at, (measure,)).value_36 < 0).mean())


def _seats(draft: Draft) -> None:
    """Base visits and expected extra visits within the chairs of a branch. All extra visits of the year are taken to
    fall into the cycle: at their quickest they do."""
    minutes = draft.business.costs.service_minutes
    months = draft.business.cycle_months
    for seats in draft.business.seats:
        if minutes is None:
            continue
        names = {seats.branch} | {n for b in draft.business.branches if b.id == seats.branch for n in b.also}
        base, share = 0.0, np.zeros(draft.size)
        for cell in draft.cells:
            here = sum(cell.branches.get(name, 0) for name in names)
            base += here * cell.alive * cell.frequency * float(survival(cell.hazards)[:months].sum())
        for name in sorted(names):
            share += draft.branch_share(name)
        visits = np.array([float(draft.evaluator.returns(c).outcome.visits_12.mean()) for c in draft.columns])
        room = max(seats.minutes - base * minutes, 0.0)
        limit = draft.limit(f"seats:{seats.branch}", share * np.maximum(visits, 0.0) * minutes, room)
        draft.rules.append(Rule(f"seats:{seats.branch}", "seats", seats.branch, (limit,), high=room, unit="minutes"))


def _steady(draft: Draft, last: Last) -> None:
    move, limits = draft.business.steady.move, []
    for id, before in sorted(last.measures.items()):
        places = draft.of_measure.get(id, [])
        if not places:
            continue
        marks = draft.marks(places)
        limits.append(draft.limit(f"steady:{id}:most", marks, float(np.ceil((1 + move) * before))))
        limits.append(draft.limit(f"steady:{id}:least", -marks, -float(np.floor((1 - move) * before))))
    new = [p for id, places in draft.of_measure.items() if id not in last.measures for p in places]
    if new:
        limits.append(draft.limit("steady:new", draft.marks(new), float(np.ceil(move * last.customers))))
    draft.rules.append(Rule("steady", "steady", last.run, tuple(limits), high=move, unit="share"))
