"""``strategy/service.toml``: the service as it is designed, audited and improved, for chapter 6."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.base.inputs.common import Bilingual, InputFile, Model

type Level = Literal[1, 2, 3, 4, 5]
type Mark = Annotated[float, Field(ge=1, le=5)]
type Component = Literal["facility", "goods", "information", "explicit", "implicit"]
type Dimension = Literal["tangibles", "reliability", "responsiveness", "assurance", "empathy"]
type Audience = Literal["customers", "staff", "management", "public"]

COMPONENTS: tuple[Component, ...] = ("facility", "goods", "information", "explicit", "implicit")
AUDIENCES: tuple[Audience, ...] = ("customers", "staff", "management", "public")


class PackagePart(Model):
    """A part of the total service package: what it is, and the standard somebody can check."""

    component: Component
    text: Bilingual
    standard: Bilingual


class ServiceLine(Model):
    """A line of service on the process matrix, 1 low ... 5 high; ``to_labour`` and ``to_contact``: where it should go.

    ``labour``: cost of labour against that of premises and equipment. ``contact``: how far the customer takes part and
    the service is made to measure.
    """

    name: Bilingual
    labour: Level
    contact: Level
    to_labour: Level | None = None
    to_contact: Level | None = None
    why: Bilingual


class Audit(Model):
    """A service audit of one audience: what is asked, how, how often, who does it; ``found`` and ``on`` once held."""

    audience: Audience
    scope: Bilingual
    method: Bilingual
    every_months: Annotated[int, Field(ge=1, le=36)]
    owner: Bilingual
    on: date | None = None
    found: Bilingual | None = None


class Score(Model):
    """What ``n`` customers answered on one dimension of quality, 1 to 5.

    ``expected``: what they said good service deserves. ``guessed``: what management thought customers would answer.
    """

    dimension: Dimension
    on: date
    n: Annotated[int, Field(ge=1)]
    perceived: Mark
    expected: Mark | None = None
    guessed: Mark | None = None


class Gap(Model):
    """A gap of the service: 1 knowledge, 2 standards, 3 delivery, 4 communication, 5 what customers perceive."""

    gap: Level
    found: Bilingual
    action: Bilingual
    owner: Bilingual


class Project(Model):
    """An improvement, as a circle of plan, do, check, act; ``proof`` is what would show that it worked."""

    name: Bilingual
    stage: Literal["plan", "do", "check", "act"]
    owner: Bilingual
    by: date | None = None
    proof: Bilingual


class Service(InputFile):
    """The service package, the process matrix, audits of four audiences, quality scores, gaps and improvements."""

    package: tuple[PackagePart, ...] = ()
    lines: tuple[ServiceLine, ...] = ()
    audits: tuple[Audit, ...] = ()
    scores: tuple[Score, ...] = ()
    gaps: tuple[Gap, ...] = ()
    projects: tuple[Project, ...] = ()
