"""Everything a business owns, in forms any program reads: its runs and its ledger's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc
import pyarrow.parquet as pq

from regulars.api.business import OpenBusiness
from regulars.api.runs import DOCUMENT, is_finished, run_folder
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.ledger.schema import TABLES

#: How texts begin that spreadsheets take for formulas (the wide signs in Chinese and Japanese ones), and what is none.
_FORMULA, _NUMBER = "^[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]", r"^[+-][0-9]+([.][0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that was worked out to its end. ``kind`` is what its id begins with (study, plan, ...)."""

    id: str
    kind: str
    at: datetime
    bytes: int


def finished_runs(business: OpenBusiness) -> tuple[Finished, ...]:
    """All finished runs, newest first."""
    found = [_finished(p) for p in business.runs.glob("*-*") if is_finished(p) and not p.name.endswith(".part")]
    return tuple(sorted(found, key=lambda run: (run.at, run.id), reverse=True))


def _finished(folder: Path) -> Finished:
    facts = (folder / DOCUMENT).stat()
    return Finished(folder.name, folder.name.split("-")[0], datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size)


def run_document(business: OpenBusiness, id: str) -> Path:
    """The JSON document of a finished run. Raises NotThere where there is none of that id."""
    return run_folder(business.runs, id) / DOCUMENT


def write_tables(business: OpenBusiness, folder: Path, *, progress: Progress = unwatched) -> tuple[Path, ...]:
    """Write every table of the ledger at one data version as Parquet and as CSV into an empty folder."""
    written: list[Path] = []
    with business.ledger.read() as reader:
        names = [name for name in TABLES if reader.has(name)]
        for at, name in enumerate(names):
            progress(say("api.owned.step", table=name), at, len(names))
            parquet = folder / f"{name}.parquet"
            reader.write_parquet(reader.table(name), parquet)
            written += [parquet, _as_csv(parquet)]
    return tuple(written)


def _as_csv(parquet: Path) -> Path:
    """The same for spreadsheets: a text they would take for a formula begins with an apostrophe there."""
    target = parquet.with_suffix(".csv")
    with pq.ParquetFile(parquet) as file, pc.CSVWriter(target, file.schema_arrow) as out:
        for batch in file.iter_batches(100_000):
            out.write_batch(pa.record_batch([_neutral(column) for column in batch.columns], schema=batch.schema))
    return target


def _neutral(column: pa.Array) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    begins, number = (compute.match_substring_regex(column, shape) for shape in (_FORMULA, _NUMBER))
    taken = compute.and_not(begins, number)
    return compute.if_else(taken, compute.binary_join_element_wise("'", column, ""), column)
