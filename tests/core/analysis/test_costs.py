"""What a study cost is told by part, and what it keeps in the engine goes when nobody reads it any more."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from regulars.analysis.costs import Costs
from support.analysis import laid_out
from support.ledger import line, rows


def test_time_is_put_down_to_the_part_and_to_the_engine() -> None:
    costs = Costs()
    with costs.of("visits"):
        time.sleep(0.02)
        with costs.query():
            time.sleep(0.03)
    with costs.of("file"), costs.query():
        pass
    with costs.of("visits"), costs.query():
        pass
    assert list(costs.parts) == ["visits", "file"]
    visits = costs.parts["visits"]
    assert (visits.queries, costs.parts["file"].queries) == (2, 1)
    assert 0.03 <= visits.engine <= visits.seconds - 0.02
    assert visits.processor < visits.seconds, "sleeping costs no processor"


def test_tables_of_a_part_go_with_it_but_for_those_its_columns_are_made_of(tmp_path: Path) -> None:
    sales = rows([line(f"r{n}", customer=n % 3, day=date(2025, 1, 1 + n)) for n in range(9)])
    with laid_out(tmp_path, as_of=date(2025, 2, 1), sales=sales) as (reader, setting, kept):
        desk, before = setting.desk, frozenset(setting.desk.kept)
        used = desk.keep("used", kept.customers.select("customer", "x"))
        unused = desk.keep("unused", kept.customers)
        column = used.mutate(more=used.x + 1)
        desk.forget_since(before, but=column)
        assert desk.kept - before == {"used"}
        assert reader.arrow(column).num_rows == 3
        with pytest.raises(Exception, match="study_unused"):
            reader.arrow(unused)
        desk.forget_since(before, but=None)
        assert desk.kept == before
