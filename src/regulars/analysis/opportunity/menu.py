"""The categories looked at, and which of them a customer can be recommended."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.analysis.opportunity.queries import lines_by_category
from regulars.analysis.part import Scene

#: A category is one of choices where at least one in so many of its lines was chosen at the visit.
_CHOSEN_OF = 100


@dataclass(frozen=True, slots=True)
class Menu:
    """``names`` of categories, the commonest first; those not ``chosen`` only give back what was paid for before."""

    names: tuple[str, ...]
    chosen: tuple[bool, ...]

    @classmethod
    def of(cls, scene: Scene) -> Menu:
        """The menu of the ledger; without names where lines carry no categories."""
        rows = scene.setting.desk.ask("opportunity_categories", lines_by_category(scene)).to_pylist()
        return cls(
            tuple(str(row["category"]) for row in rows),
            tuple(row["chosen"] * _CHOSEN_OF >= row["n"] for row in rows),
        )
