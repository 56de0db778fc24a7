"""Closures of the settings, and what real logs that are too short are told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars.base.errors import BadSettings
from regulars.base.settings import Closure, parse_business
from support.analysis import BUSINESS, Line, cdnow_sales, studied

AS_OF = date(2024, 6, 30)


def test_closures_are_read_and_checked() -> None:
    plain = b'name = { en = "A" }\npack = "hair"\n'
    found = parse_business(plain + b"[[closures]]\nfirst = 2024-01-02\nlast = 2024-01-09\n", file=Path("b.toml"))
    assert found.closures == (Closure(first=date(2024, 1, 2), last=date(2024, 1, 9)),)
    with pytest.raises(BadSettings):
        parse_business(plain + b"[[closures]]\nfirst = 2024-01-09\nlast = 2024-01-02\n", file=Path("b.toml"))


def test_a_closed_branch_counts_with_its_share(tmp_path: Path) -> None:
    lines = [
        Line(c, AS_OF - timedelta(days=1000 - (45 + c % 9) * i - c % 60), 300.0 + c % 7, branch="AAAB"[c % 4])
        for c in range(200)
        for i in range(2 + c % 12)
    ]
    closures = (
        Closure(first=date(2023, 7, 1), last=date(2023, 7, 10)),
        Closure(first=date(2023, 9, 1), last=date(2023, 9, 10), branch="B"),
    )
    business = BUSINESS.model_copy(update={"closures": closures})
    found = studied([line for line in lines if line.day <= AS_OF], folder=tmp_path, as_of=AS_OF, business=business)
    clock = found.diagnosis.clock
    assert clock is not None and not clock.used
    whole, part = (each for each in clock.closures if each.origin == "entered")
    share = sum(line.branch == "B" for line in lines) / len(lines)
    assert whole.share == 1.0
    assert part.share == pytest.approx(share)


def test_a_year_and_a_half_of_cdnow_has_no_season_to_tell(tmp_path: Path) -> None:
    clock = studied(cdnow_sales(), folder=tmp_path, as_of=date(1998, 6, 30)).diagnosis.clock
    assert clock is not None
    assert clock.reason.id == "study.clock.too_short" and clock.trial == ()
