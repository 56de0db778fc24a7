"""Who brings others: a known law recovered, a base with promoters, a base where chance does it, and a slow loop."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pytest

from regulars.analysis.opportunity.referral import gamma_of, referral
from regulars.analysis.opportunity.taking import BACK, came
from regulars.analysis.results.opportunity import Chance, Referral
from support.analysis import Line, customers_table, laid_out, sales_table

AS_OF = date(2025, 12, 31)
START = AS_OF - timedelta(days=1090)
PROMOTERS = range(1, 31)


def test_the_law_of_rates_is_recovered() -> None:
    rng = np.random.default_rng(2)
    years = rng.uniform(0.2, 3.0, 40_000)
    k = rng.poisson(rng.gamma(0.4, 1 / 2.5, 40_000) * years).astype(float)
    a, b = gamma_of(k, years, np.ones_like(k))
    assert a == pytest.approx(0.4, rel=0.1) and a / b == pytest.approx(0.16, rel=0.05)


def base(promoted: float) -> tuple[list[Line], dict[int, int]]:
    """300 customers who come every 40 days from the start, and 400 newcomers later.

    Half of these were brought by somebody: by one of 30 promoters with chance ``promoted``, else by any of the 300.
    """
    rng, lines, referrers = np.random.default_rng(6), [], {}
    for key in range(1, 301):
        lines += [Line(key, START + timedelta(days=key % 40 + 40 * i), 100.0) for i in range(27)]
    for key in range(1001, 1401):
        day = AS_OF - timedelta(days=int(rng.integers(0, 700)))
        lines += [Line(key, day, 200.0), Line(key, min(day + timedelta(days=30), AS_OF), 100.0)]
        if rng.random() < 0.5:
            referrers[key] = int(rng.choice(PROMOTERS) if rng.random() < promoted else rng.integers(1, 301))
    referrers[1] = 1  # to oneself, and by one who came later: neither counts
    referrers[2] = 1001
    return lines, referrers


def looked_at(folder: Path, promoted: float) -> tuple[Referral, list[Chance], list[Line], dict[int, int]]:
    lines, referrers = base(promoted)
    people: list[dict[str, object]] = [
        {"customer": key, "referrer": referrers.get(key or 0)} for key in {line.customer for line in lines}
    ]
    with laid_out(folder, as_of=AS_OF, sales=sales_table(lines), customers=customers_table(people)) as laid:
        _, setting, kept = laid
        scene: Any = SimpleNamespace(
            setting=setting, kept=kept, people=kept.customers.mutate(state=ibis.literal("active")), interval=40.0
        )
        assert setting.newcomers_since <= AS_OF - timedelta(days=700)
        here, there = came(scene, AS_OF), came(scene, AS_OF - BACK)
        found, chances = referral(scene, here=here, there=there, rng=np.random.default_rng(1))
    assert found is not None
    return found, list(chances), lines, referrers


def test_promoters_bring_others_again(tmp_path: Path) -> None:
    found, chances, lines, referrers = looked_at(tmp_path, 0.8)
    first: dict[int | None, date] = {}
    for line in lines:
        first[line.customer] = min(line.day, first.get(line.customer, line.day))
    cut = AS_OF - BACK
    counts = {key: who for key, who in referrers.items() if key > 1000}
    before = Counter(who for key, who in counts.items() if first[key] <= cut)
    after = Counter(who for key, who in counts.items() if first[key] > cut)
    rows = {row.least: row for row in found.rows if row.kind == "past"}
    for least, row in rows.items():
        who = {k for k in range(1, 301) if min(before[k], 3) == least}
        assert row.share is not None
        if least:  # of nobody brought there are newcomers of that year, too
            hits = sum(after[k] > 0 for k in who)
            assert row.share.n == len(who) and row.share.raw == pytest.approx(hits / len(who))
    (n, hits), (n_rest, hits_rest) = found.top, found.rest
    assert n + n_rest == sum(row.share.n for row in rows.values() if row.share)
    assert found.top_range[0] > found.rest_range[1] and hits / n > 3 * hits_rest / n_rest
    (chance,) = chances
    again = {k for k in before if after[k]}
    assert (chance.kind, chance.tested) == ("referral", len(before))
    assert chance.hit == pytest.approx(len(again) / len(before))
    assert chance.customers == len(set(counts.values()))
    # 60 % of what each newcomer of the last year spent, 300 as a rule.
    margin = 0.6 * sum(
        line.net for line in lines if counts.get(line.customer or 0) in again and first[line.customer] > cut
    )
    assert chance.margin.mean == pytest.approx(chance.customers * chance.hit * margin / len(again), rel=0.05)


def test_where_chance_brings_them_the_past_tells_nothing(tmp_path: Path) -> None:
    found, _, _, _ = looked_at(tmp_path, 0.0)
    assert found.top_range[0] < found.rest_range[1] and found.top_range[1] > found.rest_range[0]


def test_without_a_list_of_customers_it_is_unknown(tmp_path: Path) -> None:
    lines, _ = base(0.5)
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (_, setting, kept):
        scene: Any = SimpleNamespace(setting=setting, kept=kept)
        rng: Any = None
        assert referral(scene, here=kept.days, there=kept.days, rng=rng) == (None, ())
