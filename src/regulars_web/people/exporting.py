"""Lists that leave the house: who took which columns of whom, for what, is written down before the first row is read.

Customers stand in the file by their keys, and by name only for who may see names and for what needs them. A cell that a
spreadsheet would take for a formula is written so that it does not; there is a limit to how many rows leave at once.
"""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db import transaction

from regulars import api
from regulars.base.errors import Refused
from regulars.base.progress import Progress
from regulars.base.text import say
from regulars.base.words import render
from regulars_web.company.businesses import business
from regulars_web.company.models import User
from regulars_web.company.powers import may
from regulars_web.people.pages import reader_of
from regulars_web.privacy import gate
from regulars_web.shared.audit import note
from regulars_web.shared.clock import now
from regulars_web.shared.jobs import put_down
from regulars_web.shared.models import Job
from regulars_web.shared.sheets import harmless

FOLDER = "taken-away"
PURPOSES = ("analysis", "service", "accounts", "request")
#: What names may leave for; everything else is done with keys.
NAMED_FOR = ("service", "request")
NAME = "name"
FORMATS = ("csv", "xlsx")
#: So many rows leave at most at once, and so many while somebody waits for them.
MOST, AT_ONCE = 200_000, 5_000
#: Files are kept for so long.
KEPT = timedelta(days=7)
_BLOCK = 5_000
#: Columns offered, and those ticked at first.
COLUMNS = (
    *("branch", "state", "class", "tier", "lifecycle", "need", "first_day", "last_day", "due_on", "visits"),
    *("rhythm_days", "overdue_factor", "revenue", "revenue_12", "value_12", "value_12_p10", "value_12_p90"),
    *("value_36", "p_alive", "leaving_90", "package_balance", "may_email", "may_sms", "may_whatsapp", "may_phone"),
    "may_post",
)
TICKED = ("branch", "state", "class", "last_day", "due_on", "value_12", "value_12_p10", "value_12_p90", "leaving_90")
_LIMITS = {"value_12_p10": "low", "value_12_p90": "high", "leaving_90": "leaving"}


def heading(column: str, language: str) -> str:
    """A column's name in words."""
    id = f"people.column.{_LIMITS[column]}" if column in _LIMITS else f"predicate.field.{column}"
    return render(say(id), language)


@dataclass(frozen=True, slots=True)
class Offered:
    """A column that may be taken."""

    name: str
    label: str
    ticked: bool


def offered(reader: api.PeopleReader, language: str) -> tuple[Offered, ...]:
    """The columns of this study that may be taken."""
    return tuple(Offered(c, heading(c, language), c in TICKED) for c in COLUMNS if c in reader.columns)


def disclosed(by: User, *, where: str, columns: Sequence[str], purpose: str, format: str, rows: int) -> None:
    """Write down that a list leaves. Raises Refused: not theirs to take, or too much of it."""
    if not may(by, "people:export"):
        raise Refused(say("people.export.not_yours"))
    named, most = NAME in columns, AT_ONCE if NAME in columns else MOST
    if named and not (may(by, "identities:read") and purpose in NAMED_FOR):
        raise Refused(say("people.export.no_names"), say("people.export.no_names_hint"))
    if rows > most:
        raise Refused(say("people.export.too_many", n=rows, most=most), say("people.export.too_many_hint"))
    note(
        by,
        "customers.taken_away",
        about=where,
        purpose=purpose,
        columns=list(columns),
        format=format,
        rows=rows,
        branches=list(by.branches),
        identifiers="name" if named else "none",
    )


def write(target: Path, by: User, *, where: str, columns: tuple[str, ...], purpose: str) -> int:
    """Write the file, in the form its name ends with and for the reader's branches; how many customers are in it.

    Names come through the gate, which counts them and knows who may see them.
    """
    reader, language = reader_of(), by.language
    there = tuple(column for column in columns if column in reader.columns)
    heads = [render(say("people.column.customer"), language), *(heading(c, language) for c in there)]
    if NAME in columns:
        heads.insert(1, render(say("people.column.name"), language))
    return sheet(target, heads, _rows(reader, by, where, there, purpose if NAME in columns else ""))


def sheet(target: Path, heads: list[str], rows: Iterator[list[Any]]) -> int:
    """Write rows, in the form the file's name ends with; how many there were."""
    try:
        return (_csv if target.suffix == ".csv" else _xlsx)(target, heads, rows)
    except BaseException:
        target.unlink(missing_ok=True)  # half a list is none
        raise


