"""Parts of a study that look back: worked out as of the end of the past, and found again while nothing until then
changes. Docs: docs/reference/scale.md.

A part is given a :class:`Look`, the study as it would have been made on that day: its lines, customer-days, customers,
home branches and typical interval. It can reach nothing that a model says of today, so that what its finding rests on
is the look's key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import ibis

from regulars.analysis.branches import home
from regulars.analysis.desk import Kept, Setting
from regulars.analysis.past import past_lines
from regulars.analysis.rhythm import base_interval, base_interval_query, with_rhythm
from regulars.analysis.summary import summary, timed_days
from regulars.analysis.tournament import Tried

#: Tables of a look; they stay in the engine from part to part.
TABLES = frozenset({"past_customers", "past_home"})


@dataclass(frozen=True, slots=True)
class Look:
    """What a part that looks back may see, as it was at the end of the past, by the calendar.

    ``people`` are the customers of that day with their ``state`` and, where there are several, home ``branch``.
    """

    setting: Setting
    kept: Kept
    people: ibis.Table
    interval: float
    tried: Tried | None
    surely_new: date | None


@dataclass(frozen=True)
class Lookback:
    """The looks of one study: ``today`` is what they are where the past ends today."""

    today: Look

    def recall[T](self, part: str, make: Callable[[Look], T], *, tried: bool = False) -> T:
        """What an earlier study found for a part by looking back from the same facts, or what ``make`` finds.

        Only who asks for it is given what the contest ``tried``, which rests on the clock of the business too.
        """
        clocks = self.today.kept.clocks
        of = (self.key, clocks.key if tried and clocks is not None else None)
        return self.today.setting.desk.recall(
            part, of, lambda: make(self.look if tried else replace(self.look, tried=None))
        )

    @property
    def key(self) -> object:
        """All that a look rests on beside settings and program; JSON-able.

        The customer-days and lines are told by the past's own key. Of all lines until today a look knows the names of
        the branches, the currency, how revenue is earned and whether any costs are told (a part that looks back may
        ask the tally for nothing else); tables beside the sales count as a whole, by their version.
        """
        setting, kept = self.today.setting, self.today.kept
        others = {name: at for name, at in setting.desk.reader.version.tables.items() if name != "sales"}
        return (
            kept.past.key,
            setting.first_day.isoformat(),
            str(self.today.surely_new),
            (setting.tally.basis, setting.tally.currency, setting.tally.branches),
            any(row.costed for row in setting.tally.rows),
            sorted(others.items()),
        )

    @cached_property
    def look(self) -> Look:
        """Made when it is first asked for."""
        if self.today.kept.past.day == self.today.setting.as_of:
            return self.today
        return _as_of_the_past(self.today)


def _as_of_the_past(today: Look) -> Look:
    kept, day, desk = today.kept, today.kept.past.day, today.setting.desk
    setting = replace(today.setting, as_of=day, lines=past_lines(today.setting, day))
    days = timed_days(kept.days.filter(kept.days.day <= day), None)
    customers = desk.keep("past_customers", summary(days, as_of=day))
    presence = homes = None
    if kept.presence is not None and kept.branch_codes is not None:
        presence = kept.presence.filter(kept.presence.day <= day)
        homes = desk.keep("past_home", home(presence, kept.branch_codes, as_of=day))
    then = replace(kept, days=days, everybody=customers, presence=presence, home=homes, balances=None, clocks=None)
    windows = setting.pack.windows
    row = desk.ask("past_rhythm", base_interval_query(then.customers, strength=windows.prior_strength))
    interval = base_interval(row, windows=windows)
    people = with_rhythm(then.customers, interval=interval, windows=windows)
    if homes is not None:
        people = people.inner_join(homes, "customer")
    return Look(setting, then, people, interval, today.tried, today.surely_new)
