"""A simulated business before any file is written: hidden lives, people, and the visits of the exported days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.ledger.synth.clock import Clock, Floats, Ints, make_clock
from regulars.ledger.synth.grievances import Grief, draw_grief, driven_away, lost_by_visit
from regulars.ledger.synth.lives import Lives, draw_lives, draw_visits, expected_visits
from regulars.ledger.synth.people import People, draw_people
from regulars.ledger.synth.trade import Trade

#: Opening hours, minutes of the day.
_OPENS, _CLOSES = 10 * 60 + 30, 20 * 60


@dataclass(frozen=True, slots=True)
class Visits:
    """One entry per visit in order of time. ``customer`` -1 is a walk-in; ``number`` counts a customer's visits."""

    customer: Ints
    branch: Ints
    day: Ints
    minute: Ints
    number: Ints
    level: Floats

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, chosen: Ints) -> Visits:
        """The chosen visits, in that order."""
        return Visits(*(getattr(self, field.name)[chosen] for field in fields(Visits)))


@dataclass(frozen=True, slots=True)
class World:
    """The simulated business."""

    trade: Trade
    clock: Clock
    lives: Lives
    people: People
    ids: list[str]
    visits: Visits
    began_day: Ints
    died_day: Ints  # beyond the last day for those who have not left
    expected_12: Floats
    next_12: Ints  # visits that really happen in the 12 months after the last day
    grief: Grief  # complaints at visits of the exported days

    def dates(self, day: Ints) -> NDArray[np.datetime64]:
        """Days as dates."""
        return np.asarray(np.datetime64(self.clock.first_day, "D") + day)


def simulate(
    *, trade: Trade, customers: int, last_day: date, years: int, identify: Callable[..., list[str]], rng: Generator
) -> World:
    """Live through the years: everything but what is bought. ``identify`` gives people the till's identifiers."""
    clock = make_clock(places=trade.places, calendar=trade.calendar, last_day=last_day, years=years)
    lives = draw_lives(trade=trade, clock=clock, customers=customers, rng=rng)
    end, year_on = clock.end(branch=lives.branch), clock.year_on(branch=lives.branch)
    who, at = draw_visits(lives=lives, until=year_on, rng=rng)
    # Complaints are drawn apart, and whoever leaves over one is cut off afterwards: nobody else's life changes.
    grief = draw_grief(trade=trade, lives=lives, who=who, rng=rng.spawn(1)[0])
    left = driven_away(grief=grief, who=who, at=at, customers=customers)
    past, stays = at < end[who], at <= left[who]
    last = np.zeros(customers)
    np.maximum.at(last, who[past & stays], at[past & stays])
    day = clock.day_of(branch=lives.branch[who], at=at)
    visits = _visits(clock=clock, lives=lives, who=who[past], day=day[past], away=trade.away, rng=rng)
    lives = replace(lives, died=np.minimum(lives.died, left))
    died_day = clock.day_of(branch=lives.branch, at=np.minimum(lives.died, year_on))
    visits = visits.take(np.flatnonzero(visits.day <= died_day[visits.customer]))
    people = draw_people(number=customers, female=trade.female, year=last_day.year, rng=rng)
    ids = identify(people=people, rng=rng)
    visits = _with_walk_ins(visits=visits, clock=clock, share=trade.walk_ins, rng=rng)
    lost = lost_by_visit(trade=trade, lives=lives)
    return World(
        trade=trade,
        clock=clock,
        lives=lives,
        people=people,
        ids=ids,
        visits=visits,
        began_day=day[:customers],
        died_day=died_day,
        expected_12=expected_visits(lives=lives, last=last, now=end, horizon=year_on - end, lost_by_visit=lost),
        next_12=np.bincount(who[~past & stays], minlength=customers),
        grief=_kept_grief(grief=grief, heard=(past & stays)[grief.position], who=who, day=day, visits=visits),
    )


def in_rounds(*, visits: Visits) -> list[Ints]:
    """Positions of everybody's first visits, of everybody's second visits, and so on; walk-ins left out."""
    known = np.flatnonzero(visits.customer >= 0)
    known = known[np.argsort(visits.number[known], kind="stable")]
    return np.split(known, np.flatnonzero(np.diff(visits.number[known])) + 1)


def _visits(*, clock: Clock, lives: Lives, who: Ints, day: Ints, away: float, rng: Generator) -> Visits:
    """Put visits on the calendar; two within one day become one, some happen at another branch that is open."""
    key = np.unique(who * 100_000 + day)
    who, day = key // 100_000, key % 100_000
    home = lives.branch[who]
    branches = clock.speed.shape[0]
    other = (home + rng.integers(1, max(branches, 2), len(who))) % branches
    number = np.arange(len(who)) - np.searchsorted(who, who, side="left")
    goes_away = (rng.random(len(who)) < away) & (number > 0) & clock.open_on(branch=other, day=day)
    return Visits(
        customer=who,
        branch=np.where(goes_away, other, home),
        day=day,
        minute=rng.integers(_OPENS, _CLOSES, len(who)),
        number=number,
        level=lives.spend[who],
    )


def _with_walk_ins(*, visits: Visits, clock: Clock, share: float, rng: Generator) -> Visits:
    """Add unidentified visits and sort everything by time."""
    number = round(len(visits) * share / (1 - share))
    branch = rng.choice(visits.branch, number)
    at = rng.random(number) * clock.end(branch=branch)
    nobody = np.full(number, -1)
    parts = replace(
        visits,
        customer=np.concatenate([visits.customer, nobody]),
        branch=np.concatenate([visits.branch, branch]),
        day=np.concatenate([visits.day, clock.day_of(branch=branch, at=at)]),
        minute=np.concatenate([visits.minute, rng.integers(_OPENS, _CLOSES, number)]),
        number=np.concatenate([visits.number, np.zeros(number, dtype=np.int64)]),
        level=np.concatenate([visits.level, np.zeros(number)]),
    )
    order = np.lexsort((parts.customer, parts.minute, parts.day))
    return parts.take(order)


def _kept_grief(*, grief: Grief, heard: NDArray[np.bool_], who: Ints, day: Ints, visits: Visits) -> Grief:
    """The complaints that were ``heard``, by the visit they arose at; two of a customer on one day are one."""
    which = np.flatnonzero(heard)
    at = grief.position[which]
    key, first = np.unique(who[at] * 100_000 + day[at], return_index=True)
    known = np.flatnonzero(visits.customer >= 0)
    keys = visits.customer[known] * 100_000 + visits.day[known]
    order = np.argsort(keys)
    position = known[order[np.searchsorted(keys, key, sorter=order)]]
    by_time = np.argsort(position)
    return grief.take(which[first[by_time]], position=position[by_time])