def _rows(
    reader: api.PeopleReader, by: User, where: str, columns: tuple[str, ...], names_for: str
) -> Iterator[list[Any]]:
    scope, after = tuple(by.branches), None
    while True:
        page = reader.page(
            where, branches=scope, sort="customer", after=after, size=_BLOCK, columns=columns or ("branch",)
        )
        keys = [row.key for row in page.rows]
        people = gate.names(by, keys, purpose=f"list {names_for}") if names_for else {}
        for row in page.rows:
            cells = [_cell(column, row.of[column], reader, by.language) for column in columns]
            yield [row.key, *([people[row.key].name] if names_for else []), *cells]
        after = page.after
        if after is None:
            return


def _cell(column: str, value: Any, reader: api.PeopleReader, language: str) -> Any:
    if isinstance(value, bool):
        return render(say(f"predicate.truth.{'yes' if value else 'no'}"), language)
    if isinstance(value, str):
        listed = column in reader.catalogue and value in reader.catalogue[column].values
        return render(say(f"predicate.value.{value}"), language) if listed else value
    return round(value, 4) if isinstance(value, float) else value


def _csv(target: Path, names: list[str], rows: Iterator[list[Any]]) -> int:
    count = 0
    with target.open("w", encoding="utf-8-sig", newline="") as out:  # the mark tells spreadsheets that this is UTF-8
        writer = csv.writer(out)
        writer.writerow([harmless(name) for name in names])
        for row in rows:
            writer.writerow(["" if v is None else v.isoformat() if isinstance(v, date) else harmless(v) for v in row])
            count += 1
    return count


def _xlsx(target: Path, names: list[str], rows: Iterator[list[Any]]) -> int:
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(target), plain)
    sheet, bold, day = (
        book.add_worksheet(),
        book.add_format({"bold": True}),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(names), 18)
    for place, name in enumerate(names):
        sheet.write_string(0, place, str(harmless(name)), bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(count, place, value, day)
            elif isinstance(value, int | float):
                sheet.write_number(count, place, value)
            elif value is not None:
                sheet.write_string(count, place, str(harmless(value)))
    book.close()
    return count


def place_of(name: str) -> Path:
    """Where a file is kept."""
    return Path(settings.FOLDER) / FOLDER / Path(name).name


def is_there(name: str) -> bool:
    """Whether a file that was made is still kept."""
    return bool(name) and place_of(name).is_file()


def new_place(format: str) -> Path:
    """A place for a new file; those of last week are cleared away."""
    folder = Path(settings.FOLDER) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.iterdir():
        if now().timestamp() - old.stat().st_mtime > KEPT.total_seconds():
            old.unlink(missing_ok=True)
    return folder / f"{secrets.token_hex(12)}.{format}"


def work(asked: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """The job: write a large list down and then the file. Whoever asked may have lost the power meanwhile."""
    by = User.objects.get(pk=asked["for_user"])
    if not may(by, "people:export"):
        raise Refused(say("people.export.not_yours"))
    progress(say("people.export.step"), 0, None)
    target = new_place(asked["format"])
    rows = write(target, by, where=asked["where"], columns=tuple(asked["columns"]), purpose=asked["purpose"])
    return {"file": target.name, "rows": rows, "branches": list(by.branches)}


def again(job: Job, by: User) -> Job:
    """The same list anew, for who asks now: whether it is theirs to take is looked at, and it is written down as
    theirs. Raises as :func:`disclosed`."""
    asked = job.asked
    rows = reader_of().count(asked["where"], branches=tuple(by.branches)).customers
    told = {name: asked[name] for name in ("where", "columns", "purpose", "format")}
    with transaction.atomic():
        disclosed(by, **told, rows=rows)
        return put_down("people_export", by, **told, for_user=by.pk)


def still_theirs(by: User, job: Job) -> bool:
    """Whether who had a file made may have it now: their branches and their role may be others since."""
    if NAME in job.asked["columns"] and not may(by, "identities:read"):
        return False
    holds = job.result.get("branches") or []  # none: those of the whole business
    return not by.branches or (bool(holds) and set(holds) <= set(by.branches))


def at_once(by: User, *, where: str, columns: tuple[str, ...], purpose: str, format: str) -> Path:
    """A small list's file, now; whoever sends it takes it away from its place. Raises as :func:`disclosed`."""
    rows = reader_of().count(where, branches=tuple(by.branches)).customers
    disclosed(by, where=where, columns=columns, purpose=purpose, format=format, rows=rows)
    target = new_place(format)
    write(target, by, where=where, columns=columns, purpose=purpose)
    return target


def title_of(where: str) -> str:
    """The file's name without its end."""
    return f"{business().folder.name}-customers-{now().date().isoformat()}" if where else "customers"
