"""Wastage in depth: small parts by hand and brute force, and bases in which the truth is known."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.analysis.leaving.criteria import _crossing, pooled, soon
from regulars.analysis.leaving.reasons import (
    associations,
    believed,
    complaints_query,
    exposures_query,
    price_query,
)
from regulars.analysis.leaving.warnings import area, difference, judged, verdict
from regulars.analysis.lookback import Look
from regulars.analysis.origins import OriginDay, longest
from regulars.analysis.results.leaving import Leaving
from regulars.analysis.results.tournament import Trust
from regulars.analysis.tournament import spend_at
from regulars.analysis.trust import far
from regulars.analysis.value import fit_bgnbd
from regulars.analysis.value.contest import Trial
from regulars.base.text import say
from regulars.packs.load import load_pack
from support.analysis import Line, Studied, complaints_table, sales_table, studied
from support.value import simulate

AS_OF = date(2025, 12, 31)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=7))
def test_pooling_is_the_closest_falling_curve(points: list[tuple[float, int]]) -> None:
    share, weight = np.array([p for p, _ in points]), np.array([float(w) for _, w in points])
    found = pooled(share, weight)
    assert (np.diff(found) <= 1e-12).all()
    # The min-max formula of isotonic regression, by brute force.
    n = len(share)

    def mean(i: int, j: int) -> float:
        return float((share[i : j + 1] * weight[i : j + 1]).sum() / weight[i : j + 1].sum())

    wanted = [min(max(mean(i, j) for j in range(k, n)) for i in range(k + 1)) for k in range(n)]
    assert found == pytest.approx(wanted)


def test_the_criterion_lies_on_the_line_between_points() -> None:
    factor, share = np.array([1.0, 2.0, 4.0]), np.array([0.8, 0.6, 0.2])
    assert _crossing(factor, share, 0.5) == pytest.approx(2.5)
    assert _crossing(factor, share, 0.1) is None
    assert _crossing(factor, share, 0.9) == 0.0, "below it from the start"


def test_a_return_counts_for_longer_where_customers_come_seldom() -> None:
    assert [soon(days, 365) for days in (7, 35, 45, 100, 352)] == [90, 90, 90, 210, 365]
    assert soon(352, 182) == 182, "no longer than anybody was watched"


def test_alarms_against_every_pair() -> None:
    rng = np.random.default_rng(2)
    score, silent = np.round(rng.random(80), 1), (rng.random(80) < 0.4).astype(float)
    pairs = [(a > b) + 0.5 * (a == b) for a in score[silent > 0] for b in score[silent == 0]]
    assert area(score, silent) == pytest.approx(np.mean(pairs))
    assert judged("recency", silent, silent).auc == 1.0
    assert judged("recency", silent, silent).precision == pytest.approx(1.0)
    flat = judged("recency", np.zeros(80), silent)
    assert flat.auc == pytest.approx(0.5) and flat.lift == pytest.approx(1.0)


def test_a_difference_of_alarms_has_its_sampling_error() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(300):
        silent = (rng.random(300) < 0.4).astype(float)
        truth = silent + rng.normal(0, 1, 300)
        found.append(difference(truth + rng.normal(0, 0.5, 300), truth + rng.normal(0, 1.5, 300), silent))
    gains, errors = np.array(found).T
    assert errors.mean() == pytest.approx(gains.std(), rel=0.12)
    assert gains.mean() > 0.03


def test_a_better_rule_is_preferred_to_the_model() -> None:
    rng = np.random.default_rng(4)
    silent = (rng.random(4000) < 0.4).astype(float)
    noise, good = rng.random(4000), silent + rng.normal(0, 0.7, 4000)
    assert verdict(good, noise, silent, rival="recency", origins=1).id == "study.leaving.model_better"
    assert verdict(noise, good, silent, rival="recency", origins=1).id == "study.leaving.model_worse"
    assert verdict(good, good, silent, rival="recency", origins=1).id == "study.leaving.model_alike"


def test_a_true_association_is_found_and_none_is_not() -> None:
    rng = np.random.default_rng(5)
    held = rng.normal(0, 1, (2, 6000))
    exposed = (rng.random((2, 6000)) < [[0.2], [0.3]]).astype(float)
    logit = -0.5 + 0.8 * held[0] + np.log(2) * exposed[0]
    y = (rng.random(6000) < 1 / (1 + np.exp(-logit))).astype(float)
    true, none = associations(exposed, held, y)
    assert np.exp(true[0]) == pytest.approx(2.0, rel=0.15)
    assert abs(none[0]) < 3 * none[1]
    odds = np.exp(logit[exposed[0] > 0])
    extra = (odds / (1 + odds) - (odds / 2) / (1 + odds / 2)).sum()
    assert true[2] == pytest.approx(extra, rel=0.2)


def test_nothing_is_called_clear_where_nothing_goes_with_leaving() -> None:
    """Eight reasons that are none: some range of 80 % nearly always keeps off 1, and yet none is called clear."""
    rng = np.random.default_rng(6)
    named, apart = 0, 0
    for _ in range(100):
        exposed, held = (rng.random((8, 400)) < 0.2).astype(float), rng.normal(0, 1, (1, 400))
        found = associations(exposed, held, (rng.random(400) < 0.4).astype(float), ids=np.arange(400))
        apart += any(abs(beta) > 1.2816 * sd for beta, sd, _ in found)
        named += bool(believed(found).any())
    assert apart > 60  # 1 - 0.8^8 would be 83, less what the prior holds back
    assert named <= 10 + 2 * 3  # one in ten, and two standard errors of it


def test_a_true_reason_among_many_is_still_called_clear() -> None:
    rng = np.random.default_rng(16)
    hits, wrong = 0, 0
    for _ in range(20):
        exposed = (rng.random((8, 2000)) < 0.1).astype(float)
        chance = 1 / (1 + np.exp(0.5 - np.log(2.2) * exposed[0]))
        found = associations(exposed, np.zeros((1, 2000)), (rng.random(2000) < chance).astype(float))
        clear = believed(found)
        hits, wrong = hits + int(clear[0]), wrong + int(clear[1:].sum())
    assert hits >= 18
    assert wrong <= 6  # a tenth of twenty finds is two


def test_rows_of_one_customer_do_not_count_twice() -> None:
    rng = np.random.default_rng(9)
    exposed, held = (rng.random((1, 800)) < 0.3).astype(float), rng.normal(0, 1, (1, 800))
    y = (rng.random(800) < 0.4).astype(float)
    once = associations(exposed, held, y)[0]
    own = associations(exposed, held, y, ids=np.arange(800))[0]
    assert own[1] == pytest.approx(once[1], rel=0.05)  # nobody recurs: the curvature again
    more = (np.tile(exposed, 3), np.tile(held, 3), np.tile(y, 3))
    naive, clustered = associations(*more)[0], associations(*more, ids=np.tile(np.arange(800), 3))[0]
    assert naive[1] < 0.65 * once[1]
    assert clustered[1] == pytest.approx(once[1], rel=0.1)


def answer(table: ibis.Table) -> list[dict[str, Any]]:
    return sorted(ibis.duckdb.connect().to_pyarrow(table).to_pylist(), key=lambda row: row["customer"])


def test_complaints_as_they_stood_that_day() -> None:
    cut = date(2024, 6, 30)
    rows: list[dict[str, object]] = [
        {"customer": 1, "day": date(2024, 6, 1), "resolved": date(2024, 6, 8)},  # a week
        {"customer": 2, "day": date(2024, 6, 1), "resolved": date(2024, 6, 9)},  # a day more
        {"customer": 3, "day": date(2024, 6, 1), "resolved": date(2024, 7, 2)},  # settled later: open that day
        {"customer": 4, "day": date(2024, 6, 1), "resolved": date(2024, 6, 2)},
        {"customer": 4, "day": date(2024, 6, 20)},  # the worse of two counts
        {"customer": 5, "day": date(2024, 1, 2)},  # 180 days before
        {"customer": 6, "day": date(2024, 7, 1)},  # not known that day
        {"customer": None, "day": date(2024, 6, 1)},
    ]
    table = ibis.memtable(complaints_table(rows))
    found = answer(complaints_query(table, cut=cut, customers=6))
    assert [(r["customer"], r["complaint_settled"], r["complaint_late"], r["complaint_open"]) for r in found] == [
        (1, 1, 0, 0),
        (2, 0, 1, 0),
        (3, 0, 0, 1),
        (4, 0, 0, 1),
    ]


def test_dearer_is_dearer_for_the_same_things() -> None:
    early, late = date(2023, 12, 1), date(2024, 6, 1)
    lines = [
        *(Line(1, early, 100.0, category="cut"), Line(1, late, 111.0, category="cut")),
        *(Line(2, early, 100.0, category="cut"), Line(2, late, 109.0, category="cut")),
        *(Line(3, early, 100.0, category="cut"), Line(3, late, 400.0, category="colour")),  # dearer things, not prices
        # Colour fell and the cut rose: (90 + 120) / (100 + 100) = 1.05.
        *(Line(4, early, 100.0, category="cut"), Line(4, late, 120.0, category="cut")),
        *(Line(4, early, 100.0, category="colour"), Line(4, late, 90.0, category="colour")),
        *(Line(5, early, 100.0), Line(5, late, 120.0)),  # no categories: all of a kind
        *(Line(6, date(2022, 6, 1), 50.0), Line(6, late, 120.0)),  # too long ago
        *(Line(7, early, 100.0), Line(7, date(2024, 7, 1), 200.0)),  # not known that day
    ]
    sales = sales_table(lines)
    at = sales.column_names.index("quantity")
    sales = sales.set_column(at, sales.field(at), [[1.0] * len(lines)])
    scene = SimpleNamespace(setting=SimpleNamespace(lines=ibis.memtable(sales)))
    origin = OriginDay(date(2024, 6, 30), 90)
    found = answer(price_query(cast(Look, scene), origin=origin, customers=7))
    assert [(row["customer"], row["dearer"]) for row in found] == [(1, 1), (5, 1)]


def test_a_session_paid_before_is_no_discount() -> None:
    day = date(2024, 6, 1)
    lines = [
        Line(1, day, 1000.0, kind="package_sale"),
        Line(1, day, 0.0, kind="package_redemption", gross=100.0),
        Line(2, day, 80.0, gross=100.0),  # a fifth off
        Line(3, day, 90.0, gross=100.0),  # a tenth off
    ]
    sales = sales_table(lines)
    at = sales.column_names.index("discount")
    sales = sales.set_column(
        at, sales.field(at), pa.array([Decimal(v) for v in (0, 100, 20, 10)], sales.field(at).type)
    )
    scene = SimpleNamespace(setting=SimpleNamespace(lines=ibis.memtable(sales)))
    found = answer(exposures_query(cast(Look, scene), origin=OriginDay(date(2024, 6, 30), 90), customers=3))
    assert [(row["customer"], row["discounted"]) for row in found] == [(1, 0), (2, 1), (3, 0)]


@cache
def told() -> tuple[tuple[Line, ...], tuple[dict[str, object], ...]]:
    """Lines and complaints: customers of a five-week rhythm; who complains in vain leaves more often."""
    rng, other = np.random.default_rng(7), np.random.default_rng(8)
    lines: list[Line] = []
    complaints: list[dict[str, object]] = []
    for customer in range(1, 501):
        day = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 900)))
        while day <= AS_OF:
            lines.append(Line(customer, day, float(rng.integers(100, 400))))
            left, complained = rng.random() < 0.12, other.random()
            if complained < (0.6 if left else 0.04):
                complaints.append({"customer": customer, "day": day})
            elif other.random() < 0.25:
                complaints.append({"customer": customer, "day": day, "resolved": day + timedelta(days=3)})
            if left:
                break
            day += timedelta(days=int(rng.integers(25, 46)))
    lines += [Line(900, AS_OF - timedelta(days=10 * n), -50.0 if n % 2 else 40.0) for n in range(8)]
    return tuple(lines), tuple(complaints)


@cache
def salon(folder: Path) -> Studied:
    lines, complaints = told()
    return studied(lines, folder=folder, as_of=AS_OF, complaints=complaints_table(complaints), parts=("leaving",))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Leaving, Studied]:
    result = salon(tmp_path_factory.mktemp("salon"))
    assert result.diagnosis.leaving is not None
    return result.diagnosis.leaving, result


def test_criteria_are_those_of_the_rhythm(found: tuple[Leaving, Studied]) -> None:
    """Nobody who stays is ever silent for more than 46 days: beyond, next to nobody comes."""
    criteria = found[0].criteria
    assert criteria is not None
    for band in criteria.bands:
        tenth = next(c for c in band.criteria if c.below == 0.1)
        assert tenth.days is not None and 36 <= tenth.days <= 75
        assert [p.share for p in band.points] == sorted((p.share for p in band.points), reverse=True)


def test_the_parts_of_leaving_add_up(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    rows = result.by_customer.values()
    assert sum(s.leaving_90.mean for s in leaving.states) == pytest.approx(sum(r["leaving_90"] for r in rows), rel=0.02)
    assert sum(s.revenue.mean for s in leaving.states) == pytest.approx(leaving.cost.leaving.mean, rel=1e-6)
    assert leaving.cost.leaving.p10 < leaving.cost.leaving.mean < leaving.cost.leaving.p90


def test_candidates_are_ranked_by_value_recovered(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    rows = [r for r in result.by_customer.values() if r["winback_rank"] is not None]
    assert leaving.win_back.candidates == len(rows) > 50
    ordered = sorted(rows, key=lambda r: r["winback_rank"])
    assert [r["winback_value"] for r in ordered] == sorted((r["winback_value"] for r in rows), reverse=True)
    assert {r["state"] for r in rows} <= {"overdue", "lapsed"}
    assert leaving.win_back.by_value >= leaving.win_back.by_risk


def test_who_costs_more_than_they_bring_is_proposed_and_never_won_back(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    assert result.by_customer[900]["deliberate_exit"] and result.by_customer[900]["winback_rank"] is None
    assert leaving.exit.customers == 1


def test_silence_is_foretold_better_than_by_chance(found: tuple[Leaving, Studied]) -> None:
    model = next(w for w in found[0].warnings if w.id == "model")
    assert model.auc > 0.7 and model.lift > 1.5 and model.brier is not None
    assert found[0].warnings_verdict is not None


def test_open_complaints_go_with_leaving_and_settled_ones_do_not(found: tuple[Leaving, Studied]) -> None:
    by = {reason.id: reason for reason in found[0].reasons}
    assert by["complaint_open"].clear and by["complaint_open"].low > 1.3
    assert by["complaint_settled"].low < 1.1
    assert {m.id for m in found[0].reasons_missing} == {"study.leaving.no_bookings"}


def test_who_would_have_come_back_untouched_is_counted_as_a_loop_counts(found: tuple[Leaving, Studied]) -> None:
    leaving, result = found
    back, rhythm = leaving.win_back.untouched, result.diagnosis.rhythm
    assert back is not None
    windows, days = load_pack("beauty").windows, defaultdict(list)
    for line in told()[0]:
        days[line.customer].append(line.day)
    candidates = came = 0
    for visits in days.values():
        before = sorted({day for day in visits if day <= back.cut})
        if not before:
            continue
        x, silent = len(before) - 1, (back.cut - before[-1]).days
        span = (before[-1] - before[0]).days
        own = (windows.prior_strength * rhythm.population_days + span) / (windows.prior_strength + x)
        if silent >= windows.overdue_at * own and (x or silent > windows.newcomer_for):
            candidates += 1
            came += any(0 < (day - back.cut).days <= back.days for day in visits)
    assert (back.candidates, back.came) == (candidates, came)
    assert back.foretold.p10 < back.foretold.mean < back.foretold.p90


def test_the_longest_period_of_the_past_is_half_of_it(found: tuple[Leaving, Studied]) -> None:
    trust, lines = found[1].diagnosis.trust, told()[0]
    assert trust is not None
    first = min(line.day for line in lines)
    assert trust.longest_days == (AS_OF - first).days // 2
    cut = AS_OF - timedelta(days=trust.longest_days)
    known = {line.customer for line in lines if line.day <= cut}
    after = {(line.customer, line.day) for line in lines if line.day > cut and line.customer in known}
    visits, revenue = trust.longest
    assert (visits.figure, visits.cut, visits.actual) == ("visits", cut, len(after))
    earned = sum(line.net for line in lines if line.day > cut and line.customer in known)
    assert revenue.actual == pytest.approx(earned)
    assert visits.low is not None and visits.high is not None and visits.low < visits.foretold < visits.high


@pytest.mark.parametrize(("known", "ahead"), [(104, 104), (78, 156)])
def test_ranges_of_long_totals_hold_where_the_model_is_true(known: int, ahead: int) -> None:
    """Customers of up to two years foretold for two more, and of a year and a half for three, by a model learned from
    them."""
    rng, held = np.random.default_rng(21), 0
    nothing = Trust((), (), (), say("study.trust.nothing_came"))
    for _ in range(30):
        base = simulate(
            "bg-nbd",
            (1.2, 9.0, 0.8, 3.0),
            (6.0, 4.0, 15.0),
            customers=600,
            rng=rng,
            observed=float(known),
            weeks=float(ahead),
        )
        empty = np.zeros(600)
        trial = Trial(
            *(base.x.astype(float), base.t_x, base.T, base.mean_value, base.future.astype(float), base.revenue),
            *(empty, empty, empty, empty > 0),
            horizon_days=7 * ahead,
        )
        fit = fit_bgnbd(trial.statistics())
        rows = far(nothing, OriginDay(AS_OF, 7 * ahead), trial, fit, spend_at(trial)).longest
        held += sum(r.low <= r.actual <= r.high for r in rows if r.low is not None and r.high is not None)
    assert held >= 39  # of 60: 80 %, less three standard errors of 60 (pairs go together)


def test_36_months_are_tried_where_18_lie_before_them() -> None:
    def of(months: float) -> OriginDay | None:
        return longest(AS_OF - timedelta(days=round(months * 30.4375)), AS_OF, beyond=365)

    assert of(54.1) == OriginDay(AS_OF - timedelta(days=1096), 1096)
    half = of(53)
    assert half is not None and half.horizon == round(53 * 30.4375) // 2
    assert of(24) is None  # no further than the contest looks
