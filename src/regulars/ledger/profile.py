"""An import profile: which column of a file is which field, and how to read it. Saved per source, edited by hand.

``<business>/profiles/<name>.toml``; a file whose columns contain all those named here is recognised by the profile.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regulars.base.errors import BadSettings
from regulars.base.settings import Names
from regulars.base.text import say

type TableName = Literal["sales", "customers", "bookings", "spend", "complaints", "feedback"]
type DateOrder = Literal["DMY", "MDY", "YMD"]
type DecimalMark = Literal[".", ","]
type BookingStatus = Literal["completed", "no_show", "cancelled", "late_cancelled", "booked"]
#: What a column tells of who a customer is, beside the key: never a fact, only for the vault of the web application.
type Identifier = Literal["name", "first_name", "last_name", "phone", "email", "member"]

_WHO = ("customer", "reference", "email", "phone", "customer_name", "key")
#: The fields a column may be mapped to, per table.
FIELDS: dict[str, tuple[str, ...]] = {
    "sales": (
        *("sale_id", "line_id", "date", "time", "zone", *_WHO, "branch", "staff", "item", "category", "kind", "event"),
        *("quantity", "price", "gross", "discount", "net", "cost", "currency", "promotion", "supplier", "piece"),
        *("status", "order_subtotal", "order_discount", "order_refund"),
    ),
    "customers": (
        *(*_WHO, "joined", "source", "referrer", "company", "home_branch", "district", "birth", "blocked"),
        *("accepts_email", "accepts_sms", "accepts_whatsapp", "accepts_phone", "accepts_post"),
    ),
    "bookings": (
        *("booking_id", "date", "time", "zone", "booked_at", *_WHO, "branch", "staff", "service", "minutes"),
        *("status", "cancelled", "no_show"),
    ),
    "spend": ("spend_id", "date", "until", "source", "branch", "net", "currency"),
    "complaints": (
        *("complaint_id", "date", *_WHO, "branch", "staff", "kind", "severity", "resolved", "outcome"),
        *("compensation", "currency"),
    ),
    "feedback": ("feedback_id", "date", *_WHO, "branch", "staff", "kind", "score", "best"),
}
#: Without one of each group a table cannot be read.
REQUIRED: dict[str, tuple[tuple[str, ...], ...]] = {
    "sales": (("date",), ("net", "gross", "price")),
    "customers": (_WHO,),
    "bookings": (("date",), (*_WHO, "booking_id")),
    "spend": (("date",), ("net",)),
    "complaints": (("date",), (*_WHO, "complaint_id")),
    "feedback": (("date",), ("score",)),
}


class Reading(BaseModel):
    """How the cells of a source are to be read; shared by profiles and built-in sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    label: Names = Field(default_factory=dict)
    table: TableName = "sales"
    system: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = "own"  # whose sale ids these are
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")] | None = None  # whose customers; else system
    identity: tuple[str, ...] = ("customer", "email", "phone", "reference", "customer_name")  # first filled one counts
    date_order: DateOrder | None = None  # None: found from the content
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    zone: str | None = None
    continuation: bool = False  # cells of the whole sale are blank on its further lines
    skip_status: tuple[str, ...] = ()  # statuses of lines that are no sales
    decimal: DecimalMark | None = None  # None: found from the content
    reversed_sign: bool = False  # sales are written as negative amounts, refunds as positive ones
    status_words: dict[str, BookingStatus] = Field(default_factory=dict)  # how this source says it, lower case
    default_kind: str | None = None
    defaults: dict[str, str] = Field(default_factory=dict)  # field -> value, where no column tells

    @property
    def people(self) -> str:
        """The namespace of customer identifiers."""
        return self.namespace or self.system


class Profile(Reading):
    """One file layout: ``columns`` maps a header, as written in the file, to a field of :data:`FIELDS`.

    ``identifiers`` maps further headers to what they tell of who a customer is; they are kept by nobody but the vault.
    """

    columns: dict[str, str]
    identifiers: dict[str, Identifier] = Field(default_factory=dict)
    header: bool | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Profile:
        known = FIELDS[self.table]
        named = [*self.columns.values(), *self.defaults]
        if unknown := sorted(set(named) - set(known)):
            raise ValueError(f"{self.table} has no field {', '.join(unknown)}; it has {', '.join(known)}")
        if twice := sorted({field for field in named if named.count(field) > 1}):
            raise ValueError(f"field given twice: {', '.join(twice)}")
        for group in REQUIRED[self.table]:
            if not set(group) & set(named):
                raise ValueError(f"{self.table} needs a column for {' or '.join(group)}")
        if unknown := sorted(set(self.identity) - set(_WHO)):
            raise ValueError(f"identity names {', '.join(unknown)}; it may name {', '.join(_WHO)}")
        return self

    def fits(self, headers: tuple[str, ...]) -> bool:
        """Whether a file with these headers has every column of the profile."""
        return {normal_header(c) for c in self.columns} <= {normal_header(h) for h in headers}


def normal_header(header: str) -> str:
    """A header as it is compared: lower case, punctuation and blanks as single spaces, full-width forms as plain."""
    plain = "".join(chr(ord(c) - 0xFEE0) if 0xFF01 <= ord(c) <= 0xFF5E else c for c in header)
    return re.sub(r"[\s_\-.:/()#'\"\ufeff\u3000]+", " ", plain.lower()).strip()


def load_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        BadSettings: no TOML, or a key is wrong; the message names it.
    """
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(say("base.settings.no_toml", file=path.name, detail=str(error))) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "(top)"
        raise BadSettings(say("base.settings.bad_key", file=path.name, key=where, detail=first["msg"])) from error


def save_profile(profile: Profile, path: Path) -> None:
    """Write a profile as TOML."""
    values = profile.model_dump(mode="json", exclude_defaults=True)
    named = ("label", "columns", "identifiers", "defaults", "status_words")
    tables = {key: values.pop(key) for key in named if key in values}
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    for title, table in tables.items():
        lines += ["", f"[{title}]", *(f"{_toml(key)} = {_toml(value)}" for key, value in table.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: object) -> str:
    # JSON's strings, booleans and flat lists of strings are TOML's.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
