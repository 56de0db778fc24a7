"""Customers of an earlier day are the same whichever clock the models count by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ibis
import numpy as np

from regulars.analysis.clock.business import BusinessClock
from regulars.analysis.opportunity.taking import BACK, came
from support.analysis import Line, laid_out, sales_table

FIRST, AS_OF = date(2023, 1, 2), date(2025, 12, 31)


def test_who_came_a_year_ago_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    lines = [Line(key, FIRST + timedelta(days=3 * key + 40 * n)) for key in range(60) for n in range(1 + key % 20)]
    passed = np.cumsum(np.where(np.arange((AS_OF - FIRST).days + 400) % 365 < 60, 2.0, 0.8))
    clocks: Any = SimpleNamespace(today=BusinessClock(FIRST, passed), at=lambda cut: None)
    with laid_out(tmp_path, as_of=AS_OF, sales=sales_table(lines)) as (reader, setting, kept):
        days = setting.desk.timed(kept.days, clocks.today, until=AS_OF, name="clock")
        found = []
        for here in (kept, replace(kept, days=setting.desk.keep("timed", days), clocks=clocks)):
            people = kept.customers.mutate(state=ibis.literal("active"))
            scene: Any = SimpleNamespace(setting=setting, kept=here, people=people, interval=30.0)
            found.append(reader.arrow(came(scene, AS_OF - BACK).order_by("customer")).to_pylist())
    assert found[0] == found[1] and len(found[0]) > 20
