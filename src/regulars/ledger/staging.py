"""The first half of an import: the wanted columns of the raw file as Parquet, and what they say about themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from regulars.base.errors import BadData
from regulars.base.problem import Problem
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.amounts import Written, foreign_symbol, how_written, is_number
from regulars.ledger.checks import problem
from regulars.ledger.dates import DateForm, clock_words, day_of, day_words, find_form, offset_of, time_of
from regulars.ledger.fields import identifier, text_of, trimmed
from regulars.ledger.mapping import LINE_COLUMN, Recognition
from regulars.ledger.profile import Profile
from regulars.ledger.readers import FORMULA, Raw, laid_out, literal
from regulars.ledger.sources import all_sources

#: Cells that say "nothing" in so many words.
_NOTHING = "('NULL','null','N/A','n/a','NaN','nan','NaT','None','none','-','—')"
_AMOUNTS = (
    *("net", "gross", "discount", "price", "cost", "order_subtotal", "order_discount", "order_refund"),
    "compensation",
)
_DAYS = ("date", "until", "booked_at", "joined", "resolved")
#: Amounts that say what a row is worth, best first; the currency of a row is told by them.
_WORTH = ("net", "price", "gross", "compensation")
_LINE_FIELDS = (
    *("sale_id", "line_id", "item", "category", "kind", "quantity", "price", "gross", "discount", "net", "cost"),
    *("supplier", "piece"),
)
#: Names of zones as Square writes them, where they are no names of the IANA database.
ZONES = {
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
    "Arizona": "America/Phoenix",
    "Hawaii": "Pacific/Honolulu",
    "Alaska": "America/Anchorage",
    "London": "Europe/London",
    "Dublin": "Europe/Dublin",
    "Hong Kong": "Asia/Hong_Kong",
    "Beijing": "Asia/Shanghai",
    "Singapore": "Asia/Singapore",
    "Taipei": "Asia/Taipei",
    "Tokyo": "Asia/Tokyo",
    "Sydney": "Australia/Sydney",
    "Melbourne": "Australia/Melbourne",
    "Brisbane": "Australia/Brisbane",
    "Perth": "Australia/Perth",
    "Auckland": "Pacific/Auckland",
}


@dataclass
class Stage:
    """One import under way: the engine, what is known of the file, and what was found so far."""

    engine: duckdb.DuckDBPyConnection
    work: Path
    raw: Raw
    found: Recognition
    business: Business
    rows: int = 0
    types: dict[str, str] = field(default_factory=dict)  # field -> type of its column in the raw table
    problems: list[Problem] = field(default_factory=list)
    forms: dict[str, DateForm] = field(default_factory=dict)
    amounts: dict[str, Written] = field(default_factory=dict)
    one_thread: bool = False  # the file has line breaks inside quotes
    identify: bool = False  # the columns that say who somebody is are wanted, too
    vault: dict[str, str] = field(default_factory=dict)  # name of such a column in ``raw`` -> what it says
    most: int | None = None  # so many rows are enough
    latest: date | None = None  # sales of later days have not been

    @property
    def reading(self) -> Profile:
        """How the file is read."""
        return self.found.reading

    @property
    def columns(self) -> dict[str, str]:
        """Field -> column of the file, as problems name it."""
        named = {f: column for column, f in self.reading.columns.items()}
        named["amount"] = next((named[f] for f in _WORTH if f in named), "")
        named["customer"] = next((named[f] for f in self.reading.identity if f in named), "")
        return named

    @property
    def numbers_unique(self) -> bool:
        """Whether a sale number is given once only; known of the systems this program knows, of no other."""
        return self.reading.system in {source.system for source in all_sources()}

    def has(self, name: str) -> bool:
        """Whether the file (or a default) has the field."""
        return name in self.types

    def warn(self, code: str, count: int = 1, *, column: str | None = None, **params: str) -> None:
        """Note a finding that keeps nothing out."""
        if count:
            self.problems.append(problem(self.raw.file, code, column=column, count=count, params=params))

    def one(self, query: str) -> int:
        """The single whole number a query answers with."""
        answer = self.engine.execute(query).fetchone()
        return int(answer[0] or 0) if answer else 0


def load(stage: Stage) -> None:
    """Bring the mapped columns into ``raw.parquet`` and make the view ``raw`` over it: row, ragged, f_<field> …

    Raises:
        BadData: the engine cannot read the file, or there is no row in it.
    """
    target = stage.work / "raw.parquet"
    try:
        _read(stage, target)
        last = stage.one(f"SELECT max(row) FROM read_parquet({literal(str(target))})")
    except BadData:
        if stage.raw.text is None:
            raise
        last = -1  # an open quotation mark may have made one endless line of the rest
    laid = laid_out(stage.raw, stage.work, last_row=last)
    if laid is not stage.raw:
        stage.raw = laid
        _read(stage, target)
    stage.engine.execute(f"CREATE VIEW read AS SELECT * FROM read_parquet({literal(str(target))})")
    stage.engine.execute(f"CREATE VIEW raw AS {_filled_down(stage) if stage.reading.continuation else 'FROM read'}")
    stage.rows = stage.one("SELECT count(*) FROM read")
    if not stage.rows:
        raise BadData(say("importing.file.no_rows", file=stage.raw.file), say("importing.file.empty_hint"))
    stage.warn("characters_lost", stage.raw.replaced, encoding=stage.raw.encoding)


def _read(stage: Stage, target: Path) -> None:
    raw, reading = stage.raw, stage.reading
    picked = ["row", "ragged"]
    inner = ["row", "ragged"]
    for at, (name, type) in enumerate(zip(raw.names, raw.types, strict=True)):
        wanted = "given_line" if name == LINE_COLUMN else reading.columns.get(name)
        if wanted:
            cell, stage.types[wanted] = _typed(raw, f"c{at}", type, wanted)
            inner.append(f"{cell} AS t_{wanted}")
            picked.append(f"{_said(raw, f't_{wanted}', stage.types[wanted])} AS f_{wanted}")
        elif stage.identify and (kind := reading.identifiers.get(name)):
            told = f"vault_{at}"
            stage.vault[told], stage.types[told] = kind, "VARCHAR"
            inner.append(f"{trimmed(text_of(f'c{at}', type), odd_blanks=raw.odd_blanks)} AS t_{told}")
            picked.append(f"{_said(raw, f't_{told}', 'VARCHAR')} AS f_{told}")
    for wanted, value in reading.defaults.items():
        picked.append(f"{literal(value)} AS f_{wanted}")
        stage.types[wanted] = "VARCHAR"
    filled = "coalesce(" + ", ".join(f"CAST(c{at} AS VARCHAR)" for at in range(len(raw.names))) + ") IS NOT NULL"
    first = f" LIMIT {stage.most}" if stage.most is not None else ""
    rows = f"SELECT {', '.join(inner)} FROM ({{scan}}) WHERE {filled}{first}"
    _copy(stage, f"SELECT {', '.join(picked)} FROM ({rows})", target)


def _typed(raw: Raw, cell: str, type: str, wanted: str) -> tuple[str, str]:
    if type == "TIMESTAMP WITH TIME ZONE" and wanted in _DAYS:
        # Keeps its offset in the text, so that it is read like one written in a CSV file.
        return f"strftime({cell} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S') || ' +0000'", "VARCHAR"
    if type == "DATE" or type.startswith("TIMESTAMP") or is_number(type):
        if wanted in (*_AMOUNTS, *_DAYS, "quantity", "minutes"):
            if is_number(type) and wanted in _DAYS:
                return text_of(cell, type), "VARCHAR"
            return cell, type
        return text_of(cell, type), "VARCHAR"
    return trimmed(text_of(cell, type), odd_blanks=raw.odd_blanks), "VARCHAR"


def _said(raw: Raw, cell: str, type: str) -> str:
    if type != "VARCHAR":
        return cell
    text = cell
    if LINE_COLUMN in raw.names:  # the rejects file kept spreadsheets from taking the cell for a formula
        text = f"CASE WHEN regexp_matches({cell}, '^''[{FORMULA}]') THEN substr({cell}, 2) ELSE {cell} END"
    return f"CASE WHEN {cell} IN {_NOTHING} THEN NULL ELSE {text} END"


def keep(stage: Stage, name: str, query: str) -> Path:
    """Make ``name`` a view over a Parquet file in the work folder holding the rows of a query."""
    target = stage.work / f"{name}.parquet"
    stage.engine.execute(f"COPY ({query}) TO {literal(str(target))} (FORMAT parquet)")
    stage.engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({literal(str(target))})")
    return target


def _copy(stage: Stage, query: str, target: Path) -> None:
    try:
        try:
            stage.engine.execute(
                f"COPY ({query.format(scan=stage.raw.scan)}) TO {literal(str(target))} (FORMAT parquet)"
            )
        except duckdb.Error as error:
            # Lines inside quotes cannot be read by several threads at once; one thread can.
            if "parallel" not in str(error):
                raise
            stage.one_thread = True
            stage.engine.execute(
                f"COPY ({query.format(scan=stage.raw.serial)}) TO {literal(str(target))} (FORMAT parquet)"
            )
    except duckdb.Error:
        # Not chained: the engine's message repeats the line it stumbled over.
        raise BadData(say("importing.file.damaged", file=stage.raw.file), say("importing.file.damaged_hint")) from None


def _filled_down(stage: Stage) -> str:
    # What belongs to the whole sale stands on its first line only (Shopify); some tools repeat it, which is the same.
    whole = [name for name in stage.types if name not in (*_LINE_FIELDS, "given_line")]
    once = ", ".join(f"arg_min(f_{name}, row) AS f_{name}" for name in whole)
    lines = ", ".join(["row", "ragged", *(f"f_{name}" for name in stage.types if name not in whole)])
    return (
        f"SELECT {lines.replace('f_sale_id', 'l.f_sale_id')}, {', '.join('o.f_' + n for n in whole)} FROM read AS l "
        f"LEFT JOIN (SELECT f_sale_id, {once} FROM read GROUP BY f_sale_id) AS o ON l.f_sale_id = o.f_sale_id"
    )


def date_form(stage: Stage, name: str) -> DateForm:
    """How the column of a date field is written; warns when day and month cannot be told apart."""
    if name not in stage.forms:
        wanted = stage.reading.date_order
        form = find_form(stage.engine, "read", f"f_{name}", stage.types[name], wanted=wanted)
        stage.forms[name] = form
        if form.ambiguous:
            stage.warn("ambiguous_dates", column=stage.columns.get(name), order=form.order)
    return stage.forms[name]


def when(stage: Stage) -> tuple[str, str]:
    """Columns ``day`` (local business day), ``sold_at`` (instant or null), ``bad_time``; and the joins they need.

    A stated offset wins, then the row's zone, then the profile's, then the business's. Written days and times are
    parsed once per spelling and joined back.
    """
    type, form = stage.types["date"], date_form(stage, "date")
    house = literal(stage.reading.zone or stage.business.zone)
    untimed = "CAST(NULL AS TIMESTAMPTZ) AS sold_at, false AS bad_time"
    if type != "VARCHAR" and not stage.has("time"):
        instant = f"timezone({house}, CAST(f_date AS TIMESTAMP)) AS sold_at, false AS bad_time"
        return f"{day_of('f_date', type, form)} AS day, {instant if form.timed else untimed}", ""
    said = day_words("f_date") if type == "VARCHAR" and form.timed else "f_date"
    _lookup(stage, "days", said, f"{day_of('said', type, form)} AS day")
    joins = f"LEFT JOIN days ON days.said = {said}"
    if not stage.has("time") and not form.timed:
        return f"days.day AS day, {untimed}", joins
    clock = clock_words("f_date") if not stage.has("time") else text_of("f_time", stage.types["time"])
    offset = offset_of("said")
    _lookup(stage, "clocks", clock, f"{time_of('said')} AS seconds, {offset} AS away")
    joins += f" LEFT JOIN clocks ON clocks.said = {clock}"
    local = "(days.day + to_seconds(clocks.seconds))"
    utc = f"timezone('UTC', {local} - to_seconds(clocks.away))"
    instant = f"CASE WHEN clocks.away IS NULL THEN timezone({_zones(stage, house)}, {local}) ELSE {utc} END"
    day = f"CASE WHEN clocks.away IS NULL THEN days.day ELSE CAST(timezone({house}, {utc}) AS DATE) END"
    bad = "f_time IS NOT NULL AND clocks.seconds IS NULL" if stage.has("time") else "false"
    return f"coalesce({day}, days.day) AS day, {instant} AS sold_at, {bad} AS bad_time", joins


def _lookup(stage: Stage, name: str, said: str, parsed: str) -> None:
    stage.engine.execute(
        f"CREATE TEMP TABLE {name} AS SELECT said, {parsed} FROM (SELECT DISTINCT {said} AS said FROM raw) "
        "WHERE said IS NOT NULL"
    )


def _zones(stage: Stage, house: str) -> str:
    if not stage.has("zone"):
        return house
    cases, unknown = [], 0
    for name, count in stage.engine.execute(
        "SELECT f_zone, count(*) FROM raw WHERE f_zone IS NOT NULL GROUP BY 1"
    ).fetchall():
        zone = ZONES.get(name, name)
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            unknown += count
            continue
        cases.append(f"WHEN f_zone = {literal(name)} THEN {literal(zone)}")
    stage.warn("unknown_zone", unknown, column=stage.columns.get("zone"))
    return f"CASE {' '.join(cases)} ELSE {house} END" if cases else house


def who(stage: Stage) -> str:
    """The identifier a customer is keyed by: the first filled one in the profile's order, null for nobody."""
    kinds = [kind for kind in stage.reading.identity if stage.has(kind)]
    said = [identifier(kind, f"f_{kind}", quoted=_quoted(stage, kind)) for kind in kinds]
    return f"coalesce({', '.join(said)})" if said else "CAST(NULL AS VARCHAR)"


