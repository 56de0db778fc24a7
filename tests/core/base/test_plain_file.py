from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from regulars.base.estimate import Estimate
from regulars.base.plain_file import NotPlain, read_plain, write_plain
from regulars.base.text import Money, say

THIRD = 1 / 3
VALUE = (
    Estimate(THIRD, 1e-300, float("inf"), -0.0, "visits", "bg-nbd", 7),
    {date(2026, 1, 31): [say("study.clock.too_short", years=Money(Decimal("1.10"), "HKD"))], 0.8: None},
    (True, "熟客", 2**80),
)


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    write_plain(VALUE, tmp_path / "a.npz")
    assert read_plain(tmp_path / "a.npz") == VALUE


def test_arrays_keep_every_bit_and_their_type(tmp_path: Path) -> None:
    arrays = (np.array([THIRD, np.nan]), np.array([[1, 2]], dtype=np.int64), np.array([True]), np.empty(0))
    write_plain(arrays, tmp_path / "a.npz")
    for one, other in zip(arrays, read_plain(tmp_path / "a.npz"), strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()


def test_what_is_no_data_is_refused(tmp_path: Path) -> None:
    for value in (object(), {1, 2}, np.array([object()])):
        with pytest.raises(NotPlain):
            write_plain(value, tmp_path / "a.npz")
    assert not list(tmp_path.iterdir())


def test_a_file_cut_short_or_not_there_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert read_plain(path) is None
    write_plain(VALUE, path)
    whole = path.read_bytes()
    for end in (0, 10, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:end])
        assert read_plain(path) is None


@pytest.mark.parametrize("name", ["subprocess:Popen", "os:system", "regulars.base.text:say", "regulars.nowhere:Thing"])
def test_a_file_can_name_no_class_but_the_programs_own_data(tmp_path: Path, name: str) -> None:
    told = json.dumps({"of": name, "with": {"id": "x"}}).encode()
    np.savez(tmp_path / "a.npz", plain=np.frombuffer(told, dtype=np.uint8))
    assert read_plain(tmp_path / "a.npz") is None
