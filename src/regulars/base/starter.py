"""The objective tree that a new ``business.toml`` starts with: corporate objectives above its KPI targets."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.base.edit import written
from regulars.base.mandate import Aim
from regulars.base.text import say
from regulars.base.words import LANGUAGES, render

#: KPI -> the corporate objective it most plainly serves.
AIM_OF: dict[str, Aim] = {
    "retention_rate": "retain",
    "retained_customers": "retain",
    "active_customers": "retain",
    "wastage_90d": "retain",
    "reactivated": "win",
    "new_customers": "win",
    "consent_growth": "win",
    "gain_12": "profit",
    "gain_36": "profit",
    "revenue_12": "profit",
    "margin_12": "profit",
    "complaints_in_time": "service",
    "satisfied_share": "image",
}


def corporate_lines(kpis: Iterable[str], *, owner: str = "") -> list[str]:
    """``[[corporate]]`` tables for the KPIs, each once, a blank line before each."""
    lines: list[str] = []
    for aim in dict.fromkeys(AIM_OF[kpi] for kpi in kpis):
        names = {language: render(say(f"mandate.starter.{aim}"), language) for language in LANGUAGES}
        lines += [
            "",
            "[[corporate]]",
            f"id = {written(aim)}",
            f"name = {written(names)}",
            f"kind = {written(aim)}",
            f"owner = {written(owner)}" + ("" if owner else "  # who answers for it; a plan waits for the name"),
        ]
    return lines
