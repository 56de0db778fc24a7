"""The working place of one study: the reader with a memory of what it was asked, and what all sections share."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from regulars.analysis.costs import Costs
from regulars.analysis.memory import Finding, Memory
from regulars.analysis.summary import timed_days, visitors
from regulars.analysis.tally import Tally
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.base.settings import Business
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack

if TYPE_CHECKING:
    from regulars.analysis.clock.business import BusinessClock

MONTHS_36 = timedelta(days=1096)


@dataclass(frozen=True, slots=True)
class Desk:
    """A reader that remembers every query it ran, by section, the tables it keeps in the engine, and what it cost."""

    reader: Reader
    queries: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    costs: Costs = field(default_factory=Costs)
    memory: Memory = field(default_factory=Memory)
    facts: dict[date, str] = field(default_factory=dict)  # fingerprints of the lines until a day

    def recall[T](self, part: str, of: object, make: Callable[[], T]) -> T:
        """What an earlier study found from the same, or what ``make`` finds; its queries are remembered with it."""

        def found() -> Finding[T]:
            before = dict(self.queries)
            value = make()
            return Finding(value, {name: sql for name, sql in self.queries.items() if before.get(name) != sql})

        finding = self.memory.recall(part, of, found)
        self.queries.update(finding.queries)
        return finding.value

    def ask(self, section: str, expr: ibis.Table) -> pa.Table:
        """Compute a small table."""
        with self.costs.query():
            self.queries[section] = self.reader.sql(expr)
            return self.reader.arrow(expr)

    def keep(self, section: str, expr: ibis.Table, *, told: ibis.Table | None = None) -> ibis.Table:
        """Compute a table once and leave it in the engine; ``told`` is what is said of how, if it is put otherwise."""
        with self.costs.query():
            self.queries[section] = self.reader.sql(expr if told is None else told)
            self.kept.add(section)
            return self.reader.keep(expr, f"study_{section}")

    def timed(self, days: ibis.Table, clock: BusinessClock | None, *, until: date, name: str) -> ibis.Table:
        """Customer-days in the time of a clock, or without any."""
        table = None if clock is None else self.reader.take_in(clock.table(until), f"study_{name}")
        return timed_days(days, table)

    def forget(self, *sections: str) -> None:
        """Let go of tables left in the engine: what nobody reads any more crowds out, at scale, what is read."""
        for section in sections:
            self.kept.remove(section)
            self.reader.drop(f"study_{section}")

    def forget_since(self, before: Collection[str], *, but: ibis.Table | None) -> None:
        """Let go of the tables left since ``kept`` was ``before``, but for those that an expression is made of."""
        still = set() if but is None else {table.name for table in but.op().find(ops.DatabaseTable)}
        self.forget(*sorted(s for s in self.kept - set(before) if f"study_{s}" not in still))

    def write(self, section: str, expr: ibis.Table, path: Path) -> None:
        """Compute a table into a Parquet file."""
        with self.costs.query():
            self.queries[section] = self.reader.sql(expr)
            self.reader.write_parquet(expr, path)


@dataclass(frozen=True, slots=True)
class Setting:
    """What every part of one study shares."""

    desk: Desk
    business: Business
    pack: Pack
    as_of: date
    lines: ibis.Table
    tally: Tally

    @property
    def first_day(self) -> date:
        """The first day with a line."""
        return min(row.first_day for row in self.tally.rows)

    @property
    def last_day(self) -> date:
        """The last day with a line."""
        return max(row.last_day for row in self.tally.rows)

    @property
    def newcomers_since(self) -> date:
        """The first day of newcomers: 36 months back, but the ledger must have been open for the lost window by then.

        Who first shows in its early days may be an old customer; who shows later had been away that long at least.
        """
        return max(self.as_of - MONTHS_36, self.first_day + timedelta(days=self.pack.windows.lost_after))

    @property
    def default_branch(self) -> str:
        """The branch of lines that name none: the only one there is, else 'unknown'."""
        named = [name for name in self.tally.branches if name]
        known = [branch.id for branch in self.business.branches]
        only = known if len(known) == 1 else named
        return only[0] if len(only) == 1 else ("unknown" if only else "main")

    def has(self, kind: str) -> bool:
        """Whether the ledger has lines of a kind."""
        return any(row.kind == kind for row in self.tally.rows)


class Clocks(Protocol):
    """The business clock of a study, where it has proven to help."""

    @property
    def today(self) -> BusinessClock:
        """As learned from all that is known."""

    @property
    def key(self) -> object:
        """What the clocks of earlier days rest on beside the facts; JSON-able."""

    def at(self, cut: date) -> BusinessClock | None:
        """As it would have been learned on an earlier day; None where too little was known for one."""


@dataclass(frozen=True, slots=True)
class Past:
    """What parts that look back rest on: all that was known until ``day`` (:func:`regulars.analysis.past.settled`).

    ``customers`` had visited by then; ``facts`` changes with any fact until then ("" where nothing is remembered).
    """

    day: date
    customers: int
    facts: str

    @property
    def key(self) -> tuple[str, int, str]:
        """As a finding is put away under."""
        return self.day.isoformat(), self.customers, self.facts


@dataclass(frozen=True, slots=True)
class Kept:
    """The tables of one study that stay in the engine until it ends."""

    days: ibis.Table
    everybody: ibis.Table
    presence: ibis.Table | None  # None where there is but one branch, as are the next two
    branch_codes: ibis.Table | None
    home: ibis.Table | None
    balances: ibis.Table | None  # None where no packages can be followed
    past: Past
    clocks: Clocks | None = None  # None where time is the calendar's

    @property
    def customers(self) -> ibis.Table:
        """Customers with a visit."""
        return visitors(self.everybody)

    def now(self, day: date) -> int | None:
        """The business day of a day, where ``days`` are in business time."""
        return None if self.clocks is None else self.clocks.today.number(day)

    def outlook(self, day: date) -> Outlook:
        """The time ahead of a day by the models' clock."""
        return CALENDAR if self.clocks is None else self.clocks.today.outlook(day)
