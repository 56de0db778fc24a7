"""What the deeper parts of a study are given, and what each gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
from numpy.random import Generator

from regulars.analysis.desk import Kept, Setting
from regulars.analysis.forecast import Portfolio
from regulars.analysis.lookback import Look, Lookback
from regulars.analysis.models import Models
from regulars.analysis.tournament import Tried


@dataclass(frozen=True, slots=True)
class Scene:
    """The study so far: settings and tables, fitted models, and one row per customer.

    ``tried`` is what the contest on the own past left (None without one), ``portfolio`` answers what groups will bring.
    ``people`` is kept in the engine: everything the standings say of a customer. ``interval`` is the base's typical
    interval in days, ``value_cut`` the 36-month value that parts the classes. A part takes its own generator with
    :meth:`Generator.spawn`, so that no part's figures hang on another's draws.
    """

    setting: Setting
    kept: Kept
    models: Models
    tried: Tried | None
    portfolio: Portfolio
    people: ibis.Table
    interval: float
    value_cut: float
    rng: Generator
    surely_new: date | None = None  # who was first seen before may be older than the ledger; None: nobody is suspected

    @property
    def back(self) -> Lookback:
        """The way to look back from the end of the past."""
        return Lookback(Look(self.setting, self.kept, self.people, self.interval, self.tried, self.surely_new))


@dataclass(frozen=True, slots=True)
class Part[Result]:
    """A part's result (None where the data cannot carry it) and, per ``customer``, columns to add to the standings."""

    result: Result | None
    of_each: ibis.Table | None = None
