"""Retention in depth: survival, the competing KPI definitions, and why revenue changed."""

from __future__ import annotations

from regulars.analysis.lookback import Look
from regulars.analysis.part import Part, Scene
from regulars.analysis.results.staying import Staying
from regulars.analysis.staying.change import change
from regulars.analysis.staying.kpis import kpis
from regulars.analysis.staying.survival import cohort_test, curves

__all__ = ["Staying", "staying"]


def staying(scene: Scene) -> Part[Staying]:
    """The staying part of a study, as of the end of the past."""
    return Part(scene.back.recall("staying", _staying))


def _staying(look: Look) -> Staying:
    return Staying(kpis(look), curves(look), cohort_test(look), change(look))
