"""Strange exports through the command line: no stack trace, no NaN, and a clear statement of what cannot be said."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.cli import Said, regulars

START = date(2022, 1, 3)
type Row = dict[str, object]
#: What a figure that is none looks like on a page; "None of them" is English.
BROKEN = re.compile(r"[^<>\n]{0,40}(?<![A-Za-z])(?:NaN|nan|inf|Infinity|undefined)(?![A-Za-z])[^<>\n]{0,40}|>None<")


def visits(customers: int, most: int = 5, *, amount: float = 480.0, gap: int = 35, start: date = START) -> list[Row]:
    """Customers who begin one after the other and come up to ``most`` times."""
    rows = []
    for c in range(1, customers + 1):
        first = start + timedelta(days=(c * 7) % 500)
        for i in range(1 + c % most):
            paid = amount + (c * 13 + i * 7) % 90 if amount > 0 else amount
            rows.append(row(f"C{c}", first + timedelta(days=gap * i + (c * i) % 9), paid))
    return rows


def row(customer: str, day: date, amount: float, *, branch: str = "Central", currency: str = "HKD") -> Row:
    return {
        "Date": day.isoformat(),
        "Customer ID": customer,
        "Branch": branch,
        "Item": "Haircut",
        "Amount": f"{amount:.2f}",
        "Currency": currency,
    }


def anonymous(rows: list[Row]) -> list[Row]:
    return [{**r, "Customer ID": "" if i % 10 < 3 else r["Customer ID"]} for i, r in enumerate(rows)]


def without(rows: list[Row], *columns: str) -> list[Row]:
    return [{k: v for k, v in r.items() if k not in columns} for r in rows]


LATE = [row("C900", date(2150, 6, 1), 480.0), row("C901", date(2150, 6, 2), 480.0)]
EARLY = [row(f"C{i}", date(1983, 2, i), 480.0) for i in range(1, 4)]

CASES: dict[str, tuple[Callable[[], list[Row]], set[str]]] = {
    "one customer": (lambda: [*visits(1), row("C1", START + timedelta(days=90), 480)], {"few_repeaters"}),
    "one visit each": (lambda: visits(80, 1), {"few_repeaters"}),
    "all on one day": (lambda: [row(f"C{i}", START, 480.0 + i) for i in range(60)], {"few_repeaters", "short_history"}),
    "future dates and forty years ago": (lambda: EARLY + visits(80) + LATE, {"stray_dates"}),
    "zero spend": (lambda: visits(80, amount=0.0), {"weak_spend_model"}),
    "negative spend": (
        lambda: visits(80) + [row(f"C{i}", START + timedelta(days=400), -3000.0) for i in range(1, 30)],
        {"refunds", "negative"},
    ),
    "one branch, 30 % unknown": (lambda: anonymous(visits(120)), {"anonymous_lines"}),
    "no branch, constant amounts": (
        lambda: without([{**r, "Amount": "500"} for r in visits(80)], "Branch", "Currency"),
        set(),
    ),
    "a shared account": (
        lambda: visits(80) + [row("ACCOUNT-1", START + timedelta(days=i // 3), 300.0 + i) for i in range(900)],
        {"catch_all_accounts"},
    ),
}
CANNOT_BE_SAID = {
    "one branch, 30 % unknown": "study.locked.branches",
    "no branch, constant amounts": "study.locked.branches",
}


def made(folder: Path, rows: list[Row]) -> Path:
    """A business with the rows imported, whatever becomes of them."""
    export = folder / "export.csv"
    columns = list(dict.fromkeys(["Receipt", *(k for r in rows for k in r)]))
    with export.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({"Receipt": f"R{i}", **r} for i, r in enumerate(rows))
    salon = folder / "salon"
    assert regulars("new", salon, "--pack", "hair", "--name", "Salon").code == 0
    assert regulars("import", salon, export, "--quiet").code == 0
    return salon


def finite(text: str) -> Any:
    """The JSON, read by a reader that accepts no NaN and no infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} in JSON")

    return json.loads(text, parse_constant=refuse)


def all_ran(*said: Said) -> None:
    for each in said:
        assert each.code == 0, each.err
        assert "Traceback" not in each.err + each.out


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_strange_exports(name: str, tmp_path: Path) -> None:
    rows, wanted = CASES[name]
    salon = made(tmp_path, rows())
    study = regulars("study", salon, "--json", "--quiet")
    plan = regulars("formulate", salon, "--json", "--quiet")
    all_ran(study, plan)
    diagnosis = finite(study.out)["diagnosis"]
    finite(plan.out)
    codes = {problem["code"] for problem in diagnosis["quality"]}
    assert wanted <= codes, codes
    if (locked := CANNOT_BE_SAID.get(name)) is not None:
        assert locked in {each["what"]["id"] for each in diagnosis["locked"]}
    assert diagnosis["hygiene"]["difference"] == 0
    assert sum(round(100 * part["money"]) for part in diagnosis["hygiene"]["parts"]) == round(
        100 * diagnosis["hygiene"]["total"]
    )
    language = ("en", "zh-Hant")[list(CASES).index(name) % 2]  # the figures of both pages are the same objects
    report = tmp_path / f"{language}.html"
    all_ran(regulars("report", salon, "--lang", language, "--out", report, "--quiet"))
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", report.read_text(encoding="utf-8"), flags=re.S)
    assert BROKEN.findall(shown) == []
    warned = {"en": "Too few customers to steer by", "zh-Hant": "客戶太少，不足以據此決策"}[language]
    assert (warned in shown) == ("few_repeaters" in codes)


def test_two_currencies_are_never_added_up(tmp_path: Path) -> None:
    rows = visits(60)
    salon = made(
        tmp_path, rows + [row(f"C{i}", START + timedelta(days=20), 900.0, currency="USD") for i in range(1, 9)]
    )
    imported = regulars("import", salon, tmp_path / "export.csv", "--json")
    assert any(problem["code"] == "foreign_currency" for problem in finite(imported.out)["problems"])
    study = regulars("study", salon, "--json", "--quiet")
    all_ran(study)
    assert finite(study.out)["diagnosis"]["base"]["takings"] == pytest.approx(
        sum(float(str(r["Amount"])) for r in rows)
    )


def test_a_wrong_currency_in_the_settings_is_refused_in_words(tmp_path: Path) -> None:
    salon = made(tmp_path, visits(30))
    settings = salon / "business.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"HKD"', '"EUR"', 1), encoding="utf-8")
    said = regulars("study", salon, "--quiet")
    assert said.code != 0
    assert "EUR" in said.err and "HKD" in said.err and "business.toml" in said.err
    assert "Traceback" not in said.err


def test_nobody_left_is_said_with_what_to_do(tmp_path: Path) -> None:
    salon = made(tmp_path, [row("ACCOUNT-1", START + timedelta(days=i // 3), 300.0 + i) for i in range(900)])
    said = regulars("study", salon, "--quiet")
    assert said.code != 0 and "keep_customers" in said.err
