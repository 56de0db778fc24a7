"""What customers of like history bring under other parameters: how much the models' own doubt moves every figure.

Parameters are drawn from their Laplace approximation on the log scale. A base of few histories is scored anew for every
draw. In a large one, where that would take most of a study's time and parameters are known well, the logarithms of
visits and the log odds of being alive are taken as linear in the log parameters: two scorings a parameter instead of
one a draw. On the small CDNOW sample its ends lie within a fifth of a range of the exact ones (a test holds it to
that); in the large bases it is used for, parameters vary less and it is closer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy.special import expit, logit

from regulars.analysis.value import HORIZONS, VisitFit
from regulars.analysis.value.optimise import laplace_noise
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.analysis.value.statistics import Floats

#: Histories up to which every draw is scored exactly.
EXACT = 2_000
#: The same where the model is costly: each draw takes a series for every class.
EXACT_COSTLY = 100
_STEP = 0.5  # of a standard deviation, for the slopes
_LEAST = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Distinct histories (weeks), one element each."""

    x: Floats
    t_x: Floats
    T: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Redrawn:
    """Draws x histories. ``visits`` are ratios to the fitted parameters, by horizon in months; ``soon`` is P(leaves for
    good within 90 days | alive) at the fitted parameters and ``lost`` the same under the draws."""

    visits: dict[int, Floats]
    alive_now: Floats
    alive: Floats
    soon: Floats
    lost: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Logarithms of expected visits by horizon, log odds of being alive, logarithm of the chance to leave soon."""

    visits: dict[int, Floats]
    alive: Floats
    lost: Floats

    @classmethod
    def of(cls, fit: VisitFit, h: Histories, ahead: Outlook) -> _Scores:
        return cls(
            {m: np.log(np.maximum(fit.expected_visits(h.x, h.t_x, h.T, w), _LEAST)) for m, w in ahead.horizons.items()},
            np.asarray(logit(np.clip(fit.p_alive(h.x, h.t_x, h.T), 1e-15, 1 - 1e-15))),
            np.log(np.maximum(fit.lost_quickly(h.x, h.T, ahead.soon), _LEAST)),
        )


def redraw(fit: VisitFit, histories: Histories, *, rng: Generator, draws: int, outlook: Outlook = CALENDAR) -> Redrawn:
    """Score the histories, in weeks of the clock of ``outlook``, under ``draws`` draws of the parameters."""
    now = _Scores.of(fit, histories, outlook)
    noise = laplace_noise(fit.covariance, rng, draws)
    if len(histories.x) <= (EXACT_COSTLY if fit.costly else EXACT):
        scored = [_Scores.of(_moved(fit, step), histories, outlook) for step in noise]
        visits = {m: np.array([s.visits[m] for s in scored]) - now.visits[m] for m in HORIZONS}
        alive, lost = (np.array([getattr(s, name) for s in scored]) for name in ("alive", "lost"))
    else:
        slopes = _slopes(fit, histories, outlook)
        visits = {m: noise @ np.array([s.visits[m] for s in slopes]) for m in HORIZONS}
        alive = now.alive + noise @ np.array([s.alive for s in slopes])
        lost = now.lost + noise @ np.array([s.lost for s in slopes])
    soon = fit.lost_within(histories.x, histories.t_x, histories.T, outlook.soon)
    return Redrawn(
        visits={m: np.exp(np.clip(v, -6, 6)) for m, v in visits.items()},
        alive_now=np.asarray(expit(now.alive)),
        alive=np.asarray(expit(alive)),
        soon=soon,
        lost=np.minimum(np.exp(lost - now.lost) * soon, 1.0),
    )


def _moved(fit: VisitFit, step: Floats) -> VisitFit:
    return replace(fit, parameters=tuple(float(p) for p in np.exp(np.log(fit.parameters) + step)))


def _slopes(fit: VisitFit, histories: Histories, outlook: Outlook) -> list[_Scores]:
    """Derivatives by each log parameter, by central differences over a good part of its standard error."""
    found = []
    for i, sd in enumerate(np.sqrt(np.diag(fit.covariance))):
        step = np.zeros(len(fit.parameters))
        step[i] = _STEP * max(float(sd), 1e-4)
        up, down = (_Scores.of(_moved(fit, way * step), histories, outlook) for way in (1, -1))
        width = 2 * step[i]
        found.append(
            _Scores(
                {m: (up.visits[m] - down.visits[m]) / width for m in HORIZONS},
                (up.alive - down.alive) / width,
                (up.lost - down.lost) / width,
            )
        )
    return found
