"""Names in the rules that nobody knows: told before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from regulars.base.errors import BadSettings
from regulars.base.settings import Business
from regulars.base.text import Listing, Text, say
from regulars.packs.schema import Measure, Pack
from regulars.strategy.cells import Cell
from regulars.strategy.clauses import asked_for
from regulars.strategy.draft import meets
from regulars.strategy.options import Column, Evaluator, Option, fits, reached


def check_names(business: Business, pack: Pack) -> None:
    """Raise BadSettings naming the first measure or objective of the rules that does not exist, or a missing figure."""
    known = {m.id for m in pack.measures}
    rules, care = business.rules, business.care
    named: list[tuple[str, str]] = [("veto", id) for id in business.veto]
    named += [("locks", lock.measure) for lock in business.locks if lock.measure is not None]
    named += [("locks", id) for lock in business.locks if lock.line for id in _of_line(lock.line)]
    named += [("rules.must", id) for id in rules.must]
    named += [("rules.eligible", rule.measure) for rule in rules.eligible]
    named += [("rules.excluded", rule.measure) for rule in rules.excluded]
    named += [("rules.requires", id) for rule in rules.requires for id in (rule.measure, rule.needs)]
    named += [("rules.exclusive", id) for group in rules.exclusive for id in group]
    named += [("budgets.parts", share.measure) for share in business.budgets.parts if share.measure is not None]
    named += [("budgets.suppliers", id) for supplier in business.budgets.suppliers for id in supplier.measures]
    named += [("care.prepaid", id) for id in care.prepaid]
    for where, id in named:
        if id not in known:
            raise BadSettings(
                say("strategy.rules.unknown_measure", where=where, measure=id, pack=pack.id), _nearest(id, known)
            )
    objectives = {o.id for o in business.objectives}
    for id in business.weighing.worth:
        if id not in objectives:
            raise BadSettings(say("strategy.rules.unknown_objective", objective=id), _nearest(id, objectives))
    if business.seats and business.costs.service_minutes is None:
        raise BadSettings(say("strategy.rules.no_minutes"), say("strategy.rules.no_minutes_hint"))


def _of_line(line: str) -> list[str]:
    return line.rpartition(":")[2].split("+")


def _nearest(id: str, known: Iterable[str]) -> Text:
    near = get_close_matches(id, sorted(known), n=3)
    return say("strategy.rules.nearest", names=Listing(tuple(near or sorted(known))))


def forced(
    at: int, measures: Sequence[Measure], evaluator: Evaluator, business: Business, offered: Sequence[Column]
) -> list[Column]:
    """Options of a cell that a rule asks for, though they are never best: what must be used has to be there."""
    cell = evaluator.cells[at]
    have = {column.option.id for column in offered}
    found: list[Column] = []
    for measure in measures:
        if measure.id in have or not fits(measure, cell) or not _asked(measure, cell, business):
            continue
        column = Column(at, Option.of(measure, wants=evaluator.wants))
        if reached(column.option, cell):
            found.append(column)
    by_id = {m.id: m for m in measures}
    for lock in business.locks:
        parts = _of_line(lock.line) if lock.line and lock.low > 0 else []
        if len(parts) > 1 and lock.line == f"{cell.id}:{'+'.join(parts)}" and set(parts) <= set(by_id):
            column = Column(at, Option.of(*(by_id[id] for id in parts), wants=evaluator.wants))
            if column.option.id not in have and reached(column.option, cell):
                found.append(column)
    return found


def _asked(measure: Measure, cell: Cell, business: Business) -> bool:
    if measure.id in business.rules.must or (business.care.complaints and "complaints" in measure.needs):
        return True
    if asked_for(measure, cell, business):
        return True
    for lock in business.locks:
        if lock.decision is not None or lock.low <= 0 or not meets(measure, lock):
            continue
        if lock.line is not None and _of_line(lock.line) != [measure.id]:
            continue
        where = lock.cell or (lock.line or "").rpartition(":")[0]
        named = lock.measure is not None or lock.line is not None
        if named and where in ("", cell.id) and lock.state in (None, cell.state):
            return True
    return False
