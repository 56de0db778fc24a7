"""Segments: how many customers a predicate selects, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.segment import Segment
from regulars.analysis.segment import segment as segment_of
from regulars.api.business import OpenBusiness
from regulars.api.runs import Run
from regulars.api.segment_book import segment_named
from regulars.api.work import latest_study


def segment(
    business: OpenBusiness, predicate: str | Mapping[str, Any], *, study_run: Run[Diagnosis] | None = None
) -> Segment:
    """Count and value the customers of whom ``predicate`` (text, or its JSON form) is true at a study (the newest).

    ``"@Name"`` is the predicate of the segment saved under that name.

    Raises:
        BadPredicate: the predicate cannot be understood.
        NotThere: the business has not been studied, or no segment has that name.
    """
    if isinstance(predicate, str) and predicate.startswith("@"):
        predicate = segment_named(business, predicate[1:]).predicate
    run = study_run or latest_study(business)
    with business.ledger.read() as reader:
        return segment_of(reader, run.standings, predicate, diagnosis=run.result)
