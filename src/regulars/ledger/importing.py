"""Importing one export file: read, map, check, pseudonymise, store in one commit.

Nothing is visible in the ledger before :meth:`Ledger.write` commits; whatever happens earlier leaves no trace but a
rejects file. All work per row is done by DuckDB; Python sees only distinct suspicious texts and the first problems.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.base.errors import RegularsError
from regulars.base.problem import Problem
from regulars.base.progress import Progress, unwatched
from regulars.base.settings import Business
from regulars.base.text import say
from regulars.ledger.checks import LISTED, row_problems
from regulars.ledger.complaints import complaint_facts, stage_complaints
from regulars.ledger.diary import booking_facts, stage_bookings
from regulars.ledger.feedback import feedback_facts, stage_feedback
from regulars.ledger.identifying import Identified, Receiver, identifiers_of
from regulars.ledger.mapping import Recognition, match, recognise
from regulars.ledger.outlay import spend_facts, stage_spend
from regulars.ledger.people import customer_facts, stage_customers
from regulars.ledger.profile import Profile
from regulars.ledger.readers import connect, open_raw
from regulars.ledger.rejects import write_rejects
from regulars.ledger.sales import sales_facts, stage_sales
from regulars.ledger.staging import Stage, load
from regulars.ledger.store import Ledger
from regulars.ledger.workplace import workplace
from regulars.privacy.pseudonym import Pseudonyms

__all__ = ["Identified", "ImportResult", "Profile", "Receiver", "Recognition", "import_file", "recognise", "staged"]

_STAGES: dict[str, Callable[[Stage], None]] = {
    "sales": stage_sales,
    "customers": stage_customers,
    "bookings": stage_bookings,
    "spend": stage_spend,
    "complaints": stage_complaints,
    "feedback": stage_feedback,
}
_FACTS: dict[str, Callable[[Stage, Pseudonyms], Path]] = {
    "sales": sales_facts,
    "customers": customer_facts,
    "bookings": booking_facts,
    "spend": spend_facts,
    "complaints": complaint_facts,
    "feedback": feedback_facts,
}


@dataclass(frozen=True)
class ImportResult:
    """What became of one file. ``rows`` = accepted + rejected + rows that are no sales."""

    file: str
    source: str
    score: float
    table: str
    rows: int
    stored: int
    changed: int
    unchanged: int
    rejected: int
    ignored_columns: tuple[str, ...]
    problems: tuple[Problem, ...]
    rejects_file: Path | None
    #: Columns that say who the customers are; and of how many customers a receiver was handed them.
    identifier_columns: tuple[str, ...] = ()
    identified: int = 0


def staged(stage: Stage, pseudonyms: Pseudonyms, progress: Progress) -> Path:
    """From the opened file to its facts: the view ``lines`` over all rows, and a Parquet file of those accepted."""
    file = stage.raw.file
    progress(say("importing.step.sorting", file=file), 0, None)
    load(stage)
    progress(say("importing.step.checking", file=file), 0, stage.rows)
    _STAGES[stage.found.table](stage)
    progress(say("importing.step.keying", file=file), stage.rows // 2, stage.rows)
    facts = _FACTS[stage.found.table](stage, pseudonyms)
    progress(say("importing.step.checking", file=file), stage.rows, stage.rows)
    return facts


def import_file(
    ledger: Ledger,
    path: Path,
    *,
    business: Business,
    pseudonyms: Pseudonyms,
    import_id: str,
    rejects: Path,
    profile: Profile | None = None,
    receive: Receiver | None = None,
    latest: date | None = None,
    progress: Progress = unwatched,
) -> ImportResult:
    """Import one export file. Importing the same file, or an overlapping one, again changes nothing.

    ``receive`` is handed who the customers are, before the facts are stored. Sales after ``latest`` are set aside.

    Raises:
        NotThere: there is no such file.
        BadData: the file as a whole cannot be used; nothing was stored.
        Busy: another import holds the ledger.
    """
    with workplace() as work:
        with connect(work) as engine:
            raw = open_raw(engine, path, work=work, hints=profile, progress=progress)
            found = match(raw, profile=profile)
            stage = Stage(engine, work, raw, found, business, identify=receive is not None, latest=latest)
            stage.problems += found.problems
            facts = staged(stage, pseudonyms, progress)
            told = identifiers_of(stage) if receive is not None else None
            aside = write_rejects(stage, rejects, name=f"{path.stem}-{import_id}")
            rejected = stage.one("SELECT count(*) FROM lines WHERE found <> 0")
            accepted = stage.one("SELECT count(*) FROM lines WHERE found = 0")
            problems = (*stage.problems, *_row_problems(stage))
        progress(say("importing.step.storing", file=path.name), 0, accepted)
        columns = tuple(found.identifiers)
        if receive is not None and told is not None and told.num_rows:
            receive(Identified(path.name, import_id, told, columns))
        note: dict[str, str | int] = {"file": path.name, "source": found.source}
        note |= {"rows": stage.rows, "rejected": rejected}
        stored = changed = unchanged = 0
        if accepted:
            try:
                written = ledger.write(found.table, facts, import_id=import_id, note=note)
            except RegularsError:
                if aside:
                    aside.unlink()  # the rows it holds were not refused; the whole import was
                raise
            stored, changed, unchanged = written.stored, written.changed, written.unchanged
        progress(say("importing.step.storing", file=path.name), accepted, accepted)
    return ImportResult(
        path.name,
        found.source,
        found.score,
        found.table,
        stage.rows,
        stored,
        changed,
        unchanged,
        rejected,
        found.ignored,
        problems,
        aside,
        columns,
        told.num_rows if told is not None else 0,
    )


def _row_problems(stage: Stage) -> tuple[Problem, ...]:
    first = stage.engine.execute(
        f"SELECT row, found FROM lines WHERE found <> 0 ORDER BY row LIMIT {LISTED}"
    ).fetchall()
    totals = stage.engine.execute("SELECT found, count(*) FROM lines WHERE found <> 0 GROUP BY 1").fetchall()
    return row_problems(stage.raw.file, first, totals, stage.columns)
