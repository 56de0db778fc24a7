"""Who has one thing begins with another: more often than others who come as often to the same branch?

Looked at is the year after a day: of the customers who had not taken B until then, those who had A against those who
had not. What is compared came after what parts them, so that one thing taking up the visits of another, or one customer
liking few things and another many, does not pass for an association, as it does where both are counted at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
import numpy as np

from regulars.analysis.many import surviving
from regulars.analysis.opportunity.association import FALSE, Odds, alike, odds
from regulars.analysis.opportunity.following import share_range
from regulars.analysis.opportunity.menu import Menu
from regulars.analysis.opportunity.taking import BACK, YEARS, begun, begun_having, pairs, sizes
from regulars.analysis.part import Scene
from regulars.analysis.results.opportunity import Replicated, Together, TogetherRow
from regulars.analysis.value.statistics import Floats

#: Categories tried with one another, the commonest.
MOST = 12
#: A day is looked back from only where the ledger is that much older.
HISTORY = timedelta(days=364)


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """One year, ``[stratum, A, B]``: of customers without B those who had A, ``n``, and of them those who began with B,
    ``hits``; the same of those without A, ``n_others`` and ``hits_others``."""

    hits: Floats
    n: Floats
    hits_others: Floats
    n_others: Floats

    @classmethod
    def together(cls, years: list[Begun]) -> Begun:
        """Years as further strata."""
        return cls(*(np.concatenate([getattr(y, f) for y in years]) for f in cls.__slots__))

    def odds(self) -> Odds:
        """By direction, ``[A * categories + B]``."""
        strata, a, b = self.hits.shape
        flat = strata, a * b  # of no strata, where nobody was a customer then, a size cannot be left to be told
        hits, n, hits_o, n_o = (v.reshape(flat) for v in (self.hits, self.n, self.hits_others, self.n_others))
        return odds(hits, n - hits, hits_o, n_o - hits_o)


def together(
    scene: Scene, menu: Menu, took: ibis.Table, *, here: ibis.Table, theres: dict[int, ibis.Table]
) -> Together | None:
    """What was found; ``theres`` are the customers by years back, the last year's first. None where all is too few."""
    names = menu.names[:MOST]
    wanted = np.array([menu.chosen[b] and a != b for a in range(len(names)) for b in range(len(names))])
    years = [begun_in(scene, took, there, k, len(names)) for k, there in theres.items()]
    found = survivors(Begun.together(years).odds(), wanted)
    tested = int((~np.isnan(found.odds.p)).sum())
    if not tested:
        return None
    lacking = _lacking_now(scene, took, here, len(names))
    rows = []
    for at in np.flatnonzero(found.kept).tolist():
        a, b = divmod(at, len(names))
        row = _row(names[a], names[b], found.odds, at, years[0], lacking)
        rows += [row] if row is not None else []
    rows.sort(key=lambda row: -row.odds_low)
    back = _back(years[0], survivors(years[1].odds(), wanted).kept) if len(years) > 1 else None
    return Together(tested, float(np.nanmedian(found.odds.ratio)), len(years), tuple(rows), back)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    odds: Odds
    kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def survivors(told: Odds, wanted: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Found:
    """Directions that are wanted and survive as more often than chance."""
    blank = np.where(wanted, 1.0, np.nan)
    told = Odds(told.ratio * blank, told.low * blank, told.high * blank, told.p * blank)
    return Found(told, surviving(told.p, false=FALSE) & (np.nan_to_num(told.low) > 1))


def years_of(scene: Scene) -> tuple[int, ...]:
    """Years back to the days that can be looked back from."""
    first, as_of = scene.setting.first_day, scene.setting.as_of
    return tuple(k for k in YEARS if first <= as_of - k * BACK - HISTORY)


def begun_in(scene: Scene, took: ibis.Table, there: ibis.Table, year: int, k: int) -> Begun:
    """What current customers of ``year`` years ago (``there``) began with in the year after, of ``k`` categories."""
    desk, when = scene.setting.desk, f"before_{year}"

    def ask(name: str, expr: ibis.Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = desk.ask(f"opportunity_{name}_{year}", expr).to_pylist()
        return rows

    size = ask("sizes", sizes(there))
    at = {key: i for i, key in enumerate(sorted((row["branch"], row["band"]) for row in size))}
    shape = (len(at), k, k)
    all_, both, new, hits = (np.zeros(shape) for _ in range(4))
    for row in size:
        all_[at[row["branch"], row["band"]]] = row["n"]
    for row in ask("pairs", pairs(took, there, when=when)):
        stratum = at[row["branch"], row["band"]]
        both[stratum, row["code"], row["other"]] = both[stratum, row["other"], row["code"]] = row["n"]
    for row in ask("begun", begun(took, there, year=year)):
        new[at[row["branch"], row["band"]], :, row["code"]] = row["n"]
    for row in ask("begun_having", begun_having(took, there, year=year)):
        hits[at[row["branch"], row["band"]], row["having"], row["code"]] = row["n"]
    had = np.repeat(np.diagonal(both, axis1=1, axis2=2)[:, :, None], k, axis=2)
    others = all_ - had - had.transpose(0, 2, 1) + both
    return Begun(hits, had - both, new - hits, others)


def _lacking_now(scene: Scene, took: ibis.Table, here: ibis.Table, k: int) -> Floats:
    """Current customers ``[A, B]`` of today with A and without B."""
    both = np.zeros((k, k))
    for row in scene.setting.desk.ask("opportunity_pairs", pairs(took, here, when="now")).to_pylist():
        both[row["code"], row["other"]] += row["n"]
    both = np.maximum(both, both.T)
    return np.asarray(np.diagonal(both)[:, None] - both)


def _row(having: str, taking: str, told: Odds, at: int, year: Begun, lacking: Floats) -> TogetherRow | None:
    a, b = divmod(at, lacking.shape[0])
    had = int(year.n[:, a, b].sum())
    others = alike(year.n[:, a, b], year.hits_others[:, a, b], year.n_others[:, a, b])
    if not had or others is None:
        return None
    share = share_range(year.hits[:, a, b].sum() / had, had)
    ratio = float(told.ratio[at]), float(told.low[at]), float(told.high[at])
    return TogetherRow(having, taking, *ratio, had, *share, others, int(lacking[a, b]))


def _back(year: Begun, kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Replicated | None:
    """How directions found a year earlier fared in ``year``; None where none can be told."""
    now, k = year.odds(), year.n.shape[1]
    right, n, hits, others, found = 0, 0.0, 0.0, 0.0, 0
    for at in np.flatnonzero(kept).tolist():
        a, b = divmod(at, k)
        share = alike(year.n[:, a, b], year.hits_others[:, a, b], year.n_others[:, a, b])
        if share is None or np.isnan(now.low[at]):
            continue
        had = year.n[:, a, b].sum()
        found, right = found + 1, right + int(now.low[at] > 1)
        n, hits, others = n + had, hits + year.hits[:, a, b].sum(), others + share * had
    return Replicated(found, right, float(hits / n), float(others / n)) if n else None
