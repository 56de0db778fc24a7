"""Many groups' rates and means, each drawn towards all groups' as far as their own spread says.

A group's rate is Beta(mu M, (1 - mu) M) around all groups' rate mu, its mean Normal(mu, tau^2); mu, M and tau run over
grids, weighted by how probable they make the counts (the marginal likelihood), so that little evidence of a difference
keeps all groups together. Efron and Morris (1975); Gelman and others (2013), chapter 5. Said to differ are the groups
whose mean probability of being on the wrong side stays within 5 % (Newton and others 2004).
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import cumulative_trapezoid
from scipy.special import betaincinv, betaln, expit, log_expit, logit, ndtr

from regulars.analysis.results.shrunk import Shrunk, Told
from regulars.analysis.value.statistics import Floats

_WRONG = 0.05
_POINTS, _CENTRES = 301, 15
_STRENGTHS = np.geomspace(2, 2e4, 15)
_TAILS = (0.05, 0.95)


def told(above: Floats) -> list[Told]:
    """For probabilities of lying above: which groups may be called above or below."""
    doubt = np.minimum(above, 1 - above)
    order = np.argsort(doubt, kind="stable")
    running = np.cumsum(doubt[order]) / np.arange(1, len(doubt) + 1)
    sure = set(order[running <= _WRONG].tolist())
    return [("above" if p > 0.5 else "below") if i in sure else "alike" for i, p in enumerate(above)]


def rates(hits: Floats, trials: Floats) -> list[Shrunk | None]:
    """Shrunken rates; None for groups without a trial."""
    known = trials > 0
    s, n = hits[known], trials[known]
    if not n.size:
        return [None] * len(trials)
    pooled = float((s.sum() + 0.5) / (n.sum() + 1))  # half a hit and half a miss: a rate of 0 or 1 has a law, too
    near = 4 * np.sqrt(pooled * (1 - pooled) / n.sum())
    own = np.r_[(s + 0.5) / (n + 1), pooled - near, pooled + near]
    centres = np.linspace(max(own.min(), 1e-4), min(own.max(), 1 - 1e-4), _CENTRES)
    mu, strength = (v.ravel()[:, None] for v in np.meshgrid(centres, _STRENGTHS))
    a, b = mu * strength, (1 - mu) * strength
    weight = _weights((betaln(a + s, b + n - s) - betaln(a, b)).sum(axis=1))
    likely = weight > 1e-5
    a, b, weight = a[likely] + s, b[likely] + n - s, weight[likely] / weight[likely].sum()
    # On the logit scale the densities have no poles at 0 and 1.
    low, high = logit(max(betaincinv(a, b, 1e-5).min(), 1e-9)), logit(min(betaincinv(a, b, 1 - 1e-5).max(), 1 - 1e-9))
    odds = _between(low, high, float(logit(pooled)))
    power = a[..., None] * log_expit(odds) + b[..., None] * log_expit(-odds) - betaln(a, b)[..., None]
    density = np.einsum("m,mgp->gp", weight, np.exp(power))
    reached = cumulative_trapezoid(density, odds, axis=1, initial=0)
    reached /= reached[:, -1:]
    grid, mean = expit(odds), weight @ (a / (a + b))
    return _spread(known, n, s / n, mean, grid, reached, int(np.searchsorted(odds, logit(pooled))))


def means(sums: Floats, squares: Floats, n: Floats) -> list[Shrunk | None]:
    """Shrunken means of money; one variance within groups for all, as a small group's own is unsafe."""
    known = n > 0
    count, total = n[known], sums[known]
    if not count.size:
        return [None] * len(n)
    raw = total / count
    free = max(float(count.sum()) - count.size, 1.0)
    within = max(float(squares[known].sum() - (total * raw).sum()) / free, 1e-12 * (1 + float(squares[known].max())))
    found: list[Shrunk | None] = [None] * len(n)
    drawn = weighed(raw, within / count, count, middle=float(total.sum() / count.sum()))
    for at, one in zip(np.flatnonzero(known), drawn, strict=True):
        found[at] = one
    return found


def weighed(raw: Floats, error: Floats, n: Floats, *, middle: float) -> list[Shrunk]:
    """Shrunken figures of groups of ``n`` customers with known error variances; ``middle`` is the figure of all."""
    scale = max(float(np.sqrt((error * n).mean())), 1e-9)
    taus = scale * np.r_[1e-4, np.geomspace(1e-3, 3, 40)]
    variance = error + taus[:, None] ** 2
    mu_each = (raw / variance).sum(axis=1) / (1 / variance).sum(axis=1)
    log = -0.5 * (np.log(variance) + (raw - mu_each[:, None]) ** 2 / variance).sum(axis=1)
    # The part of a flat mean: without it wide spreads look too good.
    weight = _weights(log - 0.5 * np.log((1 / variance).sum(axis=1)))
    kept = taus[:, None] ** 2 / variance
    centre = mu_each[:, None] + kept * (raw - mu_each[:, None])
    sd = np.sqrt(kept * error + (1 - kept) ** 2 / (1 / variance).sum(axis=1)[:, None])
    grid = _between(float((centre - 5 * sd).min()), float((centre + 5 * sd).max()), middle)
    reached = np.einsum("m,mgp->gp", weight, ndtr((grid - centre[..., None]) / sd[..., None]))
    everywhere = np.ones(len(raw), dtype=bool)
    found = _spread(everywhere, n, raw, weight @ centre, grid, reached, int(np.searchsorted(grid, middle)))
    return [one for one in found if one is not None]


def _weights(log: Floats) -> Floats:
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def _between(low: float, high: float, mu: float) -> Floats:
    return np.unique(np.r_[np.linspace(low, high, _POINTS), mu])


def _spread(
    known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    n: Floats,
    raw: Floats,
    mean: Floats,
    grid: Floats,
    reached: Floats,
    middle: int,
) -> list[Shrunk | None]:
    above = 1 - reached[:, middle]
    said = told(above) if len(n) > 1 else ["alike"] * len(n)
    found: list[Shrunk | None] = [None] * len(known)
    for i, at in enumerate(np.flatnonzero(known)):
        low, high = (float(np.interp(q, reached[i], grid)) for q in _TAILS)
        found[at] = Shrunk(int(n[i]), float(raw[i]), float(mean[i]), low, high, said[i])  # type: ignore[arg-type]
    return found