def _quoted(stage: Stage, name: str) -> bool:
    marks = f"starts_with(f_{name}, chr(39)) OR starts_with(f_{name}, '=')"
    return stage.one(f"SELECT count(*) FROM read WHERE {marks}") > 0


def money_comma(stage: Stage, name: str) -> bool:
    """Whether the column of an amount is written with a decimal comma."""
    return written(stage, name).comma


def written(stage: Stage, name: str) -> Written:
    """How the column of an amount is written; looked at once."""
    if name not in stage.amounts:
        found = how_written(stage.engine, "read", f"f_{name}", stage.types[name])
        if (mark := stage.reading.decimal) is not None and not is_number(stage.types[name]):
            found = replace(found, comma=mark == ",")
        stage.amounts[name] = found
    return stage.amounts[name]


def _all_abroad(stage: Stage, house: str) -> None:
    # Every row says so: the settings are wrong, or the file is another shop's. One word on it, not one a row.
    query = "SELECT upper(trim(f_currency)) AS code, count(*) FROM raw GROUP BY 1 ORDER BY 2 DESC, 1"
    rows = dict(stage.engine.execute(query).fetchall())
    codes = {code: n for code, n in rows.items() if code is not None and re.fullmatch("[A-Z]{3}", code)}
    if house not in codes and 1 < sum(rows.values()) <= sum(codes.values()) / 0.9:
        found = next(iter(codes))
        text = say("importing.refused.all_foreign", file=stage.raw.file, found=found, wanted=house)
        raise BadData(text, say("importing.refused.all_foreign_hint", found=found))


def foreign(stage: Stage) -> str:
    """The condition under which a row is in another currency than the business's; warns of odd symbols.

    Raises:
        BadData: the profile, or every row of the file, names another currency.
    """
    house = stage.business.currency
    if stage.reading.currency not in (None, house):
        text = say("importing.refused.currency", file=stage.raw.file, found=stage.reading.currency, wanted=house)
        raise BadData(text, say("importing.refused.currency_hint"))
    conditions: list[str] = []
    if stage.has("currency"):
        conditions.append(f"coalesce(upper(trim(f_currency)), '{house}') <> '{house}'")
        _all_abroad(stage, house)
    for name in _WORTH:
        if not stage.has(name) or is_number(stage.types[name]):
            continue
        strange = sum(n for codes, n in written(stage, name).symbols.items() if house not in codes.split("|"))
        if strange and strange >= 0.9 * written(stage, name).rows:
            # The whole column says so: most likely the settings are wrong, not every single row.
            stage.warn("currency_symbol", strange, column=stage.columns.get(name), currency=house)
        elif strange:
            conditions.append(foreign_symbol(f"f_{name}", house))
    return " OR ".join(conditions) or "false"
