"""What the tests of equality rest on finds every difference it should."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from support.analysis import Line, studied
from support.engines import differences, parted

TABLE = pa.table({"name": ["a", "b", None], "n": [1, 2, None], "real": [0.1, 1e9, 0.0], "day": [date(2024, 1, 1)] * 3})


def _with(name: str, values: pa.Array) -> pa.Table:
    return TABLE.set_column(TABLE.column_names.index(name), name, values)


def test_the_last_bits_of_floats_and_the_width_of_integers_do_not_count() -> None:
    close = _with("real", pa.array([0.1 + 1e-12, 1e9 + 0.01, -0.0]))
    assert differences(TABLE, close, ordered=True) == []
    assert differences(TABLE, _with("n", pa.array([1, 2, None], pa.int32())), ordered=True) == []
    whole = pa.table({"n": pa.array([Decimal("2.00")])})
    assert differences(whole, pa.table({"n": pa.array([2])}), ordered=True) == []


def test_order_counts_only_where_the_query_gave_one() -> None:
    turned = TABLE.take([2, 0, 1])
    assert differences(TABLE, turned, ordered=False) == []
    assert differences(TABLE, turned, ordered=True) != []


@pytest.mark.parametrize(
    "other",
    [
        _with("name", pa.array(["a", "B", None])),
        _with("name", pa.array(["a", "b", ""])),
        _with("n", pa.array([1, 3, None])),
        _with("n", pa.array([1, 2, 0])),
        _with("n", pa.array([1.0, 2.0, None])),
        _with("real", pa.array([0.1, 1e9 * (1 + 1e-7), 0.0])),
        _with("real", pa.array([0.1, 1e9, None])),
        _with("real", pa.array([0.1, 1e9, float("nan")])),
        _with("day", pa.array([date(2024, 1, 1), date(2024, 1, 2), date(2024, 1, 1)])),
        _with("day", pa.array(["2024-01-01"] * 3)),
        TABLE.slice(1),
        TABLE.rename_columns(["name", "n", "real", "date"]),
    ],
)
def test_everything_else_counts(other: pa.Table) -> None:
    assert differences(TABLE, other, ordered=False) != []
    assert differences(other, TABLE, ordered=True) != []


def test_a_diagnosis_differs_where_any_figure_does(tmp_path: Path) -> None:
    lines = [Line(i, date(2024, 3, 1 + k)) for i in range(1, 5) for k in range(i)]
    found = studied(lines, folder=tmp_path, as_of=date(2024, 6, 30)).diagnosis
    elsewhere = replace(found, queries={}, provenance=replace(found.provenance, engine="another"))
    assert list(parted(found, elsewhere)) == []
    base = replace(found.base, visits=found.base.visits + 1)
    assert list(parted(found, replace(found, base=base))) == [".base.visits: 10 and 11"]
    month = replace(found.movement.months[0], revenue=found.movement.months[0].revenue * 1.00001)
    movement = replace(found.movement, months=(month, *found.movement.months[1:]))
    assert len(list(parted(found, replace(found, movement=movement)))) == 1
    assert list(parted(found, replace(found, quality=()))) != []
