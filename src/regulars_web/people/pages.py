"""What the pages of lists show: records for templates, made of the core's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from regulars import api
from regulars.base.errors import NotUsable
from regulars.base.predicate import BadPredicate, Field, Predicate
from regulars.base.text import Day, Money, Number, Param, Share, Text, say
from regulars.base.words import show
from regulars_web.company.businesses import business
from regulars_web.people.builder import Filter, filter_of
from regulars_web.people.conditions import OFFERED, Condition, predicate_of
from regulars_web.privacy import gate

SIZE = 50
#: The columns of the list, and what a click on their heading sorts by.
SORTS = {
    "branch": "branch",
    "last_day": "-last_day",
    "due_on": "due_on",
    "state": "state",
    "class": "class",
    "value_12": "-value_12",
    "leaving_90": "-leaving_90",
}
FIRST_SORT = "-value_12"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: the order a click asks for, and the one that holds now."""

    column: str
    query: str
    sorted: str


@dataclass(frozen=True, slots=True)
class Row:
    """One customer on a list."""

    key: str
    name: str
    branch: str
    last_day: date | None
    due_on: date | None
    overdue: bool
    state: str
    group: str
    value: Money | None
    low: Money | None
    high: Money | None
    risk: Share | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that is offered."""

    value: str
    label: str
    customers: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as the form shows it."""

    place: int
    group: int
    within: int
    alone: bool
    condition: Condition
    field: Field
    offered: tuple[str, ...]
    choices: tuple[Choice, ...]
    kind: str
    hint: Text | None
    filled: bool

    @property
    def first(self) -> str:
        """The first value typed."""
        return self.condition.values[0] if self.condition.values else ""

    @property
    def second(self) -> str:
        """The second value typed."""
        return self.condition.values[1] if len(self.condition.values) > 1 else ""


def reader_of(run: str = "") -> api.PeopleReader:
    """The newest study's customers, or those of the run named. Raises NotThere before the first study."""
    return api.people_of(business(), run or None)


def rows_of(
    page: api.StandingsPage, reader: api.PeopleReader, who: Any, language: str
) -> tuple[tuple[Row, ...], NotUsable | None]:
    """The rows of a page, with names for those who may see them, and why names are absent where they are."""
    shown = gate.shown(who, (standing.key for standing in page.rows), purpose="list")
    branches = branch_names(language)
    rows = (_row(standing, shown.people[standing.key].shown, reader, branches) for standing in page.rows)
    return tuple(rows), shown.withheld


def _row(standing: api.Standing, name: str, reader: api.PeopleReader, branches: Mapping[str, str]) -> Row:
    of: Mapping[str, Any] = standing.of

    def money(name: str) -> Money | None:
        return None if of[name] is None else Money.of(of[name], reader.currency)

    return Row(
        key=standing.key,
        name=name,
        branch=branches.get(of["branch"], of["branch"] or ""),
        last_day=of["last_day"],
        due_on=of["due_on"],
        overdue=of["due_on"] is not None and of["due_on"] < reader.as_of,
        state=of["state"] or "",
        group=of["class"] or "",
        value=money("value_12"),
        low=money("value_12_p10"),
        high=money("value_12_p90"),
        risk=None if of["leaving_90"] is None else Share(of["leaving_90"]),
    )


def headings(where: str, sort: str) -> tuple[Heading, ...]:
    """The headings, each with the address of the list sorted by it (the other way where it is already)."""
    found = []
    for column, first in SORTS.items():
        turned = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        query = address(where, turned if sort == first else first)
        now = "" if sort not in (first, turned) else "descending" if sort.startswith("-") else "ascending"
        found.append(Heading(column, query, now))
    return tuple(found)


def address(where: str, sort: str = "", after: str | None = None, before: str | None = None) -> str:
    """The query of a list's address. ``where`` is a predicate as text: other pages make their links the same way."""
    asked = {"where": "" if where == "everybody" else where, "sort": "" if sort == FIRST_SORT else sort}
    asked |= {"after": after or "", "before": before or ""}
    return urlencode({name: value for name, value in asked.items() if value})


