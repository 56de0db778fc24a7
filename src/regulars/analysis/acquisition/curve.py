"""How many more come where more is spent: newcomers a week by money a week, on a curve that saturates.

newcomers ~ Poisson(base + most (1 - exp(-spend / scale))), the saturating form of decision calculus (Blattberg and
Deighton 1996). The scale runs over a grid; base and most are fitted at each by the EM steps of a Poisson mixture (they
cannot turn negative), and draws of all three come from the grid's likelihoods and the curvature at each. Counts vary
more than Poisson says: likelihoods are divided by the dispersion found.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.special import xlogy

from regulars.analysis.results.acquisition import Refused, Response
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate

METHOD = "response"
_WEEKS, _NEWCOMERS, _VARIES, _LEVELS = 26, 30, 0.15, 4
_BEYOND = 1.5
_STEPS, _DRAWS, _SHOWN = 1500, 2000, 25
_CLEAR = 3.84  # twice the gain in log-likelihood that chance makes once in twenty


def response(source: str, spend: Floats, newcomers: Floats, *, currency: str, rng: Generator) -> Response:
    """The curve of one source from full weeks (arrays of one length): or why there is none."""
    weeks = len(spend)
    largest = float(spend.max()) if weeks else 0.0
    usual = float(np.mean(spend[-13:])) if weeks else 0.0
    why = _refused(spend, newcomers)
    if why is not None:
        return Response(source, weeks, why, usual, largest, (), (), (), (), False, None)
    scales = largest * np.geomspace(0.05, 5, 41)
    base, most, log = _fits(spend, newcomers, scales)
    best = int(np.argmax(log))
    fitted = base[best] + most[best] * (1 - np.exp(-spend / scales[best]))
    excess = float(((newcomers - fitted) ** 2 / np.maximum(fitted, 1e-9)).sum()) / max(weeks - 3, 1)
    dispersion = max(excess, 1.0)
    flat = float(newcomers.mean())
    gain = 2 * (log[best] - float((xlogy(newcomers, flat) - flat).sum())) / dispersion
    b, m, k = _draws(spend, scales, base, most, log, dispersion, rng)
    x = np.linspace(0, _BEYOND * largest, _SHOWN)
    lines = b[:, None] + m[:, None] * (1 - np.exp(-x / k[:, None]))
    low, high = np.quantile(lines, (0.05, 0.95), axis=0)
    clear = bool(gain > _CLEAR)
    cost = None
    if clear:
        slope = m / k * np.exp(-usual / k)
        cost = Estimate.of_draws(1 / np.maximum(slope, 1e-9), unit=currency, method=METHOD, n=weeks)
    xs, mid, lows, highs = (tuple(float(v) for v in line) for line in (x, lines.mean(axis=0), low, high))
    return Response(source, weeks, None, usual, largest, xs, mid, lows, highs, clear, cost)


def _refused(spend: Floats, newcomers: Floats) -> Refused | None:
    if len(spend) < _WEEKS:
        return "few_weeks"
    mean = float(spend.mean())
    if mean <= 0 or spend.std() < _VARIES * mean or len(np.unique(spend.round(2))) < _LEVELS or spend.min() < 0:
        return "flat_spend"
    return "few_newcomers" if newcomers.sum() < _NEWCOMERS else None


def _fits(spend: Floats, y: Floats, scales: Floats) -> tuple[Floats, Floats, Floats]:
    shape = 1 - np.exp(-spend / scales[:, None])
    base = np.full(len(scales), y.mean() / 2)
    most = y.mean() / 2 / shape.mean(axis=1)
    for _ in range(_STEPS):
        ratio = y / np.maximum(base[:, None] + most[:, None] * shape, 1e-12)
        base, most = base * ratio.mean(axis=1), most * (ratio * shape).sum(axis=1) / shape.sum(axis=1)
    rate = base[:, None] + most[:, None] * shape
    return base, most, np.asarray((xlogy(y, np.maximum(rate, 1e-12)) - rate).sum(axis=1))


def _draws(
    spend: Floats, scales: Floats, base: Floats, most: Floats, log: Floats, dispersion: float, rng: Generator
) -> tuple[Floats, Floats, Floats]:
    shape = 1 - np.exp(-spend / scales[:, None])
    rate = np.maximum(base[:, None] + most[:, None] * shape, 1e-9)
    aa, ab, bb = (v.sum(axis=1) / dispersion for v in (1 / rate, shape / rate, shape**2 / rate))
    room = np.maximum(aa * bb - ab**2, 1e-12 * aa * bb)
    weight = np.exp((log - log.max()) / dispersion) / np.sqrt(room)
    at = rng.choice(len(scales), size=_DRAWS, p=weight / weight.sum())
    first, second = rng.standard_normal((2, _DRAWS))
    # Cholesky of the inverse of [[aa, ab], [ab, bb]].
    sd = np.sqrt(bb / room)[at]
    m_sd = np.sqrt(1 / bb)[at]
    b = base[at] + sd * first
    m = most[at] - (ab / bb)[at] * sd * first + m_sd * second
    return np.maximum(b, 0.0), np.maximum(m, 0.0), scales[at]
