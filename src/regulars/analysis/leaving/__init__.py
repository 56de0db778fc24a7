"""Wastage in depth: criteria learned per rhythm, hazard, reasons, early warning, whom to win back."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.analysis.leaving.criteria import criteria
from regulars.analysis.leaving.ranking import ranking
from regulars.analysis.leaving.reasons import reasons
from regulars.analysis.leaving.warnings import warnings
from regulars.analysis.leaving.winback import deliberate_exit, of_each, untouched, win_back
from regulars.analysis.lookback import Look
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.leaving import (
    Cost,
    Criteria,
    Leaving,
    RankingTrial,
    Reason,
    StateHazard,
    Untouched,
    Warning,
)
from regulars.analysis.results.names import STATES
from regulars.base.text import Text

__all__ = ["Leaving", "leaving"]


@dataclass(frozen=True, slots=True)
class LookedBack:
    """What the part learns at earlier days, by the rules of the end of the past; names as in the result."""

    criteria: Criteria | None
    reasons: tuple[Reason, ...]
    reasons_base: int
    reasons_missing: tuple[Text, ...]
    warnings: tuple[Warning, ...]
    warnings_base: int
    warnings_verdict: Text | None
    untouched: Untouched | None
    ranking: RankingTrial | None


def _looked_back(look: Look) -> LookedBack:
    return LookedBack(criteria(look), *reasons(look), *warnings(look), untouched(look), ranking(look))


def leaving(scene: Scene) -> Part[Leaving]:
    """The leaving part of a study."""
    back, each = scene.back.recall("leaving", _looked_back, tried=True), of_each(scene)
    return Part(
        Leaving(
            criteria=back.criteria,
            states=_states(scene),
            cost=_cost(scene),
            reasons=back.reasons,
            reasons_base=back.reasons_base,
            reasons_missing=back.reasons_missing,
            warnings=back.warnings,
            warnings_base=back.warnings_base,
            warnings_verdict=back.warnings_verdict,
            win_back=win_back(scene, each, untouched=back.untouched, ranking=back.ranking),
            exit=deliberate_exit(scene, each),
        ),
        each.select("customer", "winback_value", "winback_rank", "deliberate_exit"),
    )


def _states(scene: Scene) -> tuple[StateHazard, ...]:
    worth, rows = scene.portfolio, []
    for state in STATES:
        cells = worth.where(state=state)
        lost = worth.lost_next_90(cells)
        customers = worth.count(cells)
        rows.append(StateHazard(state, customers, lost, lost.mean / max(customers, 1), worth.leaving_next_90(cells)))
    return tuple(rows)


def _cost(scene: Scene) -> Cost:
    worth = scene.portfolio
    everybody = worth.where()
    revenue, margin = worth.total("value_12", everybody), worth.total("margin_12", everybody)
    share = margin / revenue if revenue > 0 else scene.setting.business.margin.share
    return Cost(worth.at_risk(everybody), worth.leaving_next_90(everybody), share)
