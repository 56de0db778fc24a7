"""A business whose customers are known, its plan, and what its customers do after they were assigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars import api
from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, digest_of, write_document
from regulars.strategy.formulate import formulate
from regulars.strategy.plan import Plan
from regulars.strategy.plan_assigned import Assignment
from support.exports import SQUARE_ITEMS_33, cells, write
from support.planning import LIVES, QUICK, standings_table, studied

SYSTEM = "square"
#: The day of the study, and so of the assignment.
DAY = studied().provenance.as_of


@dataclass(frozen=True)
class Truth:
    """True effects of a measure: log rate and log hazard at first (fading over months), points of coming back."""

    frequency: float = 0.0
    attrition: float = 0.0
    months: float = 1.0
    reactivation: float = 0.0


def business(
    folder: Path, *, only: tuple[str, ...], customers: int, holdout: float = 0.3, seed: int = 1, budget: int = 60_000
) -> OpenBusiness:
    """A hair salon with standings as a study would have left them; every measure but ``only`` is vetoed."""
    made = api.create_business(folder, pack="hair", name="Trial")
    veto = sorted({m.id for m in made.pack.measures} - set(only))
    text = (folder / "business.toml").read_text(encoding="utf-8")
    text = text.replace("veto = []", f"veto = {veto!r}".replace("'", '"'))
    text = text.replace("holdout = 0.05", f"holdout = {holdout}").replace("amount = 60000", f"amount = {budget}")
    text = text[: text.index("[[objectives]]")] if "[[objectives]]" in text else text
    (folder / "business.toml").write_text(text, encoding="utf-8")
    # A secret of our own, so that keys, and with them every draw, are the same each time.
    (folder / "secret.key").write_text(bytes(range(32)).hex() + "\n", encoding="ascii")
    opened = api.open_business(folder)
    study = opened.runs / f"study-{DAY.isoformat()}-v0-known"
    study.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    table = standings_table(customers, rng, permission=0.9)
    names, rate = opened.pseudonyms(), table["rate_month"].to_numpy()
    more: dict[str, Any] = {
        "customer": [names.key(SYSTEM, f"C{i}") for i in range(customers)],
        "rhythm_days": 30.44 / rate,
        "revenue_12": rng.gamma(2.0, 600.0, customers),
    }
    for name, values in more.items():
        column = pa.array(values)
        at = table.column_names.index(name) if name in table.column_names else None
        table = table.append_column(name, column) if at is None else table.set_column(at, name, column)
    pq.write_table(table, study / "standings.parquet")
    write_document(study, studied())
    return opened


def planned(opened: OpenBusiness, *, seed: int = 1) -> Run[Plan]:
    """The plan of those standings, kept as a run."""
    study = next(opened.runs.glob("study-*"))
    pack = opened.pack.model_dump(mode="json")
    with opened.ledger.read() as reader:
        plan = formulate(
            reader,
            standings=study / "standings.parquet",
            diagnosis=studied(),
            business=opened.settings,
            pack=opened.pack,
            study_run=study.name,
            seed=seed,
            sizes=QUICK,
        )
    folder = opened.runs / f"plan-{DAY.isoformat()}-v0-{digest_of(pack, seed)}"
    folder.mkdir()
    write_document(folder, plan)
    return Run(folder.name, folder, plan)


def later_sales(
    opened: OpenBusiness,
    drawn: Run[Assignment],
    truth: dict[str, Truth],
    *,
    rng: np.random.Generator,
    months: int = 3,
    psi: float = 0.3,
) -> Path:
    """An export of what customers bought after they were assigned, by month and under the true effects."""
    study = pq.read_table(opened.runs / drawn.result.study_run / "standings.parquet").sort_by("customer")
    table = pq.read_table(drawn.folder / drawn.result.file)
    state = study["state"].to_pylist()
    arms = table["arm"].to_pylist()
    alive, rate, hazard = (np.array([LIVES[s][i] for s in state]) for i in range(3))
    lapsed = np.array(state) == "lapsed"
    what = [truth.get(arm, Truth()) for arm in arms]
    f, h, fade, back = (
        np.array([getattr(t, n) for t in what]) for n in ("frequency", "attrition", "months", "reactivation")
    )
    here = rng.random(len(state)) < np.where(lapsed, 0.04 + back, alive)
    extra = rate * np.maximum(np.exp(f) - 1, 0)
    who, when = [np.arange(here.size)], [np.full(here.size, -30)]  # everybody had come before
    for month in range(months):
        log = np.exp(-month / fade)
        here &= rng.random(here.size) >= np.where(lapsed, 0.0, hazard * np.exp(h * log))
        often = rate * np.exp(np.where(lapsed, 0.0, f * log))
        often = np.maximum(often - (psi * extra / 2 if month in (1, 2) else 0.0), 0.0)
        count = np.where(lapsed & (month == 0), np.maximum(rng.poisson(often), 1), rng.poisson(often)) * here
        customer = np.repeat(np.arange(here.size), count)
        who.append(customer)
        when.append(30 * month + rng.integers(1, 31, customer.size))
    ids = {opened.pseudonyms().key(SYSTEM, f"C{i}"): f"C{i}" for i in range(len(state))}
    keys, branches = study["customer"].to_pylist(), study["branch"].to_pylist()
    rows = []
    for n, (customer, day) in enumerate(zip(np.concatenate(who).tolist(), np.concatenate(when).tolist(), strict=True)):
        rows.append(
            cells(
                SQUARE_ITEMS_33,
                Date=(DAY + timedelta(days=day)).isoformat(),
                Time="12:00:00",
                Time_Zone="Hong Kong",
                Item="Cut",
                Category="Hair",
                Qty="1.0",
                Gross_Sales="$330.00",
                Discounts="$0.00",
                Net_Sales="$330.00",
                Tax="$0.00",
                Transaction_ID=f"T{n}",
                Payment_ID=f"P{n}",
                Event_Type="Payment",
                Location=branches[customer],
                Customer_ID=ids[keys[customer]],
                Itemization_Type="Service",
            )
        )
    path = opened.folder / "later.csv"
    write(path, SQUARE_ITEMS_33, rows)
    return path
