"""Counts, pages, one customer and a history, as a page asks for them: `python benchmarks/people_pages.py FOLDER`.

FOLDER is a studied business; `benchmarks/scale.py` tells how one of a million customers is made. Prints the median and
the 95th percentile of wall-clock time and the median of processor time in a warm process, and what the process weighs.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from regulars import api

FILTERS = (
    "state = overdue",
    "state = overdue and value_36 > {n}",
    "state in (overdue, lapsed) and last_day before {n} days ago",
    "tier = high and not (visits < 3 or may_email = no)",
    "value_12 between {n} and 4000 and p_alive > 60%",
    "lifecycle = declining or due_on between today and in 14 days",
)
SORTS = ("-value_12", "-leaving_90", "due_on", "-last_day", "state", "customer")


def measured(name: str, ask: Callable[[int], object], times: int) -> None:
    """Ask, with a warm-up, and print what it took."""
    ask(0)
    wall, processor = [], []
    for n in range(1, times + 1):
        before, began = time.process_time(), time.perf_counter()
        ask(n)
        wall.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - before) * 1000)
    p95 = sorted(wall)[int(0.95 * len(wall))]
    print(f"| {name} | {statistics.median(wall):.1f} | {p95:.1f} | {statistics.median(processor):.1f} |")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=int, default=60)
    args = parser.parse_args()
    business = api.open_business(args.folder)
    began = time.perf_counter()
    reader = api.people_of(business)
    print(f"opened in {time.perf_counter() - began:.1f} s (made for looking up, where that was not done yet)")
    chance = random.Random(1)
    page = reader.page(sort="customer", size=500, columns=("branch",))
    keys = [row.key for row in page.rows]

    def where(n: int) -> str:
        return FILTERS[n % len(FILTERS)].format(n=chance.randrange(50, 3000))

    def further(_: int) -> object:
        sort = chance.choice(SORTS)
        return reader.page(sort=sort, after=reader.page(sort=sort).after)

    branches = [str(value) for value, _ in reader.values("branch")][:1]
    print(
        f"{reader.count().base:,} customers\n\n| asked | median ms | p95 ms | processor ms |\n| --- | --- | --- | --- |"
    )
    measured("count, a new filter every time", lambda n: reader.count(where(n)), args.times)
    measured("count, the same filter", lambda _: reader.count(FILTERS[0]), args.times)
    measured("count within one branch", lambda n: reader.count(where(n), branches=branches), args.times)
    measured("page of 50, a new filter and order", lambda n: reader.page(where(n), sort=SORTS[n % 6]), args.times)
    measured("page of 50, everybody", lambda n: reader.page(sort=SORTS[n % 6]), args.times)
    measured("two pages, one after the other", further, args.times)
    measured("one customer", lambda n: reader.one(keys[n]), args.times)
    measured("one customer's history", lambda n: reader.history(keys[n]), args.times)
    measured("values of a field", lambda _: reader.values("state"), args.times)
    measured("spread of a field", lambda _: reader.spread("value_12"), args.times)
    measured("a new reader", lambda _: api.people_of(business), args.times)
    print(f"\nlargest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
