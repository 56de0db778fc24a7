"""What the interface answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import BaseModel, ConfigDict

from regulars.api.pushed import Date, Yes


class Branch(Schema):
    """A branch."""

    id: str
    name: dict[str, str]


class Business(Schema):
    """The business, as its settings name it."""

    name: dict[str, str]
    pack: str
    currency: str
    zone: str
    branches: list[Branch]
    data_version: int


class Holding(Schema):
    """One table of the ledger."""

    table: str
    rows: int
    first_day: date | None
    last_day: date | None


class Ledger(Schema):
    """What the ledger holds."""

    data_version: int
    tables: list[Holding]


class Import(Schema):
    """One import or push that stored something."""

    id: str
    table: str
    at: datetime
    stored: int
    changed: int
    unchanged: int
    undone: bool


class Imports(Schema):
    """Imports, newest first."""

    items: list[Import]
    next: str | None


class Run(Schema):
    """A study or plan that was worked out to its end."""

    id: str
    kind: str
    finished_at: datetime
    bytes: int


class Runs(Schema):
    """Runs, newest first."""

    items: list[Run]
    next: str | None


class Person(Schema):
    """What is believed of one customer at a study (docs/reference/standings.md). ``customer`` is a key, not a name."""

    customer: str
    standing: dict[str, Any]


class Identity(Schema):
    """Who a customer is; empty where nobody knows."""

    customer: str
    name: str
    phone: str
    email: str
    member: str


class People(Schema):
    """Customers of one study whom a predicate selects, in order."""

    run: str
    as_of: date
    items: list[Person]
    next: str | None


class Plan(Schema):
    """A plan's key figures."""

    id: str
    figures: dict[str, Any]
    in_force: bool


class Plans(Schema):
    """Plans, newest first."""

    items: list[Plan]
    unreadable: list[str]
    next: str | None


class Strategy(Schema):
    """What is in force, and what the newest plan waits for."""

    version: int | None
    plan: str | None
    approved_at: str | None
    newest_plan: str | None
    waits_for: str
    blocks: list[str]


class Job(Schema):
    """A piece of long work."""

    id: int
    kind: str
    state: str
    made_at: datetime
    ended_at: datetime | None
    share: int | None
    step: str | None
    trouble: str | None
    result: dict[str, Any]


class Jobs(Schema):
    """Work, newest first."""

    items: list[Job]
    next: str | None


class Commit(Schema):
    """The commit rows were stored in, which may hold rows of several receipts. ``import_id`` is what to undo; none
    where the ledger had all rows already."""

    import_id: str | None
    rows: int
    stored: int
    changed: int
    unchanged: int
    rejected: int


class Receipt(Schema):
    """What became of rows pushed."""

    id: str
    table: str
    state: str
    sent: int
    accepted: int
    rejected: int
    problems: list[dict[str, Any]]
    commit: Commit | None
    made_at: datetime
    stored_at: datetime | None


class Segment(Schema):
    """How many customers a predicate selects, and what they are worth."""

    study: str
    segment: dict[str, Any]


class Upload(Schema):
    """Files taken in, and the work that reads them."""

    id: int
    files: list[str]
    job: Job | None


class Undone(Schema):
    """An import taken back."""

    import_id: str
    rows: int


class Export(Schema):
    """An export of everything."""

    id: int
    made_at: datetime
    ready: bool
    expires_at: datetime | None
    bytes: int
    sha256: str
    people: bool
    job: Job | None


class Asked(BaseModel):
    """What a request asks for; what is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class AskStudy(Asked):
    """A study as of a day; of the last day known when none is given."""

    as_of: Date | None = None


class AskExport(Asked):
    """Whether names and addresses go with it (where the person may see them)."""

    people: Yes = False
