"""Wastage in depth: criteria learned per rhythm, hazard, reasons, early warning, whom to win back."""

from __future__ import annotations

from regulars.analysis.leaving.criteria import criteria
from regulars.analysis.leaving.reasons import reasons
from regulars.analysis.leaving.warnings import warnings
from regulars.analysis.leaving.winback import deliberate_exit, of_each, win_back
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.leaving import Cost, Leaving, StateHazard
from regulars.analysis.results.names import STATES

__all__ = ["Leaving", "leaving"]


def leaving(scene: Scene) -> Part[Leaving]:
    """The leaving part of a study."""
    alarms, told, verdict = warnings(scene)
    found, base, missing = reasons(scene)
    each = of_each(scene)
    return Part(
        Leaving(
            criteria=criteria(scene),
            states=_states(scene),
            cost=_cost(scene),
            reasons=found,
            reasons_base=base,
            reasons_missing=missing,
            warnings=alarms,
            warnings_base=told,
            warnings_verdict=verdict,
            win_back=win_back(scene, each),
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
