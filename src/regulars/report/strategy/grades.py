"""How well the effect of a measure is known: the grade of the weakest estimate it rests on."""

from __future__ import annotations

from regulars.packs.schema import Measure, Trust
from regulars.report.document import Tone

ORDER: tuple[Trust, ...] = ("A", "B", "C", "D", "E")
TONES: dict[Trust, Tone] = {"A": "good", "B": "good", "C": "warn", "D": "warn", "E": "bad"}


def grade(measure: Measure) -> Trust:
    """A chain is as strong as its weakest link: the lowest trust among the effects."""
    return max((e.trust for e in measure.effects), key=ORDER.index)
