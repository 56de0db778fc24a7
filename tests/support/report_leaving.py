"""Who leaves, in the sample report: complaints among what goes together with staying away."""

from __future__ import annotations

from regulars.analysis.results.leaving import Cost, Exit, Leaving, Reason, StateHazard, WinBack
from regulars.base.estimate import Estimate
from regulars.base.text import say


def _about(mean: float, half: float, unit: str) -> Estimate:
    return Estimate(mean, mean - half, mean, mean + half, unit, "sample", 6480)


def leaving() -> Leaving:
    """One state of customers, four reasons (one clear, one whose range keeps off 1 by what chance makes of many)."""
    hazard = StateHazard("overdue", 1_140, _about(310, 24, "customers"), 310 / 1_140, _about(212_000, 21_000, "HKD"))
    reasons = (
        Reason("complaint_open", 52, 2.61, 1.62, 4.2, 7.4, True),
        Reason("complaint_late", 41, 1.58, 1.05, 2.38, 2.9, False),
        Reason("complaint_settled", 113, 1.04, 0.79, 1.36, 0.6, False),
        Reason("discounted", 388, 0.97, 0.82, 1.15, -1.3, False),
    )
    return Leaving(
        criteria=None,
        states=(hazard,),
        cost=Cost(_about(941_000, 60_000, "HKD"), _about(388_000, 31_000, "HKD"), 0.6),
        reasons=reasons,
        reasons_base=2_731,
        reasons_missing=(say("study.leaving.no_bookings"),),
        warnings=(),
        warnings_base=0,
        warnings_verdict=None,
        win_back=WinBack(640, 412, 0.05, 1.0, 100, 31_000.0, 17_500.0),
        exit=Exit(0, 0.0),
    )
