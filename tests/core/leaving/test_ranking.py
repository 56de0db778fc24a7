"""Whether win-back candidates were named in the right order: by hand, by a slow loop, and where the truth is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from regulars.analysis.leaving.ranking import judged, ranking
from regulars.analysis.lookback import Look
from regulars.analysis.origins import OriginDay
from regulars.analysis.results.leaving import RankingTrial
from regulars.analysis.value import fit_bgnbd
from regulars.analysis.value.contest import Trial
from regulars.packs.load import load_pack
from regulars.report.chapters.elsewhere import named_first
from support.analysis import Line, studied
from support.value import simulate

CUT = date(2025, 1, 1)


def test_who_is_named_first_by_hand() -> None:
    worth = np.array([100.0, 90.0, 10.0, 5.0, 1.0, 1.0])
    away = np.array([False, True, True, True, True, False])
    scores = {"value": np.array([0, 9, 8, 0, 0, 0.0]), "spend": worth, "silence": np.array([0, 0, 0, 5, 5, 5.0])}
    rules, _ = judged(scores, worth=worth, away=away)
    assert [(r.id, r.away, r.gone) for r in rules] == [
        ("value", 1.0, 100.0),
        ("spend", 0.5, 90.0),
        ("silence", 1.0, 6.0),
        ("chance", 4 / 6, pytest.approx(106 * 2 / 6)),
    ]


def test_orders_of_equal_worth_are_rarely_called_apart() -> None:
    called = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        worth, away = rng.gamma(2, 500, 400), rng.random(400) < 0.6
        scores = {name: rng.random(400) for name in ("value", "spend", "silence")}
        called += judged(scores, worth=worth, away=away)[1] != "alike"
    assert called <= 30


def scene_of(trial: Trial) -> Look:
    cases = {OriginDay(CUT, 364): trial}
    tried = SimpleNamespace(cases=cases, fits=(fit_bgnbd(trial.statistics()),))
    setting = SimpleNamespace(pack=load_pack("beauty"))
    return cast(Look, cast(Any, SimpleNamespace(tried=tried, setting=setting, interval=60.0)))


def base(seed: int, customers: int) -> Trial:
    rng = np.random.default_rng(seed)
    some = simulate("bg-nbd", (1.2, 9.0, 0.8, 3.0), (6.0, 4.0, 15.0), customers=customers, rng=rng, weeks=52.0)
    empty = np.zeros(customers)
    return Trial(
        *(some.x.astype(float), some.t_x, some.T, some.mean_value, some.future.astype(float), some.revenue),
        *(empty, empty, empty, empty > 0),
        horizon_days=364,
    )


def test_where_the_model_is_true_its_order_loses_to_no_simple_rule() -> None:
    found = [ranking(scene_of(base(seed, 3000))) for seed in range(8)]
    trials = [t for t in found if t is not None]
    assert len(trials) == 8 and all(t.top == 100 for t in trials)
    money = {id: sum(r.gone for t in trials for r in t.rules if r.id == id) for id in ("value", "spend", "silence")}
    assert money["value"] >= max(money["spend"], money["silence"])
    assert all(t.clear != "worse" for t in trials)
    assert ranking(scene_of(base(1, 60))) is None  # too few candidates


def test_candidates_and_hits_are_counted_as_a_loop_counts(tmp_path: Path) -> None:
    rng, as_of = np.random.default_rng(7), date(2025, 12, 31)
    lines: list[Line] = []
    for customer in range(1, 401):
        day = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 700)))
        while day <= as_of:
            lines.append(Line(customer, day, float(rng.integers(100, 400))))
            if rng.random() < 0.12:
                break
            day += timedelta(days=int(rng.integers(25, 46)))
    result = studied(lines, folder=tmp_path, as_of=as_of, parts=("leaving",)).diagnosis
    assert result.leaving is not None
    t = result.leaving.win_back.ranking
    assert t is not None
    windows, days = load_pack("beauty").windows, defaultdict(set)
    for line in lines:
        days[line.customer].add(line.day)
    candidates = silent = 0
    for visits in days.values():
        before = sorted(day for day in visits if day <= t.cut)
        if len(before) < 2:
            continue
        x, span = len(before) - 1, (before[-1] - before[0]).days
        own = (windows.prior_strength * result.rhythm.population_days + span) / (windows.prior_strength + x)
        if (t.cut - before[-1]).days >= windows.overdue_at * own:
            candidates += 1
            silent += not any(0 < (day - t.cut).days <= t.days for day in visits)
    rules = {rule.id: rule for rule in t.rules}
    assert t.candidates == candidates and rules["chance"].away == pytest.approx(silent / candidates)
    ((_, said),) = named_first(result.leaving, "HKD")
    assert said.params["n"] == candidates
    none = replace(result.leaving, win_back=replace(result.leaving.win_back, ranking=None))
    assert named_first(none, "HKD") == [] and isinstance(t, RankingTrial)
