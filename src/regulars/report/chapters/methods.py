"""Method cards and the queries: how every figure was made."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.base.text import Text, say
from regulars.report.context import Context
from regulars.report.document import Card, Cards, Queries, Section

#: Every card, in the order of a reader's questions. Their words are the word list ``card``.
CARDS = (
    "movement",
    "retention",
    "rhythm",
    "concentration",
    "wastage",
    "classes",
    "mbg_nbd",
    "bg_nbd",
    "gamma_gamma",
    "backtest",
    "effects",
    "allocation",
    "targets",
    "rivals",
)
_FIELDS = ("what", "formula", "data", "fails", "used")


def method_card(id: str) -> Card:
    """One method card."""
    rows: tuple[tuple[Text, Text], ...] = tuple((say(f"report.card.{f}"), say(f"card.{id}.{f}")) for f in _FIELDS)
    return Card(f"card-{id}", say(f"card.{id}.title"), rows)


def chapter(c: Context, used: Iterable[str]) -> Section:
    """The cards the report's sections point to."""
    wanted = set(used)
    cards = tuple(method_card(id) for id in CARDS if id in wanted)
    return c.section(
        "methods", say("report.methods.head", n=len(cards)), (Cards(cards),), lead=say("report.methods.lead")
    )


def queries(c: Context) -> Section | None:
    """The SQL behind the sections; None when the run kept none."""
    kept = tuple(sorted(c.diagnosis.queries.items()))
    if not kept:
        return None
    return c.section(
        "queries", say("report.queries.head", n=len(kept)), (Queries(kept),), lead=say("report.queries.lead")
    )
