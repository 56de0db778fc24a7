"""The contract between histories and models: what is counted, and that measures are not mixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from regulars.analysis.customer_base import CustomerBase
from regulars.base.errors import BadData
from support.cdnow import DATA, cdnow


def cdnow_visits() -> tuple[list[int], list[str]]:
    rows = [line.split() for line in (DATA / "CDNOW_sample.txt").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[-1].replace(".", "").isdigit()]
    return [int(row[1]) for row in rows], [f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows]


def test_visits_become_the_published_base() -> None:
    who, when = cdnow_visits()
    base = CustomerBase.from_visits(who, when, as_of=date(1997, 9, 30), source="CDNOW sample")
    assert (base.statistics.customers, int((base.statistics.x * base.statistics.weight).sum())) == (2357, 2457)
    assert base.log_gaps == pytest.approx(cdnow("sample").log_gaps)
    said = base.provenance
    assert (said.unit, said.grain, said.clock, said.first_day) == ("week", "day", "calendar", date(1997, 1, 1))
    fitted = base.fit("bg-nbd")
    assert fitted.fit.log_likelihood == pytest.approx(-9582.4292, abs=5e-5)
    visits = fitted.visits(base, months=12, rng=np.random.default_rng(1))
    assert visits.p10 < visits.mean < visits.p90
    assert fitted.scores(base)["p_alive"].shape == base.statistics.x.shape


def test_measures_are_not_mixed() -> None:
    who, when = cdnow_visits()
    base = CustomerBase.from_visits(who, when, as_of=date(1997, 9, 30))
    other = replace(base, provenance=replace(base.provenance, clock="business"))
    with pytest.raises(BadData) as wrong:
        base.fit("bg-nbd").scores(other)
    assert wrong.value.text.id == "value.base.other_measures"


@pytest.mark.parametrize(
    ("who", "when", "model"),
    [
        ([1, 2], ["2024-01-01"], "bg-nbd"),
        ([1], ["2025-01-01"], "bg-nbd"),
        ([1, 1], ["2024-01-01", "2024-02-01"], "no-such-model"),
        ([1], ["NaT"], "bg-nbd"),
    ],
)
def test_what_is_no_base_is_refused(who: list[int], when: list[str], model: str) -> None:
    with pytest.raises(BadData):
        CustomerBase.from_visits(who, when, as_of=date(2024, 12, 31)).fit(model)
