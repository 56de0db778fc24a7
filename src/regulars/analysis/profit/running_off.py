"""How prepaid packages run off: of what is left of them, the share used in each quarter of their age.

A share of what is *left* is never more than all of it, and tells a cohort that is nearly used up from one that is not;
factors on what was used (chain ladder) do neither. The rate of an age is the sum used over the sum left, over cohorts
for which that quarter is over; its scatter is that of the cohorts around it, in proportion to what is left (as the
variance of Mack 1993). Cohorts differ in ways that last, and a quiet quarter is quiet for all of them, so ranges by
independent scatter alone are too narrow: they are stretched by how far the own past strayed from what it would have
been told (:func:`strayed`). Docs: docs/methods/prepaid.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from regulars.analysis.results.profit import PackageCohort, PrepaidTrial
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate

METHOD = "prepaid"
_DRAWS, _FEW_DRAWS = 400, 100
_YEAR = 4  # quarters
_OLD = 4  # quarters a triangle must span before its end is projected


@dataclass(frozen=True, slots=True, eq=False)
class RunOff:
    """One element an age: ``rate`` of use of what is left, ``scatter`` (variance of use for each unit left) and
    ``doubt`` (variance of the rate). After the oldest age seen nothing more is used."""

    rate: Floats
    scatter: Floats
    doubt: Floats

    @classmethod
    def of(cls, sold: Floats, upto: Floats) -> RunOff:
        """From a triangle of cumulative use; where one cohort alone tells, the scatter is that of the age before."""
        left = sold[:, None] - np.column_stack([np.zeros(len(sold)), upto[:, :-1]])
        used = np.diff(upto, axis=1, prepend=0.0)
        rate, scatter, doubt = (np.zeros(upto.shape[1]) for _ in range(3))
        for age in range(upto.shape[1]):
            told = ~np.isnan(used[:, age]) & (left[:, age] > 0)
            if not told.any():
                continue
            rest, use = left[told, age], used[told, age]
            rate[age] = use.sum() / rest.sum()
            if len(rest) > 1:
                scatter[age] = (rest * (use / rest - rate[age]) ** 2).sum() / (len(rest) - 1)
            elif age:
                scatter[age] = scatter[age - 1]
            doubt[age] = scatter[age] / rest.sum()
        return cls(rate, scatter, doubt)

    def expected(self, left: Floats, ages: NDArray[np.int64], steps: NDArray[np.int64]) -> Floats:
        """What will be left of each cohort, ``ages`` quarters old today, after so many more."""
        rate = np.append(self.rate, np.zeros(int(steps.max(initial=0))))
        kept = [np.prod(1 - rate[age : age + step]) for age, step in zip(ages, steps, strict=True)]
        return np.asarray(left * np.array(kept))

    def drawn(
        self,
        left: Floats,
        ages: NDArray[np.int64],
        steps: NDArray[np.int64],
        rng: np.random.Generator,
        *,
        draws: int = _DRAWS,
    ) -> Floats:
        """The same with chance and doubt, draws x cohorts."""
        most = int(steps.max(initial=0))
        none = np.zeros(most)
        rate, doubt, scatter = (np.append(v, none) for v in (self.rate, self.doubt, self.scatter))
        rates = np.clip(rate + np.sqrt(doubt) * rng.standard_normal((draws, len(rate))), 0.0, 1.0)
        value = np.repeat(left[None, :], draws, axis=0)
        for step in range(most):
            on = steps > step
            at = np.minimum(ages + step, len(rate) - 1)
            chance = np.sqrt(value * scatter[at]) * rng.standard_normal(value.shape)
            value = value - on * np.clip(value * rates[:, at] + chance, 0.0, value)
        return value


def known(upto: Floats) -> NDArray[np.int64]:
    """Quarters of each cohort that are over."""
    return np.asarray((~np.isnan(upto)).sum(axis=1))


def unused(sold: Floats, upto: Floats) -> Floats:
    """What was left of each cohort when the last quarter was over."""
    told = known(upto)
    last = upto[np.arange(len(sold)), np.maximum(told - 1, 0)]
    return np.asarray(np.maximum(sold - np.where(told > 0, last, 0.0), 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Then:
    """A triangle as it stood some quarters ago: ``some`` of the cohorts, what was left of them, and their law."""

    some: NDArray[np.int64]
    ages: NDArray[np.int64]
    left: Floats
    law: RunOff
    upto: Floats
    sold: Floats

    @classmethod
    def of(cls, sold: Floats, upto: Floats, *, back: int) -> Then | None:
        """None where it was too short by then to project."""
        ages = known(upto) - back
        some = np.flatnonzero(ages > 0)
        if not len(some) or ages.max() < _OLD:
            return None
        before = upto[some].copy()
        before[np.arange(upto.shape[1]) >= ages[some, None]] = np.nan
        return cls(some, ages[some], unused(sold[some], before), RunOff.of(sold[some], before), before, sold[some])


def strayed(sold: Floats, upto: Floats, *, rng: np.random.Generator) -> float:
    """By what the ranges must be stretched: root mean square of what each past quarter's outlook missed, in its own
    standard deviations (at least 1), times what Student's t asks for because few pasts told it; pasts overlap, so two
    count as one. Only ages a past quarter had seen are asked of it."""
    missed = []
    for back in range(1, int(known(upto).max(initial=0))):
        then = Then.of(sold, upto, back=back)
        if then is None:
            break
        steps = np.minimum(back, then.ages.max() - then.ages)
        here = then.sold - upto[then.some, then.ages + steps - 1]
        spread = float(then.law.drawn(then.left, then.ages, steps, rng, draws=_FEW_DRAWS).sum(axis=1).std())
        if spread > 0:
            foretold = then.law.expected(then.left, then.ages, steps)
            missed.append((float(here.sum() - foretold.sum()) / spread) ** 2)
    few = float(t.ppf(0.9, max(len(missed) // 2, 1)) / norm.ppf(0.9))
    return few * max(1.0, float(np.sqrt(np.mean(missed)))) if missed else few


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """``breakage``: share of cash never redeemed. ``liability``: what of the balance will be asked for; ``each`` is
    its mean by cohort and sums to it."""

    breakage: Estimate
    liability: Estimate
    each: Floats


def project(
    sold: Floats, upto: Floats, *, rng: np.random.Generator, n: int, left: Floats, currency: str
) -> Projection | None:
    """What will be asked for of what is ``left`` of each cohort today, with 80 % ranges; None for a short triangle."""
    ages = known(upto)
    if not len(ages) or ages.max() < _OLD or sold.sum() <= 0:
        return None
    law, begin = RunOff.of(sold, upto), unused(sold, upto)
    steps = ages.max() - ages
    never = np.minimum(law.expected(begin, ages, steps), left)
    drawn = np.minimum(law.drawn(begin, ages, steps, rng), left).sum(axis=1)
    stretch = strayed(sold, upto, rng=rng)
    lost = np.clip(never.sum() + stretch * (drawn - drawn.mean()), 0.0, left.sum())
    share = _estimate(lost / sold.sum(), float(never.sum() / sold.sum()), unit="share", n=n)
    return Projection(
        share, _estimate(left.sum() - lost, float((left - never).sum()), unit=currency, n=n), left - never
    )


def _estimate(draws: Floats, mean: float, *, unit: str, n: int) -> Estimate:
    p10, p50, p90 = (float(v) for v in np.quantile(draws, (0.1, 0.5, 0.9)))
    return Estimate(mean, min(p10, mean), p50, max(p90, mean), unit, METHOD, n)


def tried(
    cohorts: tuple[PackageCohort, ...], upto: Floats, *, rng: np.random.Generator, currency: str
) -> PrepaidTrial | None:
    """The last year's redemptions of packages sold before it, foretold from the triangle as it stood then.

    None where it was too short by then to project.
    """
    sold = np.array([cohort.sold for cohort in cohorts])
    then = Then.of(sold, upto, back=_YEAR)
    if then is None:
        return None
    came = float((upto[then.some, then.ages + _YEAR - 1] - (then.sold - then.left)).sum())
    steps = np.full(len(then.ages), _YEAR)
    mean = float((then.left - then.law.expected(then.left, then.ages, steps)).sum())
    drawn = -then.law.drawn(then.left, then.ages, steps, rng).sum(axis=1)
    stretch = strayed(then.sold, then.upto, rng=rng)
    used = np.clip(mean + stretch * (drawn - drawn.mean()), 0.0, then.left.sum())
    last = cohorts[int(then.some[-1])].quarter
    months = 12 * last.year + last.month - 1 + 3 * int(then.ages[-1])
    foretold = _estimate(used, mean, unit=currency, n=len(then.some))
    return PrepaidTrial(date(months // 12, months % 12 + 1, 1), foretold, came)
