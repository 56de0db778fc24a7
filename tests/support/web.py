"""Files to bring in, and the addresses of the web."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection, connections
from django.urls import URLPattern, URLResolver, get_resolver

from regulars import api
from regulars.ledger.synth import Synthesis, make_exports


def exports(folder: Path, *, customers: int) -> Synthesis:
    """Export files of a small hair salon with known truth."""
    rng = np.random.default_rng(4)
    return make_exports("hair", folder=folder, rng=rng, customers=customers, last_day=date(2026, 10, 31))


def salon(folder: Path, *, customers: int) -> api.OpenBusiness:
    """That salon with its files imported; not studied."""
    made = exports(folder / "exports", customers=customers)
    business = api.create_business(folder / "salon", pack="hair", settings_toml=made.business_toml)
    for profile in made.profiles:
        api.save_profile(business, profile)
    api.import_files(business, made.files)
    return business


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every address with the whole of its route."""

    def walk(prefix: str, resolver: URLResolver) -> Iterator[tuple[str, URLPattern]]:
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(route, entry)
            else:
                yield route, entry

    yield from walk("/", get_resolver())


def racing(*calls: Callable[[], Any]) -> list[Any]:
    """What these give (or raise) when all are begun in the same moment, each in a thread and connection of its own."""
    if connection.vendor != "postgresql":
        pytest.skip("callers race on PostgreSQL; in memory SQLite they share one connection")
    found: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int) -> None:
        start.wait()
        try:
            found[place] = calls[place]()
        except Exception as error:  # noqa: BLE001 - what is raised is what is looked at
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