def lines_of(made: Filter, reader: api.PeopleReader, branches: tuple[str, ...], language: str) -> list[list[Line]]:
    """The form's lines, group by group."""
    groups: list[list[Line]] = []
    place = 0
    for number, group in enumerate(made.groups):
        groups.append([])
        for within, condition in enumerate(group.conditions):
            field = reader.catalogue[condition.field]
            line = Line(
                place=place,
                group=number,
                within=within,
                alone=group.alone,
                condition=condition,
                field=field,
                offered=OFFERED[field.type],
                choices=_choices(condition, field, reader, branches, language),
                kind="number" if field.type != "day" or condition.says in ("within", "longer_ago", "ahead") else "date",
                hint=_hint(condition, field, reader, branches),
                filled=predicate_of(condition, field) is not None,
            )
            groups[-1].append(line)
            place += 1
    return groups


def _choices(
    condition: Condition, field: Field, reader: api.PeopleReader, branches: tuple[str, ...], language: str
) -> tuple[Choice, ...]:
    if field.type != "text" or condition.takes == 0:
        return ()
    there = {str(v): n for v, n in reader.values(field.name, branches=branches) if v is not None}
    listed = field.values or tuple(dict.fromkeys([*there, *condition.values]))
    return tuple(Choice(v, _label(v, field, language), there.get(v, 0), v in condition.values) for v in listed)


def _label(value: str, field: Field, language: str) -> str:
    if field.values:
        return show(say(f"predicate.value.{value}"), language)
    return branch_names(language).get(value, value) if field.name == "branch" else value


def branch_names(language: str) -> dict[str, str]:
    """What the branches are called, by id."""
    return {branch.id: branch.label().in_language(language) for branch in business().settings.branches}


def _hint(condition: Condition, field: Field, reader: api.PeopleReader, branches: tuple[str, ...]) -> Text | None:
    """Where most values lie, for who types one."""
    if field.type not in ("number", "day") or condition.takes == 0:
        return None
    spread = reader.spread(field.name, branches=branches)
    if spread.p10 is None or spread.p90 is None:
        return say("people.filter.nothing_known")
    low, high = (_as_shown(value, field, reader.currency) for value in (spread.p10, spread.p90))
    return say("people.filter.most_lie", low=low, high=high)


def _as_shown(value: object, field: Field, currency: str) -> Param:
    if isinstance(value, date):
        return Day(value)
    number = float(str(value))
    if field.unit == "money":
        return Money.of(number, currency)
    return Share(number) if field.unit == "share" else Number(number, 0 if number == int(number) else 1)


@dataclass(frozen=True, slots=True)
class Told:
    """A filter in words and in numbers; ``wrong`` says what cannot be understood, and where."""

    where: str
    words: str
    counted: api.Counted | None
    wrong: BadPredicate | None = None

    @property
    def query(self) -> str:
        """The address's query."""
        return address(self.where)

    @property
    def marked(self) -> tuple[str, str, str]:
        """The text before, at and after the place of the mistake."""
        place = (self.wrong.position if self.wrong else None) or 0
        at = max(place - 1, 0)
        return self.where[:at], self.where[at : at + 1] or "␣", self.where[at + 1 :]


def told_of(where: str | Predicate, reader: api.PeopleReader, branches: tuple[str, ...], language: str) -> Told:
    """What a filter says and how many it selects."""
    try:
        text = reader.written(where)
        counted = reader.count(text, branches=branches)
        return Told(text, reader.tell(text, language), counted)
    except BadPredicate as wrong:
        return Told(where if isinstance(where, str) else "", "", None, wrong)


def filter_from(told: Told, reader: api.PeopleReader) -> Filter | None:
    """The filter to click on; None where the text says more than clicking can, or nothing understandable."""
    return None if told.wrong else filter_of(reader.understood(told.where), reader.catalogue)
