"""Maximum likelihood on log parameters: several starts, L-BFGS-B, Newton polish, curvature.

All models of this package have positive parameters, so the search runs on their logarithms inside wide bounds.
Where the data do not determine the parameters (a bound is hit, or some direction is flatter than a log standard
deviation of 2) the fit is repeated with a mild normal prior on the logarithms, and says so: ``held`` is True.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

from regulars.analysis.value.prior import LogNormal
from regulars.analysis.value.statistics import Floats

#: Log-likelihood and its gradient at a vector of log parameters.
type Objective = Callable[[Floats], tuple[float, Floats]]

_MIN_CURVATURE = 0.25  # a log standard deviation of 2 in the flattest direction
_PRIOR_SD = 1.5
_NEAR_BOUND = 0.02
_ENOUGH, _SETTLED = 1e-9, 1e-5  # log-likelihood still missing: stop there; call it converged below
#: Problems of few unknowns: waking the threads of the linear algebra takes thirty times longer than the algebra.
_THREADS = ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra on one thread, for many small problems one after the other."""
    with _THREADS.limit(limits=1, user_api="blas"):
        yield


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Where the search ended. ``covariance`` is of the log parameters; ``value`` is without any prior."""

    theta: Floats
    value: float
    covariance: Floats
    converged: bool
    held: bool


def hessian(objective: Objective, theta: Floats, step: float = 1e-4) -> Floats:
    """Second derivatives by central differences of the analytic gradient."""
    size = len(theta)
    rows = np.empty((size, size))
    for i in range(size):
        move = np.zeros(size)
        move[i] = step
        rows[i] = (objective(theta + move)[1] - objective(theta - move)[1]) / (2 * step)
    return np.asarray((rows + rows.T) / 2)


def laplace_noise(covariance: Floats, rng: np.random.Generator, n: int) -> Floats:
    """``n`` normal deviations in opposite pairs (their mean is none), cut where a parameter would change 50-fold."""
    half = rng.standard_normal(((n + 1) // 2, len(covariance))) @ np.linalg.cholesky(covariance).T
    return np.asarray(np.clip(np.stack([half, -half], axis=1).reshape(-1, len(covariance))[:n], -4.0, 4.0))


def maximise(
    objective: Objective,
    *,
    starts: Sequence[Floats],
    bounds: Sequence[tuple[float, float]],
    prior: Floats,
    customers: float,
    rough: Objective | None = None,
    always_held: bool = False,
    belief: LogNormal | None = None,
) -> Optimum:
    """Best optimum over ``starts``; ``rough`` is a cheaper likelihood, much the same, that brings the search near.

    With it the exact likelihood is only evaluated for the last steps, whose curvature is that of the rough one.
    ``belief`` is a prior the caller asked for by name, no part of ``held``; the mild ``prior`` is only for where the
    data, and that belief, do not determine the parameters.
    """
    exact, quick = objective, rough or objective
    if belief is not None:
        exact, quick = _with_prior(exact, belief), _with_prior(quick, belief)
        starts = [*starts, np.where(np.isfinite(belief.spread), belief.centre, starts[0])]
    with one_thread():
        if not always_held or (belief is not None and belief.whole):
            free = _climb(exact, quick, starts, bounds, customers)
            if free.converged and not _at_bound(free.theta, bounds) and _flattest(free.covariance) < 1 / _MIN_CURVATURE:
                return replace(free, value=objective(free.theta)[0]) if belief is not None else free
        mild = LogNormal(prior, np.full(len(prior), _PRIOR_SD))
        held = _climb(_with_prior(exact, mild), _with_prior(quick, mild), [prior, *starts], bounds, customers)
        return replace(held, value=objective(held.theta)[0], held=True)


def climb(
    objective: Objective,
    *,
    starts: Sequence[Floats],
    bounds: Sequence[tuple[float, float]],
    customers: float,
    rough: Objective | None = None,
) -> Optimum:
    """Best optimum over ``starts`` without any prior, at a bound too: for models whose edge is a model of its own."""
    with one_thread():
        return _climb(objective, rough or objective, starts, bounds, customers)


def _with_prior(objective: Objective, prior: LogNormal) -> Objective:
    def penalised(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        belief, pull = prior(theta)
        return value + belief, gradient + pull

    return penalised


def _at_bound(theta: Floats, bounds: Sequence[tuple[float, float]]) -> bool:
    return any(min(value - low, high - value) < _NEAR_BOUND for value, (low, high) in zip(theta, bounds, strict=True))


def _flattest(covariance: Floats) -> float:
    return float(np.linalg.eigvalsh(covariance)[-1])


def _climb(
    objective: Objective,
    rough: Objective,
    starts: Sequence[Floats],
    bounds: Sequence[tuple[float, float]],
    customers: float,
) -> Optimum:
    """Every start on the rough objective, then Newton steps on the exact one from the best of them."""
    low, high = np.asarray(bounds).T
    ends = [_search(rough, np.clip(start, low, high), bounds, customers) for start in starts]
    theta = max(ends, key=lambda end: rough(end)[0])
    found = _polished(objective, rough, theta, low, high)
    if rough is not objective and not found.converged:
        theta = _search(objective, found.theta, bounds, customers)
        found = _polished(objective, objective, theta, low, high)
    return found


def _search(objective: Objective, start: Floats, bounds: Sequence[tuple[float, float]], customers: float) -> Floats:
    def down(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        return -value / customers, -gradient / customers

    found = minimize(
        down, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8}
    )
    return np.asarray(found.x, dtype=float)


def _polished(objective: Objective, curved: Objective, theta: Floats, low: Floats, high: Floats) -> Optimum:
    """Newton steps while they gain, with the curvature of ``curved``; quasi-Newton searches stop early on the flat
    ridges of these likelihoods.

    What a step promises, half of gradient times step, is the log-likelihood still missing: the test of convergence.
    """
    value, gradient = objective(theta)
    for _ in range(30):
        curvature = -hessian(curved, theta)
        step = _newton(theta, gradient, curvature, low, high)
        missing = float(gradient @ step) / 2
        if missing < _ENOUGH:
            break
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        for halving in range(8):
            there = np.clip(theta + step / 2**halving, low, high)
            new_value, new_gradient = objective(there)
            if new_value > value:
                break
        else:
            break
        theta, value, gradient = there, new_value, new_gradient
    return Optimum(theta, value, _inverse(curvature), missing < _SETTLED, False)


def _newton(theta: Floats, gradient: Floats, curvature: Floats, low: Floats, high: Floats) -> Floats:
    """Step towards the top, uphill even where the surface is hollow, along bounds where it is held by them."""
    stuck = ((theta <= low) & (gradient < 0)) | ((theta >= high) & (gradient > 0))
    values, directions = np.linalg.eigh(curvature[np.ix_(~stuck, ~stuck)])
    step = np.zeros(len(theta))
    step[~stuck] = (directions / np.maximum(np.abs(values), _MIN_CURVATURE)) @ (directions.T @ gradient[~stuck])
    return step


def _inverse(curvature: Floats) -> Floats:
    """Inverse with the curvature of every direction kept from below, so that draws stay finite."""
    values, vectors = np.linalg.eigh(curvature)
    return np.asarray((vectors / np.maximum(values, _MIN_CURVATURE / 4)) @ vectors.T)
