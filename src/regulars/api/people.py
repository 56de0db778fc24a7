"""The customers behind the figures: counted, listed page by page, and one at a time, while somebody waits.

Reads the standings of one study, which never change, and the ledger as it is now. Nobody is named here: customers go by
their keys. Docs: docs/how-to/segments.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from regulars.analysis.asking import TOLD, told_query
from regulars.analysis.catalogue import CATALOGUE
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.segment import understood
from regulars.api.business import OpenBusiness
from regulars.api.cursors import Sort, beyond, cursor_of, in_order
from regulars.api.history import History, history_of
from regulars.api.runs import finished_at, latest_run, load_run, run_folder
from regulars.base.errors import BadSettings, NotThere
from regulars.base.predicate import EVERYBODY, Catalogue, Predicate, in_words, named, write
from regulars.base.text import Listing, say
from regulars.base.words import render
from regulars.ledger.lookup import Kept

__all__ = [
    "Counted",
    "History",
    "PeopleReader",
    "Shown",
    "Sort",
    "Spread",
    "Standing",
    "StandingsPage",
    "people_of",
]

type Shown = str | float | int | bool | date | None
type Where = str | Mapping[str, Any] | Predicate | None

#: What a list shows where nothing else is asked for.
COLUMNS = (
    *("branch", "last_day", "due_on", "visits", "state", "class", "value_12", "value_12_p10", "value_12_p90"),
    *("leaving_90", "p_alive"),
)
LARGEST = 5_000
_KEY = "customer"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many customers a predicate selects: of ``base`` within the scope, ``unknown`` of them neither true nor
    false."""

    customers: int
    unknown: int
    base: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is believed of one customer, by columns of the standings (docs/reference/standings.md)."""

    key: str
    of: Mapping[str, Shown]


@dataclass(frozen=True, slots=True)
class StandingsPage:
    """One page. ``after`` is the cursor of the next one, None on the last; ``before`` that of the one before it, None
    on the first."""

    rows: tuple[Standing, ...]
    after: str | None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the values of a number or a day lie: smallest, a tenth, the middle, nine tenths, largest, and how many are
    known."""

    low: Shown
    p10: Shown
    middle: Shown
    p90: Shown
    high: Shown
    known: int


def people_of(business: OpenBusiness, run: str | None = None) -> PeopleReader:
    """A reader over the newest study, or that of the run named.

    Raises:
        NotThere: the business has not been studied, or there is no such run.
    """
    found = run_folder(business.runs, run) if run else latest_run(business.runs, "study")
    if found is None:
        raise NotThere(say("api.study.none"), say("api.study.none_hint"))
    if not (found / "standings.parquet").is_file():
        raise NotThere(say("api.run.missing", run=found.name), say("api.run.missing_hint"))
    as_of, currency, version = _stated(found, finished_at(found)[0])
    return PeopleReader(business, found, as_of=as_of, currency=currency, data_version=version)


@lru_cache(maxsize=16)
def _stated(folder: Path, _finished: int) -> tuple[date, str, int]:
    """Day, currency and data version of a study; its document is long and is read once."""
    made = load_run(folder, Diagnosis).result.provenance
    return made.as_of, made.currency, made.data_version


@lru_cache(maxsize=16)
def _kept(folder: Path, _finished: int) -> Kept:
    return Kept(folder / "standings.parquet")


