"""Importing again: overlapping exports add nothing twice, corrections replace, and a killed import leaves nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.base.text import Text
from regulars.ledger.importing import ImportResult
from support.exports import Shop, business, codes, write

HEADER = "Receipt,Date,Customer ID,Item,Amount"
BARE = "Date,Customer ID,Item,Amount"


def _rows(numbers: Sequence[int]) -> list[list[str]]:
    return [[f"R{n // 2}", f"{n % 28 + 1:02}/03/2026", f"C{n % 5}", f"Item {n % 3}", f"{n}.00"] for n in numbers]


def test_overlapping_exports_with_sale_numbers(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "march.csv", HEADER, _rows(range(60))))
    second = shop.take(write(tmp_path / "later.csv", HEADER, _rows(range(30, 100))))
    assert (second.stored, second.changed, second.unchanged) == (40, 0, 30)
    assert sum(line["net"] for line in shop.rows()) == sum(range(100))


def test_a_corrected_amount_replaces_the_line(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.take(write(tmp_path / "a.csv", HEADER, _rows(range(14, 20))))
    rows = _rows(range(14, 20))
    rows[0][4] = "99.00"
    second = shop.take(write(tmp_path / "b.csv", HEADER, rows))
    assert (second.stored, second.changed, second.unchanged) == (0, 1, 5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.lists(st.tuples(st.integers(13, 28), st.integers(1, 2), st.integers(1, 2)), min_size=1, max_size=12),
    cuts=st.tuples(st.integers(13, 28), st.integers(13, 28)),
    seed=st.integers(0, 99),
)
def test_without_numbers_windows_of_one_history_make_the_history(
    tmp_path_factory: pytest.TempPathFactory, days: list[tuple[int, int, int]], cuts: tuple[int, int], seed: int
) -> None:
    # Identical lines are meant: the same customer may buy the same thing twice on one day.
    folder = tmp_path_factory.mktemp("windows")
    rows = [[f"{day}/03/2026", f"C{who}", "Cut", f"{price}.00"] for day, who, price in days]
    early, late = min(cuts), max(cuts)
    shop = Shop(folder)
    for name, part in (
        ("a", [row for row in rows if int(row[0][:2]) <= late]),
        ("b", [row for row in rows if int(row[0][:2]) >= early]),
    ):
        random.Random(seed).shuffle(part)
        if part:
            shop.take(write(folder / f"{name}.csv", BARE, part))
    kept = sorted((f"{line['day']:%d/%m/%Y}", str(line["net"])) for line in shop.rows())
    assert kept == sorted((row[0], row[3]) for row in rows)


def test_lines_that_are_alike_are_all_kept(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    path = write(tmp_path / "s.csv", BARE, [["20/03/2026", "C1", "Tea", "5"]] * 3)
    assert shop.take(path).stored == 3
    assert shop.take(path).unchanged == 3


def test_given_line_numbers_are_used_and_doubles_told(tmp_path: Path) -> None:
    rows = [["R1", n, "20/03/2026", "C1", str(i)] for i, n in enumerate(("a", "b", "b"), 1)]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "s.csv", "Receipt,Line ID,Date,Customer ID,Amount", rows))
    assert (result.stored, codes(result)) == (2, {"duplicate_line": 1})
    assert [(line["line_id"], line["net"]) for line in shop.rows()] == [("a", Decimal(1)), ("b", Decimal(2))]


def test_day_and_month(tmp_path: Path) -> None:
    def days(name: str, *said: str) -> tuple[list[str], dict[str, int]]:
        shop = Shop(tmp_path / name)
        result = shop.take(write(tmp_path / f"{name}.csv", BARE, [[day, "C1", "Cut", "5"] for day in said]))
        return sorted(str(line["day"]) for line in shop.rows()), codes(result)

    assert days("dmy", "13/01/2026", "01/02/2026") == (["2026-01-13", "2026-02-01"], {})
    assert days("mdy", "01/13/2026", "01/02/2026") == (["2026-01-02", "2026-01-13"], {})
    assert days("open", "01/02/2026", "03/04/2026") == (["2026-02-01", "2026-04-03"], {"ambiguous_dates": 1})
    assert days("mixed", "13/01/2026", "14/01/2026", "01/15/2026") == (["2026-01-13", "2026-01-14"], {"bad_date": 1})
    assert days("iso", "2026-01-02", "2026-03-04") == (["2026-01-02", "2026-03-04"], {})


def test_currencies(tmp_path: Path) -> None:
    def take(name: str, *said: str) -> tuple[int, dict[str, int]]:
        rows = [["2026-03-01", f"C{n}", "Cut", amount] for n, amount in enumerate(said)]
        result = Shop(tmp_path / name, business(currency="HKD")).take(write(tmp_path / f"{name}.csv", BARE, rows))
        return result.stored, codes(result)

    assert take("ours", "HK$5", "$6", "7") == (3, {})
    assert take("one of them", "HK$5", "£6", "7") == (2, {"foreign_currency": 1})
    assert take("all of them", "£5", "£6") == (2, {"currency_symbol": 2})


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []

    def watch(step: Text, done: int, total: int | None) -> None:
        told.append((step.id, done, total))

    path = write(tmp_path / "s.csv", HEADER, _rows(range(50)))
    Shop(tmp_path).take(path, progress=watch)
    steps = list(dict.fromkeys(step.rsplit(".", 1)[-1] for step, _, _ in told))
    assert steps == ["reading", "sorting", "checking", "keying", "storing"]
    assert ("importing.step.reading", path.stat().st_size, path.stat().st_size) in told
    assert all(total is None or 0 <= done <= total for _, done, total in told)


@pytest.mark.parametrize("step", ["reading", "sorting", "checking", "keying", "storing"])
def test_killed_at_any_step_nothing_is_seen_and_it_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = write(tmp_path / "s.csv", HEADER, _rows(range(14, 50)))
    program = f"""
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from support.exports import Shop
        def watch(step, done, total):
            if step.id.endswith({step!r}):
                os.kill(os.getpid(), signal.SIGKILL)
        Shop(Path({str(tmp_path)!r})).take(Path({str(path)!r}), progress=watch)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, env={"TMPDIR": str(tmp_path)})
    assert ended.returncode == -signal.SIGKILL
    shop = Shop(tmp_path)
    assert shop.ledger.imports() == ()
    assert len(list(tmp_path.glob("regulars-import-*"))) == 1
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert shop.take(path).stored == 36
    assert list(tmp_path.glob("regulars-import-*")) == []  # the raw rows the killed one left are gone


