"""Plans worked out lately are recalled as they are, and no longer once what they rest on is another."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from regulars import api
from regulars.api.lately import MOST, recall, remember

SALES = "Receipt,Date,Customer ID,Branch,Item,Amount\nR1,2026-01-05,C1,Central,Cut,480\n"


def test_a_plan_is_recalled_until_the_ledger_changes_or_others_take_its_place(tmp_path: Path) -> None:
    business = api.create_business(tmp_path / "salon", pack="hair", name="Harbour Hair")
    other = api.create_business(tmp_path / "other", pack="hair", name="Peak Hair")
    plan = cast(Any, object())
    assert recall(business, "plan-a") is None
    remember(business, "plan-a", plan)
    assert recall(business, "plan-a") is plan and recall(other, "plan-a") is None
    for n in range(MOST):
        remember(business, f"plan-{n}", cast(Any, object()))
        recall(business, "plan-0")  # asked for again and again
    assert recall(business, "plan-a") is None and recall(business, "plan-0") is not None
    (tmp_path / "sales.csv").write_text(SALES, encoding="utf-8")
    api.import_files(business, [tmp_path / "sales.csv"])
    assert recall(business, "plan-0") is None, "other facts, other plan"
