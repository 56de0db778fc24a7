"""What customers of like history bring under other parameters: how much the models' own doubt moves every figure.

Parameters are drawn from their Laplace approximation on the log scale. A base of few histories is scored anew for every
draw. In a large one, where that would take most of a study's time and parameters are known well, the logarithms of
visits and the log odds of being alive are taken as linear in the log parameters: two scorings a parameter instead of
one a draw, equal to a hundredth of the range (a test holds it to that).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from scipy.special import betaincinv, expit, hyp2f1, logit

from regulars.analysis.value import HORIZONS, VisitFit
from regulars.analysis.value.likelihood import chances_after_first
from regulars.analysis.value.optimise import laplace_noise
from regulars.analysis.value.statistics import Floats

NEXT_WEEKS = 90 / 7
#: Histories up to which every draw is scored exactly.
EXACT = 2_000
_STEP = 0.5  # of a standard deviation, for the slopes
_NODES = 24
_MOST_VISITS = 1000
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
    def of(cls, fit: VisitFit, h: Histories) -> _Scores:
        return cls(
            {m: np.log(np.maximum(fit.expected_visits(h.x, h.t_x, h.T, w), _LEAST)) for m, w in HORIZONS.items()},
            np.asarray(logit(np.clip(fit.p_alive(h.x, h.t_x, h.T), 1e-15, 1 - 1e-15))),
            np.log(np.maximum(lost_within_quickly(fit, h.x, h.T, NEXT_WEEKS), _LEAST)),
        )


def redraw(fit: VisitFit, histories: Histories, *, rng: Generator, draws: int) -> Redrawn:
    """Score the histories under ``draws`` draws of the parameters."""
    now = _Scores.of(fit, histories)
    noise = laplace_noise(fit.covariance, rng, draws)
    if len(histories.x) <= EXACT:
        scored = [_Scores.of(_moved(fit, step), histories) for step in noise]
        visits = {m: np.array([s.visits[m] for s in scored]) - now.visits[m] for m in HORIZONS}
        alive, lost = (np.array([getattr(s, name) for s in scored]) for name in ("alive", "lost"))
    else:
        slopes = _slopes(fit, histories)
        visits = {m: noise @ np.array([s.visits[m] for s in slopes]) for m in HORIZONS}
        alive = now.alive + noise @ np.array([s.alive for s in slopes])
        lost = now.lost + noise @ np.array([s.lost for s in slopes])
    soon = lost_within(fit, histories.x, histories.t_x, histories.T, NEXT_WEEKS)
    return Redrawn(
        visits={m: np.exp(np.clip(v, -6, 6)) for m, v in visits.items()},
        alive_now=np.asarray(expit(now.alive)),
        alive=np.asarray(expit(alive)),
        soon=soon,
        lost=np.minimum(np.exp(lost - now.lost) * soon, 1.0),
    )


def _moved(fit: VisitFit, step: Floats) -> VisitFit:
    return replace(fit, parameters=tuple(float(p) for p in np.exp(np.log(fit.parameters) + step)))


def _slopes(fit: VisitFit, histories: Histories) -> list[_Scores]:
    """Derivatives by each log parameter, by central differences over a good part of its standard error."""
    found = []
    for i, sd in enumerate(np.sqrt(np.diag(fit.covariance))):
        step = np.zeros(len(fit.parameters))
        step[i] = _STEP * max(float(sd), 1e-4)
        up, down = (_Scores.of(_moved(fit, way * step), histories) for way in (1, -1))
        width = 2 * step[i]
        found.append(
            _Scores(
                {m: (up.visits[m] - down.visits[m]) / width for m in HORIZONS},
                (up.alive - down.alive) / width,
                (up.lost - down.lost) / width,
            )
        )
    return found


def lost_within(fit: VisitFit, x: Floats, t_x: Floats, T: Floats, weeks: float) -> Floats:
    """P(leaves for good within ``weeks``), given still a customer.

    A living customer leaves after a visit with own chance p, so leaves at rate lambda p: with lambda ~ Gamma(r+x,
    alpha+T) and p ~ Beta(a, b+n) this is 1 - E_p[(1 + p z)^-(r+x)] = 1 - 2F1(r+x, a; a+b+n; -z), z = t / (alpha+T);
    taken after Pfaff's transformation, whose argument lies between 0 and 1. With Erlang gaps it is the sum over visits.
    """
    if fit.k > 1:
        return _lost_by_visit(fit, x, t_x, T, weeks)
    r, alpha, a, b = fit.parameters
    z = weeks / (alpha + T)
    whole = a + b + x + chances_after_first(fit.model)
    return np.asarray(1 - np.exp(-a * np.log1p(z)) * hyp2f1(a, whole - r - x, whole, z / (1 + z)))


def _lost_by_visit(fit: VisitFit, x: Floats, t_x: Floats, T: Floats, weeks: float) -> Floats:
    """Sum over N of P(the N-th visit comes in time) E[p (1-p)^(N-1)]."""
    future = fit.future(x, t_x, T, weeks)
    lost = np.zeros(len(x))
    for visit in range(1, _MOST_VISITS):
        reach = future.reach(np.full(len(x), float(visit)))  # includes E[(1-p)^(N-1)]
        lost += reach * future.a / (future.a + future.survived + (visit - 1))
        if float(reach.max(initial=0.0)) < 1e-9:
            break
    return lost


def lost_within_quickly(fit: VisitFit, x: Floats, T: Floats, weeks: float) -> Floats:
    """The same for draws, to a per cent or two: midpoints in the quantiles of p, one set for every distinct x.

    With Erlang gaps as if visits came by chance at the same rate: good enough for how draws differ from each other.
    """
    r, alpha, a, b = fit.parameters
    counts, of = np.unique(x, return_inverse=True)
    levels = (np.arange(_NODES) + 0.5) / _NODES
    chance = betaincinv(a, (b + counts + chances_after_first(fit.model))[:, None], levels[None, :])
    stays = np.exp(-(r + fit.k * x)[:, None] * np.log1p(chance[of] * (weeks / (fit.k * (alpha + T)))[:, None]))
    return np.asarray(1 - stays.mean(axis=1))