def _take_lines(shop: Shop, folder: Path, name: str, *rows: str) -> ImportResult:
    path = folder / name
    path.write_text("Receipt,Date,Branch,Customer ID,Item,Amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return shop.take(path)


def test_receipt_numbers_that_start_again_lose_no_sale(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    first = ("1,2026-01-01,A,C1,Cut,50", "1,2026-01-01,B,C2,Wash,20", "1,2026-01-02,A,C3,Cut,30")
    _take_lines(shop, tmp_path, "both.csv", *first)
    again = _take_lines(shop, tmp_path, "B.csv", first[1])
    assert (again.stored, again.changed, again.unchanged) == (0, 0, 1)
    _take_lines(shop, tmp_path, "later.csv", first[2], "1,2026-01-03,A,C4,Cut,70")
    assert sorted(line["net"] for line in shop.rows()) == [20, 30, 50, 70]


def test_a_refund_under_the_number_of_its_sale_replaces_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    sale = ("R1,2026-01-01,A,C1,Cut,50", "R1,2026-01-01,A,C1,Wash,20")
    refund = "R1,2026-02-05,A,C1,Cut,-50"
    _take_lines(shop, tmp_path, "january.csv", *sale)
    _take_lines(shop, tmp_path, "february.csv", refund)
    assert sorted(line["net"] for line in shop.rows()) == [-50, 20, 50]
    whole = _take_lines(shop, tmp_path, "both.csv", refund, *sale)
    assert (whole.stored, whole.changed, whole.unchanged) == (0, 0, 3)


@pytest.mark.parametrize("alone", [True, False])
def test_a_corrected_date_meets_the_corrected_export(tmp_path: Path, alone: bool) -> None:
    shop = Shop(tmp_path)
    good = () if alone else ("R1,2026-01-05,A,C1,Wash,20",)
    other = "R2,2026-01-05,A,C2,Cut,10"
    result = _take_lines(shop, tmp_path, "first.csv", *good, "R1,2026-01-55,A,C1,Cut,50", other)
    assert result.rejects_file is not None
    corrected = result.rejects_file.read_text(encoding="utf-8-sig").replace("2026-01-55", "2026-01-05")
    (tmp_path / "corrected.csv").write_text(corrected, encoding="utf-8")
    assert shop.take(tmp_path / "corrected.csv").stored == 1
    whole = _take_lines(shop, tmp_path, "whole.csv", *good, "R1,2026-01-05,A,C1,Cut,50", other)
    assert (whole.stored, whole.changed) == (0, 0)
