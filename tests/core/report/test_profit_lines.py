"""What each line of the trade contributes, as a reader finds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regulars.analysis.results.profit import BridgeLine, Profit, ProfitLine, ProfitLines, Reconciled, Whale
from regulars.base.estimate import Estimate
from regulars.report.build import build_document
from support import report as sample
from support.report_text import as_text

NOTHING = Estimate(0.0, 0.0, 0.0, 0.0, "HKD", "portfolio", 0)


def line(name: str, branch: str, contribution: float, hours: float | None, *, known: bool = True) -> ProfitLine:
    return ProfitLine(
        line=name,
        kind="",
        branch=branch,
        revenue=2 * contribution,
        contribution=contribution,
        before_time=contribution,
        margin=0.5,
        services=10 if hours or not known else 0,
        hours=hours,
        hours_from=("bookings" if hours else "none") if known else "unknown",
        per_hour=contribution / hours if hours else None,
    )


def page(found: ProfitLines, language: str) -> str:
    bridge = (BridgeLine("contribution", 1000.0, "ledger"),)
    whale = Whale(((0.0, 0.0), (1.0, 1.0)), 1.0, 1.0, 0, 0.0, 0.1)
    reconciled = Reconciled(1.0, 1.0, 0.0, 0.0, 0.0)
    profit = Profit(bridge, reconciled, whale, NOTHING, NOTHING, NOTHING, 1.0, None, (), found)
    document = build_document(
        replace(sample.diagnosis(), profit=profit), None, business=sample.business(), pack=sample.sample_pack()
    )
    return as_text(replace(document, sections=tuple(s for s in document.sections if s.id == "profit")), language)


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "An hour brings HK$60 in Colour, HK$20 in Cut"), ("zh-Hant", "Colour每小時帶來HK$60，Cut則為HK$20")],
)
def test_the_best_and_the_least_hour_are_named(language: str, title: str) -> None:
    cells = (line("Colour", "A", 600.0, 10.0), line("Cut", "B", 200.0, 10.0), line("Shelf", "A", 200.0, None))
    whole = tuple(replace(row, branch="") for row in cells)
    branches = (line("", "A", 800.0, 10.0), line("", "B", 200.0, 10.0))
    text = page(ProfitLines(whole, branches, cells, 0.0, 1.0, 85.0), language)
    assert title in text and "HK$85" in text and "HK$80" in text, "an hour at A, goods sold included"


def test_an_unknown_length_is_said_and_no_hour_told() -> None:
    cells = (line("Colour", "A", 600.0, None, known=False), line("Shelf", "A", 200.0, None))
    text = page(ProfitLines(tuple(replace(r, branch="") for r in cells), (cells[0],), cells, 0.0, 0.0, None), "en")
    assert "What each line of the trade contributed" in text and "is not known everywhere" in text
    assert "An hour brings HK$" not in text and "hours paid" not in text
