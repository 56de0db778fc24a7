"""``strategy/workflows.toml``: the procedures step by step, their clocks and the ladder of remedies, for chapter 9."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.base.inputs.common import Bilingual, InputFile, Model

type Process = Literal["screening", "acquisition", "loyalty", "wastage", "complaints", "focus_groups", "remedies"]
type Clock = Literal["acknowledge", "assess", "update", "decide", "refund", "follow_up", "warn"]

PROCESSES: tuple[Process, ...] = (
    "screening",
    "acquisition",
    "loyalty",
    "wastage",
    "complaints",
    "focus_groups",
    "remedies",
)


class Step(Model):
    """A step: the state a case is in after it, who does it, what is done, and what is left as proof."""

    state: Bilingual
    who: Bilingual
    does: Bilingual
    proof: Bilingual | None = None


class Workflow(Model):
    """One procedure: what it is for, who answers for it, how it is judged, and its steps in order."""

    process: Process
    purpose: Bilingual
    owner: Bilingual
    judged_by: Bilingual
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class Timer(Model):
    """A clock of the complaint procedure. Severity: 1 safety, law or press; 2 much money or again; 3 other; 0 all.

    ``working``: hours and days count in business hours. ``pauses``: stops while the customer or a third party is asked.
    """

    clock: Clock
    severity: Literal[0, 1, 2, 3] = 0
    amount: Annotated[float, Field(gt=0)]
    unit: Literal["hours", "days", "percent"]
    working: bool = True
    pauses: bool = False


class Remedy(Model):
    """A rung of the ladder of remedies, the lowest first: what is given, when it fits, who may decide on it."""

    rung: Literal[0, 1, 2, 3, 4, 5]
    remedy: Bilingual
    fits: Bilingual
    authority: Bilingual


class Workflows(InputFile):
    """Procedures for screening, acquisition, loyalty, wastage, complaints, focus groups and remedies; their clocks."""

    workflows: tuple[Workflow, ...] = ()
    timers: tuple[Timer, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Workflows:
        names = [w.process for w in self.workflows]
        if len(set(names)) < len(names):
            raise PydanticCustomError("twice", "a process is written down twice")
        if any(a.rung > b.rung for a, b in zip(self.remedies, self.remedies[1:], strict=False)):
            raise PydanticCustomError("twice", "remedies are not in the order of their rungs")
        return self
