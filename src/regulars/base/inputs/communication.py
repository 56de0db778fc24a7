"""``strategy/communication.toml``: who is told what, electronic service, suppliers and pledges, for chapter 10."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from regulars.base.inputs.common import Bilingual, InputFile, Model

type Stage = Literal["before", "during", "after", "away"]
type Way = Literal["in_person", "sms", "whatsapp", "email", "phone", "post", "app"]
type Share = Annotated[float, Field(ge=0, le=1)]

STAGES: tuple[Stage, ...] = ("before", "during", "after", "away")


class Message(Model):
    """A field of the matrix: audience, stage of the customer's way, channels, aim, message, owner, standard."""

    audience: Bilingual
    stage: Stage
    channels: Annotated[tuple[Way, ...], Field(min_length=1)]
    purpose: Literal["service", "marketing"]
    aim: Bilingual
    message: Bilingual
    owner: Bilingual
    standard: Bilingual


class Electronic(Model):
    """Electronic promotion or service: what it does, how its use is judged, the way for whoever does not use it."""

    kind: Literal["promotion", "service"]
    name: Bilingual
    does: Bilingual
    judged_by: Bilingual
    other_way: Bilingual


class Supplier(Model):
    """A joint promotion with a supplier: what each side gives, and how the result is judged."""

    name: Bilingual
    role: Bilingual
    gives: Bilingual
    gets: Bilingual
    judged_by: Bilingual


class Pledge(Model):
    """A public promise: how keeping it is measured, the share to be reached and reached, what happens when broken."""

    promise: Bilingual
    measured_by: Bilingual
    target: Share
    broken: Bilingual
    owner: Bilingual
    kept: Share | None = None
    on: date | None = None


class Communication(InputFile):
    """The communication matrix, electronic promotion and service, the supplier plan, the pledges."""

    matrix: tuple[Message, ...] = ()
    electronic: tuple[Electronic, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    pledges: tuple[Pledge, ...] = ()
