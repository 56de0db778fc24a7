"""Complaints at visits: how each is met, and who leaves over it. A true effect, which a study should find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.lives import Lives
from regulars.ledger.synth.trade import Trade

type Flags = NDArray[np.bool_]

PROMPT, LATE, OPEN = 0, 1, 2
#: Days until a complaint is settled, from and below.
_PROMPT_DAYS, _LATE_DAYS = (0, 7), (10, 43)


@dataclass(frozen=True, slots=True)
class Grief:
    """One entry per complaint: ``position`` among the visits it was drawn for, how met, and whether that drove away.

    ``after`` is days until settled (-1 never); ``kind``, ``severity`` and ``outcome`` are places in the trade's words.
    """

    position: Ints
    met: Ints
    left: Flags
    after: Ints
    kind: Ints
    severity: Ints
    outcome: Ints

    def __len__(self) -> int:
        return len(self.position)

    def take(self, chosen: Ints, *, position: Ints) -> Grief:
        """The chosen complaints, at new positions."""
        return Grief(
            position=position,
            met=self.met[chosen],
            left=self.left[chosen],
            after=self.after[chosen],
            kind=self.kind[chosen],
            severity=self.severity[chosen],
            outcome=self.outcome[chosen],
        )


def draw_grief(*, trade: Trade, lives: Lives, who: Ints, rng: Generator) -> Grief:
    """Complaints at visits, of which ``who`` has one entry each: the customer."""
    cares = trade.grievances
    if cares is None:
        none = np.zeros(0, dtype=np.int64)
        return Grief(none, none, none.astype(bool), none, none, none, none)
    often = cares.share * np.array([place.complaints for place in trade.places])
    position = np.flatnonzero(rng.random(len(who)) < often[lives.branch[who]])
    number = len(position)
    met = rng.choice(3, size=number, p=(cares.prompt, cares.late, 1 - cares.prompt - cares.late))
    leaves = np.array([0.0, cares.leave_late, cares.leave_open])
    days = np.stack([rng.integers(*_PROMPT_DAYS, number), rng.integers(*_LATE_DAYS, number), np.full(number, -1)])
    return Grief(
        position=position,
        met=met,
        left=rng.random(number) < leaves[met],
        after=days[met, np.arange(number)],
        kind=rng.choice(len(cares.kinds), size=number),
        severity=rng.choice(len(cares.severities), size=number),
        outcome=rng.choice(len(cares.outcomes), size=number),
    )


def lost_by_visit(*, trade: Trade, lives: Lives) -> Floats | None:
    """Each customer's chance that a visit ends in a complaint that drives them away; None where nobody complains."""
    cares = trade.grievances
    if cares is None:
        return None
    leaves = cares.late * cares.leave_late + (1 - cares.prompt - cares.late) * cares.leave_open
    often = cares.share * np.array([place.complaints for place in trade.places])
    return np.asarray((often * leaves)[lives.branch])


def driven_away(*, grief: Grief, who: Ints, at: Floats, customers: int) -> Floats:
    """When each customer left over a complaint; infinite for those who did not."""
    when = np.full(customers, np.inf)
    gone = grief.position[grief.left]
    np.minimum.at(when, who[gone], at[gone])
    return when