class PeopleReader:
    """Looks customers up in one study. Cheap to make; safe to use from any thread and after a fork.

    ``branches`` confines every answer to customers of those home branches; none given is the whole business. The web
    always passes the reader's own.
    """

    def __init__(self, business: OpenBusiness, folder: Path, *, as_of: date, currency: str, data_version: int) -> None:
        self.run = folder.name
        self.as_of = as_of
        self.currency = currency
        self.data_version = data_version
        self._business = business
        self._kept = _kept(folder, finished_at(folder)[0])
        self.columns = tuple(self._kept.columns)
        self.catalogue: Catalogue = CATALOGUE.within(self.columns)

    def understood(self, where: Where) -> Predicate:
        """A predicate given as text, as JSON or as itself. Raises BadPredicate."""
        if where is None or (isinstance(where, str) and not where.strip()):
            return EVERYBODY
        if isinstance(where, str | Mapping):
            return understood(where, self.catalogue)
        return where

    def count(self, where: Where = None, *, branches: Sequence[str] = ()) -> Counted:
        """How many. Raises BadPredicate."""
        return _counted(self._kept, self._told(where), tuple(branches))

    def page(
        self,
        where: Where = None,
        *,
        branches: Sequence[str] = (),
        sort: str = "-value_12",
        after: str | None = None,
        before: str | None = None,
        size: int = 50,
        columns: Sequence[str] = COLUMNS,
    ) -> StandingsPage:
        """One page of those selected, in a stable order: equal values by key, unknown ones last. ``after`` and
        ``before`` are cursors of a page already read; with ``before`` the page ends where that one began.

        Raises:
            BadPredicate: the predicate cannot be understood.
            BadSettings: there is no such column, or a cursor is none of this order.
        """
        order, back = Sort.of(sort), before is not None
        by = self._ordered(order.column)
        asked = [self._column(name) for name in columns]
        scope, values = _scope(branches)
        cursor = before if back else after
        place, more = "true", list[Any]()
        if cursor:
            a_day = self._kept.columns[self._column(order.column)] == "DATE"
            place, more = beyond(cursor, order, by, _KEY, back=back, a_day=a_day)
        size = max(1, min(size, LARGEST))
        listed = ", ".join(f"{_name(c)}" for c in dict.fromkeys([_KEY, *asked]))
        query = (
            f"SELECT {listed}, {by} AS sorted_by FROM ({self._told(where)}) WHERE {TOLD} AND {scope} AND ({place}) "
            f"ORDER BY {in_order(order, by, _KEY, back=back)} LIMIT {size + 1}"
        )
        read = self._kept.rows(query, [*values, *more])
        found = read[:size][::-1] if back else read[:size]
        ends = [cursor_of(sort, row["sorted_by"], row[_KEY]) for row in (*found[:1], *found[-1:])]
        earlier, later = (len(read) > size, True) if back else (bool(after), len(read) > size)
        return StandingsPage(
            tuple(_standing(row, columns, asked) for row in found),
            ends[-1] if ends and later else None,
            ends[0] if ends and earlier else None,
        )

    def one(self, key: str, *, branches: Sequence[str] = ()) -> Standing:
        """One customer's standing, all columns. Raises NotThere: nobody of that key within the scope."""
        scope, values = _scope(branches)
        found = self._kept.rows(
            f"SELECT * FROM {self._kept.table} WHERE {_KEY} = ? AND {scope}", [number_of(key), *values]
        )
        if not found:
            raise NotThere(say("api.people.nobody", key=key[:30]), say("api.people.nobody_hint"))
        return _standing(found[0], self.columns, self.columns)

    def several(self, keys: Sequence[str]) -> tuple[Standing, ...]:
        """The standings of those of the keys that are in the study; :meth:`within` says whose they may be."""
        numbers = [number_of(key) for key in keys]
        if not numbers:
            return ()
        places = ", ".join("?" * len(numbers))
        found = self._kept.rows(f"SELECT * FROM {self._kept.table} WHERE {_KEY} IN ({places})", numbers)
        return tuple(_standing(row, self.columns, self.columns) for row in found)

    def within(self, keys: Sequence[str], *, branches: Sequence[str]) -> frozenset[str]:
        """Those of the keys whose customers are of these home branches; what is no key is none of them."""
        numbers = [n for key in keys if key.isascii() and key.isdigit() and (n := int(key)) < 2**63]
        scope, values = _scope(branches)
        query = f"SELECT {_KEY} FROM {self._kept.table} WHERE list_contains(?::BIGINT[], {_KEY}) AND {scope}"
        if len(numbers) < LARGEST:  # few: each is found by the table's order
            places = ", ".join("?" * len(numbers)) or "NULL"
            query = f"SELECT {_KEY} FROM {self._kept.table} WHERE {_KEY} IN ({places}) AND {scope}"
            return frozenset(str(row[_KEY]) for row in self._kept.rows(query, [*numbers, *values]))
        return frozenset(str(row[_KEY]) for row in self._kept.rows(query, [numbers, *values]))

    def history(self, key: str) -> History:
        """One customer's history as the ledger is now. Raises NotThere where the key is none; ask :meth:`one` first
        for whether it is within the reader's branches."""
        return history_of(self._business, number_of(key))

    def values(self, column: str, *, branches: Sequence[str] = (), most: int = 60) -> tuple[tuple[Shown, int], ...]:
        """The values of a column with how many customers have each, most first. Raises BadSettings."""
        return _values(self._kept, _name(self._column(column)), tuple(branches), int(most))

    def spread(self, column: str, *, branches: Sequence[str] = ()) -> Spread:
        """Where the values of a number or a day lie, nearly. Raises BadSettings."""
        return _spread(self._kept, _name(self._column(column)), tuple(branches))

    def tell(self, where: Where, language: str) -> str:
        """The predicate in words, branches by what they are called in the language."""
        called = {branch.id: branch.label().in_language(language) for branch in self._business.settings.branches}
        predicate = named(self.understood(where), "branch", called)
        return render(in_words(predicate, catalogue=CATALOGUE, currency=self.currency), language)

    def written(self, where: Where) -> str:
        """The predicate in its own language, always written the same way."""
        return write(self.understood(where))

    def _told(self, where: Where) -> str:
        place = (self._kept.alias, "standings")
        return told_query(self.understood(where), tuple(self._kept.columns.items()), place, self.as_of)

    def _column(self, name: str) -> str:
        """The column of a field or of the standings. Only what is there ever reaches a query."""
        column = self.catalogue[name].column if name in self.catalogue else name
        if column not in self._kept.columns:
            text = say("api.people.no_column", column=name[:40])
            raise BadSettings(text, say("api.people.no_column_hint", columns=Listing(tuple(sorted(self.columns)))))
        return column

    def _ordered(self, name: str) -> str:
        """What a list is sorted by: listed values in the order they are declared in, else the column itself."""
        column = self._column(name)
        field = self.catalogue.fields.get(name)
        if field is None or not field.values:
            return _name(column)
        cases = " ".join(f"WHEN '{value}' THEN {place}" for place, value in enumerate(field.values))
        return f"CASE {_name(column)} {cases} END"


