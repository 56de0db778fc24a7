"""The one clock of the command line: what is recorded as the moment of a decision."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from regulars.base.errors import BadSettings
from regulars.base.text import Day, say


def now() -> str:
    """This moment with the machine's offset, ISO 8601, to the second."""
    moment = datetime.now()  # noqa: TID251 - a face tells the core the time; the core has none
    return moment.astimezone().isoformat(timespec="seconds")


def today() -> date:
    """This day, where the machine is."""
    return datetime.fromisoformat(now()).date()


def moment(on: datetime | None) -> str:
    """The day that was named, else this moment. Raises BadSettings for a day still to come."""
    if on is not None and on.date() > today():
        raise BadSettings(say("cli.clock.future", day=Day(on.date())), say("cli.clock.future_hint"))
    return on.date().isoformat() if on else now()


def on_option[**P, T](function: Callable[P, T]) -> Callable[..., T]:
    """``--on DATE`` for verbs that record a decision."""
    help = "The day to record, when not today."
    found: Any = click.option("--on", type=click.DateTime(formats=["%Y-%m-%d"]), help=help)(function)
    return found  # type: ignore[no-any-return]
