"""The trial: its origins, expected repeats against a slow loop, and whole studies with and without season."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.clock.trial import expected_repeats, origins
from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.results.clock import ClockFound
from regulars.analysis.value import Statistics, fit_mbgnbd
from regulars.base.settings import Forecast
from support.analysis import BUSINESS, Line, studied

FIRST = date(2021, 1, 4)
AS_OF = date(2024, 6, 30)
DAYS = (AS_OF - FIRST).days + 1
STRONG = np.array([1.3, 0.7, 0.8, 0.9, 1.0, 1.0, 0.8, 0.9, 1.0, 1.0, 1.2, 1.4])


def test_origins_leave_two_years_and_do_not_overlap() -> None:
    found = origins(FIRST, AS_OF)
    assert len(found) == 4
    assert all((day - FIRST).days + 1 >= 730 for day in found)
    assert {(a - b).days for a, b in pairwise(found)} == {120}
    assert origins(FIRST, FIRST + timedelta(days=800)) == ()


def test_expected_repeats_against_a_loop() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(0, 6, 400)
    T = rng.uniform(10, 100, 400)
    fit = fit_mbgnbd(Statistics.collapse(x, np.where(x > 0, T * 0.7, 0.0), T))
    newcomers = np.zeros(200)
    newcomers[[0, 3, 90]] = 5, 2, 7
    got = expected_repeats(newcomers, fit)
    wanted = np.zeros(200)
    for born in (0, 3, 90):
        for day in range(born + 1, 200):
            upto, before = (
                float(fit.expected_visits(0, 0, 0, t / 7)[0]) if t else 0.0 for t in (day - born, day - born - 1)
            )
            wanted[day] += newcomers[born] * (upto - before)
    assert got.sum() == pytest.approx(wanted.sum(), rel=1e-3)
    assert np.abs(got - wanted).max() < 0.03 * wanted.max()


def base(seed: int, *, strong: bool) -> list[Line]:
    """A simulated base with exponential gaps in business time, whose speed is known."""
    rng = np.random.default_rng(seed)
    dates = np.datetime64(FIRST, "D") + np.arange(DAYS)
    month = dates.astype("datetime64[M]").astype(np.int64) % 12
    factors = STRONG if strong else np.ones(12)
    passed = np.concatenate([[0.0], np.cumsum(factors[month] / factors.mean())])
    lines = []
    for customer in range(1500):
        at = passed[rng.integers(0, DAYS - 30)]
        gap = 45 / rng.gamma(2.0, 0.5)
        while at < passed[-1] and (day := int(np.searchsorted(passed, at, side="right")) - 1) < DAYS:
            lines.append(Line(customer, FIRST + timedelta(days=day), 300.0 + customer % 40))
            if rng.random() < 0.15:
                break
            at += rng.exponential(gap)
    return lines


def clock_of(lines: list[Line], folder: Path) -> ClockFound:
    found = studied(lines, folder=folder, as_of=AS_OF).diagnosis.clock
    assert found is not None
    return found


def missed_soon(found: Diagnosis) -> float:
    """Mean absolute logarithmic error of the customers foretold to come within 90 days of origins that know a clock."""
    assert found.trust is not None
    rows = [row for row in found.trust.rows if row.figure == "active_90" and (row.cut - FIRST).days >= 730]
    assert len(rows) == 2
    return float(np.mean([abs(np.log(row.foretold / row.actual)) for row in rows]))


@pytest.mark.slow
def test_a_strong_season_wins(tmp_path: Path) -> None:
    lines = base(1, strong=True)
    timed = studied(lines, folder=tmp_path / "timed", as_of=AS_OF).diagnosis
    held_off = BUSINESS.model_copy(update={"forecast": Forecast(clock="calendar")})
    plain = studied(lines, folder=tmp_path / "plain", as_of=AS_OF, business=held_off).diagnosis
    found, off = timed.clock, plain.clock
    assert found is not None and off is not None
    assert (found.wins, found.used, found.reason.id) == (True, True, "study.clock.wins")
    assert (off.wins, off.used, off.reason.id) == (True, False, "study.clock.held_off")
    assert missed_soon(timed) < 0.7 * missed_soon(plain), "visits of the next 90 days, where season matters"
    assert found.gain is not None and found.gain_error is not None and found.gain > found.gain_error
    assert len(found.trial) == 16
    assert sum(abs(row.errors[1]) for row in found.trial) < sum(abs(row.errors[0]) for row in found.trial)
    months = {m.month: m.factor for m in found.months}
    # Ranges are of chance in three and a half years of one small base; factors are drawn a little towards 1.
    assert np.corrcoef([months[m + 1].p50 for m in range(12)], STRONG)[0, 1] > 0.95
    assert months[12].p50 == pytest.approx(1.4, rel=0.12)
    assert months[2].p50 == pytest.approx(0.7, rel=0.12)


@pytest.mark.slow
def test_no_season_does_not_win(tmp_path: Path) -> None:
    found = clock_of(base(2, strong=False), tmp_path)
    assert not found.wins
    assert found.reason.id in ("study.clock.no_season", "study.clock.loses")


def test_a_short_history_says_so(tmp_path: Path) -> None:
    lines = [Line(c, AS_OF - timedelta(days=40 * i + c)) for c in range(60) for i in range(4)]
    found = clock_of(lines, tmp_path)
    assert found.reason.id == "study.clock.too_short" and found.months == () and found.trial == ()
