"""What the program is compared with; each is run as its own process: `python benchmarks/peers.py NAME FILE`.

pandas_lifetimes  the obvious pipeline: read, day-collapse and summarise in pandas, fit BG/NBD and score in lifetimes
duckdb_scan       the physical limit for the summary step: DuckDB groups the same file by customer, nothing more
regulars_same     the program doing only what the first does: summary, BG/NBD fit, scores (FILE is a business folder)
"""

from __future__ import annotations

import json
import sys
import time
import warnings


def pandas_lifetimes(file: str) -> dict[str, float]:
    """Summary, fit and scores with pandas and lifetimes; seconds of each part."""
    warnings.simplefilter("ignore")
    import lifetimes
    import pandas as pd

    clock = [time.perf_counter()]
    frame = pd.read_parquet(file, columns=["Customer ID", "Date", "Amount"])
    frame["Date"] = pd.to_datetime(frame["Date"])
    visits = frame.groupby(["Customer ID", "Date"], as_index=False)["Amount"].sum()
    summary = visits.groupby("Customer ID").agg(
        x=("Date", "size"), first=("Date", "min"), last=("Date", "max"), spend=("Amount", "mean")
    )
    end = visits["Date"].max()
    summary["x"] -= 1
    summary["t_x"] = (summary["last"] - summary["first"]).dt.days / 7
    summary["T"] = (end - summary["first"]).dt.days / 7
    clock.append(time.perf_counter())
    model = lifetimes.BetaGeoFitter()
    model.fit(summary["x"], summary["t_x"], summary["T"])
    clock.append(time.perf_counter())
    model.conditional_probability_alive(summary["x"], summary["t_x"], summary["T"])
    for weeks in (52.18, 156.5):
        model.conditional_expected_number_of_purchases_up_to_time(weeks, summary["x"], summary["t_x"], summary["T"])
    clock.append(time.perf_counter())
    return {"summary": clock[1] - clock[0], "fit": clock[2] - clock[1], "scores": clock[3] - clock[2]}


def duckdb_scan(file: str) -> dict[str, float]:
    """One group-by over the file."""
    import duckdb

    started = time.perf_counter()
    duckdb.sql(
        f"""create table s as
        with v as (select "Customer ID" c, "Date" d, sum("Amount") a from read_parquet('{file}') group by all)
        select c, count(*) n, min(d) f, max(d) l, sum(a) a from v group by c"""
    )
    return {"summary": time.perf_counter() - started}


def regulars_same(folder: str) -> dict[str, float]:
    """The program's own summary step, BG/NBD fit and scores, and nothing else of a study."""
    from pathlib import Path

    from regulars import api
    from regulars.analysis.standings import statistics
    from regulars.analysis.summary import summary, triples
    from regulars.analysis.value import fit_bgnbd
    from regulars.analysis.visits import customer_days, in_order, lines_until
    from regulars.api.work import last_day

    business = api.open_business(Path(folder))
    with business.ledger.read() as reader:
        as_of = last_day(reader)
        clock = [time.perf_counter()]
        lines = lines_until(reader.table("sales"), as_of)
        days = reader.keep(customer_days(lines, basis="redemption", branches=None, costed=False), "bench_days")
        days = reader.keep(in_order(days), "bench_visits")
        customers = reader.keep(summary(days, as_of=as_of), "bench_customers")
        clock.append(time.perf_counter())
        found = statistics(reader.arrow(triples(customers)))
        fit = fit_bgnbd(found)
        clock.append(time.perf_counter())
        fit.p_alive(found.x, found.t_x, found.T)
        for weeks in (52.18, 156.5):
            fit.expected_visits(found.x, found.t_x, found.T, weeks)
        clock.append(time.perf_counter())
    return {"summary": clock[1] - clock[0], "fit": clock[2] - clock[1], "scores": clock[3] - clock[2]}


if __name__ == "__main__":
    name, file = sys.argv[1:]
    print(json.dumps(globals()[name](file)))
