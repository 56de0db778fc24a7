"""Renewals and returns against slow loops and known truth."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from regulars.analysis.renewal.contracts import modal_gap, steps
from regulars.analysis.renewal.returning import bands_of, within
from regulars.packs.load import load_pack
from support.analysis import Line, studied

AS_OF = date(2025, 12, 31)
LOST = load_pack("beauty").windows.lost_after


def test_steps_count_who_took_another() -> None:
    found = steps(np.array([5.0, 3.0, 0.0]), np.array([2.0, 1.0, 4.0]), [0.6, 0.5, 0.5])
    assert [(s.renewed, s.lapsed, s.open) for s in found] == [(8, 5, 2), (4, 3, 1), (0, 0, 4)]
    assert [s.observed for s in found] == [pytest.approx(8 / 13), pytest.approx(4 / 7), None]


def test_the_commonest_gap_is_told_by_its_fortnight() -> None:
    assert modal_gap({30: 10, 31: 12, 28: 6, 90: 15}) == 31
    assert modal_gap({}) is None


def test_the_chance_of_coming_back() -> None:
    found = within(90, 90 * 1000)
    assert found.mean == pytest.approx(1 - np.exp(-90.5 / 1000))
    assert found.p10 < found.p50 < found.p90
    rng, inside = np.random.default_rng(1), 0
    for _ in range(400):
        one = within(int(rng.poisson(0.0008 * 60_000)), 60_000)
        inside += one.p10 <= 1 - np.exp(-90 * 0.0008) <= one.p90
    assert 0.74 <= inside / 400 <= 0.87


def salon(rng: np.random.Generator) -> list[Line]:
    lines = []
    for customer in range(1, 251):
        day = date(2021, 1, 1) + timedelta(days=int(rng.integers(0, 900)))
        while day <= AS_OF:
            lines.append(Line(customer, day))
            day += timedelta(days=int(rng.exponential(60)) + 5)
            if rng.random() < 0.1:
                day += timedelta(days=int(rng.exponential(700)))
    return lines


def test_returns_against_a_loop_over_days(tmp_path: Path) -> None:
    lines = salon(np.random.default_rng(3))
    result = studied(lines, folder=tmp_path, as_of=AS_OF, parts=("renewal",)).diagnosis.renewal
    assert result is not None
    for rate in result.returns:
        exposure = came = 0
        for customer in range(1, 251):
            days = sorted({line.day for line in lines if line.customer == customer})
            for at, day in enumerate(days):
                following = days[at + 1] if at + 1 < len(days) else None
                length = ((following or AS_OF) - day).days
                high = rate.to_days or 10**6
                exposure += max(min(length, high) - rate.from_days, 0)
                came += following is not None and rate.from_days < length <= high
        assert rate.returns == came
        assert rate.per_90.mean == pytest.approx(within(came, exposure).mean)
    assert [(r.from_days, r.to_days) for r in result.returns] == list(bands_of(LOST))[: len(result.returns)]


def test_memberships_are_followed_fee_by_fee(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lines, paid = [], {}
    for customer in range(1, 401):
        start = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 600)))
        leave = rng.beta(1.0, 4.0)
        for month in range(40):
            day = start + timedelta(days=30 * month)
            if day > AS_OF or (month and rng.random() < leave):
                break
            lines += [Line(customer, day, 300.0, "membership_fee"), Line(customer, day)]
            paid[customer] = (month + 1, day)
    found = studied(lines, folder=tmp_path, as_of=AS_OF, parts=("renewal",)).diagnosis.renewal
    assert found is not None
    contracts = next(one for one in found.contracts if one.kind == "membership_fee")
    assert (contracts.holders, contracts.period_days, contracts.lapsed_after_days) == (400, 30, 45)
    first = contracts.steps[0]
    once = [day for n, day in paid.values() if n == 1]
    assert first.lapsed == sum((AS_OF - day).days > 45 for day in once)
    assert first.renewed == sum(n > 1 for n, _ in paid.values())
    # The mean chance to stay at the first renewal is 4 / 5, and who stays is likelier to stay again.
    assert first.fitted == pytest.approx(0.8, abs=0.05)
    assert contracts.steps[5].fitted > first.fitted
    assert contracts.survival[0].p10 < contracts.survival[0].mean < contracts.survival[0].p90


def test_no_contracts_and_nobody_lost_is_nothing_to_say(tmp_path: Path) -> None:
    lines = [Line(1, AS_OF - timedelta(days=d)) for d in (0, 30)]
    assert studied(lines, folder=tmp_path, as_of=AS_OF, parts=("renewal",)).diagnosis.renewal is None
