"""Tiny and strange bases get a clear statement: figures stay finite, and what cannot be said is said to be so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from regulars.analysis.parts import PARTS
from regulars.base.errors import BadData
from regulars.base.text import Text
from regulars.base.words import LANGUAGES, render
from support.analysis import Line, Studied, studied

DAY = date(2024, 3, 1)
AS_OF = date(2024, 12, 31)


def weekly(customer: int, visits: int, *, net: float = 100.0, gap: int = 30) -> list[Line]:
    return [Line(customer, DAY + timedelta(days=gap * i), net) for i in range(visits)]


BASES: dict[str, list[Line]] = {
    "one customer once": weekly(1, 1),
    "one customer often": weekly(1, 9),
    "three customers": [*weekly(1, 1), *weekly(2, 2), *weekly(3, 6)],
    "one visit each": [Line(i, DAY + timedelta(days=i)) for i in range(1, 60)],
    "all on one day": [Line(i, DAY) for i in range(1, 40)],
    "all today": [Line(i, AS_OF) for i in range(1, 40)],
    "free visits": [line for i in range(1, 40) for line in weekly(i, 1 + i % 4, net=0.0)],
    "everything refunded": [line for i in range(1, 40) for line in [*weekly(i, 2), Line(i, AS_OF, -200.0, "refund")]],
    "refunded beyond": [*weekly(1, 3), Line(1, AS_OF, -900.0, "refund"), *weekly(2, 2)],
    "clockwork": [line for i in range(1, 60) for line in weekly(i, 8)],
    "nobody leaves or comes late": [line for i in range(1, 30) for line in weekly(i, 10 + i % 2)],
    "enormous spend": [line for i in range(1, 40) for line in weekly(i, 1 + i % 5, net=9_000_000.0 * i)],
    "long ago": [Line(i, DAY - timedelta(days=3000 + 30 * k)) for i in range(1, 40) for k in range(1 + i % 3)],
    "packages only sold": [*weekly(1, 2), Line(2, DAY, 4000.0, "package_sale"), Line(3, DAY, 50.0)],
}


def floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif is_dataclass(value) and not isinstance(value, Text):
        for field in fields(value):
            yield from floats(getattr(value, field.name))
    elif isinstance(value, dict):
        for each in value.values():
            yield from floats(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from floats(each)


@pytest.fixture(scope="module", params=BASES)
def strange(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Studied:
    return studied(BASES[request.param], folder=tmp_path_factory.mktemp("s"), as_of=AS_OF, parts=PARTS)


#: Columns that say nothing of some customers: not recorded, no candidate for winning back, not silent for long.
NULLABLE = {f"may_{channel}" for channel in ("email", "sms", "whatsapp", "phone", "post")}
NULLABLE |= {"package_balance", "winback_value", "winback_rank", "reactivation_90", "contribution_12", "discount_12"}
NULLABLE |= {"need"}


def test_everything_is_finite(strange: Studied) -> None:
    assert all(math.isfinite(value) for value in floats(strange.diagnosis))
    for row in strange.standings.to_pylist():
        assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))
        assert {name for name, value in row.items() if value is None} <= NULLABLE


def test_states_partition_the_customers(strange: Studied) -> None:
    found = strange.diagnosis
    assert sum(row.customers for row in found.wastage.states) == found.base.customers == strange.standings.num_rows
    assert sum(row.customers for row in found.classes.rows) == found.base.customers
    assert sum(row.customers for row in found.branches) == found.base.customers


def test_ranges_are_in_order(strange: Studied) -> None:
    value = strange.diagnosis.value
    for estimate in (value.visits_12, value.revenue_12, value.revenue_36, value.alive):
        assert 0 <= estimate.p10 <= estimate.p50 <= estimate.p90


def test_every_sentence_can_be_said(strange: Studied) -> None:
    found = strange.diagnosis
    said = [p.reason for p in found.quality]
    said += [text for lock in found.locked for text in (lock.what, lock.needs)]
    said += [fit.verdict for fit in found.value_models]
    for language in LANGUAGES:
        assert all(render(text, language) for text in said)


@pytest.mark.parametrize(
    "name", ["one customer once", "three customers", "one visit each", "all on one day", "all today"]
)
def test_the_pack_stands_in_for_a_model(name: str, tmp_path: Path) -> None:
    found = studied(BASES[name], folder=tmp_path, as_of=AS_OF, parts=PARTS).diagnosis
    (visits,) = (fit for fit in found.value_models if fit.role == "visits")
    assert visits.verdict.id == "study.model.from_pack"
    assert "few_repeaters" in {problem.code for problem in found.quality}
    assert found.backtest is None
    assert "study.locked.backtest" in {lock.what.id for lock in found.locked}


def test_movement_reaches_as_of_long_after_the_last_visit(tmp_path: Path) -> None:
    found = studied(BASES["long ago"], folder=tmp_path, as_of=AS_OF, parts=PARTS).diagnosis
    last = found.movement.months[-1]
    assert (last.month, last.active, last.lost) == (AS_OF.replace(day=1), 0, 39)
    assert "stale" in {problem.code for problem in found.quality}
    assert found.concentration.points == ((0.0, 0.0), (1.0, 1.0))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [Line(None, DAY)],
        [Line(1, DAY, 4000.0, "package_sale"), Line(1, DAY, 100.0, "gift_card_sale")],
        [Line(1, DAY, -5.0, "refund")],
        [Line(1, AS_OF + timedelta(days=1))],
    ],
    ids=["empty", "walk-ins", "no visit", "only a refund", "later than as_of"],
)
def test_nothing_to_study_is_said_with_a_hint(lines: list[Line], tmp_path: Path) -> None:
    with pytest.raises(BadData) as caught:
        studied(lines, folder=tmp_path, as_of=AS_OF, parts=PARTS)
    assert caught.value.text.id == "study.error.no_visits"
    assert caught.value.hint is not None
    assert "package sale" in str(caught.value)
