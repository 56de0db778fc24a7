"""What a chapter says of its own figures: a cause that went the way of the whole, quarters that have a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from regulars.analysis.results.staying import Change, Staying
from regulars.base.estimate import Estimate
from regulars.base.words import render
from regulars.report.chapters import ahead, staying
from regulars.report.context import Context
from regulars.report.document import Figure, Section, Table, Words
from regulars.strategy.plan_investments import LongPlan, QuarterPlan
from support import report as sample


def context(**of: Any) -> Context:
    return Context(replace(sample.diagnosis(), **of), None, sample.business(), sample.sample_pack())


@pytest.mark.parametrize("after", [90.0, 112.0])
def test_what_moved_revenue_is_a_part_that_moved_it_that_way(after: float) -> None:
    days = (date(2024, 6, 30), date(2025, 6, 30), date(2026, 6, 30))
    mix = after - 100.0 - 130.0
    change = Change(*days, 100.0, after, 130.0, 0.0, 0.0, mix, 0.0, 0.0, ())
    section = staying.chapter(context(staying=Staying((), (), None, change)))
    assert section is not None
    heading = render(section.heading, "zh-Hant")
    assert ("購買內容" in heading) == (after < 100.0) and ("客戶數目" in heading) == (after > 100.0)


def test_a_row_of_a_quarter_names_the_quarter() -> None:
    one = Estimate(100.0, 90.0, 100.0, 110.0, "HKD", "multi_period", 2000)
    quarters = tuple(QuarterPlan(n, 9.0, 9.0, 0.0, 9.0, {}, {}, one, one, one, one, 1.0) for n in range(1, 13))
    plan: Any = SimpleNamespace(investments=SimpleNamespace(quarters=LongPlan(quarters, {"active": 9.0}, {}, one)))
    section = ahead.chapter(replace(context(), plan=plan))
    assert isinstance(section, Section)
    figure, table = section.blocks
    assert isinstance(figure, Figure) and isinstance(table, Table)
    firsts = [row[0] for row in table.rows]
    assert [render(cell.text, "zh-Hant") for cell in firsts if isinstance(cell, Words)][:2] == ["第1季", "第2季"]  # type: ignore[arg-type]
