"""Each customer's own gaps, taken up by the engine: sums and evenness by hand, and histories apart by them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.customer_base import CustomerBase
from regulars.analysis.standings import statistics
from regulars.analysis.summary import triples, with_gaps
from regulars.analysis.value.statistics import evenness
from support.analysis import Line, laid_out, sales_table

DAY, AS_OF = date(2025, 1, 6), date(2025, 6, 30)
#: Days between visits: clockwork twice, the same three visits unevenly, once, and one gap alone.
GAPS: dict[int, tuple[int, ...]] = {1: (14, 14, 14), 2: (14, 14, 14), 3: (2, 38, 2), 4: (), 5: (30,)}


def visits() -> list[tuple[int, date]]:
    return [(who, DAY + timedelta(days=sum(gaps[:n]))) for who, gaps in GAPS.items() for n in range(len(gaps) + 1)]


def test_sums_and_evenness_by_hand(tmp_path: Path) -> None:
    sales = sales_table([Line(who, day) for who, day in visits()])
    with laid_out(tmp_path, as_of=AS_OF, sales=sales) as (reader, _, kept):
        t = with_gaps(kept.customers, kept.days, until=AS_OF)
        each = {row["customer"]: row for row in reader.arrow(t).to_pylist()}
        then = with_gaps(kept.customers, kept.days, until=DAY + timedelta(days=20))
        early = {row["customer"]: row["log_gaps"] for row in reader.arrow(then).to_pylist()}
        unique = reader.arrow(triples(t))
    for who, gaps in GAPS.items():
        assert each[who]["log_gaps"] == pytest.approx(sum(np.log(np.array(gaps) / 7)), abs=1e-8)
        own = [each[who][name] for name in ("x", "t_x_days", "log_gaps")]
        assert each[who]["evenness"] == evenness(own[0], own[1] / 7, own[2])
    assert [each[who]["evenness"] for who in (1, 4, 5)] == [0, 0, 0] and each[3]["evenness"] == 14
    assert early[1] == pytest.approx(np.log(2.0)) and early[5] == 0.0  # of visits after the day nothing is known
    found = statistics(unique)
    assert found.weight.tolist() == [
        1.0,
        1.0,
        2.0,
        1.0,
    ]  # the two of clockwork share a history
    assert found.gaps is not None and found.gaps[2] == pytest.approx(3 * np.log(2.0))


def test_arrays_become_the_same_histories() -> None:
    who, when = zip(*visits(), strict=True)
    base = CustomerBase.from_visits(who, [day.isoformat() for day in when], as_of=AS_OF)
    assert base.even is not None and base.even.gaps is not None
    assert base.even.weight.tolist() == [1.0, 1.0, 2.0, 1.0]
    assert base.even.gaps == pytest.approx([0.0, np.log(30 / 7), 3 * np.log(2.0), 2 * np.log(2 / 7) + np.log(38 / 7)])
    assert float((base.even.gaps * base.even.weight).sum()) == pytest.approx(base.log_gaps)
