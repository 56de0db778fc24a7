"""What is asked of a campaign file, and the misuse that is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from regulars.base.errors import BadSettings
from regulars.base.text import Listing, Text, say


@dataclass(frozen=True)
class Request:
    """The columns of the file and what a contact and an outcome are worth.

    ``reaches`` are shares of customers (0..1], ``budgets`` money for all customers of the file. ``value`` is what one
    unit of the outcome is worth; ``cost`` of a contact and ``response_cost`` of an outcome that is not zero go by arm,
    in the same money. ``features`` are all columns where it is None.
    """

    arm: str
    control: str
    outcome: str
    reaches: tuple[float, ...] = (0.1, 0.2, 0.3, 0.5)
    budgets: tuple[float, ...] = ()
    value: float = 1.0
    cost: Mapping[str, float] = field(default_factory=dict)
    response_cost: Mapping[str, float] = field(default_factory=dict)
    cost_column: str | None = None
    features: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    propensity: str | None = None
    strata: str | None = None
    drop_arms: tuple[str, ...] = ()
    fill: bool = False
    level: float = 0.9
    seed: int = 1

    def check(self) -> None:
        """Raises BadSettings where a figure is out of range or columns contradict each other."""
        if not self.reaches and not self.budgets:
            raise BadSettings(say("policy.ask.nothing"), say("policy.ask.nothing_hint"))
        for reach in self.reaches:
            if not (math.isfinite(reach) and 0.0 < reach <= 1.0):
                raise BadSettings(say("policy.ask.reach", found=f"{reach:g}"), say("policy.ask.reach_hint"))
        for name, amount in (*self.cost.items(), *self.response_cost.items()):
            if not (math.isfinite(amount) and amount >= 0.0):
                raise BadSettings(say("policy.ask.cost", arm=name, found=f"{amount:g}"), say("policy.ask.cost_hint"))
        for budget in self.budgets:
            if not (math.isfinite(budget) and budget > 0.0):
                raise BadSettings(say("policy.ask.budget", found=f"{budget:g}"), say("policy.ask.budget_hint"))
        if not (math.isfinite(self.value) and self.value != 0.0):
            raise BadSettings(say("policy.ask.value", found=f"{self.value:g}"), say("policy.ask.value_hint"))
        if not 0.5 <= self.level < 1.0:
            raise BadSettings(say("policy.ask.level", found=f"{self.level:g}"), say("policy.ask.level_hint"))
        roles = [c for c in (self.arm, self.outcome, self.propensity, self.cost_column) if c is not None]
        for column in roles:
            if roles.count(column) > 1:
                raise BadSettings(say("policy.ask.twice", column=column), say("policy.ask.twice_hint"))


def missing_column(column: str, there: tuple[str, ...]) -> BadSettings:
    """The error for a column that the file does not have."""
    hint = say("policy.ask.column_hint", columns=_some(there))
    return BadSettings(say("policy.ask.column", column=column), hint)


def missing_arm(arm: str, there: tuple[str, ...], *, as_control: bool, column: str) -> BadSettings:
    """The error for an arm that no row has."""
    hint = say("policy.ask.arm_hint", arms=_some(there))
    if as_control:
        return BadSettings(say("policy.ask.control", arm=arm, column=column), hint)
    return BadSettings(say("policy.ask.arm", arm=arm, column=column), hint)


def _some(names: tuple[str, ...]) -> Listing | Text:
    if len(names) <= 30:
        return Listing(names)
    return say("policy.ask.and_more", first=Listing(names[:30]), n=len(names) - 30)
