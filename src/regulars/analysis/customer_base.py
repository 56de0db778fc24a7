"""The contract between a history and the models: what was counted, in which unit and grain, up to which day.

A visit model fitted on weeks of visit days says nonsense of a base in months, or in lines instead of days, and says it
without an error. So statistics never travel alone: a :class:`CustomerBase` carries unit, grain, clock, day, data
version and source with them, a :class:`Fitted` model remembers the base it learnt from, and neither answers for the
other's units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from regulars.analysis.models import fit_all
from regulars.analysis.value import Statistics, VisitFit, score, total_visits
from regulars.analysis.value.contest import MIXTURE, ORDER
from regulars.analysis.value.prior import Prior
from regulars.analysis.value.score import HORIZONS
from regulars.analysis.value.statistics import Floats
from regulars.base.errors import BadData
from regulars.base.estimate import Estimate
from regulars.base.text import say

type Clock = Literal["calendar", "business"]


@dataclass(frozen=True, slots=True)
class BaseProvenance:
    """Where a base comes from. Two bases compare only where unit, grain and clock are the same."""

    source: str  # a ledger's folder, a file, a word of the user's
    as_of: date
    first_day: date
    data_version: int | None = None  # of the ledger; None for arrays
    unit: Literal["week"] = "week"
    grain: Literal["day"] = "day"
    clock: Clock = "calendar"

    def measures_like(self, other: BaseProvenance) -> bool:
        """Whether figures of both are in the same measures."""
        return (self.unit, self.grain, self.clock) == (other.unit, other.grain, other.clock)


@dataclass(frozen=True, slots=True, eq=False)
class CustomerBase:
    """Unique histories with counts, the sum of the logarithms of all gaps (weeks), and where they come from.

    ``even`` are the histories apart by how even each customer's own gaps were, too: the mixture of rhythms asks for it.
    """

    statistics: Statistics
    log_gaps: float
    provenance: BaseProvenance
    even: Statistics | None = None

    @classmethod
    def from_visits(cls, customer: ArrayLike, day: ArrayLike, *, as_of: date, source: str = "arrays") -> CustomerBase:
        """Make a base of visits, one element each; visits of a customer on one day are one, later ones than ``as_of``
        are not seen.

        Raises:
            BadData: columns of unequal length, days that are no days, or nobody by ``as_of``.
        """
        who, when = np.asarray(customer), np.asarray(day, dtype="datetime64[D]")
        if who.shape != when.shape or who.ndim != 1:
            raise BadData(say("value.data.shapes"))
        if np.isnat(when).any():
            raise BadData(say("value.data.no_day", n=int(np.isnat(when).sum())))
        seen = when <= np.datetime64(as_of)
        if not seen.any():
            raise BadData(say("value.data.nobody"))
        _, code = np.unique(who[seen], return_inverse=True)
        days = when[seen].astype(np.int64)
        first = int(days.min())
        key = np.unique(code.ravel().astype(np.int64) * 1_000_000 + (days - first))
        owner, at = key // 1_000_000, key % 1_000_000
        starts = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
        visits = np.diff(np.r_[starts, len(owner)])
        born, last = at[starts], at[starts + visits - 1]
        end = int(np.datetime64(as_of).astype(np.int64)) - first
        again = np.diff(owner) == 0
        own = np.bincount(np.repeat(np.arange(len(starts)), visits)[1:][again], np.log(np.diff(at)[again] / 7))
        gaps = np.pad(own, (0, len(starts) - len(own)))
        times = (visits - 1, (last - born) / 7, (end - born) / 7)
        return cls(
            Statistics.collapse(*times),
            float(gaps.sum()),
            BaseProvenance(source, as_of, date(1970, 1, 1) + timedelta(days=first)),
            Statistics.collapse(*times, gaps=gaps),
        )

    def fit(self, model: str, *, prior: Prior | None = None) -> Fitted:
        """Fit a visit model by name (one of :data:`regulars.analysis.value.contest.ORDER`) by maximum likelihood, or
        to the posterior mode under a named ``prior``.

        Raises:
            BadData: there is no such model, or its gaps are no more regular than chance (use MBG/NBD then), or all
                equally regular (MBG/CNBD-k then).
        """
        if model not in ORDER:
            raise BadData(say("value.base.no_model", model=model), say("value.base.models", names=", ".join(ORDER)))
        found = fit_all(self.statistics, log_gaps=self.log_gaps, prior=prior, even=self.even)
        if model not in found:
            raise BadData(say("value.base.no_regularity", model=model))
        return Fitted(found[model], self.provenance)


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted model and the base it learnt from."""

    fit: VisitFit
    learnt_from: BaseProvenance

    def scores(self, base: CustomerBase) -> dict[str, Floats]:
        """What the model says of every unique history of ``base``; columns as :func:`regulars.analysis.value.score`,
        rows as in ``base.statistics`` (``base.even`` for the mixture of rhythms).

        Raises:
            BadData: the base is measured in other units, grain or clock than the one the model learnt from.
        """
        return score(self._of(base), self.fit)

    def visits(self, base: CustomerBase, *, months: int, rng: Generator) -> Estimate:
        """Visits of the whole base in the next 12 or 36 months. Raises BadData as :meth:`scores`."""
        return total_visits(self._of(base), self.fit, weeks=HORIZONS[months], rng=rng)

    def _of(self, base: CustomerBase) -> Statistics:
        if not base.provenance.measures_like(self.learnt_from):
            mine, yours = self.learnt_from, base.provenance
            raise BadData(
                say(
                    "value.base.other_measures",
                    mine=f"{mine.unit}, {mine.grain}, {mine.clock}",
                    yours=f"{yours.unit}, {yours.grain}, {yours.clock}",
                )
            )
        return base.even if self.fit.model == MIXTURE and base.even is not None else base.statistics
