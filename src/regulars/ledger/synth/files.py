"""Writing what a simulated business leaves behind: export files, the truth, and its ``business.toml``."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from regulars.base.starter import AIM_OF, corporate_lines
from regulars.ledger.synth.clock import Floats, Ints
from regulars.ledger.synth.trade import MONTH, Goal, Place
from regulars.ledger.synth.world import World

TRUTH_FILE = "truth.parquet"

#: Columns of ``truth.parquet``; rates and hazards are per month of the year-round average.
TRUTH = pa.schema(
    [
        pa.field("customer", pa.string()),  # identifier as in the exports
        pa.field("branch", pa.string()),  # home branch
        pa.field("acquired_on", pa.date32()),
        pa.field("died_on", pa.date32()),  # null while still a customer on the last day
        pa.field("passer_by", pa.bool_()),  # would never have returned
        pa.field("hazard_month", pa.float64()),
        pa.field("rate_month", pa.float64()),  # visits a month while a customer
        pa.field("regularity", pa.int64()),  # Erlang k of the gaps
        pa.field("spend_visit", pa.float64()),  # expected net amount of a visit not prepaid
        pa.field("margin_visit", pa.float64()),
        pa.field("visits", pa.int64()),  # in the exports
        pa.field("expected_visits_12", pa.float64()),  # after the last day, knowing the hidden life
        pa.field("visits_next_12", pa.int64()),  # what then really happens
        pa.field("complaints", pa.int64()),  # in the exports
        pa.field("left_after_complaint", pa.bool_()),  # would have stayed, but for how a complaint was met
    ]
)


def write_csv(
    path: Path,
    *,
    header: Sequence[str],
    columns: Sequence[Iterable[object]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    quote_all: bool = False,
    line_end: str = "\r\n",
) -> Path:
    """Write columns of equal length as a delimited file and return its path."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(
            file,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator=line_end,
        )
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
    return path


def cells(text: str) -> tuple[str, ...]:
    """The cells of one comma-separated line."""
    return tuple(text.split(","))


def all_columns(*, header: Sequence[str], filled: Mapping[str, list[str]], number: int) -> list[list[str]]:
    """The columns in the order of the header, empty where nothing is filled in."""
    if unknown := set(filled) - set(header):
        raise KeyError(f"not in the header: {', '.join(sorted(unknown))}")
    return [filled.get(name, [""] * number) for name in header]


def pick(names: Sequence[str], index: Ints) -> list[str]:
    """The name at each index; an empty cell where the index is -1."""
    known = [*names, ""]
    return [known[i] for i in index.tolist()]


def money(amounts: NDArray[np.int64] | Floats) -> list[str]:
    """Amounts as tills print them: 1280.00."""
    return [f"{amount:.2f}" for amount in amounts.tolist()]


def clock_time(minutes: Ints) -> list[str]:
    """Minutes of the day as 14:05."""
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes.tolist()]


def write_complaints(
    path: Path, *, world: World, staff: Sequence[str], header: Sequence[str], encoding: str = "utf-8"
) -> Path:
    """Write the list of complaints: number, day, customer, branch, staff, kind, severity, day settled, outcome.

    ``staff`` has the name at each visit. What is not settled by the last day stands open.
    """
    grief, visits, cares = world.grief, world.visits, world.trade.grievances
    if cares is None:
        raise ValueError(f"nobody complains in {world.trade.pack}")
    day = visits.day[grief.position]
    settled = (grief.after >= 0) & (day + grief.after < world.clock.days)
    columns = (
        [f"C{number:04d}" for number in range(1, len(grief) + 1)],
        world.dates(day).astype(str).tolist(),
        pick(world.ids, visits.customer[grief.position]),
        pick([place.id for place in world.trade.places], visits.branch[grief.position]),
        [staff[position] for position in grief.position.tolist()],
        pick(cares.kinds, grief.kind),
        pick(cares.severities, grief.severity),
        np.where(settled, world.dates(day + grief.after).astype(str), "").tolist(),
        pick(cares.outcomes, np.where(settled, grief.outcome, -1)),
    )
    return write_csv(path, header=header, columns=columns, encoding=encoding)


