"""What each part of a study cost: seconds by the clock, of them in the engine, and processor seconds of all cores.

Kept beside the result, never in it: the same study must be the same document however fast the machine was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter, process_time


@dataclass(slots=True)
class Cost:
    """Seconds of one part; ``queries`` is how often the engine was asked."""

    part: str
    seconds: float = 0.0
    processor: float = 0.0
    engine: float = 0.0
    queries: int = 0


@dataclass(slots=True)
class Costs:
    """The parts of one study in the order they were run; one asked for twice is one part."""

    parts: dict[str, Cost] = field(default_factory=dict)
    _now: list[Cost] = field(default_factory=list)

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Put what happens inside down to ``part`` (parts do not nest)."""
        cost = self.parts.setdefault(part, Cost(part))
        clock, processor = perf_counter(), process_time()
        self._now.append(cost)
        try:
            yield
        finally:
            self._now.pop()
            cost.seconds += perf_counter() - clock
            cost.processor += process_time() - processor

    @contextmanager
    def query(self) -> Iterator[None]:
        """Put what happens inside down to the engine, in the part under way."""
        clock = perf_counter()
        try:
            yield
        finally:
            for cost in self._now:
                cost.engine += perf_counter() - clock
                cost.queries += 1
