"""Rows as a till pushes them: one model a table, read strictly, and a Problem for everything that is wrong with a row.

The fields are those of import profiles (docs/reference/imports.md); what a file may leave open a push must tell: its
own row ids (so that a row sent twice is one row) and days written ``2026-10-31``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from regulars.base.problem import Problem
from regulars.base.text import say
from regulars.privacy.identifiers import Kind, normal_identifier

type PushedTable = Literal["sales", "bookings", "customers", "complaints", "feedback"]


def _written(said: object) -> object:
    """Days are text: a number would be taken for seconds."""
    if not isinstance(said, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        raise PydanticCustomError("date_written", "a day like 2026-10-31")
    return said


Date = Annotated[Day, BeforeValidator(_written)]
Yes = Annotated[bool, Strict()]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Amount = Annotated[Decimal, Field(ge=-(10**12), le=10**12, decimal_places=2, allow_inf_nan=False)]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
#: What may name a customer, best first, as in files.
WHO: tuple[Kind, ...] = ("customer", "email", "phone", "reference", "customer_name")
_FIRST, _LAST = Day(1970, 1, 1), Day(2199, 12, 31)


class Row(BaseModel):
    """What all rows have in common."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("date", "joined", "resolved", "booked_at", check_fields=False)
    @classmethod
    def _plausible(cls, value: Day | None) -> Day | None:
        if value is not None and not _FIRST <= value <= _LAST:
            raise PydanticCustomError("odd_date", "a day of 1970 to 2199")
        return value


class _Someones(Row):
    customer: Code | None = Field(None, description="the till's own customer number")
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    reference: Code | None = Field(None, description="member or card number")
    customer_name: Name | None = Field(None, description="a weak identity, used where nothing better is there")


class Sale(_Someones):
    """One line of a sale."""

    sale_id: Code
    line_id: Code
    date: Date
    time: Time | None = None
    branch: Name | None = None
    staff: Name | None = Field(None, description="kept as a pseudonym only")
    item: Name | None = None
    category: Name | None = None
    kind: Name | None = Field(None, description="service, product, package, refund ... in the till's own words")
    quantity: Annotated[float, Strict(), Field(ge=-1e6, le=1e6, allow_inf_nan=False)] | None = None
    gross: Amount | None = None
    discount: Amount | None = None
    net: Amount
    cost: Amount | None = None
    currency: Currency | None = None
    promotion: Name | None = None
    supplier: Name | None = None
    piece: Code | None = None


class Booking(_Someones):
    """One booking; sent again with another status when that changes."""

    booking_id: Code
    date: Date
    time: Time | None = None
    booked_at: Date | None = None
    branch: Name | None = None
    staff: Name | None = Field(None, description="kept as a pseudonym only")
    service: Name | None = None
    minutes: Annotated[int, Strict(), Field(ge=0, le=1440)] | None = None
    status: Literal["completed", "no_show", "cancelled", "late_cancelled", "booked"]


class Customer(_Someones):
    """One customer. Name, telephone and e-mail only lead to the key here; they are not kept with the facts."""

    joined: Date | None = None
    source: Name | None = None
    referrer: Code | None = Field(None, description="customer number of who brought them")
    company: Yes = False
    home_branch: Name | None = None
    district: Name | None = None
    birth: Annotated[int, Strict(), Field(ge=1900, le=2199)] | None = Field(None, description="the year alone")
    accepts_email: Yes | None = None
    accepts_sms: Yes | None = None
    accepts_whatsapp: Yes | None = None
    accepts_phone: Yes | None = None
    accepts_post: Yes | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Customer:
        if not any(normal_identifier(kind, getattr(self, kind) or "") for kind in WHO):
            raise PydanticCustomError("nobody", "names nobody")
        return self


class Complaint(_Someones):
    """One complaint; sent again when it is settled."""

    complaint_id: Code
    date: Date
    branch: Name | None = None
    staff: Name | None = Field(None, description="kept as a pseudonym only")
    kind: Name | None = None
    severity: Code | None = None
    resolved: Date | None = None
    outcome: Name | None = None
    compensation: Amount | None = None
    currency: Currency | None = None


class Feedback(_Someones):
    """One answer: a rating, or one question of a survey; sent again it replaces itself. Who answered may be unknown.
    What they wrote in free words is not taken."""

    feedback_id: Code
    date: Date
    branch: Name | None = None
    staff: Name | None = Field(None, description="whom it is about; kept as a pseudonym only")
    kind: Name | None = Field(None, description="what was asked")
    score: Amount = Field(description="the answer: stars, points, a grade")
    best: Amount | None = Field(None, description="the best answer there was to give, at least the score")

    @field_validator("best")
    @classmethod
    def _at_least_the_score(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        score = info.data.get("score")
        if value is not None and score is not None and score > value:
            raise PydanticCustomError("above_best", "not below the score")
        return value


MODELS: dict[str, type[_Someones]] = {
    "sales": Sale,
    "bookings": Booking,
    "customers": Customer,
    "complaints": Complaint,
    "feedback": Feedback,
}
#: The column that says where a row belongs.
PLACE = dict.fromkeys(MODELS, "branch") | {"customers": "home_branch"}
_KINDS = {
    "missing": "needed",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "literal_error": "not_one_of",
    "odd_date": "bad_day",
    "nobody": "nobody",
    "foreign": "foreign",
    "above_best": "above_best",
}


@dataclass(frozen=True)
class Checked:
    """Rows read: the good ones as plain values with their places in what was sent (from 0), and the problems."""

    good: tuple[tuple[int, dict[str, Any]], ...]
    problems: tuple[Problem, ...]


def check(table: str, rows: Sequence[object], *, currency: str) -> Checked:
    """Read pushed rows one by one. ``row`` of a problem counts from 1 in what was sent.

    Raises:
        KeyError: the table takes no pushes (:data:`MODELS`).
    """
    model, good, problems = MODELS[table], [], []
    for at, row in enumerate(rows):
        try:
            read = model.model_validate(row)
        except ValidationError as error:
            problems += [_problem(table, at, found) for found in error.errors(include_url=False, include_input=False)]
            continue
        if getattr(read, "currency", None) not in (None, currency):
            problems.append(_told(table, at, "currency", "foreign"))
        else:
            good.append((at, read.model_dump(mode="json", exclude_none=True)))
    return Checked(tuple(good), tuple(problems))


def _problem(table: str, at: int, found: Mapping[str, Any]) -> Problem:
    kind, place = str(found["type"]), found["loc"]
    column = _printable(str(place[0])) if place else None
    if kind not in _KINDS:
        kind = "date" if kind.startswith("date") else "amount" if kind.startswith(("decimal", "finite")) else kind
    code = {"date": "bad_day", "amount": "bad_amount"}.get(kind) or _KINDS.get(kind, "bad_value")
    return _told(table, at, column, code)


def _printable(name: str) -> str:
    """A field's name as it may be told again, whatever was sent for one."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:80])


def _told(table: str, at: int, column: str | None, code: str) -> Problem:
    return Problem(table, at + 1, column, f"push_{code}", say(f"pushing.problem.{code}", field=column or ""))


def strings(row: Mapping[str, Any]) -> dict[str, str]:
    """A checked row as the cells of a file, which the importer reads like any other."""
    return {name: _cell(value) for name, value in row.items() if (name, value) != ("company", False)}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
