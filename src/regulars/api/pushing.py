"""Rows pushed by a till: keyed when they arrive, then stored like an import, once, whatever is killed in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from regulars.api.business import OpenBusiness
from regulars.api.places import branches_of
from regulars.api.pushed import PLACE, WHO, Checked, check, strings
from regulars.api.same import kept_keys
from regulars.base.errors import NotThere
from regulars.base.problem import Problem
from regulars.base.progress import Progress, unwatched
from regulars.base.text import Listing, say
from regulars.ledger.importing import Profile, import_file
from regulars.ledger.profile import FIELDS
from regulars.ledger.store import ImportRecord
from regulars.ledger.workplace import workplace
from regulars.privacy.identifiers import normal_identifier

#: Tables a till may push to.
PUSHED = ("sales", "bookings", "customers", "complaints", "feedback")
#: What makes a keyed row itself.
_IDS = {
    "sales": ("sale_id", "line_id"),
    "bookings": ("booking_id",),
    "complaints": ("complaint_id",),
    "feedback": ("feedback_id",),
    "customers": ("key",),
}
#: Findings about the columns of a file, which say nothing of pushed rows.
_OF_FILES = ("weak_identity", "no_customer_column")


@dataclass(frozen=True)
class Pushed:
    """What became of rows pushed. ``import_id`` is what to undo; None where the ledger had them all already."""

    import_id: str | None
    rows: int
    stored: int
    changed: int
    unchanged: int
    rejected: int
    problems: tuple[Problem, ...]


def check_rows(business: OpenBusiness, table: str, rows: Sequence[object]) -> Checked:
    """Read pushed rows one by one, storing nothing.

    Raises:
        NotThere: no such table takes pushes.
    """
    if table not in PUSHED:
        raise NotThere(say("pushing.table", table=table, tables=Listing(PUSHED)))
    return check(table, rows, currency=business.settings.currency)


def key_rows(business: OpenBusiness, rows: Sequence[Mapping[str, Any]], *, system: str) -> list[dict[str, str]]:
    """Checked rows as they may wait and be stored: who the customer is has become a key, the same key that the same
    customer has in files of that system. What names people is gone."""
    pseudonyms = business.pseudonyms()
    keyed = []
    for row in rows:
        said = strings({name: value for name, value in row.items() if name not in WHO})
        who = next((w for kind in WHO if (w := normal_identifier(kind, str(row.get(kind) or "")))), None)
        if who is not None:
            said["key"] = str(pseudonyms.key(system, who))
        referrer = normal_identifier("customer", said.pop("referrer", ""))
        if referrer is not None:
            said["referrer"] = str(pseudonyms.key(system, referrer))
        keyed.append(said)
    return keyed


def push_rows(
    business: OpenBusiness,
    table: str,
    rows: Sequence[Mapping[str, str]],
    *,
    system: str,
    push_id: str,
    within: Sequence[str] = (),
    progress: Progress = unwatched,
) -> Pushed:
    """Store keyed rows in one commit, undoable by ``undo_import`` as any import.

    Of rows with the same ids the last one counts. A ``push_id`` that was stored before (the process was killed before
    it could say so) is told again and stores nothing. ``row`` of a problem counts from 1. With ``within``, rows that
    the ledger holds for other branches than these are refused: a branch's till does not rewrite another branch's sales.

    Raises:
        Busy: an import holds the business.
        NotThere: no such table takes pushes.
    """
    if table not in PUSHED:
        raise NotThere(say("pushing.table", table=table, tables=Listing(PUSHED)))
    name = f"push-{push_id}.parquet"
    with business.ledger.lock(), workplace() as work:
        if before := _before(business, name):
            return _told_again(before)
        others = _of_others(business, table, rows, system, within) if within else frozenset()
        places = [at for at in _last_ones(table, rows) if at not in others]
        refused = tuple(_refused(table, at) for at in sorted(others))
        if not places:
            return Pushed(None, len(rows), 0, 0, 0, len(others), refused)
        columns = [field for field in FIELDS[table] if any(field in row for row in rows)]
        path = work / name
        taken = [rows[at] for at in places]
        cells = {c: pa.array([row.get(c) for row in taken], pa.string()) for c in columns}
        pq.write_table(pa.table(cells), path)
        result = import_file(
            business.ledger,
            path,
            business=business.settings,
            pseudonyms=business.pseudonyms(),
            import_id=f"{len(business.ledger.imports()) + 1:04d}-{push_id[:8]}",
            rejects=business.rejects,
            profile=Profile(
                name="push",
                table=table,  # type: ignore[arg-type]
                system=system,
                identity=("key",),
                date_order="YMD",
                columns={column: column for column in columns},
            ),
            progress=progress,
        )
        record = _before(business, name)
    # A Parquet file's first row is row 2, as in a spreadsheet.
    problems = tuple(_at(problem, places) for problem in result.problems if problem.code not in _OF_FILES)
    return Pushed(
        record.import_id if record else None,
        len(rows),
        result.stored,
        result.changed,
        result.unchanged,
        result.rejected + len(others),
        (*refused, *problems),
    )


def _of_others(
    business: OpenBusiness, table: str, rows: Sequence[Mapping[str, str]], system: str, within: Sequence[str]
) -> frozenset[int]:
    """The places of rows that are not for these branches to write: the ledger holds their ids for another one, or for
    none, which is the whole house's."""
    mine = business.settings.spellings(tuple(within))
    if table == "customers":
        return _customers_of_others(business, rows, frozenset(mine))
    keys, place = _IDS[table], PLACE[table]
    with business.ledger.read() as reader:
        if not reader.has(table):
            return frozenset()
        cells = {f"sent_{k}": pa.array([row.get(k) for row in rows], pa.string()) for k in keys}
        sent = reader.take_in(pa.table(cells | {"at": pa.array(range(len(rows)), pa.int64())}), "sent")
        held = reader.table(table)
        held = held.filter(held.system == system, held[place].isnull() | held[place].notin(list(mine)))
        met = sent.join(held, [sent[f"sent_{k}"] == held[k] for k in keys])
        return frozenset(reader.arrow(met.select("at")).column("at").to_pylist())


