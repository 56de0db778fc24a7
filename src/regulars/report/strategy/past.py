"""What a chapter may know beyond one study and one plan: earlier cycles, and checks made as it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.base.text import Param, Text
from regulars.strategy.plan import Plan
from regulars.strategy.plan_measured import Measurement


@dataclass(frozen=True, slots=True)
class Earlier:
    """A plan of an earlier cycle, with what was measured of it (None: not yet). ``run`` is its id."""

    run: str
    plan: Plan
    measured: Measurement | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody said of the plan or of an alternative to it."""

    about: Param
    verdict: Literal["accept", "change", "reject"]
    reason: str
    by: str
    at: Param


@dataclass(frozen=True, slots=True)
class Approval:
    """Where the plan stands on its way to a strategy.

    ``by``, ``at``, ``reason`` and ``version`` are those of the approval; ``by`` is empty while nobody has approved.
    ``waits_for`` says who is asked for what next, ``blocks`` what stands against approving.
    """

    by: str = ""
    at: Param = ""
    reason: str = ""
    version: int = 0
    judged: tuple[Judged, ...] = ()
    waits_for: Text | None = None
    blocks: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A rule tried on this plan and this ledger while the document was written.

    ``rule`` says the rule in plain words, ``where`` what enforces it, ``found`` what the trial gave; ``passed`` is None
    where there was nothing to try it on.
    """

    id: str
    law: Text
    rule: Text
    where: Text
    found: Text
    passed: bool | None
