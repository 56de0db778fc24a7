"""A ledger that begins in the middle of a business's life: its first faces are no newcomers, and no figure says so."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from regulars.analysis.diagnosis import Diagnosis
from regulars.report.build import build_document
from support import report as sample
from support.analysis import Line, studied
from support.report_text import as_text

FIRST, AS_OF = date(2024, 1, 1), date(2025, 12, 31)
BACK = 0.3


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    """300 regulars of years, all seen in the ledger's first weeks; of newcomers 30 % come back, in every month."""
    rng = np.random.default_rng(5)
    lines: list[Line] = []
    for customer in range(300):
        day = FIRST + timedelta(days=int(rng.integers(0, 35)))
        while day <= AS_OF:
            lines.append(Line(customer, day))
            day += timedelta(days=int(rng.integers(25, 45)))
    for number in range(730):
        for again in range(2):
            day, customer = FIRST + timedelta(days=number), 1000 + 2 * number + again
            lines.append(Line(customer, day))
            if rng.random() < BACK:
                lines.append(Line(customer, day + timedelta(days=int(rng.integers(20, 60)))))
    lines = [line for line in lines if line.day <= AS_OF]
    return studied(lines, folder=tmp_path_factory.mktemp("salon"), as_of=AS_OF, parts=("staying",)).diagnosis


def test_years_of_newcomers_are_not_compared_with_years_of_old_customers(found: Diagnosis) -> None:
    """Taken at face value, 2024 has newcomers who come back in 52 % against 30 %, and 2025 was called clearly worse."""
    assert found.hygiene is not None and found.hygiene.truncation.crowded
    assert found.staying is not None and found.staying.cohorts is None


def test_who_waits_after_a_first_visit_is_a_newcomer(found: Diagnosis) -> None:
    assert found.staying is not None
    first = next(curve for curve in found.staying.curves if curve.band == 1)
    assert 1 - first.waiting[-1] == pytest.approx(BACK, abs=0.04)  # 0.43 with the 300 among them
    later = next(curve for curve in found.staying.curves if curve.band == 4)
    assert later.customers > 5000, "their later visits are later visits whenever the first one was"


def test_months_that_may_hold_old_customers_are_marked_and_in_no_mean(found: Diagnosis) -> None:
    assert found.hygiene is not None
    since = found.hygiene.truncation.before
    assert found.cohorts.truncated == sum(month < since for month in found.cohorts.months) > 0
    assert found.cohorts.newcomers_returned == pytest.approx(BACK, abs=0.04)
    new = {k.id: k for k in found.staying.kpis if k.id.startswith("new_back")} if found.staying else {}
    assert new["new_back_90"].value == pytest.approx(BACK, abs=0.05)
    before = new["new_back_90"].before
    assert before is None, "the year before reaches into the ledger's first months"
    text = as_text(build_document(found, None, business=sample.business(), pack=sample.sample_pack()), "en")
    assert "may be older than the ledger" in text
