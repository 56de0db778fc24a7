"""A plan put to work: what it does for whom, told before anybody is drawn and read by those who carry it out after.

A task is an option of the plan (a measure, or several together) over all its groups of customers; its id is the arm the
assignment names. Nobody is named here, and nothing is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from regulars.api.business import OpenBusiness
from regulars.api.people import number_of
from regulars.api.runs import Run, finished_at, is_finished, load_run
from regulars.base.errors import BadData, NotThere
from regulars.base.text import Local, Text, say
from regulars.ledger.lookup import Kept
from regulars.packs.schema import Measure
from regulars.strategy.cells import CONSENT, held
from regulars.strategy.explain import local
from regulars.strategy.measured import FEWEST_DAYS
from regulars.strategy.outcomes import MONTH
from regulars.strategy.plan import Line, Plan
from regulars.strategy.plan_assigned import Assignment

#: Customers read at once.
LARGEST = 5_000


@dataclass(frozen=True, slots=True)
class Doing:
    """One measure of a task: ``about`` says what is done, None where the pack no longer knows it."""

    id: str
    name: Local | Text
    about: Local | None
    channel: str
    promotes: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What is done for ``customers``. ``asks`` are the channels whose permission it needs, and ``barred`` how many of
    its groups' ``among`` have not given the one that fewest gave; ``left_out`` are meant for it and left without by
    chance (None before the draw); ``assumed`` are drawn as if they had agreed."""

    id: str
    name: Local | Text
    doing: tuple[Doing, ...]
    groups: tuple[Text, ...]
    asks: tuple[str, ...]
    customers: int
    among: int
    barred: int
    cost: float
    hours: float
    left_out: int | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """How the customer is met, each way once."""
        return tuple(dict.fromkeys(one.channel for one in self.doing))

    @property
    def visits(self) -> bool:
        """Whether it is done when the customer comes, and nobody is contacted for it."""
        return self.channels == ("in_person",)


@dataclass(frozen=True, slots=True)
class Cycle:
    """When an assignment's cycle began and ends, and the first day on which anything can be told of it."""

    since: date
    told_from: date
    ends: date

    @classmethod
    def of(cls, drawn: Assignment) -> Cycle:
        """That of an assignment."""
        ends = drawn.as_of + timedelta(days=round(drawn.cycle_months * MONTH))
        return cls(drawn.as_of, drawn.as_of + timedelta(days=FEWEST_DAYS), ends)


def tasks(business: OpenBusiness, plan: Plan, drawn: Assignment | None = None) -> tuple[Task, ...]:
    """What a plan does, most customers first; with how many chance left out where it was assigned."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in plan.lines:
        lines["+".join(sorted(line.measures))].append(line)
    known = {measure.id: measure for measure in business.pack.measures}
    spared = {line.id: line.left_out for line in drawn.lines} if drawn is not None else None
    found = [_task(id, some, plan, known, spared) for id, some in lines.items()]
    return tuple(sorted(found, key=lambda task: (-task.customers, task.id)))


def _task(id: str, lines: Sequence[Line], plan: Plan, known: dict[str, Measure], spared: dict[str, int] | None) -> Task:
    doing = tuple(_doing(one, lines[0], known) for one in id.split("+"))
    asks = tuple(dict.fromkeys(one.channel for one in doing if one.promotes and one.channel in CONSENT))
    where = {line.cell for line in lines}
    cells = [cell for cell in plan.cells if cell.id in where]
    among = sum(cell.customers for cell in cells)
    reached = [sum(cell.reachable.get(channel, cell.customers) for cell in cells) for channel in asks]
    return Task(
        id,
        lines[0].measure_name,
        doing,
        tuple(line.cell_label for line in lines),
        asks,
        sum(line.customers for line in lines),
        among,
        among - min([among, *reached]),
        sum(line.cost for line in lines),
        sum(line.hours for line in lines),
        None if spared is None else sum(spared.get(line.id, 0) for line in lines),
    )


def _doing(id: str, line: Line, known: dict[str, Measure]) -> Doing:
    measure = known.get(id)
    if measure is None:
        channel = line.channels[0] if line.channels else "in_person"
        return Doing(id, Local({"en": id}), None, channel, True)  # unknown: taken for promotion, the stricter
    return Doing(id, local(measure.name), local(measure.about), measure.channel, measure.purpose == "marketing")


def hold_out_of(business: OpenBusiness, plan: Plan) -> int:
    """How many the draw of a plan will hold out: whole customers of every group, so that it can be said before."""
    share = business.settings.contact.holdout
    return sum(sum(held({0: cell.customers}, share).values()) for cell in plan.cells)


def assignment_of(business: OpenBusiness, plan: str) -> Run[Assignment] | None:
    """The newest assignment of the plan of that run; None while it is assigned to nobody."""
    made = business.runs.glob(f"assign-{plan.removeprefix('plan-')}-*")
    finished = [folder for folder in made if is_finished(folder) and not folder.name.endswith(".part")]
    for folder in sorted(finished, key=finished_at, reverse=True):
        try:
            run = load_run(folder, Assignment)
        except BadData:
            continue  # of another version of the program
        if run.result.plan_run == plan:
            return run
    return None


class Drawn:
    """Who was drawn for which task. ``branches`` confines every answer to customers of those home branches; none given
    is the whole business."""

    def __init__(self, run: Run[Assignment]) -> None:
        file = run.folder / run.result.file
        if not file.is_file():
            raise NotThere(say("api.run.missing", run=run.id), say("api.run.missing_hint"))
        self._kept = _kept(file, finished_at(run.folder)[0])

    def counts(self, *, branches: Sequence[str] = ()) -> dict[str, int]:
        """Customers by task (and by ``hold_out`` and ``silence``)."""
        where, values = _within(branches)
        query = f"SELECT arm, count(*) AS n FROM {self._kept.table} WHERE {where} GROUP BY arm"
        return {str(row["arm"]): int(row["n"]) for row in self._kept.rows(query, values)}

    def assumed(self, *, branches: Sequence[str] = ()) -> dict[str, int]:
        """Customers by task who were drawn as if they had agreed, though no permission is on record."""
        where, values = _within(branches)
        query = (
            f"SELECT arm, count(*) AS n FROM {self._kept.table} "
            f"WHERE permission = 'assumed' AND line IS NOT NULL AND {where} GROUP BY arm"
        )
        return {str(row["arm"]): int(row["n"]) for row in self._kept.rows(query, values)}

    def customers(
        self, task: str, *, branches: Sequence[str] = (), after: str = "", size: int = LARGEST
    ) -> tuple[tuple[str, str], ...]:
        """Customers of a task with their branches, in the order of their keys, from the one after ``after``."""
        where, values = _within(branches)
        query = (
            f"SELECT customer, branch FROM {self._kept.table} WHERE arm = ? AND customer > ? AND {where} "
            f"ORDER BY customer LIMIT {max(1, min(size, LARGEST))}"
        )
        beyond = number_of(after) if after else -1
        rows = self._kept.rows(query, [task, beyond, *values])
        return tuple((str(row["customer"]), str(row["branch"] or "")) for row in rows)


@lru_cache(maxsize=8)
def _kept(file: Path, _finished: int) -> Kept:
    return Kept(file)


def _within(branches: Sequence[str]) -> tuple[str, list[str]]:
    if not branches:
        return "true", []
    return f"branch IN ({', '.join('?' * len(branches))})", list(branches)
