"""Tables of the past that are made day by day: until its end as an earlier study left them, of later days made anew.

Right only for what is told of every day from the lines of that day alone, such as customer-days: then the two pieces
together are the table made from all lines. Where the history is too short for a past, everything is made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import ibis

from regulars.analysis.desk import Setting
from regulars.analysis.origins import WHOLE_YEAR_FROM, settled
from regulars.analysis.visits import lines_until
from regulars.ledger.store import Reader


def day_by_day(
    setting: Setting, section: str, make: Callable[[ibis.Table], ibis.Table], lines: ibis.Table, *, of: object
) -> ibis.Table:
    """What ``make`` makes of ``lines``, kept in the engine; ``of`` is what it asks for beside them (JSON-able)."""
    desk, day = setting.desk, settled(setting.first_day, setting.as_of)
    whole = make(lines)
    if not desk.memory.keeps or (day - setting.first_day).days < WHOLE_YEAR_FROM:
        return desk.keep(section, whole)
    write = partial(_write, desk.reader, make(lines.filter(lines.day <= day)))
    file = desk.memory.file(section, (lines_facts(setting, day), setting.tally.currency, of), write)
    past = desk.reader.open_parquet(file).cast(whole.schema())
    return desk.keep(section, past.union(make(lines.filter(lines.day > day))), told=whole)


def lines_facts(setting: Setting, day: date) -> str:
    """A fingerprint of the lines until a day and of whose they are."""
    desk = setting.desk
    if day not in desk.facts:
        lines = lines_until(desk.reader.table("sales"), day)
        desk.facts[day] = desk.reader.fingerprint(lines.select("customer", "fingerprint"))
    return desk.facts[day]


def _write(reader: Reader, expr: ibis.Table, path: Path) -> None:
    reader.write_parquet(expr, path)
