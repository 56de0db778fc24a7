"""What goes together: published tables, a base of which the truth is known, and a slow loop over a ledger."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np
import pytest
from numpy.typing import NDArray

from regulars.analysis.many import surviving
from regulars.analysis.opportunity.association import FALSE, Flags, alike, odds
from regulars.analysis.opportunity.menu import Menu
from regulars.analysis.opportunity.taking import BACK, WINDOW, came, taken
from regulars.analysis.opportunity.together import Begun, begun_in, survivors
from support.analysis import Line, laid_out, sales_table

AS_OF = date(2025, 12, 31)
#: Admissions to Berkeley in 1973 by department: men admitted and not, women admitted and not (Bickel and others 1975).
BERKELEY = np.array(
    [
        (512, 313, 89, 19),
        (353, 207, 17, 8),
        (120, 205, 202, 391),
        (138, 279, 131, 244),
        (53, 138, 94, 299),
        (22, 351, 24, 317),
    ],
    dtype=float,
)


def test_a_year_without_customers_tells_nothing() -> None:
    nobody = Begun(*(np.zeros((0, 3, 3)) for _ in range(4)))
    found = survivors(nobody.odds(), np.ones(9, dtype=bool))
    assert np.isnan(found.odds.p).all() and not found.kept.any() and found.kept.shape == (9,)


def test_the_common_odds_ratio_is_that_of_r() -> None:
    men, not_men, women, not_women = (BERKELEY[:, [i]] for i in range(4))
    told = odds(men, women, not_men, not_women)
    # mantelhaen.test(UCBAdmissions, correct = FALSE) of R: 0.9046968, 95 % from 0.7719074 to 1.0603298, p 0.2169.
    wider = 1.959963984540054 / 1.6448536269514722
    assert told.ratio[0] == pytest.approx(0.9046968, abs=5e-8)
    low, high = (told.ratio[0] * (end[0] / told.ratio[0]) ** wider for end in (told.low, told.high))
    assert (low, high) == pytest.approx((0.7719074, 1.0603298), abs=5e-7)
    assert told.p[0] == pytest.approx(0.2169, abs=5e-5)


def test_too_few_are_not_judged() -> None:
    told = odds(*(np.array([[float(n)]]) for n in (3, 1, 2, 9)))
    assert np.isnan(told.p).all() and not surviving(told.p, false=FALSE).any()


def test_many_tests_at_once() -> None:
    # The fifteen p-values of Benjamini and Hochberg (1995), section 3.2: they believe the first four.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    p += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert surviving(np.array([*p[::-1], np.nan]), false=FALSE).tolist() == [False] * 11 + [True] * 4 + [False]


def test_others_are_weighed_to_the_strata_of_those_compared() -> None:
    n, hits_others, n_others = np.array([30.0, 10.0, 5.0]), np.array([10.0, 10.0, 0.0]), np.array([100.0, 20.0, 0.0])
    assert alike(n, hits_others, n_others) == pytest.approx((30 * 0.1 + 10 * 0.5) / 40)
    assert alike(n, hits_others, np.zeros(3)) is None


def counted(before: Flags, after: Flags, visits: NDArray[np.int64]) -> Begun:
    """Who of the customers of as many visits began with what they had lacked."""
    k = before.shape[1]
    found = {name: np.zeros((40, k, k)) for name in Begun.__slots__}
    band = np.minimum(visits, 40) - 1
    for a, b in product(range(k), range(k)):
        lacks = ~before[:, b]
        for who, hits, n in ((before[:, a], "hits", "n"), (~before[:, a], "hits_others", "n_others")):
            found[n][:, a, b] = np.bincount(band[lacks & who], minlength=40)
            found[hits][:, a, b] = np.bincount(band[lacks & who & after[:, b]], minlength=40)
    return Begun(**found)


def naive(base: Begun) -> Begun:
    """Busy and idle customers in one heap."""
    return Begun(*(getattr(base, name).sum(axis=0, keepdims=True) for name in Begun.__slots__))


WANTED = ~np.eye(6, dtype=bool).ravel()


def test_finds_what_goes_together_and_nothing_else() -> None:
    """20,000 customers, busy and idle; a quarter like the things 0 and 1, the others 2 to 5 as everybody."""
    rng = np.random.default_rng(5)
    pace, fond = rng.gamma(0.8, 6.0, 20_000), rng.random(20_000) < 0.25
    visits = 1 + rng.poisson(pace)
    shares = np.tile([0.06, 0.06, 0.12, 0.12, 0.12, 0.12], (20_000, 1))
    shares[:, :2] += np.where(fond[:, None], 0.15, 0.0)
    before, after = (rng.binomial(n[:, None], shares) > 0 for n in (visits, rng.poisson(pace)))
    base = counted(before, after, visits)
    found = survivors(base.odds(), WANTED)
    assert np.flatnonzero(found.kept).tolist() == [1, 6]  # 0 -> 1 and 1 -> 0
    assert survivors(naive(base).odds(), WANTED).kept.sum() == 30  # all there are: whoever comes often takes everything


def test_one_thing_a_visit_and_a_taste_of_ones_own_are_no_association() -> None:
    rng = np.random.default_rng(5)
    pace, taste = rng.gamma(0.8, 6.0, 20_000), rng.dirichlet([0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 20_000)
    visits = 1 + rng.poisson(pace)
    before, after = (rng.multinomial(n, taste) > 0 for n in (visits, rng.poisson(pace)))
    base = counted(before, after, visits)
    assert not survivors(base.odds(), WANTED).kept.any()
    assert np.nanmedian(base.odds().ratio) == pytest.approx(1.0, abs=0.1)
    assert survivors(naive(base).odds(), WANTED).kept.sum() == 30


NAMES = ("Cut", "Colour", "Nails", "Prepaid")


def ledger() -> list[Line]:
    rng, lines = np.random.default_rng(2), []
    for key in range(1, 261):
        for back in rng.integers(0, 3 * 364 + 200, rng.integers(1, 14)).tolist():
            for name in rng.choice(3, rng.integers(1, 3), replace=False, p=[0.5, 0.3, 0.2]).tolist():
                day = AS_OF - timedelta(days=back)
                lines.append(Line(key, day, 100.0, category=NAMES[name], branch="AB"[key % 2]))
        lines.append(
            Line(key, AS_OF - timedelta(days=900), 0.0, "package_redemption", "AB"[key % 2], category="Prepaid")
        )
    return lines


def slowly(lines: list[Line], cut: date, current: set[int]) -> dict[tuple[str, str], list[int]]:
    """Customers without B at the cut: [had A and began, had A, had not and began, had not]."""
    before, after = defaultdict(set), defaultdict(set)
    for line in lines:
        if cut - WINDOW < line.day <= cut:
            before[line.customer].add(line.category)
        elif cut < line.day <= cut + BACK:
            after[line.customer].add(line.category)
    counts: dict[tuple[str, str], list[int]] = {}
    for a, b in product(NAMES[:3], NAMES[:3]):
        lacking = [c for c in before if c in current and b not in before[c]]
        with_ = [c for c in lacking if a in before[c]]
        without = [c for c in lacking if a not in before[c]]
        counts[a, b] = [n for group in (with_, without) for n in (sum(b in after[c] for c in group), len(group))]
    return counts


def test_counts_are_those_of_a_slow_loop(tmp_path: Path) -> None:
    lines = ledger()
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (reader, setting, kept):
        people = kept.customers.mutate(state=ibis.literal("active"))
        scene: Any = SimpleNamespace(setting=setting, kept=kept, people=people, interval=60.0)
        menu = Menu.of(scene)
        took = setting.desk.keep("took", taken(scene, list(menu.names)))
        for year in (1, 2):
            cut = AS_OF - year * BACK
            there = setting.desk.keep(f"there_{year}", came(scene, cut))
            who = reader.arrow(there).to_pylist()
            current = {row["customer"] for row in who if row["current"]}
            assert 20 < len(current) < len(who)
            days = {(line.customer, line.day) for line in lines if cut - WINDOW < line.day <= cut}
            visits: dict[int, int] = defaultdict(int)
            for customer, _ in days:
                visits[customer or 0] += 1
            assert {row["customer"]: row["band"] for row in who} == visits
            assert all(row["branch"] == "AB"[row["customer"] % 2] for row in who)
            found = begun_in(scene, took, there, year, len(menu.names))
            told = {
                (a, b): [int(v[:, i, j].sum()) for v in (found.hits, found.n, found.hits_others, found.n_others)]
                for (i, a), (j, b) in product(enumerate(menu.names), enumerate(menu.names))
                if a != b and "Prepaid" not in (a, b)
            }
            assert told == {pair: counts for pair, counts in slowly(lines, cut, current).items() if pair[0] != pair[1]}
        assert dict(zip(menu.names, menu.chosen, strict=True)) == {name: name != "Prepaid" for name in NAMES}
