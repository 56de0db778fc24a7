"""What a chapter may know beyond one study and one plan: earlier cycles, and checks made as it is written."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.base.text import Text
from regulars.strategy.plan import Plan


@dataclass(frozen=True, slots=True)
class Earlier:
    """A plan of an earlier cycle. ``run`` is its id."""

    run: str
    plan: Plan


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
