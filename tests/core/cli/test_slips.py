"""A slip of the year: one sale dated in the time to come must not make every customer look long gone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from regulars import api
from regulars.api.work import last_day
from support.cli import regulars

TODAY = date.today()


def _made(folder: Path, later: int) -> Path:
    lines = ["date,customer id,amount"]
    lines += [f"{TODAY - timedelta(days=3 * n)},C{n % 40},{200 + n}" for n in range(1, 401)]
    lines += [f"{TODAY + timedelta(days=300)},C{n % 40},250" for n in range(later)]
    (folder / "sales.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert regulars("new", folder / "salon", "--pack", "hair").code == 0
    assert regulars("import", folder / "salon", folder / "sales.csv", "--quiet").code == 0
    return folder / "salon"


@pytest.mark.parametrize(
    ("later", "taken"),
    [
        (1, TODAY - timedelta(days=3)),
        (4, TODAY - timedelta(days=3)),
        # One line in a hundred and more: the machine's clock is wrong, not the ledger.
        (40, TODAY + timedelta(days=300)),
    ],
)
def test_the_day_of_a_study(tmp_path: Path, later: int, taken: date) -> None:
    business = api.open_business(_made(tmp_path, later))
    with business.ledger.read() as reader:
        assert last_day(reader, TODAY) == taken
        assert last_day(reader) == TODAY + timedelta(days=300)
    assert api.lines_after(business, TODAY) == later


def test_a_study_says_what_it_left_out(tmp_path: Path) -> None:
    said = regulars("study", _made(tmp_path, 2), "--quiet")
    assert said.code == 0, said.err
    assert (
        "2 sale lines" in said.out
        and f"as of {TODAY - timedelta(days=3):%-d %b %Y}".replace("Sep ", "Sept ") in said.out
    )
