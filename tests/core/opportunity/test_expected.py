"""What opportunities bring: closed forms, and a ledger whose answer is known beforehand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pytest

from regulars.analysis.opportunity import opportunity
from regulars.analysis.opportunity.expected import Worth, expected, ranked
from regulars.analysis.opportunity.taking import BACK
from regulars.analysis.results.opportunity import Chance
from regulars.base.estimate import Estimate
from support.analysis import Line, laid_out, sales_table

AS_OF = date(2025, 12, 31)


def test_margin_and_its_spread_are_those_of_the_product() -> None:
    rng = np.random.default_rng(1)
    found = expected(rng, customers=1000, hits=80, tested=400, worth=Worth(500.0, 20.0, 200.0), unit="HKD")
    share, spread = 80.5 / 401, 80.5 * 320.5 / (401**2 * 402)  # Beta(80.5, 320.5)
    doing = 1000 * share
    # Law of total variance over who does it, the mean margin, and how those differ.
    variance = 1000 * (share * (1 - share) - spread) + 1000**2 * spread
    variance = variance * (500**2 + 20**2) + doing**2 * 20**2 + doing * 200**2
    assert found.mean == pytest.approx(doing * 500, rel=0.01)
    assert (found.p90 - found.p10) / 2 == pytest.approx(1.2816 * np.sqrt(variance), rel=0.06)
    assert (found.unit, found.n) == ("HKD", 1000)


def test_ranges_hold_eight_in_ten_where_years_are_alike() -> None:
    rng, held = np.random.default_rng(3), []
    for _ in range(400):
        share = rng.uniform(0.05, 0.6)
        before = rng.gamma(1.5, 200.0, rng.binomial(300, share))  # margin of each of 300 such customers who did it
        worth = Worth.of_each(len(before), before.sum(), (before**2).sum())
        assert worth is not None
        told = expected(rng, customers=200, hits=len(before), tested=300, worth=worth, unit="HKD")
        came = rng.gamma(1.5, 200.0, rng.binomial(200, share)).sum()
        held.append(told.p10 <= came <= told.p90)
    assert 0.75 < np.mean(held) < 0.85  # 0.8, give or take two and a half standard errors


def test_margin_of_each() -> None:
    m = np.array([100.0, 240.0, 90.0, 400.0])
    each = Worth.of_each(4, m.sum(), (m * m).sum())
    assert each is not None and each.mean == m.mean()
    assert each.spread == pytest.approx(m.std(ddof=1))
    assert each.error == pytest.approx(m.std(ddof=1) / 2)
    assert Worth.of_each(1, 100, 1e4) is None


def test_nothing_is_put_above_what_its_range_meets() -> None:
    def one(low: float, mean: float, high: float) -> Chance:
        return Chance("next", "A", "B", 1, 1, 0.5, 0.4, 0.6, Estimate(mean, low, mean, high, "HKD", "", 1))

    rows = ranked([one(1, 3, 5), one(10, 11, 12), one(4, 9, 14)])
    assert [(row.margin.mean, row.surely_above) for row in rows] == [(11, 0), (9, 0), (3, 1)]


def ledger(cost: float | None) -> list[Line]:
    """400 customers take a cut every 42 days for three years; every other has colour once, a year and a half ago.

    Of those with colour three quarters, of the others a quarter, take nails, once, in the last year.
    """
    lines = []
    for key in range(400):
        cuts = [AS_OF - timedelta(days=key % 40 + 42 * i) for i in range(27)]
        lines += [Line(key + 1, day, 200.0, category="Cut", cost=cost) for day in cuts]
        if key % 2:
            lines.append(Line(key + 1, cuts[12], 500.0, category="Colour", cost=cost))
        if key % 8 in (0, 1, 3, 5):
            lines.append(Line(key + 1, cuts[1 + key % 6], 300.0, category="Nails", cost=cost))
    for key in range(50):  # Lapsed customers with nothing but colour: no opportunities.
        lines.append(Line(key + 1001, AS_OF - timedelta(days=1100), 500.0, category="Colour", cost=cost))
    return lines


@pytest.mark.parametrize(("cost", "known", "margin"), [(100.0, 1.0, 200.0), (None, 0.0, 180.0)])
def test_a_way_from_one_thing_to_another_with_its_margin(
    tmp_path: Path, cost: float | None, known: float, margin: float
) -> None:
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(ledger(cost))) as (_, setting, kept):
        state = ibis.ifelse(kept.customers.customer <= 1000, "active", "lapsed")
        people, rng = kept.customers.mutate(state=state), np.random.default_rng(1)
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people, interval=42.0, rng=rng)
        found = opportunity(scene).result
    assert found is not None and found.together is not None
    assert found.cost_known == known and found.margin_share == 0.6
    (row,) = found.together.rows
    assert (row.having, row.taking, row.had) == ("Colour", "Nails", 200)
    assert (row.rate, row.others) == pytest.approx((0.75, 0.25))
    # Strata are numbers of visits; all alike here: the odds ratio of the plain table, 3 / (1/3).
    assert row.odds == pytest.approx(9.0, rel=0.05)
    assert row.customers == 50
    (pair,) = (chance for chance in found.chances if chance.kind == "together")
    assert (pair.customers, pair.tested, pair.hit) == (50, 200, 0.75)
    assert pair.margin.mean == pytest.approx(50 * 150.5 / 201 * margin, rel=0.01)
    (again,) = (chance for chance in found.chances if chance.kind == "again")
    assert (again.of, again.to, again.customers) == ("Cut", "Cut", 400)
    cuts = sum(line.category == "Cut" and line.day > AS_OF - BACK for line in ledger(cost))
    assert again.hit == 1.0 and again.margin.mean == pytest.approx(cuts * (200 - cost if cost else 120), rel=0.01)
