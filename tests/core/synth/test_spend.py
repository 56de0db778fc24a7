"""What customers spend agrees with the truth, and buying follows the trade's own cycle."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

import numpy as np
from numpy.typing import NDArray

from support.synth import Made, Row, amount, make


def day_of(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def expected(made: Made) -> dict[str, float]:
    return dict(zip(made.truth["customer"].to_pylist(), made.truth["spend_visit"].to_pylist(), strict=True))


def agrees(differences: NDArray[np.float64]) -> bool:
    """Whether visits cost what was expected of their customers, within four standard errors."""
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return bool(abs(differences.mean()) <= 4 * error)


def by_visit(rows: list[Row], *, visit: str, customer: str, net: str) -> dict[tuple[str, str], Decimal]:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row[customer]:
            totals[row[visit], row[customer]] += amount(row[net])
    return totals


def test_beauty_visits_not_prepaid_cost_what_the_truth_says(tmp_path: Path) -> None:
    made = make("beauty", tmp_path, customers=2000)
    prepaid = {row["單號"] for row in made.sales if row["類別"].startswith("套票兌換")}
    paid = [
        row for row in made.sales if row["單號"] not in prepaid and not row["類別"].startswith(("套票銷售", "退款"))
    ]
    truth = expected(made)
    totals = by_visit(paid, visit="單號", customer="客戶編號", net="實收")
    assert agrees(np.array([float(total) - truth[who] for (_, who), total in totals.items()]))


def test_hair_visits_cost_what_the_truth_says(tmp_path: Path) -> None:
    made = make("hair", tmp_path, customers=1500)
    paid = [row for row in made.sales if row["Event Type"] == "Payment"]
    truth = expected(made)
    totals = by_visit(paid, visit="Transaction ID", customer="Customer ID", net="Net Sales")
    assert agrees(np.array([float(total) - truth[who] for (_, who), total in totals.items()]))


def test_square_directory_adds_up_to_the_items(tmp_path: Path) -> None:
    made = make("hair", tmp_path)
    spent: dict[str, Decimal] = defaultdict(Decimal)
    days: dict[str, set[str]] = defaultdict(set)
    for row in made.sales:
        spent[row["Customer ID"]] += amount(row["Net Sales"])
        if row["Event Type"] == "Payment":
            days[row["Customer ID"]].add(row["Date"])
    for person in made.customers:
        who = person["Square Customer ID"]
        assert amount(person["Lifetime Spend"]) == spent[who]
        assert int(person["Transaction Count"]) == len(days[who])
        assert (person["First Visit"], person["Last Visit"]) == (min(days[who]), max(days[who]))


def test_retail_orders_cost_what_the_truth_says(tmp_path: Path) -> None:
    made = make("retail", tmp_path, customers=3000)
    truth = expected(made)
    orders = [row for row in made.sales if row["Total"] and row["Email"]]
    assert agrees(np.array([float(amount(row["Subtotal"])) - truth[row["Email"]] for row in orders]))


def test_watch_services_come_every_four_to_five_years_and_second_watches_are_rare(tmp_path: Path) -> None:
    made = make("watch", tmp_path, customers=6000, years=12)
    serviced: dict[str, list[date]] = defaultdict(list)
    visits: dict[str, int] = defaultdict(int)
    bought: dict[str, int] = defaultdict(int)
    for row in made.sales:
        who = row["Customer No"]
        if not who or row["Type"].startswith("退款"):
            continue
        visits[who] += 1
        bought[who] += row["Type"].startswith("售錶")
        if "ull service" in row["Item"] or "Partial service" in row["Item"]:
            serviced[who].append(day_of(row["Date"]))
    gaps = [(b - a).days / 365.25 for days in serviced.values() for a, b in pairwise(days)]
    assert len(gaps) > 100
    assert min(gaps) >= 3.99
    assert 4.0 <= median(gaps) <= 5.5
    assert 0.70 <= mean(count > 0 for count in bought.values()) <= 0.85
    assert mean(count > 1 for count in bought.values()) < 0.15


def test_watch_lines_carry_cost_below_price(tmp_path: Path) -> None:
    for row in make("watch", tmp_path).sales:
        assert 0 < abs(amount(row["Cost"])) < abs(amount(row["Net"]))
        assert (amount(row["Cost"]) > 0) == (amount(row["Net"]) > 0)
