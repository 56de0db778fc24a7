"""Putting a scheme to the test: its rules set on half of a sample of the base, and its classes made a month earlier."""

from __future__ import annotations

import ibis

from regulars.analysis.classes import value_cut_query, with_class
from regulars.analysis.part import Scene
from regulars.analysis.results.schemes import SchemeId, Steadiness
from regulars.analysis.rhythm import base_interval, base_interval_query, with_rhythm
from regulars.analysis.schemes.lifecycle import with_lifecycle
from regulars.analysis.schemes.moments import standing_at
from regulars.analysis.schemes.now import MONTH, Now
from regulars.analysis.schemes.relations import SIGNS, with_relationship, with_scores, worth
from regulars.analysis.schemes.rfm import with_rfm
from regulars.analysis.schemes.sampling import half, sampled
from regulars.analysis.schemes.worth import agreement, pairs_query, steadiness
from regulars.analysis.standings import expectations, valued
from regulars.analysis.summary import triples, with_gaps
from regulars.analysis.value.contest import MIXTURE

#: Customers on whom steadiness is tried; shares then stand to about a third of a per cent.
MOST_TRIED = 20_000
COLUMN: dict[SchemeId, str] = {
    "value_duration": "class",
    "rfm": "rfm",
    "lifecycle": "lifecycle",
    "need": "need",
    "relationship": "relationship",
}
#: What the rules look at, and the columns they fill.
_NEEDED = (
    *("customer", "x", "t_x_days", "T_days", "since_days", "last_day", "revenue", "value_36", "p_alive", "state"),
    *("visits_last", "visits_before", "gap_ended", *(sign for sign in SIGNS if sign != "value")),
)
_TRIED = tuple(name for id, name in COLUMN.items() if id != "need")


def try_all(scene: Scene, now: Now) -> dict[SchemeId, Steadiness]:
    """How steady every scheme is."""
    desk = scene.setting.desk
    tried = sampled(now.people, of=now.customers, most=MOST_TRIED).select(*_NEEDED, *_TRIED)
    tried = desk.keep("schemes_tried", tried)
    again = desk.keep("schemes_halves", _half(scene, tried, 0).union(_half(scene, tried, 1)))
    earlier = _month_before(scene, tried)
    found: dict[SchemeId, Steadiness] = {}
    for id, column in COLUMN.items():
        if id == "need":
            continue
        halves = agreement(desk.ask(f"schemes_{id}_halves", pairs_query(tried, again, of=column)))
        month = None
        if earlier is not None and column in earlier.columns:
            month = agreement(desk.ask(f"schemes_{id}_month", pairs_query(tried, earlier, of=column)))
        found[id] = steadiness(halves, month)
    if now.needs is not None:
        found["need"] = steadiness(now.needs.half_same, None)
    return found


def _half(scene: Scene, tried: ibis.Table, side: int) -> ibis.Table:
    """One half of the sample classified by rules that look at that half alone."""
    desk, windows = scene.setting.desk, scene.setting.pack.windows
    t = own = tried.filter(half(tried.customer) == side).select(*_NEEDED)
    row = desk.ask(f"schemes_half_{side}", base_interval_query(t, strength=windows.prior_strength))
    cut = desk.ask(f"schemes_half_{side}_cut", value_cut_query(t))["cut"][0].as_py()
    if cut is None:
        cut = scene.value_cut
    t = with_class(t, value_cut=float(cut))
    if row["repeaters"][0].as_py():
        t = with_rhythm(t, interval=base_interval(row, windows=windows), windows=windows)
    t = with_rfm(with_lifecycle(t, windows=windows), own)
    t = with_scores(
        t.mutate(value=worth(t.value_36, value_cut=float(cut))),
        shift=scene.setting.business.relationship.model_dump(),
    )
    t = with_relationship(desk.keep(f"schemes_half_{side}_scores", t))
    return t.select("customer", *_TRIED)


def _month_before(scene: Scene, tried: ibis.Table) -> ibis.Table | None:
    """The sample as it stood 30 days earlier, with the models as they are."""
    desk, day = scene.setting.desk, scene.setting.as_of - MONTH
    days = scene.kept.days.semi_join(tried, "customer")
    t = standing_at(scene, day, name="month", days=days)
    if t is None:
        return None
    if scene.models.visits.model == MIXTURE:
        t = desk.keep("schemes_month_even", with_gaps(t, days, until=day))
    unique = desk.ask("schemes_month_histories", triples(t))
    models, ahead = scene.models, scene.kept.outlook(day)
    scored = expectations(unique, visits=models.visits, spend=models.spend, outlook=ahead)
    kept = desk.reader.take_in(scored, "study_schemes_month_scores")
    t = valued(t, kept, spend=scene.models.spend)
    t = with_class(t, value_cut=scene.value_cut).select("customer", "class", "rfm", "lifecycle")
    return desk.keep("schemes_month_values", t)
