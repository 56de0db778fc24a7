"""Who a measure may go to by the owner's rules: statements counted exactly in the engine, never multiplied.

Every statement is one bit of a customer's pattern, beside permissions: the counts of a cell by pattern then say how
many meet any set of them. An ordinary customer carries every mark but the one of an open complaint.

- ``OPEN``: has a complaint that was not settled by the day of the study.
- one bit for each of: no open complaint; not vulnerable; each statement of ``rules.eligible`` (true), each of
  ``rules.excluded`` (not true). Unknown is not true, as everywhere in the language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import ibis

from regulars.analysis.predicate import compiled
from regulars.analysis.segment import catalogue_of, understood
from regulars.base.errors import BadSettings
from regulars.base.predicate import BadPredicate, Predicate
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack
from regulars.strategy.cells import FIRST_MARK, MOST_MARKS, OPEN, Cell
from regulars.strategy.draft import Rule


@dataclass(frozen=True, slots=True)
class Mark:
    """One bit, and when a customer carries it: ``statement`` is true (or with ``absent``, is not)."""

    bit: int
    statement: str
    absent: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of a business: who carries them (``on``) and which measures ask for them (``wants``)."""

    wants: Mapping[str, int]
    marks: tuple[Mark, ...]
    rules: tuple[Rule, ...]
    complaints: ibis.Table | None
    clear: int
    as_of: date

    @property
    def asked(self) -> bool:
        """Whether anything has to be marked."""
        return bool(self.marks) or self.complaints is not None

    def on(self, t: ibis.Table) -> ibis.Table:
        """The standings with a column ``mark``."""
        catalogue = catalogue_of(tuple(t.columns))
        mark: ibis.Value = ibis.literal(0)
        for one in self.marks:
            predicate: Predicate = understood(one.statement, catalogue)
            told = compiled(predicate, t, catalogue=catalogue, as_of=self.as_of).fill_null(False)
            mark = mark + ibis.ifelse(told, 0 if one.absent else one.bit, one.bit if one.absent else 0)
        t = t.mutate(mark=mark.cast("int64"))
        if self.complaints is not None:
            t = t.left_join(self.complaints, "customer").drop("customer_right")
            t = t.mutate(mark=t.mark + ibis.ifelse(t.complaining.fill_null(False), OPEN, self.clear))
        return t


def marks_of(reader: Reader, *, business: Business, pack: Pack, as_of: date) -> Marks:
    """The marks a business's rules ask for.

    Raises:
        BadSettings: a statement cannot be understood (the message names it), or there are too many.
    """
    marks: list[Mark] = []
    rules: list[Rule] = []
    wants: dict[str, int] = {}
    bits: dict[tuple[str, bool], int] = {}

    def bit(statement: str, absent: bool) -> int:
        if (statement, absent) not in bits:
            if len(bits) >= MOST_MARKS - 1:
                raise BadSettings(say("strategy.rules.too_many_statements", n=MOST_MARKS - 1))
            _try(statement)
            bits[statement, absent] = FIRST_MARK << (len(bits) + 1)
            marks.append(Mark(bits[statement, absent], statement, absent))
        return bits[statement, absent]

    for absent, asked in ((False, business.rules.eligible), (True, business.rules.excluded)):
        for rule in asked:
            kind, made = ("excluded" if absent else "eligible"), bit(rule.where, absent)
            wants[rule.measure] = wants.get(rule.measure, 0) | made
            rules.append(Rule(f"{kind}:{rule.measure}:{rule.where}", kind, f"{rule.measure}:{rule.where}", bit=made))
    promoted = 0
    for statement in business.care.vulnerable:
        promoted |= bit(statement, True)
        rules.append(Rule(f"vulnerable:{statement}", "vulnerable", statement, bit=bit(statement, True)))
    told = reader.has("complaints")
    if told and business.care.complaints:
        promoted |= FIRST_MARK
        rules.append(Rule("complaints", "complaints", "", bit=FIRST_MARK))
    for measure in pack.measures:
        asks = (promoted if measure.purpose == "marketing" else 0) | (OPEN if "complaints" in measure.needs else 0)
        if asks:
            wants[measure.id] = wants.get(measure.id, 0) | asks
    return Marks(wants, tuple(marks), tuple(rules), complaining(reader, as_of) if told else None, FIRST_MARK, as_of)


def _try(statement: str) -> None:
    from regulars.analysis.catalogue import CATALOGUE

    try:
        understood(statement, CATALOGUE)
    except BadPredicate as error:
        raise BadSettings(
            say("strategy.rules.bad_statement", statement=statement, why=error.text), error.hint
        ) from error


def complaining(reader: Reader, as_of: date) -> ibis.Table:
    """One row per customer with a complaint open at the end of ``as_of``: ``customer``, ``complaining``."""
    t = reader.table("complaints")
    opened = t.filter(t.customer.notnull(), t.day <= as_of, (t.resolved.isnull()) | (t.resolved > as_of))
    return opened.select("customer").distinct().mutate(complaining=ibis.literal(True))


def ignoring(cells: tuple[Cell, ...], bit: int) -> tuple[Cell, ...]:
    """The cells as if every customer carried a mark: what a rule costs is found without it."""

    def carried(counts: Mapping[int, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for pattern, count in counts.items():
            found[pattern | bit] = found.get(pattern | bit, 0) + count
        return found

    return tuple(replace(cell, patterns=carried(cell.patterns), held=carried(cell.held)) for cell in cells)
