"""What is believed of one customer, in sentences a person at the counter can use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from regulars.base.text import Day, Money, Text, say

#: Less probably still a customer than this, nobody is told when the next visit is likely: it is not.
UNLIKELY = 0.1


def may_come(of: Mapping[str, Any]) -> bool:
    """Whether a next visit is worth a place in the picture. ``of``: a standing by its columns."""
    alive = of.get("p_alive")
    return not isinstance(alive, float) or alive >= UNLIKELY


def said_of(of: Mapping[str, Any], currency: str, here: date) -> list[Text]:
    """Rhythm, lateness, whether still a customer, value, and what is out of the ordinary; what is not known is left
    out. ``here`` is today."""
    found = [*_rhythm(of, here), *_staying(of), *_value(of, currency)]
    if of.get("deliberate_exit"):
        found.append(say("people.said.exit"))
    if of.get("left_truncated"):
        found.append(say("people.said.before"))
    return found


def _rhythm(of: Mapping[str, Any], here: date) -> list[Text]:
    found: list[Text] = []
    rhythm, due, last, factor = (of.get(name) for name in ("rhythm_days", "due_on", "last_day", "overdue_factor"))
    if isinstance(rhythm, float | int) and isinstance(last, date):
        found.append(say("people.said.rhythm", days=round(rhythm), last=Day(last)))
    if isinstance(due, date):
        late = isinstance(factor, float | int) and factor > 1
        over = "people.said.was_due" if due < here else "people.said.due"
        found.append(say("people.said.late" if late else over, day=Day(due)))
    return found


def _staying(of: Mapping[str, Any]) -> list[Text]:
    alive, leaving = of.get("p_alive"), of.get("leaving_90")
    if isinstance(alive, float) and round(100 * alive) == 0:
        return [
            say("people.said.alive_none")
        ]  # who has left already does not leave: "0 leave" would sound like loyalty
    found: list[Text] = []
    if isinstance(alive, float):
        found.append(say("people.said.alive", n=round(100 * alive)))
    if isinstance(leaving, float):
        found.append(say("people.said.leaving", n=round(100 * leaving)))
    return found


def _value(of: Mapping[str, Any], currency: str) -> list[Text]:
    value, low, high = (of.get(name) for name in ("value_12", "value_12_p10", "value_12_p90"))
    if not all(isinstance(v, float | int) for v in (value, low, high)):
        return []
    amounts = {k: Money.of(float(v or 0), currency) for k, v in (("value", value), ("low", low), ("high", high))}
    if amounts["high"].amount >= 1:
        return [say("people.said.value", **amounts)]
    return [say("people.said.value_rare" if amounts["value"].amount >= 1 else "people.said.value_none", **amounts)]
