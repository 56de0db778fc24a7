"""The trade's figure stands beside the newcomers who came back only where both were measured alike."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from regulars.analysis.retention import cohorts
from regulars.packs.load import load_pack

MONTHS = pa.table({"cohort": [date(2025, 1, 1)], "month": [date(2025, 1, 1)], "customers": [40]})
NEWCOMERS = pa.table({"newcomers": [40], "returned": [10]})


@pytest.mark.parametrize(("pack", "trade"), [("beauty", 0.3), ("hair", 0.3), ("retail", None), ("watch", None)])
def test_only_the_same_definition(pack: str, trade: float | None) -> None:
    found = cohorts(MONTHS, NEWCOMERS, as_of=date(2025, 12, 31), pack=load_pack(pack))
    assert (found.newcomers_returned, found.benchmark) == (0.25, trade)
    assert bool(found.benchmark_source) == (trade is not None)


def test_another_window_is_another_definition() -> None:
    pack = load_pack("beauty")
    longer = pack.model_copy(update={"windows": pack.windows.model_copy(update={"returned_within": 180})})
    assert cohorts(MONTHS, NEWCOMERS, as_of=date(2025, 12, 31), pack=longer).benchmark is None
