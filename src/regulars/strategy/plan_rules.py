"""Results about rules: what was laid down and what it costs, what gave way, how evenly promotions are offered."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.base.text import Text


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule. ``price``: best value without it less best value with it, over 36 months (negative: it brings money).

    ``lo`` and ``hi`` are its bounds in ``unit``; ``used`` what the plan takes of it, None where that is no one figure.
    """

    id: str
    kind: str
    label: Text
    lo: float | None
    hi: float | None
    unit: str
    used: float | None
    price: float
    binding: bool


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule that could not be kept in full, and what alone would let it be. ``text`` says both."""

    rule: str
    wanted: float
    kept: float
    unit: str
    money: float | None
    hours: float | None
    drop: tuple[str, ...]
    together: bool  # all three are needed, not any one
    text: Text


@dataclass(frozen=True, slots=True)
class FairRow:
    """Promotions per customer among customers of one state, by a protected attribute that decides nothing."""

    attribute: str
    state: str
    group: str
    customers: float
    rate: float
    gap: float  # to the group offered most