def write_truth(path: Path, *, world: World, spend: Floats) -> Path:
    """Write what is true of every customer, keyed by the identifier of the exports."""
    lives, days = world.lives, world.clock.days
    identified = world.visits.customer[world.visits.customer >= 0]
    complained, left = world.visits.customer[world.grief.position], world.grief.left
    died = world.dates(world.died_day).astype(object)
    died[world.died_day >= days] = None
    # lists, because handing NumPy dates to Arrow imports pandas, which takes longer than all the rest
    columns: dict[str, list[object]] = {
        "customer": list(world.ids),
        "branch": list(pick([place.id for place in world.trade.places], lives.branch)),
        "acquired_on": world.dates(world.began_day).tolist(),
        "died_on": died.tolist(),
        "passer_by": lives.once.tolist(),
        "hazard_month": (lives.hazard * MONTH).tolist(),
        "rate_month": (lives.rate * MONTH).tolist(),
        "regularity": lives.regularity.tolist(),
        "spend_visit": spend.tolist(),
        "margin_visit": (spend * world.trade.margin).tolist(),
        "visits": np.bincount(identified, minlength=len(lives)).astype(object).tolist(),
        "expected_visits_12": world.expected_12.tolist(),
        "visits_next_12": world.next_12.tolist(),
        "complaints": np.bincount(complained, minlength=len(lives)).astype(object).tolist(),
        "left_after_complaint": (~lives.once & (np.bincount(complained[left], minlength=len(lives)) > 0)).tolist(),
    }
    pq.write_table(pa.table(columns, schema=TRUTH), path)
    return path


def business_toml(*, world: World) -> str:
    """A ready ``business.toml`` with branches, mission, objectives and limits that fit the size of the business."""
    trade, thousands = world.trade, len(world.lives) / 1000
    hours = max(round(trade.staff_hours * len(world.lives) / trade.customers), 4)
    lines = [
        f"name = {_names(trade.english, trade.chinese)}",
        f'pack = "{trade.pack}"',
        'currency = "HKD"',
        'zone = "Asia/Hong_Kong"',
        'languages = ["en", "zh-Hant"]',
        f"mission = {_names(trade.mission_english, trade.mission_chinese)}",
        "cycle_months = 3",
        "",
        "[budget]",
        f"amount = {max(round(trade.budget_per_thousand * thousands, -2), 500):.0f}",
        "",
        "[capacity]",
        f"staff_hours_per_branch = {hours}",
        "",
        "[contact]",
        "max_contacts = 3",
        "holdout = 0.05",
        "assumed_permission = 0.5",
        "",
        "[margin]",
        f"share = {trade.margin}",
        "monthly_discount = 0.99",
    ]
    for place in trade.places:
        lines += ["", *_branch(place)]
    lines += corporate_lines((goal.kpi for goal in trade.goals), owner="Wong Tai Man 王大文")
    for goal in trade.goals:
        lines += ["", *_objective(goal, thousands=thousands)]
    return "\n".join(lines) + "\n"


def _branch(place: Place) -> list[str]:
    also = ", ".join(f'"{spelling}"' for spelling in place.also)
    return [
        "[[branches]]",
        f'id = "{place.id}"',
        f"name = {_names(place.english, place.chinese)}",
        *([f"also = [{also}]"] if place.also else []),
    ]


def _objective(goal: Goal, *, thousands: float) -> list[str]:
    target = float(f"{goal.target * thousands:.2g}") if goal.per_thousand else goal.target
    return [
        "[[objectives]]",
        f'id = "{goal.id}"',
        f"name = {_names(goal.english, goal.chinese)}",
        f'kpi = "{goal.kpi}"',
        f"target = {target}",
        f"priority = {goal.priority}",
        f'serves = "{AIM_OF[goal.kpi]}"',
    ]


def _names(english: str, chinese: str) -> str:
    return f'{{ en = "{english}", zh-Hant = "{chinese}" }}'
