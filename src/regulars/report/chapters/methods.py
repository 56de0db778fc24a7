"""Method cards and the queries: how every figure was made."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.analysis.diagnosis import ModelFit
from regulars.base.text import Number, Text, say
from regulars.base.words import word_list
from regulars.report import names
from regulars.report.context import Context
from regulars.report.document import Amount, Card, Cards, Cell, Column, Pill, Queries, Section, Table, Words

#: Every card, in the order of a reader's questions. Their words are the word list ``card``.
CARDS = (
    "movement",
    "retention",
    "rhythm",
    "concentration",
    "wastage",
    "classes",
    "mbg_cnbd_k",
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


def known_cards() -> tuple[str, ...]:
    """Ids of all cards there are words for: those of :data:`CARDS` first."""
    named = {key.split(".")[1] for key in word_list("en") if key.startswith("card.")}
    return (*CARDS, *sorted(named - set(CARDS)))


def method_card(id: str) -> Card:
    """One method card."""
    rows: tuple[tuple[Text, Text], ...] = tuple((say(f"report.card.{f}"), say(f"card.{id}.{f}")) for f in _FIELDS)
    return Card(f"card-{id}", say(f"card.{id}.title"), rows)


def chapter(c: Context, used: Iterable[str]) -> Section:
    """The cards the report's sections point to."""
    wanted = set(used)
    ordered = (*CARDS, *sorted(wanted - set(CARDS)))
    cards = tuple(method_card(id) for id in ordered if id in wanted)
    blocks = (Cards(cards), _models(c.diagnosis.value_models))
    return c.section("methods", say("report.methods.head", n=len(cards)), blocks, lead=say("report.methods.lead"))


def _models(fits: tuple[ModelFit, ...]) -> Table | None:
    if not fits:
        return None
    columns = (
        Column(say("report.forecast.model"), share=1.5),
        Column(say("report.forecast.role"), share=1.1),
        Column(say("report.axis.customers"), "right", 0.9),
        Column(say("report.forecast.likelihood"), "right", 1.2),
        Column(say("report.forecast.verdict"), share=3.6),
    )
    rows: list[tuple[Cell, ...]] = []
    for fit in fits:
        pills = (Pill(say("report.forecast.used"), "accent"),) if fit.chosen else ()
        rows.append(
            (
                Words(say(f"card.{names.model_card(fit)}.title"), strong=fit.chosen, pills=pills),
                Words(say(f"report.forecast.role_{fit.role}")),
                Amount(fit.customers),
                Amount(Number(fit.log_likelihood, 1)),
                Words(fit.verdict),
            )
        )
    return Table(say("report.forecast.models"), columns, tuple(rows))


def queries(c: Context) -> Section | None:
    """The SQL behind the sections; None when the run kept none."""
    kept = tuple(sorted(c.diagnosis.queries.items()))
    if not kept:
        return None
    return c.section(
        "queries", say("report.queries.head", n=len(kept)), (Queries(kept),), lead=say("report.queries.lead")
    )
