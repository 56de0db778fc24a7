"""Assigning customers: `python benchmarks/assign.py [--customers 1000000]`.

Prints seconds and peak memory of a plan of that many customers given to people, file written (at one million: under
30 s and 4 GB), and of 10,000 customers planned and assigned together (under 10 s). Standings are invented; nothing but
the product's own calls is timed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import pyarrow.parquet as pq

from regulars.api.business import OpenBusiness
from regulars.api.runs import Run
from regulars.strategy.assignment import assign_customers
from regulars.strategy.formulate import formulate
from regulars.strategy.plan import Plan
from regulars.strategy.solve import Sizes
from support.planning import studied
from support.trials import business

SMALL = 10_000


def salon(folder: Path, customers: int) -> OpenBusiness:
    """A hair salon with every measure, and money and hours for its size."""
    made = business(folder, only=(), customers=customers, holdout=0.05, budget=20 * customers)
    text = (folder / "business.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("veto = [")]
    (folder / "business.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    from regulars import api

    return api.open_business(made.folder)


def planned(opened: OpenBusiness) -> Run[Plan]:
    """The plan, with as many draws as the product uses."""
    study = next(opened.runs.glob("study-*"))
    with opened.ledger.read() as reader:
        plan = formulate(
            reader,
            standings=study / "standings.parquet",
            diagnosis=studied(),
            business=opened.settings,
            pack=opened.pack,
            study_run=study.name,
            sizes=Sizes(),
        )
    return Run("plan-bench", study, plan)


def assigned(opened: OpenBusiness, plan: Run[Plan], into: Path) -> int:
    """Everybody's arm, written; how many were given something."""
    with opened.ledger.read() as reader:
        table, found = assign_customers(
            reader,
            standings=plan.folder / "standings.parquet",
            plan=plan.result,
            plan_run=plan.id,
            business=opened.settings,
            pack=opened.pack,
            salt="bench",
            hold_salt="year",
        )
    pq.write_table(table, into)
    return found.assigned


def one(customers: int) -> None:
    """One size, in this process."""
    with tempfile.TemporaryDirectory() as place:
        opened = salon(Path(place) / "salon", customers)
        started = time.perf_counter()
        plan = planned(opened)
        formulated = time.perf_counter()
        given = assigned(opened, plan, Path(place) / "assignments.parquet")
        done = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{customers:>9,} customers: planned {formulated - started:6.2f} s, assigned {done - formulated:6.2f} s "
            f"({given:,} in {len(plan.result.lines)} lines), together {done - started:6.2f} s, peak {peak:.2f} GB",
            flush=True,
        )


def main() -> None:
    """Each size in a process of its own, so that peaks do not mix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--alone", action="store_true", help="measure that size here and now")
    options = parser.parse_args()
    if options.alone:
        one(options.customers)
        return
    for customers in dict.fromkeys((SMALL, options.customers)):
        subprocess.run([sys.executable, __file__, "--alone", "--customers", str(customers)], check=True)


if __name__ == "__main__":
    main()
