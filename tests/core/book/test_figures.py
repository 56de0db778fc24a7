"""What chapters compute themselves: chances, rates, grades, checks of the plan, earlier cycles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from regulars.api.strategy_document import months_between
from regulars.base.estimate import Estimate
from regulars.base.inputs.files import FILES
from regulars.base.words import render
from regulars.packs.schema import Measure
from regulars.report.chapters.bundles import bundles, chance_of_gain
from regulars.report.strategy.book import Book
from regulars.report.strategy.build import build_strategy
from regulars.report.strategy.ch04_review import tiers_in
from regulars.report.strategy.ch14_measurement import expected_rate, smallest
from regulars.report.strategy.checks import checks
from regulars.report.strategy.grades import grade
from support.book import book
from support.report_plan import sample_plan


@pytest.mark.parametrize(("mean", "sd"), [(100.0, 50.0), (5.0, 200.0), (-30.0, 20.0), (0.0, 1.0), (700.0, 100.0)])
def test_the_chance_of_gain_of_a_normal_is_its_own(mean: float, sd: float) -> None:
    p10, p50, p90 = norm(mean, sd).ppf([0.1, 0.5, 0.9])
    value = Estimate(mean, float(p10), float(p50), float(p90), "HKD", "allocation", 2000)
    assert chance_of_gain(value) == pytest.approx(float(norm.sf(0, mean, sd)), abs=1e-9)


def test_a_value_without_width_has_no_chance() -> None:
    assert chance_of_gain(Estimate(1.0, 1.0, 1.0, 1.0, "HKD", "allocation", 1)) is None


def test_the_share_that_visits_is_that_of_poisson_visits() -> None:
    c = book()
    bundle = bundles(c.made)[0]
    rate = expected_rate(c, bundle)
    rng = np.random.default_rng(7)
    seen = rng.poisson(0.6 * c.made.cycle_months, 400_000) > 0  # the sample's one group visits 0.6 times a month
    assert rate == pytest.approx(float(seen.mean()), abs=0.003)
    spread = (rate or 0.0) * (1 - (rate or 0.0)) * (1 / bundle.customers + 1 / bundle.held_out)
    assert smallest(c, bundle) == pytest.approx(2.80 * spread**0.5, rel=0.002)


def test_lapsed_customers_have_no_expected_rate() -> None:
    plan = sample_plan()
    gone = replace(plan, cells=tuple(replace(cell, state="lapsed") for cell in plan.cells))
    c = book(gone)
    assert expected_rate(c, bundles(gone)[0]) is None and smallest(c, bundles(gone)[0]) > 0


def measure(c_measure: Measure, *trust: str) -> Measure:
    first = c_measure.effects[0]
    return c_measure.model_copy(update={"effects": tuple(first.model_copy(update={"trust": t}) for t in trust)})


def test_a_measure_is_known_as_well_as_its_weakest_effect() -> None:
    one = book().pack.measures[0]
    assert [grade(measure(one, *t)) for t in ("A", "AB", "CEA", "BB")] == ["A", "B", "E", "B"]


def test_tiers_of_groups_joined_of_several() -> None:
    assert tiers_in("all") == {"high", "middle", "low"} == tiers_in("high-low")
    assert tiers_in("high-middle") == {"high", "middle"} and tiers_in("low") == {"low"}


def results(purpose: str | None = None, **changes: object) -> dict[str, bool | None]:
    c = book(replace(sample_plan(), **changes))  # type: ignore[arg-type]
    return {check.id: check.passed for check in checks(as_all(c, purpose) if purpose else c)}


def as_all(c: Book, purpose: str) -> Book:
    """The same with all measures of one purpose."""
    measures = tuple(m.model_copy(update={"purpose": purpose}) for m in c.pack.measures)
    return replace(c, pack=c.pack.model_copy(update={"measures": measures}))


def test_rules_that_do_not_depend_on_the_plan_hold() -> None:
    found = results()
    assert [found[x] for x in ("identity", "hkid", "birth", "keyed", "offer", "barred")] == [True] * 6
    assert found["approver"] is None


def test_promotion_beyond_permission_is_found() -> None:
    c = as_all(book(), "marketing")
    line = c.made.lines[0]
    channel = c.pack.measure(line.measures[0]).channel
    cell = next(x for x in c.made.cells if x.id == line.cell)
    allowed = replace(cell, reachable={channel: line.customers})
    assert results("marketing", lines=(line,), cells=(allowed,), notes=())["permission"] is True
    beyond = replace(cell, reachable={channel: line.customers - 1})
    assert results("marketing", lines=(line,), cells=(beyond,), notes=())["permission"] is False
    broken = replace(c.made, lines=(line,), cells=(beyond,), notes=())
    whole = build_strategy(replace(c, made=broken, plan=broken))
    heading = next(s.heading for s in whole.sections if s.number == "13")
    assert "must not be carried out" in render(heading, "en")


def test_service_that_is_withheld_is_found() -> None:
    line = replace(book().made.lines[0], held_out=0)
    assert results("service", lines=(line,))["entitled"] is True
    assert results("service", lines=(replace(line, held_out=1),))["entitled"] is False
    assert results("marketing", lines=(replace(line, held_out=1),))["entitled"] is True


def test_a_vetoed_measure_in_the_plan_is_found() -> None:
    c = book()
    used = c.made.lines[0].measures[0]
    vetoed = replace(c, business=c.business.model_copy(update={"veto": (used,)}))
    assert {x.id: x.passed for x in checks(vetoed)}["veto"] is False
    spared = replace(c, business=c.business.model_copy(update={"veto": ("unheard_of",)}))
    assert {x.id: x.passed for x in checks(spared)}["veto"] is True


def test_too_many_contacts_and_a_bare_trial_are_found() -> None:
    c = book()
    contact = c.business.contact.model_copy(update={"max_contacts": 0})
    tight = replace(c, business=c.business.model_copy(update={"contact": contact}))
    most = max(sum(c.pack.measure(m).contacts for m in x.measures) for x in c.made.lines)
    assert {x.id: x.passed for x in checks(tight)}["pressure"] is (most == 0)
    line = replace(c.made.lines[0], test_first=True, held_out=0)
    assert results(lines=(line,))["trial"] is False and results(lines=(replace(line, held_out=9),))["trial"] is True


def test_a_query_that_reads_the_year_of_birth_is_found() -> None:
    c = book()
    asked = replace(c.diagnosis, queries={**c.diagnosis.queries, "people": "SELECT birth_year FROM customers"})
    assert {x.id: x.passed for x in checks(replace(c, diagnosis=asked))}["barred"] is False


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 7, 31), date(2026, 10, 31), 3),
        (date(2026, 8, 1), date(2026, 10, 31), 2),
        (date(2025, 12, 15), date(2026, 1, 14), 0),
        (date(2026, 10, 31), date(2026, 7, 31), -3),
    ],
)
def test_whole_months(first: date, last: date, months: int) -> None:
    assert months_between(first, last) == months


def test_the_folder_of_starters_is_named_alike() -> None:
    shipped = Path(__file__).parents[3] / "src" / "regulars" / "packs" / "data"

    assert {f.stem for f in shipped.glob("*/strategy/*.toml")} <= set(FILES)