#: Where values lie is a hint for who builds a filter: near enough, and asked once of a study that never changes.
@lru_cache(maxsize=1_000)
def _spread(kept: Kept, name: str, branches: tuple[str, ...]) -> Spread:
    scope, values = _scope(branches)
    cuts = ", ".join(f"approx_quantile({name}, {q}) AS q{q * 10:.0f}" for q in (0.1, 0.5, 0.9))
    query = f"SELECT min({name}) AS low, max({name}) AS high, {cuts}, count({name}) AS known FROM {kept.table}"
    row = kept.rows(f"{query} WHERE {scope}", values)[0]
    low, p10, middle, p90, high = (_shown(row[cut]) for cut in ("low", "q1", "q5", "q9", "high"))
    return Spread(low, p10, middle, p90, high, int(row["known"]))


@lru_cache(maxsize=4_000)
def _counted(kept: Kept, told: str, branches: tuple[str, ...]) -> Counted:
    scope, values = _scope(branches)
    query = (
        f"SELECT count(*) FILTER ({TOLD}) AS customers, count(*) FILTER ({TOLD} IS NULL) AS unknown, "
        f"count(*) AS base FROM ({told}) WHERE {scope}"
    )
    return Counted(**kept.rows(query, values)[0])


@lru_cache(maxsize=1_000)
def _values(kept: Kept, name: str, branches: tuple[str, ...], most: int) -> tuple[tuple[Shown, int], ...]:
    scope, values = _scope(branches)
    query = f"SELECT {name} AS v, count(*) AS n FROM {kept.table} WHERE {scope} GROUP BY 1 ORDER BY 2 DESC, 1"
    return tuple((row["v"], row["n"]) for row in kept.rows(f"{query} LIMIT {most}", values))


def _scope(branches: Sequence[str]) -> tuple[str, list[Any]]:
    if not branches:
        return "true", []
    return f"branch IN ({', '.join('?' * len(branches))})", list(branches)


def number_of(key: str) -> int:
    """A key as the ledger has it. Raises NotThere for what is none."""
    text = str(key)
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63:
        return int(text)
    raise NotThere(say("api.people.nobody", key=text[:30]), say("api.people.nobody_hint"))


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _standing(row: Mapping[str, Any], names: Sequence[str], columns: Sequence[str]) -> Standing:
    shown = {name: _shown(row[column]) for name, column in zip(names, columns, strict=True)}
    return Standing(str(row[_KEY]), shown)


def _shown(value: Any) -> Shown:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.date()
    found: Shown = value
    return found
