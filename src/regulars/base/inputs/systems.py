"""``strategy/systems.toml``: systems, devices, opportunities and the commercial network, for chapter 12."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.base.inputs.common import Bilingual, InputFile, Model


class System(Model):
    """A system and the customer information it holds: who answers for it, what it cannot do."""

    name: Bilingual
    holds: Bilingual
    owner: Bilingual
    limit: Bilingual


class Device(Model):
    """A device: bought when, good for how many years, how heavily used (0 to 1), and what is planned."""

    name: Bilingual
    years: Annotated[float, Field(gt=0)]
    bought: date | None = None
    load: Annotated[float, Field(ge=0, le=1)] | None = None
    action: Literal["keep", "extend", "replace", "buy"]
    why: Bilingual


class Link(Model):
    """A link of the commercial network. ``data``: what of customers it sees: nothing, counts only, or persons."""

    party: Bilingual
    kind: Literal["supplier", "landlord", "platform", "company", "referrer", "franchise", "other"]
    gives: Bilingual
    gets: Bilingual
    data: Literal["none", "counts", "persons"]


class Opportunity(Model):
    """A business opportunity, what it rests on, and the first test of it."""

    text: Bilingual
    rests_on: Bilingual
    test: Bilingual
    owner: Bilingual


class Stage(Model):
    """A stage of the road map; ``gate`` is what must be shown before the next stage begins."""

    text: Bilingual
    gate: Bilingual
    owner: Bilingual
    by: date | None = None


class Systems(InputFile):
    """Systems and what they hold, devices, the road map with gates, opportunities, the commercial network."""

    systems: tuple[System, ...] = ()
    devices: tuple[Device, ...] = ()
    stages: tuple[Stage, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    network: tuple[Link, ...] = ()
