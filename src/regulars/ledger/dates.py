"""Dates and times as DuckDB expressions; the order of day and month is decided once per column, from its content.

Accepted: ISO 8601 with or without time and offset, ``YYYY/MM/DD``, ``YYYY.MM.DD``, ``YYYY年M月D日``, ``YYYYMMDD``,
``DD/MM/YYYY`` and ``MM/DD/YYYY`` (with ``/``, ``-``, ``.``; two-digit years are 1970-2069), ``12 Mar 2026``,
``Mar 12, 2026``, serial numbers of spreadsheets; times with seconds, AM and PM or 上午 and 下午.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from regulars.ledger.profile import DateOrder

_SLASHED = r"^\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})([\s,T].*)?$"
_YEAR_FIRST = r"^\s*(\d{4})[/.\-年](\d{1,2})[/.\-月](\d{1,2})日?([\s,T].*)?$"
_NAMED = r"[A-Za-z]{3,}"
_TIME = r"(\d{1,2})[:時时](\d{2})分?(?::?(\d{2})秒?(?:\.\d+)?)?"
_OFFSET = r":\d{2}(?:\.\d+)?\s*([+-]\d{2}):?(\d{2})?$"
_UTC = r"(?i):\d{2}(\.\d+)?\s*(Z|UTC|GMT)$"
#: Years of two digits first: the engine would read 22 as the year 22 where four are asked for.
_NAMED_FORMATS = ("%d %b %y", "%b %d %y", "%d %B %y", "%B %d %y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a column writes its dates. ``ambiguous``: nothing in it told day from month."""

    order: DateOrder
    slashed: bool
    named: bool
    ambiguous: bool
    timed: bool


def find_form(
    engine: duckdb.DuckDBPyConnection, relation: str, column: str, type: str, *, wanted: DateOrder | None = None
) -> DateForm:
    """Find the form of a column; ``wanted`` is the order a profile states."""
    if type != "VARCHAR":
        timed = False
        if type.startswith("TIMESTAMP"):
            query = f"SELECT count(*) FROM {relation} WHERE {column} <> date_trunc('day', {column})"
            timed = (engine.execute(query).fetchone() or (0,))[0] > 0
        return DateForm("YMD", False, False, False, timed)
    # Day and month are within the first five characters: few groups, whatever the number of rows.
    query = f"""
        WITH heads AS (SELECT left({column}, 5) AS head, count(*) AS n, bool_or(contains({column}, ':')
                              OR contains({column}, '時')) AS timed
                       FROM {relation} WHERE {column} IS NOT NULL GROUP BY 1),
        parts AS (SELECT n, timed, head, regexp_extract(head, '^(\\d{{1,2}})[/.\\-](\\d{{1,2}})', ['a', 'b']) AS p
                  FROM heads)
        SELECT coalesce(sum(n) FILTER (p.a <> ''), 0), coalesce(sum(n) FILTER (TRY_CAST(p.a AS INT) > 12), 0),
               coalesce(sum(n) FILTER (TRY_CAST(p.b AS INT) > 12), 0),
               coalesce(sum(n) FILTER (regexp_matches(head, '{_NAMED[:8]}')), 0), coalesce(bool_or(timed), false)
        FROM parts"""
    slashed, first_days, second_days, named, timed = engine.execute(query).fetchone() or (0, 0, 0, 0, False)
    order: DateOrder = wanted or ("MDY" if second_days > first_days else "DMY")
    ambiguous = bool(slashed) and not first_days and not second_days and wanted in (None, "YMD")
    return DateForm(order if order != "YMD" else "DMY", bool(slashed), bool(named), ambiguous, bool(timed))


