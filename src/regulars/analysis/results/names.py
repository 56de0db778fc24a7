"""Names of closed sets that records of a study share."""

from __future__ import annotations

from typing import Literal

type State = Literal["newcomer", "active", "overdue", "lapsed"]
type Class = Literal["regulars", "passing_stars", "faithful_light", "passers_by"]

#: States in the order every page shows them.
STATES: tuple[State, ...] = ("newcomer", "active", "overdue", "lapsed")
#: Value-by-duration classes: high/long, high/short, low/long, low/short.
CLASSES: tuple[Class, ...] = ("regulars", "passing_stars", "faithful_light", "passers_by")
