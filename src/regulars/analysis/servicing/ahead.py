"""What a fitted gap says of families and of the time ahead, with ranges from draws of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.special import expit

from regulars.analysis.results.servicing import ServiceFamily, ServicePoint
from regulars.analysis.servicing.gap import Beforehand, GapFit, Gaps, fit, kaplan_meier, quantile, survival, within
from regulars.analysis.value.statistics import Floats
from regulars.base.estimate import Estimate

METHOD = "servicing"
YEAR_AHEAD = 365.0
#: Ended gaps below which nothing is fitted.
FEW = 10
#: Gaps past the nine-in-ten point without which never and later cannot be told apart.
FOLLOWED = 20
#: A range of the share never back that is wider says nothing.
WIDE = 0.3
#: Gaps ended from which a family has a fit of its own.
OWN = 20
LATE = 0.9
_POINTS = 80


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Gaps of one family (all together under None), the fit it goes by, and draws of its parameters."""

    gaps: Gaps
    fit: GapFit
    draws: Floats
    own: bool

    @property
    def usual_days(self) -> int:
        """The median of the gaps that end."""
        return round(float(quantile(self.fit.theta, 0.5)))

    @property
    def late_days(self) -> int:
        """Nine in ten of the gaps that end have ended by then."""
        return round(float(quantile(self.fit.theta, LATE)))

    @property
    def followed(self) -> int:
        """Pieces seen for longer than that."""
        return round(float(self.gaps.n[self.gaps.days > self.late_days].sum()))

    @property
    def never(self) -> Estimate:
        """The share of gaps that no service will end."""
        return _at(self.fit.named["never"], expit(self.draws[:, 2]), "share", self.gaps.services)

    @property
    def tells_never(self) -> bool:
        """Whether never and later can be told apart: pieces followed for long, and a range that says something."""
        return self.followed >= FOLLOWED and self.never.p90 - self.never.p10 <= WIDE


def fitted(
    by_family: Mapping[str | None, Gaps], whole: Gaps, rng: Generator, *, beforehand: Beforehand | None = None
) -> dict[str | None, Fitted]:
    """The whole under None, and every family by a fit of its own where enough of its gaps ended, else by the whole's.

    With fewer than two families that carry a fit of their own, families say no more than the whole: they are left out.
    """
    of_all = fit(whole, beforehand=beforehand)
    found: dict[str | None, Fitted] = {None: Fitted(whole, of_all, of_all.draw(rng), True)}
    named = {name: gaps for name, gaps in by_family.items() if name is not None}
    if sum(gaps.services >= OWN for gaps in named.values()) < 2:
        return found
    for name, gaps in sorted(named.items(), key=lambda item: (-item[1].services, item[0])):
        own = gaps.services >= OWN
        one = fit(gaps, near=of_all) if own else of_all
        found[name] = Fitted(gaps, one, one.draw(rng) if own else found[None].draws, own)
    return found


def family(name: str | None, one: Fitted) -> ServiceFamily:
    """What is said of a family."""
    return ServiceFamily(
        name,
        pieces=round(float(one.gaps.open.n.sum())),
        services=one.gaps.services,
        usual_days=_at(float(quantile(one.fit.theta, 0.5)), quantile(one.draws, 0.5), "days", one.gaps.services),
        late_days=float(quantile(one.fit.theta, LATE)),
        never=one.never,
        own=one.own,
    )


def _at(value: float, draws: Floats, unit: str, n: int) -> Estimate:
    """The likeliest value with the range of the draws around it."""
    low, middle, high = (float(q) for q in np.quantile(draws, (0.1, 0.5, 0.9)))
    return Estimate(value, min(low, value), middle, max(high, value), unit, METHOD, n)


def groups(families: Mapping[str | None, Fitted]) -> list[tuple[Fitted, Gaps]]:
    """Every open gap once, with what it goes by: families where they are told, and the rest by the whole."""
    whole = families[None]
    named = [(one, one.gaps.open) for name, one in families.items() if name is not None]
    days, n = whole.gaps.open.days, whole.gaps.open.n.copy()
    for _, gaps in named:
        n[np.searchsorted(days, gaps.days)] -= gaps.n
    left = n > 0
    return [*named, (whole, Gaps(days[left], np.zeros(int(left.sum())), n[left]))]


def expected(open_gaps: list[tuple[Fitted, Gaps]], *, ahead: float, rng: Generator) -> Estimate:
    """Pieces brought back within ``ahead`` days, chance and doubt in the parameters both counted."""
    total = np.zeros(len(open_gaps[0][0].draws))
    for one, gaps in open_gaps:
        chance = within(one.draws, gaps.days, ahead)
        total += rng.binomial(gaps.n.astype(np.int64), chance).sum(axis=1)
    pieces = round(sum(float(gaps.n.sum()) for _, gaps in open_gaps))
    return Estimate.of_draws(total, unit="pieces", method=METHOD, n=pieces)


def late(open_gaps: list[tuple[Fitted, Gaps]]) -> list[tuple[Fitted, Gaps]]:
    """Of open gaps those past the nine-in-ten point of their family."""
    found = []
    for one, gaps in open_gaps:
        past = gaps.days > one.late_days
        found.append((one, Gaps(gaps.days[past], gaps.ended[past], gaps.n[past])))
    return found


def ever(open_gaps: list[tuple[Fitted, Gaps]]) -> Estimate:
    """Mean chance that an open gap will end at all, with the doubt in the parameters."""
    pieces = sum(float(gaps.n.sum()) for _, gaps in open_gaps)
    if not pieces:
        return Estimate(0.0, 0.0, 0.0, 0.0, "share", METHOD, 0)
    total = np.zeros(len(open_gaps[0][0].draws))
    for one, gaps in open_gaps:
        total += within(one.draws, gaps.days, np.inf) @ gaps.n
    return Estimate.of_draws(total / pieces, unit="share", method=METHOD, n=round(pieces))


def curve(whole: Fitted) -> tuple[ServicePoint, ...]:
    """Counted and fitted share not yet back, from the start to the longest gap known."""
    days = np.unique(np.round(np.linspace(0.0, float(whole.gaps.days.max()), _POINTS)))
    seen = kaplan_meier(whole.gaps, days)
    inner = np.maximum(days, 1e-6)
    mid, drawn = survival(whole.fit.theta[None], inner)[0], survival(whole.draws, inner)
    low, high = np.quantile(drawn, (0.1, 0.9), axis=0)
    return tuple(
        ServicePoint(
            round(float(day)),
            float(s),
            Estimate(float(m), min(float(lo), float(m)), float(m), max(float(hi), float(m)), "share", METHOD, n),
        )
        for n in (whole.gaps.services,)
        for day, s, m, lo, hi in zip(days, seen, mid, low, high, strict=True)
    )