def day_of(column: str, type: str, form: DateForm) -> str:
    """The calendar day written in a cell (a DATE), null where it cannot be read."""
    if type != "VARCHAR":
        return f"TRY_CAST({column} AS DATE)"
    iso = (
        f"CASE WHEN regexp_matches({column}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}($|[T ])') "
        f"THEN TRY_CAST(left({column}, 10) AS DATE)"
    )
    branches = [
        f"WHEN regexp_matches({column}, '^\\d{{8}}$') THEN CAST(TRY_STRPTIME({column}, '%Y%m%d') AS DATE)",
        f"WHEN regexp_matches({column}, '^\\d{{5}}(\\.\\d+)?$') "
        f"AND TRY_CAST({column} AS DOUBLE) BETWEEN 20000 AND 80000 "
        f"THEN DATE '1899-12-30' + CAST(floor(TRY_CAST({column} AS DOUBLE)) AS INTEGER)",
        f"WHEN regexp_matches({column}, '{_YEAR_FIRST}') THEN {_joined(column, _YEAR_FIRST, 'YMD')}",
    ]
    if form.slashed:
        branches.insert(0, f"WHEN regexp_matches({column}, '{_SLASHED}') THEN {_joined(column, _SLASHED, form.order)}")
    if form.named:
        words = f"trim(regexp_replace(regexp_replace({column}, '{_TIME}.*$', ''), '[\\s,\\-]+', ' ', 'g'))"
        words = f"regexp_replace({words}, '^(?i)(mon|tue|wed|thu|fri|sat|sun)[a-z]* ', '')"
        formats = ", ".join(f"'{name}'" for name in _NAMED_FORMATS)
        branches.append(
            f"WHEN regexp_matches({column}, '{_NAMED}') THEN CAST(TRY_STRPTIME({words}, [{formats}]) AS DATE)"
        )
    return f"{iso} {' '.join(branches)} END"


def _joined(column: str, pattern: str, order: str) -> str:
    groups = {letter: f"regexp_extract({column}, '{pattern}', {at})" for at, letter in enumerate(order, 1)}
    year = groups["Y"]
    if order != "YMD":
        year = (
            f"CASE WHEN length({year}) = 4 THEN {year} WHEN {year} < '70' THEN '20' || {year} ELSE '19' || {year} END"
        )
    return f"TRY_CAST(({year}) || '-' || {groups['M']} || '-' || {groups['D']} AS DATE)"


def day_words(column: str) -> str:
    """The part of a cell before its time of day: few different ones, whatever the number of rows."""
    return f"CASE WHEN contains({column}, ':') THEN left({column}, position(':' IN {column}) - 3) ELSE {column} END"


def clock_words(column: str) -> str:
    """The part of a cell from the hour on."""
    return f"CASE WHEN contains({column}, ':') THEN substr({column}, position(':' IN {column}) - 2) ELSE {column} END"


def time_of(column: str) -> str:
    """The time of day written anywhere in a cell, in seconds, null where there is none or it is impossible."""
    hour, minute, second = (f"TRY_CAST(regexp_extract({column}, '{_TIME}', {at}) AS INTEGER)" for at in (1, 2, 3))
    late = f"regexp_matches({column}, '(?i)p\\.?m|下午|晚上')"
    early = f"regexp_matches({column}, '(?i)a\\.?m|上午|早上|凌晨')"
    hours = f"CASE WHEN {late} AND {hour} < 12 THEN {hour} + 12 WHEN {early} AND {hour} = 12 THEN 0 ELSE {hour} END"
    seconds = f"({hours}) * 3600 + {minute} * 60 + coalesce({second}, 0)"
    return f"CASE WHEN {hour} < 24 AND {minute} < 60 THEN {seconds} END"


def offset_of(column: str) -> str:
    """The offset from UTC a cell states, in seconds; null where it states none."""
    hours = f"TRY_CAST(regexp_extract({column}, '{_OFFSET}', 1) AS INTEGER)"
    minutes = f"coalesce(TRY_CAST(regexp_extract({column}, '{_OFFSET}', 2) AS INTEGER), 0)"
    return (
        f"CASE WHEN regexp_matches({column}, '{_UTC}') THEN 0 "
        f"ELSE {hours} * 3600 + CASE WHEN contains(regexp_extract({column}, '{_OFFSET}', 1), '-') "
        f"THEN -{minutes} ELSE {minutes} END * 60 END"
    )
