"""Opportunities: what customers take next, what goes together, and what each can be expected to bring.

Docs: docs/methods/opportunities.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.random import Generator

from regulars.analysis.opportunity.coming import chances, coming, of_each
from regulars.analysis.opportunity.expected import Worth, expected, ranked
from regulars.analysis.opportunity.hours import hours
from regulars.analysis.opportunity.menu import Menu
from regulars.analysis.opportunity.referral import referral
from regulars.analysis.opportunity.taking import BACK, came, taken, worth, worth_of_begun
from regulars.analysis.opportunity.together import MOST, together, years_of
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.opportunity import Chance, Opportunity, Together
from regulars.ledger.schema import VISIT_KINDS

__all__ = ["Opportunity", "opportunity"]


def opportunity(scene: Scene) -> Part[Opportunity]:
    """The part of a study on opportunities; nothing without a past to try them on."""
    menu, rng = Menu.of(scene), scene.rng.spawn(1)[0]
    grouped, years = len(menu.names) > 1, years_of(scene)
    result = Opportunity(cost_known=_cost_known(scene), margin_share=scene.setting.business.margin.share)
    found: list[Chance] = []
    next_ = coming(scene, menu) if grouped else None
    if next_ is not None:
        result = replace(result, rules=next_.rules, tested=next_.tested, origins=next_.origins, rows=next_.rows)
    if years:
        past = _Past(scene, years)
        if grouped:
            worth_ = _Worth(scene, menu, past)
            both = together(scene, menu, worth_.took, here=past.here, theres=past.theres)
            result = replace(result, together=both)
            found += chances(scene, next_, past.theres[1], worth_.each, rng) if next_ is not None else ()
            found += _of_together(scene, both, menu, worth_.begun, rng) if both is not None else ()
        by_hour, told, more = hours(scene, here=past.here, there=past.theres[1], rng=rng)
        who, bringing = referral(scene, here=past.here, there=past.theres[1], rng=rng)
        result = replace(result, hours=by_hour, told=told, referral=who)
        found += [*more, *bringing]
    if next_ is None and result.together is None and result.hours is None and result.referral is None:
        return Part(None)
    return Part(replace(result, chances=ranked(found)), of_each(next_) if next_ is not None else None)


def _cost_known(scene: Scene) -> float:
    """The part of the last year's lines of visits that carry their cost."""
    rows = [row for row in scene.setting.tally.rows if row.recent and row.kind in VISIT_KINDS]
    lines = sum(row.lines for row in rows)
    return sum(row.costed for row in rows) / lines if lines else 0.0


class _Past:
    """Customers today (``here``) and so many years ago (``theres``)."""

    def __init__(self, scene: Scene, years: tuple[int, ...]) -> None:
        desk, as_of = scene.setting.desk, scene.setting.as_of
        self.here = desk.keep("opportunity_here", came(scene, as_of))
        self.theres = {k: desk.keep(f"opportunity_there_{k}", came(scene, as_of - k * BACK)) for k in years}


class _Worth:
    """What customers ``took``, what it was worth of ``each``, and the margin of those who have ``begun`` with it."""

    def __init__(self, scene: Scene, menu: Menu, past: _Past) -> None:
        desk = scene.setting.desk
        self.took = desk.keep("opportunity_taken", taken(scene, list(menu.names[:MOST])))
        self.each = desk.keep("opportunity_worth", worth(scene, list(menu.names)))
        query = worth_of_begun(self.took, past.theres[1], self.each)
        new: list[dict[str, Any]] = desk.ask("opportunity_worth_begun", query).to_pylist()
        of = {row["code"]: Worth.of_each(row["n"], row["m"], row["mm"]) for row in new}
        self.begun = {code: told for code, told in of.items() if told is not None}


def _of_together(
    scene: Scene, both: Together, menu: Menu, worths: dict[int, Worth], rng: Generator
) -> tuple[Chance, ...]:
    found = []
    for row in both.rows:
        told = worths.get(menu.names.index(row.taking))
        if told is None or not row.customers:
            continue
        money = expected(
            rng,
            customers=row.customers,
            hits=round(row.rate * row.had),
            tested=row.had,
            worth=told,
            unit=scene.setting.business.currency,
        )
        share = row.rate, row.rate_low, row.rate_high
        found.append(Chance("together", row.having, row.taking, row.customers, row.had, *share, money))
    return tuple(found)
