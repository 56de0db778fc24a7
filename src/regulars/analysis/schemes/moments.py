"""The customers as they stood on a day: the same rules on what was known by then, and nothing later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis

from regulars.analysis.classes import value_cut_query, with_class
from regulars.analysis.models import FEW_REPEATERS, Spending, fit_spend, refit
from regulars.analysis.part import Scene
from regulars.analysis.rhythm import base_interval, base_interval_query, with_rhythm
from regulars.analysis.schemes.lifecycle import marks, with_lifecycle
from regulars.analysis.schemes.rfm import with_rfm
from regulars.analysis.schemes.sampling import sampled
from regulars.analysis.standings import expectations, statistics, valued
from regulars.analysis.summary import log_gaps_query, repeat_values, summary, triples, visitors, with_gaps
from regulars.analysis.value.contest import MIXTURE

#: Customers whose values are worked out again for an earlier day; larger bases are sampled.
MOST_SCORED = 20_000
FEW = 30


def standing_at(scene: Scene, day: date, *, name: str, days: ibis.Table | None = None) -> ibis.Table | None:
    """Customers with a visit by ``day`` with state, lifecycle stage and RFM, kept in the engine; None below 30."""
    desk, windows = scene.setting.desk, scene.setting.pack.windows
    known = (scene.kept.days if days is None else days).filter(lambda t: t.day <= day)
    t = visitors(summary(known, as_of=day, now=scene.kept.now(day))).inner_join(marks(known, as_of=day), "customer")
    t = desk.keep(f"schemes_{name}_past", t)
    row = desk.ask(f"schemes_{name}_size", t.aggregate(customers=t.count()))
    if row["customers"][0].as_py() < FEW:
        return None
    rows = desk.ask(f"schemes_{name}_rhythm", base_interval_query(t, strength=windows.prior_strength))
    seen = with_rhythm(t, interval=base_interval(rows, windows=windows), windows=windows)
    return desk.keep(f"schemes_{name}", with_rfm(with_lifecycle(seen, windows=windows), t))


@dataclass(frozen=True, slots=True)
class Valued:
    """Customers of an earlier day with values and value-by-duration class, from models fitted on that day's data."""

    people: ibis.Table
    cut: float


def valued_at(scene: Scene, standing: ibis.Table, day: date, *, of: int, name: str) -> Valued | None:
    """Fit the models again on what was known by ``day`` (a sample of a large base) and value those customers.

    None where too few had come back by then to fit anything.
    """
    desk = scene.setting.desk
    few = desk.keep(f"schemes_{name}_sample", sampled(standing, of=of, most=MOST_SCORED))
    if scene.models.visits.model == MIXTURE:
        few = desk.keep(f"schemes_{name}_even", with_gaps(few, scene.kept.days, until=day))
    unique = desk.ask(f"schemes_{name}_histories", triples(few))
    if not unique.num_rows:
        return None
    stats = statistics(unique)
    if stats.repeaters < FEW_REPEATERS or scene.models.from_pack:
        return None
    seen = scene.kept.days.semi_join(few, "customer")
    gaps = desk.ask(f"schemes_{name}_gaps", log_gaps_query(seen, until=day))
    models = scene.models
    visits = refit(stats, models.visits.model, log_gaps=float(gaps["total"][0].as_py()), prior=models.prior)
    spent = desk.ask(f"schemes_{name}_spending", repeat_values(few, steps=400))
    overall = few.aggregate(mean=few.revenue.sum() / (few.x + 1).sum())
    spend = fit_spend(
        Spending(
            x=spent["x"].to_numpy().astype(float),
            mean_value=spent["repeat_value"].to_numpy().astype(float),
            customers=spent["customers"].to_numpy().astype(float),
            overall=float(desk.ask(f"schemes_{name}_mean", overall)["mean"][0].as_py()),
        )
    )
    scored = desk.reader.take_in(
        expectations(unique, visits=visits, spend=spend, outlook=scene.kept.outlook(day)),
        f"study_schemes_{name}_scores",
    )
    people = desk.keep(f"schemes_{name}_values", valued(few, scored, spend=spend))
    cut = float(desk.ask(f"schemes_{name}_cut", value_cut_query(people))["cut"][0].as_py())
    return Valued(with_class(people, value_cut=cut), cut)
