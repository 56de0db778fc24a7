"""Studies of a business: their headline figures, how two of them differ, and whether one comes out the same again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import pyarrow.parquet as pq

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.study import study as study_ledger
from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, as_json, finished_at, is_finished, load_run
from regulars.base.errors import NotThere
from regulars.base.estimate import Estimate
from regulars.base.progress import Progress, unwatched
from regulars.base.text import say
from regulars.ledger.store import DataVersion

type Kind = Literal["count", "money", "share", "days"]
type Verdict = Literal["same", "more", "less", "unsure", "unknown"]
#: Two figures that agree to so many parts are one and the same: sums are not taken in the same order twice.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """One headline figure; a forecast has its range (8 in 10), a fact has none."""

    id: str
    kind: Kind
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """A study in a few figures, and what they rest on."""

    run: str
    as_of: date
    data_version: int
    settings: str
    program: str
    currency: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One figure in two studies. ``difference`` is the second less the first. A forecast has clearly changed where the
    two ranges do not meet; else the difference may be chance (``unsure``)."""

    before: Figure
    after: Figure
    difference: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Compared:
    """Two studies side by side."""

    before: Headline
    after: Headline
    figures: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What came of doing a study again on the data it read. ``differs`` names the parts that came out otherwise."""

    run: str
    equal: bool
    differs: tuple[str, ...]
    settings_changed: bool
    program_changed: bool


def study_ids(business: OpenBusiness) -> tuple[str, ...]:
    """The finished studies, the newest first; a study's segments are compared with those of the one before it."""
    done = [p for p in business.runs.glob("study-*") if is_finished(p) and not p.name.endswith(".part")]
    return tuple(p.name for p in sorted(done, key=finished_at, reverse=True))


def headline(business: OpenBusiness, run: str | Run[Diagnosis]) -> Headline:
    """The headline of a study, by id or by run. Raises NotThere, BadData."""
    study = load_study(business, run) if isinstance(run, str) else run
    d = study.result
    p = d.provenance
    best = sum(row.customers for row in d.classes.rows if row.name == "regulars")
    figures = (
        Figure("customers", "count", d.base.customers),
        Figure("revenue_12", "money", d.base.revenue_12),
        Figure("regulars", "count", best),
        Figure("returned", "share", d.cohorts.newcomers_returned),
        Figure("median_days", "days", d.rhythm.median_days if d.rhythm.repeaters else None),
        Figure("overdue", "count", d.rhythm.overdue),
        Figure("lost_12", "count", d.wastage.lost_last_12),
        _estimated("at_risk", "money", d.wastage.overdue_value_at_risk),
        _estimated("alive", "count", d.value.alive),
        _estimated("next_12", "money", d.value.revenue_12),
        Figure("top_fifth", "share", d.concentration.top_fifth_share),
    )
    return Headline(study.id, p.as_of, p.data_version, p.settings_digest, p.program_version, p.currency, figures)


def load_study(business: OpenBusiness, run: str) -> Run[Diagnosis]:
    """A study by its id. Raises NotThere where there is none of that id, BadData where it cannot be read."""
    if run not in study_ids(business):
        raise NotThere(say("api.run.missing", run=run[:120]), say("api.run.missing_hint"))
    return load_run(business.runs / run, Diagnosis)


def _estimated(id: str, kind: Kind, estimate: Estimate) -> Figure:
    if not math.isfinite(estimate.mean):
        return Figure(id, kind, None)
    return Figure(id, kind, estimate.mean, estimate.p10, estimate.p90)


def compare_studies(business: OpenBusiness, before: str, after: str) -> Compared:
    """Two studies side by side, figure by figure. Raises NotThere, BadData."""
    a, b = headline(business, before), headline(business, after)
    return Compared(a, b, tuple(_changed(x, y) for x, y in zip(a.figures, b.figures, strict=True)))


def _changed(before: Figure, after: Figure) -> Changed:
    if before.value is None or after.value is None:
        return Changed(before, after, None, "unknown")
    difference = after.value - before.value
    if math.isclose(before.value, after.value, rel_tol=SAME):
        return Changed(before, after, 0.0, "same")
    way: Verdict = "more" if difference > 0 else "less"
    ranges = before.low, before.high, after.low, after.high
    if any(bound is not None for bound in ranges):
        low_a, high_a, low_b, high_b = (math.nan if bound is None else bound for bound in ranges)
        if not (low_b > high_a or high_b < low_a):
            way = "unsure"
    return Changed(before, after, difference, way)


def reproduce(business: OpenBusiness, run: str, *, progress: Progress = unwatched) -> Reproduced:
    """Do a study again on the very data it read, and compare every figure and every customer's standing.

    Nothing is kept. Where the settings or the program have changed since, that is told beside what differs.

    Raises:
        NotThere: there is no such study.
        BadData: it was written by another version of the program and cannot be read.
    """
    kept = load_study(business, run)
    p = kept.result.provenance
    with TemporaryDirectory() as aside, business.ledger.read(DataVersion(dict(p.tables))) as reader:
        standings = Path(aside) / "standings.parquet"
        again = study_ledger(
            reader,
            business=business.settings,
            pack=business.pack,
            as_of=p.as_of,
            standings=standings,
            progress=progress,
        )
        differs = [*_differing(as_json(kept.result), as_json(again))]
        if not _same_rows(kept.standings, standings):
            differs.append("standings")
    return Reproduced(
        run,
        not differs,
        tuple(differs),
        settings_changed=p.settings_digest != again.provenance.settings_digest,
        program_changed=p.program != again.provenance.program,
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Parts of the document that differ: not counting who made it (engine, version) and how it asked (queries)."""
    left_out = {"provenance", "queries"}
    return [name for name in before if name not in left_out and not _alike(before[name], after.get(name))]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_alike(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=SAME, abs_tol=SAME) or (math.isnan(a) and math.isnan(b))
    return bool(a == b)


def _same_rows(before: Path, after: Path) -> bool:
    """Whether two standings say the same of the same customers."""
    a, b = (pq.read_table(path).sort_by("customer") for path in (before, after))
    if a.schema.names != b.schema.names or a.num_rows != b.num_rows:
        return False
    return all(_alike(a.column(n).to_pylist(), b.column(n).to_pylist()) for n in a.schema.names)
