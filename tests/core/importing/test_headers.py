"""Headers of published data sets, of other tills and in other languages: what each file is read as."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regulars.base.errors import BadData
from regulars.ledger.headers import nearness, plain
from regulars.ledger.mapping import recognise
from support.exports import Shop, business, codes, write

RNG = np.random.default_rng(7)
DAYS = [date(2024, 1, 1) + timedelta(int(n)) for n in RNG.integers(0, 600, 60)]
SUMS = [f"{x:.2f}" for x in RNG.gamma(3, 20, 60)]


def _cells(told: str) -> list[str]:
    """Sixty cells as headers.toml describes them."""
    what, _, how = told.partition(" ")
    match what:
        case "days":
            return [day.strftime(how) for day in DAYS]
        case "people":
            return [f"{how}{n:06d}" for n in np.random.default_rng(8).integers(1, 20, 60)]
        case "sales":
            return [f"{n:05d}" for n in np.random.default_rng(9).permutation(60) + 1]
        case "sums":
            return [how.replace("*", text) for text in SUMS]
        case "comma":
            return [how.replace("*", text.replace(".", ",")) for text in SUMS]
        case "of":
            some = how.split(" | ")
            return [some[at % len(some)] for at in range(60)]
    raise ValueError(told)


FILES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[2] / "data" / "headers.toml").read_text("utf-8")
)
FIGURES = {"date", "customer", "sale_id", "net", "gross", "price", "quantity", "discount", "cost"}


def _write(folder: Path, name: str) -> Path:
    columns = FILES[name]["columns"]
    rows = zip(*(_cells(told) for _, told, _ in columns), strict=True)
    delimiter = FILES[name]["delimiter"]
    return write(
        folder / "file.csv", [header for header, _, _ in columns], [list(r) for r in rows], delimiter=delimiter
    )


@pytest.mark.parametrize("name", FILES)
def test_what_each_column_is_read_as(tmp_path: Path, name: str) -> None:
    found = recognise(_write(tmp_path, name))
    wanted = {header: field for header, _, field in FILES[name]["columns"]}
    named = {header: field for header, field in wanted.items() if field}
    assert found.table == "sales"
    assert {header: found.roles.get(header) for header in named} == named
    assert not {found.roles.get(header) for header in wanted.keys() - named} & FIGURES


@pytest.mark.parametrize(
    ("name", "currency", "total"),
    [
        ("German", "EUR", sum(map(Decimal, SUMS))),
        ("French", "EUR", sum(map(Decimal, SUMS))),
        ("Portuguese", "BRL", sum(map(Decimal, SUMS))),
        ("Japanese", "JPY", Decimal(30 * (5_500 + 12_000))),
        ("short years", "GBP", sum(map(Decimal, SUMS))),
    ],
)
def test_every_row_is_stored_to_the_cent(tmp_path: Path, name: str, currency: str, total: Decimal) -> None:
    shop = Shop(tmp_path, business(pack="retail", currency=currency))
    result = shop.take(_write(tmp_path, name))
    assert (result.rejected, result.problems) == (0, ())
    rows = shop.rows()
    assert sum(row["net"] for row in rows) == total
    assert {row["day"] for row in rows} == set(DAYS)


def test_the_sum_of_the_sale_on_each_of_its_lines_is_not_what_a_line_came_to(tmp_path: Path) -> None:
    rows = [[f"R{n}", "2026-03-01", f"C{n}", "10.00", "1", "25.00"] for n in range(9)]
    rows += [[f"R{n}", "2026-03-01", f"C{n}", "15.00", "1", "25.00"] for n in range(9)]
    shop = Shop(tmp_path, business(pack="retail"))
    shop.take(write(tmp_path / "s.csv", "order id,date,customer id,unit price,qty,total", rows))
    assert sum(row["net"] for row in shop.rows()) == 9 * 25


def test_what_a_till_calls_void_is_no_sale_and_is_counted(tmp_path: Path) -> None:
    rows = [
        [f"R{n}", "2026-03-01", f"C{n}", "10.00", status] for n, status in enumerate(["OK", "VOID", "paid", "已作廢"])
    ]
    shop = Shop(tmp_path)
    result = shop.take(write(tmp_path / "s.csv", "receipt,date,customer id,amount,status", rows))
    assert (result.stored, codes(result)) == (2, {"not_a_sale": 2})


@pytest.mark.parametrize(
    ("header", "field", "near"),
    [
        ("Selling Price", "price", True),
        ("Total incl. VAT", "net", True),
        ("anonymous client key", "customer", True),
        ("Tax amount", "net", False),
        ("Disc Amt", "net", False),
        ("Discount value", "net", False),
        ("Loyalty points total", "net", False),
        ("Ship date", "date", False),
        ("Date of last visit", "date", False),
        ("Customer age", "customer", False),
        ("Customer e-mail", "customer", False),
        ("sales_channel_id", "sale_id", False),
    ],
)
def test_what_is_near_and_what_is_not(header: str, field: str, near: bool) -> None:
    assert (nearness(field, header) is not None) == near


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("OrderDate", "order date"),
        ("Núm. cliente", "num cliente"),
        ("金額（元）", "金額"),
        ("カット", "カット"),
        ("판매일자", "판매일자"),
    ],
)
def test_plain_headers(header: str, said: str) -> None:
    assert plain(header) == said


def _foreign(codes: list[str]) -> Callable[[Path], Path]:
    rows = [["2026-03-01", f"C{n}", "10.00", code] for n, code in enumerate(codes)]
    return lambda folder: write(folder / "f.csv", "date,customer id,amount,currency", rows)


def test_a_file_wholly_in_another_currency_is_refused_in_one_word(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(currency="HKD"))
    with pytest.raises(BadData) as refused:
        shop.take(_foreign(["EUR"] * 5)(tmp_path))
    assert refused.value.text.id == "importing.refused.all_foreign"
    assert shop.rows() == []


def test_rows_in_another_currency_among_others_are_set_aside(tmp_path: Path) -> None:
    shop = Shop(tmp_path, business(currency="HKD"))
    result = shop.take(_foreign(["HKD", "EUR", "hkd", "EUR", "EUR"])(tmp_path))
    assert (result.stored, result.rejected) == (2, 3)
    assert {problem.code for problem in result.problems} == {"foreign_currency"}
