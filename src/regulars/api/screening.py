"""Screening: judging a study's customers by a scorecard of the business, kept as an immutable run."""

from __future__ import annotations

from pathlib import Path

from regulars.analysis.diagnosis import Diagnosis
from regulars.analysis.screening import Screened, read_card, starter
from regulars.analysis.screening import screen as screen_standings
from regulars.api.business import OpenBusiness
from regulars.api.runs import Run, new_run, write_document
from regulars.api.work import latest_study
from regulars.base.errors import NotThere
from regulars.base.text import say

CARDS = "scorecards"
STARTER = "care_first"


def screen(
    business: OpenBusiness, card: str | None = None, *, study_run: Run[Diagnosis] | None = None
) -> Run[Screened]:
    """Judge everybody by ``scorecards/<card>.toml``; without a card the starter is used, and written where missing.

    The run's folder holds ``scores.parquet`` (pseudonymous keys, points of each term, their sum).

    Raises:
        NotThere: no such card, or the business has not been studied.
        BadSettings, BadPredicate: the card cannot be used; see :func:`regulars.analysis.screening.read_card`.
    """
    base = study_run or latest_study(business)
    read = read_card(card_path(business, card))
    id = f"screening-{read.id}-{base.id.removeprefix('study-')}-{read.digest}"
    with business.ledger.read() as reader, new_run(business.runs, id) as folder:
        result = screen_standings(
            reader, base.standings, read, as_of=base.result.provenance.as_of, out=folder / "scores.parquet"
        )
        write_document(folder, result)
    return Run(id, business.runs / id, result)


def card_path(business: OpenBusiness, card: str | None) -> Path:
    """Where a card is. Raises NotThere."""
    folder = business.folder / CARDS
    if card is None:
        path = folder / f"{STARTER}.toml"
        if not path.exists():
            folder.mkdir(exist_ok=True)
            path.write_text(starter(), encoding="utf-8")
        return path
    path = folder / f"{card}.toml"
    if Path(card).name != card or not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "-"
        raise NotThere(say("study.screening.missing", card=card), say("study.screening.missing_hint", cards=there))
    return path
