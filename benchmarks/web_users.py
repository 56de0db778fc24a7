"""What one person does all day, for Locust: `benchmarks/web_load.py` plays fifty of them."""

# mypy: disallow-untyped-decorators=False, disallow-subclassing-any=False

from __future__ import annotations

import itertools
import os
import random

from locust import HttpUser, between, task

PEOPLE = os.environ["REGULARS_PEOPLE"].split()
WORDS = ("chan", "wong ka", "lee", "9123", "陳", "李嘉", "ho", "mei", "M00012", "chan ka yan")
FILTERS = ("state = overdue", "state = active and value_12 > {n}", "visits > 4 and last_day before {n} days ago")
SESSIONS = itertools.cycle(os.environ["REGULARS_SESSIONS"].split())


class Person(HttpUser):
    """Looks, searches, opens a customer, reads a chapter, with a breath between."""

    wait_time = between(0.5, 1.5)

    def on_start(self) -> None:
        """Signed in."""
        self.client.cookies.set("sessionid", next(SESSIONS))

    def _open(self, address: str, name: str, **params: str) -> None:
        self.client.get(address, params=params, name=name, allow_redirects=False)

    @task(4)
    def a_customer(self) -> None:
        """A customer's page."""
        self._open(f"/people/{random.choice(PEOPLE)}", "/people/<key>")

    @task(3)
    def a_list(self) -> None:
        """The list of customers, filtered."""
        self._open("/people/", "/people/?where", where=random.choice(FILTERS).format(n=random.randrange(60, 900)))

    @task(3)
    def a_search(self) -> None:
        """Somebody by name or the end of a number."""
        self._open("/people/search", "/people/search", q=random.choice(WORDS))

    @task(2)
    def the_desk(self) -> None:
        """Home."""
        self._open("/", "/")

    @task(1)
    def the_study(self) -> None:
        """A chapter."""
        self._open("/study/", "/study/")

    @task(1)
    def nothing(self) -> None:
        """The limit: a page that does nothing."""
        self._open("/health/live", "/health/live")
