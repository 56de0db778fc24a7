"""The pace of a target: the straight line, how far along it, and what is said when there is nothing to say yet."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars import api
from regulars.api.pace import pace_of
from regulars.base.errors import BadData

BEGUN, BY = date(2026, 1, 1), date(2026, 12, 31)  # 364 days


def at(day: date, now: float, *, as_of: date | None = None, kpi: str = "retention_rate", start: float = 0.8) -> str:
    pace = pace_of(kpi=kpi, target=0.9, begun=BEGUN, start=start, as_of=as_of or day, now=now, by=BY, today=day)
    return f"{pace.verdict} {pace.travelled:.2f} {pace.elapsed:.2f} {pace.due:.3f} {pace.days_left}"


@pytest.mark.parametrize(
    ("day", "now", "told"),
    [
        (date(2026, 7, 2), 0.85, "ahead 0.50 0.50 0.850 182"),  # exactly on the line
        (date(2026, 7, 2), 0.84, "behind 0.40 0.50 0.850 182"),
        (date(2026, 7, 2), 0.79, "behind -0.10 0.50 0.850 182"),
        (date(2026, 7, 2), 0.91, "reached 1.10 0.50 0.850 182"),
        (BY, 0.89, "behind 0.90 1.00 0.900 0"),
        (date(2027, 1, 10), 0.89, "missed 0.90 1.00 0.900 -10"),
        (date(2027, 1, 10), 0.9, "reached 1.00 1.00 0.900 -10"),
    ],
)
def test_the_line_by_hand(day: date, now: float, told: str) -> None:
    assert at(day, now) == told


def test_a_figure_is_held_against_the_line_on_its_own_day() -> None:
    old = date(2026, 2, 1)
    assert at(date(2026, 7, 2), 0.81, as_of=old).startswith("ahead"), "it was on the line when it was found"
    assert at(BEGUN, 0.8).startswith("begins 0.00 0.00 0.800 364")


def test_where_less_is_better_the_line_falls() -> None:
    asked = {"target": 0.05, "begun": BEGUN, "start": 0.09, "as_of": date(2026, 7, 2), "by": BY}
    pace = pace_of(kpi="wastage_90d", now=0.08, today=date(2026, 7, 2), **asked)  # type: ignore[arg-type]
    assert (pace.verdict, round(pace.travelled, 2), round(pace.due, 3)) == ("behind", 0.25, 0.07)
    assert pace_of(kpi="wastage_90d", now=0.04, today=BY, **asked).verdict == "reached"  # type: ignore[arg-type]


days = st.dates(date(2025, 1, 1), date(2028, 1, 1))
shares = st.floats(0, 1)


@given(shares, shares, shares, days, days, days, days)
def test_it_never_fails_and_the_line_stays_between_start_and_target(
    target: float, start: float, now: float, begun: date, as_of: date, by: date, today: date
) -> None:
    pace = pace_of(
        kpi="retention_rate", target=target, begun=begun, start=start, as_of=as_of, now=now, by=by, today=today
    )
    assert min(start, target) - 1e-9 <= pace.due <= max(start, target) + 1e-9
    assert 0 <= pace.elapsed <= 1 and pace.days_left == (by - today).days
    assert (pace.verdict == "reached") is (now >= target)


def plan(business: api.OpenBusiness, name: str, as_of: date, **rows: tuple[float, float]) -> None:
    """A finished plan with targets alone: objective -> target and baseline."""
    folder = business.runs / f"plan-{name}"
    folder.mkdir(parents=True)
    spread = {"p10": 0.7, "p50": 0.8, "p90": 0.9, "unit": "share", "method": "targets", "n": 100}
    targets = [
        {
            "objective": id,
            "kpi": "gain_12" if id == "gain" else "retention_rate",
            "target": target,
            "name": {"names": {"en": id}, "kind": "local"},
            "baseline": baseline,
            "probability": 0.5,
            "expected": {"mean": 0.8, **spread},
            "shortfall": 0.0,
            "remedy": None,
        }
        for id, (target, baseline) in rows.items()
    ]
    file = folder / "run.json"
    file.write_text(json.dumps({"provenance": {"as_of": as_of.isoformat()}, "targets": targets}), encoding="utf-8")
    order = as_of.toordinal() * 10**9
    os.utime(file, ns=(order, order))


def test_the_way_begins_with_the_first_plan_in_which_the_target_stands(tmp_path: Path) -> None:
    settings = 'name = { en = "A" }\npack = "hair"\n'
    for id, kpi, by in (("stay", "retention_rate", "by = 2026-12-31"), ("gain", "gain_12", "by = 2026-12-31")):
        settings += f'[[objectives]]\nid = "{id}"\nname = {{ en = "{id}" }}\nkpi = "{kpi}"\ntarget = 0.9\n{by}\n'
    shop = api.create_business(tmp_path / "shop", pack="hair", settings_toml=settings)
    first, newest = date(2026, 3, 1), date(2026, 9, 1)
    plan(shop, "a", first - timedelta(days=60), stay=(0.85, 0.7))  # another target stood then
    plan(shop, "b", first, stay=(0.9, 0.8), gain=(0.9, 0.0))
    plan(shop, "c", date(2026, 6, 1), stay=(0.9, 0.82), gain=(0.9, 0.0))
    plan(shop, "d", newest, stay=(0.9, 0.85), gain=(0.9, 0.0))
    stay, gain = api.target_states(shop, today=date(2026, 10, 1))
    assert stay.pace is not None and (stay.pace.begun, stay.pace.start) == (first, 0.8)
    assert (stay.pace.as_of, stay.pace.now, stay.pace.days_left) == (newest, 0.85, 91)
    assert stay.pace.verdict == "behind" and round(stay.pace.travelled, 2) == 0.5
    assert gain.pace is None and not gain.followed, "a gain begins at nothing with every plan"
    assert api.target_states(shop)[0].pace is None, "the core has no clock"
    broken = shop.runs / "plan-b" / "run.json"
    kept = broken.stat().st_mtime_ns
    broken.write_text("{}", encoding="utf-8")
    os.utime(broken, ns=(kept, kept + 1))
    again = api.target_states(shop, today=date(2026, 10, 1))[0].pace
    assert again is not None and again.begun == date(2026, 6, 1), "what cannot be read is left out"
    newest_file = shop.runs / "plan-d" / "run.json"
    held = newest_file.stat().st_mtime_ns
    newest_file.write_text("[]", encoding="utf-8")
    os.utime(newest_file, ns=(held, held + 1))
    with pytest.raises(BadData):
        api.target_states(shop)
