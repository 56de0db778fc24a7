"""What the study says of what customers will take next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Rule = Literal["popular", "same", "moves"]


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule on the own past: shares between 0 and 1 of next visits it foretold, with ranges of 90 %.

    ``first`` counts a hit where the category named first was taken, ``three`` where any of three named was.
    """

    rule: Rule
    first: float
    first_low: float
    first_high: float
    three: float
    three_low: float
    three_high: float


@dataclass(frozen=True, slots=True)
class NextRow:
    """After a visit for ``last``: what the rule in use names, how often it followed, and when, in days.

    ``customers`` are current ones whose last visit was for it; ``pairs`` the visits counted. Quartiles of the gap are
    of those who came again for what is named.
    """

    last: str
    named: str
    chance: float
    pairs: int
    customers: int
    gap_low: float
    gap_mid: float
    gap_high: float


@dataclass(frozen=True, slots=True)
class Opportunity:
    """Result of :mod:`regulars.analysis.opportunity`: ``rules`` best first, the first is in use.

    ``tested`` next visits over ``origins`` days of the past.
    """

    rules: tuple[Tried, ...]
    tested: int
    origins: int
    rows: tuple[NextRow, ...]