def _customers_of_others(
    business: OpenBusiness, rows: Sequence[Mapping[str, str]], mine: frozenset[str | None]
) -> frozenset[int]:
    """Customers of whom a list says that they are not (only) of these branches; where no list knows them, those who
    bought or booked elsewhere, or nobody knows where. A branch that could write them would make them its own."""
    stands = kept_keys(business, {row["key"] for row in rows if "key" in row})
    homes = branches_of(business, set(stands.values()), tables=("customers",))
    unlisted = {key for key, home in homes.items() if not home}
    places = homes | branches_of(business, unlisted)
    return frozenset(at for at, row in enumerate(rows) if "key" in row and not places[stands[row["key"]]] <= mine)


def _refused(table: str, at: int) -> Problem:
    return Problem(table, at + 1, PLACE[table], "push_other_branch", say("pushing.problem.other_branch"))


def _last_ones(table: str, rows: Sequence[Mapping[str, str]]) -> list[int]:
    """The places of the rows that count: the last one of each id."""
    keys = _IDS[table]
    last = {tuple(row.get(key) for key in keys): at for at, row in enumerate(rows)}
    return sorted(last.values())


def _at(problem: Problem, places: Sequence[int]) -> Problem:
    if problem.row is None:
        return problem
    row = places[problem.row - 2] + 1
    return Problem("push", row, problem.column, problem.code, problem.reason, problem.severity, problem.count)


def _before(business: OpenBusiness, name: str) -> ImportRecord | None:
    return next((r for r in business.ledger.imports() if r.note.get("file") == name), None)


def _told_again(record: ImportRecord) -> Pushed:
    written = record.written
    rejected = int(record.note.get("rejected", 0))
    rows = int(record.note.get("rows", 0))
    return Pushed(record.import_id, rows, written.stored, written.changed, written.unchanged, rejected, ())
