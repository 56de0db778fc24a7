"""Visit models against each other on held-out customers, and the choice among them.

Every model is fitted at every origin on what was known then and foretells the days after it. They are compared by CRPS
of each customer's whole forecast, pairwise on the same customers, so that a difference has a standard error. Among
models that are not clearly behind the best (by one standard error) the best calibrated is taken. Where they are
calibrated alike, counts over a period no longer tell them apart, but the days of the visits may: those clearly less
likely than the likeliest are left out, and of the rest the simplest is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from regulars.analysis.value.calibration import WIDTHS, Calibration
from regulars.analysis.value.foretold import Foretold, foretold_visits, together
from regulars.analysis.value.outlook import CALENDAR, Outlook
from regulars.analysis.value.statistics import Bools, Floats, Statistics
from regulars.analysis.value.visits import VisitFit

#: From simple to rich; the order in which ties are broken.
MIXTURE = "cnbd-mixture"
ORDER = ("bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-k", MIXTURE)
_ALIKE = 0.01  # miscalibrations that differ by less are alike
#: A log-likelihood lower by more, beyond what a model's further parameters cost, tells models apart (a Bayes factor of
#: 20 by the usual approximation).
TELLING = 3.0

type Fitting = Callable[[Trial], Mapping[str, VisitFit]]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """The customers known at one origin, one element each; x, t_x, T in weeks, and what came in ``horizon_days`` after.

    Weeks are those of the clock of ``outlook`` (the time ahead of the origin); ``span_days`` and ``silent_days`` are
    the calendar's where it is another.

    ``recent`` are visits in as many days before the origin; ``next_days`` is nan for who did not come; ``half`` parts
    the customers by chance in two, to judge on one half what was learned on the other.
    """

    FEW: ClassVar[int] = 20

    x: Floats
    t_x: Floats
    T: Floats
    repeat_value: Floats
    came: Floats
    earned: Floats
    recent: Floats
    next_days: Floats
    log_gaps: Floats
    half: Bools
    horizon_days: int
    outlook: Outlook = CALENDAR
    span_days: Floats | None = None
    silent_days: Floats | None = None

    @property
    def weeks(self) -> float:
        """Length of the horizon by the models' clock."""
        return self.outlook.weeks(self.horizon_days)

    @property
    def span(self) -> Floats:
        """Days of the calendar from the first to the last visit."""
        return 7 * self.t_x if self.span_days is None else self.span_days

    @property
    def silent(self) -> Floats:
        """Days of the calendar since the last visit."""
        return 7 * (self.T - self.t_x) if self.silent_days is None else self.silent_days

    @property
    def repeaters(self) -> int:
        """Customers who had come back."""
        return int((self.x > 0).sum())

    def statistics(self, *, even: bool = False) -> Statistics:
        """What the models are fitted on; ``even`` with each customer's own gaps, for the mixture of rhythms."""
        return Statistics.collapse(self.x, self.t_x, self.T, gaps=self.log_gaps if even else None)


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One model at all origins."""

    fits: tuple[VisitFit, ...]
    parts: tuple[Foretold, ...]
    predicted: tuple[Floats, ...]  # expected visits by customer

    @property
    def crps(self) -> Floats:
        """Of every customer at every origin."""
        return np.concatenate([part.crps for part in self.parts])


def contest(trials: Sequence[Trial], fit: Fitting) -> dict[str, Entry]:
    """Every model that could be fitted soundly at every origin."""
    fitted = [fit(trial) for trial in trials]
    sound = [{name: found for name, found in fits.items() if found.converged} for fits in fitted]
    entries = {}
    for name in ORDER:
        if not all(name in fits for fits in sound):
            continue
        fits = tuple(found[name] for found in sound)
        pairs = list(zip(fits, trials, strict=True))
        entries[name] = Entry(
            fits,
            tuple(foretold_visits(f, t.x, t.t_x, t.T, weeks=t.weeks, actual=t.came, gaps=t.log_gaps) for f, t in pairs),
            tuple(f.knowing(t.log_gaps).expected_visits(t.x, t.t_x, t.T, t.weeks) for f, t in pairs),
        )
    return entries


@dataclass(frozen=True, slots=True)
class Standing:
    """How one model did: see :class:`regulars.analysis.results.tournament.Contender`."""

    crps: float
    behind: float
    behind_se: float
    bias: float
    miscalibration: float
    nominal_90: float
    coverage: Mapping[float, float]
    likelihood: float  # at the latest origin, less one for each parameter


def judge(entries: Mapping[str, Entry], trials: Sequence[Trial]) -> dict[str, Standing]:
    """Figures of every entry, best mean CRPS first."""
    means = {name: float(entry.crps.mean()) for name, entry in entries.items()}
    best = min(means, key=lambda name: (means[name], ORDER.index(name)))
    customers = sum(len(t.x) for t in trials) / len(trials)
    found = {}
    for name in sorted(entries, key=lambda n: (means[n], ORDER.index(n))):
        entry = entries[name]
        difference = entry.crps - entries[best].crps
        whole = together(entry.parts)
        found[name] = Standing(
            crps=means[name],
            behind=means[name] - means[best],
            # The same customers return at every origin: they count once.
            behind_se=float(difference.std() / np.sqrt(max(customers, 1.0))),
            bias=_bias(entry, trials),
            miscalibration=whole.miscalibration,
            nominal_90=float(whole.covered(0.9).mean()),
            coverage={width: float(held_out(entry.parts, trials, width).within.mean()) for width in WIDTHS},
            likelihood=entry.fits[0].log_likelihood - len(entry.fits[0].parameters) - (entry.fits[0].k > 1),
        )
    return found


def choose(standings: Mapping[str, Standing]) -> str:
    """The model to use: see the module's rule."""
    close = [name for name, s in standings.items() if s.behind <= s.behind_se]
    calibrated = min(standings[name].miscalibration for name in close)
    alike = [name for name in close if standings[name].miscalibration <= calibrated + _ALIKE]
    likeliest = max(standings[name].likelihood for name in alike)
    return min((n for n in alike if standings[n].likelihood >= likeliest - TELLING), key=ORDER.index)


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Past repeat visits, 1.0 where the calibrated range held the outcome, and 1.0 where it lay above the range."""

    x: Floats
    within: Floats
    above: Floats


def held_out(parts: Sequence[Foretold], trials: Sequence[Trial], width: float) -> Held:
    """Outcomes against calibrated ranges whose width was learned on others.

    Origins come latest first: each is judged by the widths of those before it. With one origin alone, each half of
    the customers is judged by the widths of the other.
    """
    if len(parts) > 1:
        widths = [calibrated(parts[n + 1 :], trials[n + 1 :]).width(width, trials[n].x) for n in range(len(parts) - 1)]
        x, judged, used = (np.concatenate([t.x for t in trials[:-1]]), together(parts[:-1]), np.concatenate(widths))
        return Held(x, judged.covered(used), judged.beyond(used))
    part, trial = parts[0], trials[0]
    used = np.empty(len(trial.x))
    for half in (trial.half, ~trial.half):
        used[half] = Calibration.of(part.needed[~half], trial.x[~half]).width(width, trial.x[half])
    return Held(trial.x, part.covered(used), part.beyond(used))


def calibrated(parts: Sequence[Foretold], trials: Sequence[Trial]) -> Calibration:
    """Widths learned from all origins."""
    origin = np.repeat(np.arange(len(trials)), [len(t.x) for t in trials])
    return Calibration.of(together(parts).needed, np.concatenate([t.x for t in trials]), origin)


def repeat_crps(trials: Sequence[Trial]) -> float:
    """CRPS of foretelling that the last period repeats itself: the error of a forecast without a range."""
    return float(np.concatenate([np.abs(t.came - t.recent) for t in trials]).mean())


def _bias(entry: Entry, trials: Sequence[Trial]) -> float:
    ratios = [p.sum() / t.came.sum() for p, t in zip(entry.predicted, trials, strict=True) if t.came.sum() > 0]
    return float(np.mean(ratios) - 1) if ratios else 0.0
