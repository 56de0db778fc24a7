"""A group's figure drawn towards all groups'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Told = Literal["above", "below", "alike"]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A group's figure: ``raw`` as counted on ``n``, ``mean`` drawn towards all groups' with its range.

    ``low`` and ``high`` hold 90 %. ``told`` says whether it lies above or below the figure of all, or neither surely
    enough: of all groups said to differ, 5 % may be expected to be wrong.
    """

    n: int
    raw: float
    mean: float
    low: float
    high: float
    told: Told
