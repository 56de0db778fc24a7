"""Waits of one customer are alike: intervals after later visits must hold in bases where customers differ."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from regulars.analysis.staying.survival import Survival, _waiting, clustered, kaplan_meier


def waits(rng: np.random.Generator, customers: int, *, span: int = 730) -> pa.Table:
    """Waits after the fourth visit and later ones: each customer has a rhythm of its own, and leaves some day."""
    rows: list[tuple[int, int, int]] = []
    for customer in range(customers):
        rhythm, day, visit = rng.gamma(3, 20), rng.random() * span * 0.7, 1
        while True:
            gap = rng.gamma(4, rhythm / 4) + 1
            here = rng.random() > 0.08 and day + gap <= span
            if visit >= 4:
                rows.append((int(gap) if here else int(span - day), int(here), customer % 20))
            if not here:
                break
            day, visit = day + gap, visit + 1
    days, came, part = zip(*rows, strict=True)
    return pa.table({"days": days, "came": came, "part": part, "n": [1] * len(rows)})


def at(s: Survival, day: int) -> tuple[float, float, float]:
    i = int(np.searchsorted(s.days, day, side="right")) - 1
    return float(s.waiting[i]), float(s.low[i]), float(s.high[i])


def test_intervals_after_later_visits_hold() -> None:
    """80 %; by Greenwood, as if every wait were somebody else's, they held 35 to 63 %."""
    rng = np.random.default_rng(1)
    truth = kaplan_meier(_waiting(waits(rng, 10_000)))
    held = dict.fromkeys((20, 45, 90), 0)
    plain = 0
    for _ in range(80):
        table = waits(rng, 300)
        curve = kaplan_meier(_waiting(table))
        wide = clustered(curve, table)
        for day in held:
            true = at(truth, day)[0]
            _, low, high = at(wide, day)
            held[day] += low <= true <= high
        _, low, high = at(curve, 20)
        plain += low <= at(truth, 20)[0] <= high
    assert all(0.67 * 80 <= n <= 0.93 * 80 for n in held.values()), held
    assert plain < 0.6 * 80


def test_the_curve_itself_stays_and_few_groups_change_nothing() -> None:
    table = waits(np.random.default_rng(2), 300)
    curve = kaplan_meier(_waiting(table))
    assert clustered(curve, table).waiting.tolist() == curve.waiting.tolist()
    few = table.filter(pa.array(table["part"].to_numpy() < 9))
    alone = kaplan_meier(_waiting(few))
    assert clustered(alone, few) is alone
