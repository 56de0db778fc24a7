"""Server time of every list, filter, search and customer page: `python benchmarks/web_pages.py FOLDER [--times 60]`.

FOLDER is a studied business; ``DATABASE_URL`` names PostgreSQL, without it SQLite is used. One request after the other
goes through the whole application (middleware, session, gate, templates) in one warm process. Prints median and 95th
percentile by the clock and the median of processor time: on a machine that does other work the two differ. The limit
of the same run is ``/health/live``, a page that does nothing.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from web_business import begin, name_everybody, sessions, some_people

FILTERS = (
    "state = overdue",
    "state = overdue and value_36 > {n}",
    "state in (overdue, lapsed) and last_day before {n} days ago",
    "tier = high and not (visits < 3 or may_email = no)",
    "value_12 between {n} and 4000 and p_alive > 60%",
    "lifecycle = declining or due_on between today and in 14 days",
)
WORDS = ("chan", "wong ka", "李嘉", "陳", "mei yee", "chan ka yan", "M00012")
LISTS = (
    *("/strategy/carry", "/contacts/"),
    *("/", "/people/segments/", "/people/duplicates/", "/imports/", "/work/", "/study/all", "/strategy/versions"),
    *(
        "/strategy/inputs",
        "/house/people",
        "/house/log",
        "/house/tokens",
        "/house/messages",
        "/house/export",
        "/methods/",
    ),
)
SORTS = ("-value_12", "-leaving_90", "due_on", "-last_day", "state", "branch")


def main() -> None:
    """Ask for pages and print what they took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--times", type=int, default=60)
    args = asked.parse_args()
    begin(args.folder)
    name_everybody(args.folder)
    people = some_people(args.folder)
    from django.test import Client

    signed_in = []
    for key in sessions(args.times // 4 + 4):
        client = Client(SERVER_NAME="127.0.0.1")
        client.cookies["sessionid"] = key
        signed_in.append(client)
    clients = itertools.cycle(signed_in)
    chance = random.Random(1)

    def get(path: str, **query: str) -> None:
        address = f"{path}?{urlencode(query)}" if query else path
        answer = next(clients).get(address)
        # A page that refuses is quick, and proves nothing.
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        answer.getvalue()

    def measured(name: str, ask: Callable[[int], object]) -> None:
        ask(0)
        wall, processor = [], []
        for n in range(1, args.times + 1):
            before, began = time.process_time(), time.perf_counter()
            ask(n)
            wall.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - before) * 1000)
        p95 = sorted(wall)[int(0.95 * len(wall))]
        print(
            f"| {name} | {statistics.median(wall):.1f} | {p95:.1f} | {statistics.median(processor):.1f} |", flush=True
        )

    def where(n: int) -> str:
        return FILTERS[n % len(FILTERS)].format(n=chance.randrange(50, 3000))

    print("| page | median ms | p95 ms | processor ms |\n| --- | --- | --- | --- |")
    measured("nothing (/health/live)", lambda _: get("/health/live"))
    measured("customers, everybody, all orders", lambda n: get("/people/", sort=SORTS[n % len(SORTS)]))
    measured("customers, a new filter every time", lambda n: get("/people/", where=where(n)))
    measured("a customer", lambda n: get(f"/people/{people[n % len(people)]}"))
    measured("search by part of a name", lambda n: get("/people/search", q=WORDS[n % len(WORDS)]))
    measured("search by the end of a number", lambda _: get("/people/search", q=f"{chance.randrange(10_000):04d}"))
    for page in LISTS:
        measured(page, lambda _, page=page: get(page))  # type: ignore[misc]


if __name__ == "__main__":
    main()
