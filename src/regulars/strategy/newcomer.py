"""What one newcomer is worth: the first visit, and with the chance of coming back the life of a living newcomer.

    V(T) = m_1 + r * V_living(T) - onboarding        V_living(T) = sum_{t<=T} d^t S_t f_t m_t  of newcomers' cells

r is the first-visit retention: of the source's own newcomers where the study knows it, else of all, else the trade's
figure; newcomers won on a deal have the prior of daily deals (0.20, sd 0.10) where the ledger has none of its own.
Referred newcomers leave less readily (log-hazard -0.10, sd 0.12) at the same margin (sd 0.08).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.results.acquisition import SourceRow
from regulars.analysis.results.shrunk import Shrunk
from regulars.base.investment import Channel
from regulars.packs.schema import Pack
from regulars.strategy.blocks import beta_of, lognormal, own
from regulars.strategy.draws import Draws
from regulars.strategy.options import Evaluator
from regulars.strategy.returns import LONG, SHORT, Base, Floats, live

#: First-visit retention where neither ledger nor pack knows: a vendor's benchmark of salons, hence wide.
RETENTION, RETENTION_SD = 0.30, 0.10
DEAL, DEAL_SD = 0.20, 0.10
REFERRED_HAZARD, REFERRED_MARGIN = (-0.10, 0.12), (0.0, 0.08)
#: A range of 90 % is so many standard deviations wide.
_WIDE = 2 * 1.645


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Per newcomer and draw, before onboarding: contribution, revenue and visits of 12 months, contribution of 36."""

    value_12: Floats
    value_36: Floats
    revenue_12: Floats
    visits_12: Floats
    retention: Floats

    def less(self, onboarding: float) -> tuple[Floats, Floats]:
        """Value of 12 and 36 months net of onboarding."""
        return self.value_12 - onboarding, self.value_36 - onboarding


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of coming back: mean, sd, where from (``source``, ``study``, ``deals``, ``pack``, ``prior``)."""

    mean: float
    sd: float
    told: str


def retention_of(channel: Channel, diagnosis: Diagnosis | None, pack: Pack | None) -> Known:
    """First-visit retention of a channel's newcomers."""
    study = diagnosis.acquisition if diagnosis is not None else None
    row = source_row(channel, diagnosis)
    found = (row.back_180 or row.back_90) if row is not None else None
    if found is not None:
        return Known(found.mean, _sd(found), "source")
    if channel.quality == "deal":
        if study is not None and study.deals is not None:
            share = study.deals.on_deal.share
            return Known(share.mean, max((share.p90 - share.p10) / 2.563, 0.01), "deals")
        return Known(DEAL, DEAL_SD, "prior")
    told = [r.back_180 or r.back_90 for r in study.sources] if study is not None else []
    known = [s for s in told if s is not None and s.n > 0]
    if known:
        total = sum(s.n for s in known)
        mean = sum(s.n * s.raw for s in known) / total
        return Known(mean, max((mean * (1 - mean) / total) ** 0.5, 0.01), "study")
    mark = next((b for b in pack.benchmarks if b.id == "newcomers_returned"), None) if pack is not None else None
    if mark is not None and 0 < mark.value < 1:
        return Known(mark.value, RETENTION_SD, "pack")
    return Known(RETENTION, RETENTION_SD, "prior")


def source_row(channel: Channel, diagnosis: Diagnosis | None) -> SourceRow | None:
    """The study's row on the channel's source; None where it has none."""
    if diagnosis is None or diagnosis.acquisition is None:
        return None
    wanted = (channel.source or channel.id).casefold()
    rows = diagnosis.acquisition.sources
    return next((r for r in rows if r.source is not None and r.source.casefold() == wanted), None)


def _sd(found: Shrunk) -> float:
    return max((found.high - found.low) / _WIDE, 0.01)


def worth_of(name: str, known: Known, quality: str, evaluator: Evaluator) -> Newcomer:
    """What a newcomer is worth on the evaluator's draws; ``name`` names the stream of what is not known of them."""
    draws = evaluator.draws
    z = own(draws, f"newcomer:{name}", 3)
    back = beta_of(z[0], known.mean, known.sd)
    hazard, margin = np.ones(draws.count), np.ones(draws.count)
    if quality == "referred":
        mean, sd = REFERRED_HAZARD
        hazard = np.exp(mean + sd * z[1] - 0.5 * sd**2)
        margin = lognormal(z[2], REFERRED_MARGIN[1])
    first, short, long, revenue, visits = _living(evaluator, draws, hazard, margin)
    share = revenue / np.where(short > 0, short, 1.0)  # revenue per unit of contribution
    return Newcomer(
        first + back * short,
        first + back * long,
        (first + back * short) * np.where(short > 0, share, 1.0),
        1 + back * visits,
        back,
    )


def _living(
    evaluator: Evaluator, draws: Draws, hazard: Floats, margin: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Contribution of a first visit, of 12 and of 36 months, revenue and visits of 12, of one living newcomer."""
    places = _newcomers(evaluator)
    zero = np.zeros(draws.count)
    if not places:
        return zero, zero, zero, zero, zero
    total = sum(evaluator.cells[at].customers for at in places)
    first, short, long, revenue, visits = zero, zero, zero, zero, zero
    for at in places:
        cell, base = evaluator.cells[at], evaluator.base(at)[0]
        living = Base(np.minimum(base.by_month() * hazard, 1.0), base.frequency, base.margin * margin, base.discount)
        life = live(living, {})
        weight = cell.customers / total
        first = first + weight * living.margin
        short = short + weight * life.cash_12
        long = long + weight * life.cash_36
        revenue = revenue + weight * life.cash_12 * cell.revenue_share
        visits = visits + weight * life.visits_12
    return first, short, long, revenue, visits


def _newcomers(evaluator: Evaluator) -> Sequence[int]:
    """The cells newcomers are like: newcomers, else active customers, else all that are not lapsed."""
    for wanted in (("newcomer",), ("active",), ("newcomer", "active", "overdue")):
        found = [at for at, cell in enumerate(evaluator.cells) if cell.state in wanted and cell.customers > 0]
        if found:
            return found
    return []


__all__ = ["LONG", "SHORT", "Known", "Newcomer", "retention_of", "source_row", "worth_of"]
