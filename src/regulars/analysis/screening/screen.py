"""Judging a base by a scorecard, and the card by how it treats groups it may not look at.

Bias: for age bands, branches and districts, the share selected among those eligible, and its ratio to the share of the
group selected most often. Below four fifths (the rule of thumb of the Uniform Guidelines on Employee Selection
Procedures, 29 CFR 1607.4 D, 1978) is a warning to look, not proof; the range is Katz's for a ratio of two shares:

    sd of ln ratio = sqrt((1 - p1) / (n1 p1) + (1 - p2) / (n2 p2))

The group selected most often is picked after looking, and so is the one that fares worst: of many groups treated alike
some pair always looks unlike. Ranges of one attribute are therefore as wide as all of them together need to hold in
8 of 10 cases (Tukey's studentized range; with two groups nothing changes).

These attributes are read for the test alone and never reach a score.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any, Literal

import ibis
from scipy.stats import studentized_range

from regulars.analysis.catalogue import CATALOGUE
from regulars.analysis.predicate import compiled
from regulars.analysis.screening.card import Attribute, Card
from regulars.analysis.segment import Z80, understood
from regulars.base.estimate import Estimate
from regulars.base.text import Local, Text
from regulars.ledger.store import Reader

SCHEMA = "regulars.screening/1"
METHOD = "screening"
SMALLEST, FOUR_FIFTHS = 30, 0.8
AGES = ((30, "under 30"), (45, "30-44"), (60, "45-59"))

type Verdict = Literal["fine", "unclear", "below", "too_few"]


@dataclass(frozen=True, slots=True)
class TermRow:
    """One term: how many got its points, of how many it is unknown, and what it adds to the mean score."""

    id: str
    name: Local
    attribute: Attribute
    points: int
    customers: int
    unknown: int
    mean_points: float


@dataclass(frozen=True, slots=True)
class BiasGroup:
    """One group: eligible, selected, and the ratio to the group selected most often (None for that group, for groups
    under 30 and where nobody is selected)."""

    group: str
    customers: int
    selected: int
    rate: float
    mean_score: float
    ratio: Estimate | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class BiasTest:
    """Groups of one attribute; customers of whom it is unknown are left out."""

    attribute: Literal["age_band", "branch", "district"]
    groups: tuple[BiasGroup, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Screened:
    """A base judged by a card. Mean points of the terms add up to the mean score."""

    schema: str
    card: str
    version: int
    digest: str
    name: Local
    purpose: Local
    adverse: bool
    as_of: date
    base: int
    eligible: int
    selected: int
    select_from: int
    mean_score: float
    scores: tuple[tuple[int, int], ...]  # points, eligible customers
    terms: tuple[TermRow, ...]
    bias: tuple[BiasTest, ...]
    flags: tuple[Text, ...]


def screen(reader: Reader, standings: Path, card: Card, *, as_of: date, out: Path) -> Screened:
    """Judge every customer of a study's standings; writes customer, points of each term and score to ``out``.

    Raises:
        BadPredicate: a statement asks for what this study does not have.
    """
    t = reader.open_parquet(standings)
    scored = reader.keep(scored_query(t, card, as_of=as_of), "screening_scored")
    reader.write_parquet(scored.drop("branch").order_by("customer"), out)
    base = int(reader.arrow(scored.aggregate(n=scored.count()))["n"][0].as_py())
    able = scored.filter(scored.eligible)
    sums = reader.arrow(_sums(able, card)).to_pylist()[0]
    by_score = able.group_by("score").aggregate(n=able.count()).order_by("score")
    n = int(sums["n"])
    return Screened(
        schema=SCHEMA,
        card=card.id,
        version=card.version,
        digest=card.digest,
        name=_local(card.name),
        purpose=_local(card.purpose),
        adverse=card.adverse,
        as_of=as_of,
        base=base,
        eligible=n,
        selected=int(sums["selected"] or 0),
        select_from=card.select_from,
        mean_score=float(sums["score"] or 0) / n if n else 0.0,
        scores=tuple((int(row["score"]), int(row["n"])) for row in reader.arrow(by_score).to_pylist()),
        terms=tuple(
            TermRow(
                id=term.id,
                name=_local(term.name),
                attribute=term.attribute,
                points=term.points,
                customers=int(sums[f"has_{term.id}"] or 0),
                unknown=int(sums[f"unknown_{term.id}"] or 0),
                mean_points=float(sums[f"points_{term.id}"] or 0) / n if n else 0.0,
            )
            for term in card.terms
        ),
        bias=bias_tests(reader, able, as_of=as_of),
        flags=card.flags(),
    )


def _local(names: Any) -> Local:
    return Local({str(k): v for k, v in names.items()})


def scored_query(t: ibis.Table, card: Card, *, as_of: date) -> ibis.Table:
    """Per customer: eligible, selected, points of each term, their sum ``score``, and which terms are unknown."""
    fields = CATALOGUE.within(t.columns)

    def told(statement: str) -> ibis.Value:
        return compiled(understood(statement, fields), t, catalogue=fields, as_of=as_of)

    points = {
        term.id: ibis.ifelse(told(term.when).fill_null(False), term.points, 0).cast("int64") for term in card.terms
    }
    s = t.select(
        "customer",
        "branch",
        eligible=told(card.who).fill_null(False),
        **{f"points_{id}": column for id, column in points.items()},
        **{f"unknown_{term.id}": told(term.when).isnull() for term in card.terms},
    )
    s = s.mutate(score=reduce(add, (s[f"points_{id}"] for id in points)))
    return s.mutate(selected=s.eligible & (s.score >= card.select_from))


def _sums(able: ibis.Table, card: Card) -> ibis.Table:
    return able.aggregate(
        n=able.count(),
        score=able.score.sum(),
        selected=able.count(where=able.selected),
        **{f"points_{term.id}": able[f"points_{term.id}"].sum() for term in card.terms},
        **{f"has_{term.id}": able.count(where=able[f"points_{term.id}"] != 0) for term in card.terms},
        **{f"unknown_{term.id}": able.count(where=able[f"unknown_{term.id}"]) for term in card.terms},
    )


def bias_tests(reader: Reader, able: ibis.Table, *, as_of: date) -> tuple[BiasTest, ...]:
    """Every attribute of which at least two groups are known."""
    found: list[BiasTest] = []
    joined = able
    if reader.has("customers"):
        people = reader.table("customers")
        about = people.group_by("customer").aggregate(
            birth_year=people.birth_year.min(), district=people.district.min()
        )
        joined = able.left_join(about, "customer").drop("customer_right")
        age = as_of.year - joined.birth_year
        bands = [(age < limit, name) for limit, name in AGES]
        joined = joined.mutate(age_band=ibis.ifelse(age.isnull(), ibis.null("string"), ibis.cases(*bands, else_="60+")))
    names: tuple[Literal["age_band", "branch", "district"], ...] = ("age_band", "branch", "district")
    for name in names:
        if name not in joined.columns:
            continue
        known = joined.filter(joined[name].notnull())
        grouped = known.group_by(group=known[name].cast("string")).aggregate(
            customers=known.count(), selected=known.count(where=known.selected), score=known.score.sum()
        )
        rows = reader.arrow(grouped.order_by("group")).to_pylist()
        if len(rows) > 1:
            found.append(judge_groups(name, [(r["group"], r["customers"], r["selected"], r["score"]) for r in rows]))
    return tuple(found)


def judge_groups(
    attribute: Literal["age_band", "branch", "district"], rows: list[tuple[str, int, int, int]]
) -> BiasTest:
    """The four-fifths test over groups of (name, customers, selected, sum of scores)."""
    large = [(k / n, name, k, n) for name, n, k, _ in rows if n >= SMALLEST]
    best = max(large, key=lambda row: (row[0], row[1]), default=None)
    reach = together(len(large))
    groups = []
    for name, n, k, score in rows:
        ratio = None
        verdict: Verdict = "too_few"
        if best is not None and n >= SMALLEST and best[0] > 0:
            if name == best[1]:
                verdict = "fine"
            else:
                ratio = katz(k, n, best[2], best[3], reach=reach)
                verdict = "below" if ratio.p90 < FOUR_FIFTHS else "fine" if ratio.p10 >= FOUR_FIFTHS else "unclear"
        groups.append(BiasGroup(name, n, k, k / n, score / n, ratio, verdict))
    told = {group.verdict for group in groups if group.ratio is not None}
    order: tuple[Verdict, ...] = ("below", "unclear", "fine")
    overall: Verdict = next((verdict for verdict in order if verdict in told), "too_few")
    return BiasTest(attribute, tuple(groups), overall)


def together(groups: int) -> float:
    """Standard deviations a range must reach for those of all pairs of so many groups to hold in 8 of 10 cases."""
    return float(studentized_range.ppf(0.8, groups, math.inf)) / math.sqrt(2) if groups > 2 else Z80


def katz(k1: int, n1: int, k2: int, n2: int, *, reach: float = Z80) -> Estimate:
    """Ratio of two shares with Katz's range; half a customer is added to counts of none (Haldane)."""
    a, b = (k1, n1) if k1 else (0.5, n1 + 0.5), (k2, n2) if k2 else (0.5, n2 + 0.5)
    p1, p2 = a[0] / a[1], b[0] / b[1]
    sd = math.sqrt((1 - p1) / (a[1] * p1) + (1 - p2) / (b[1] * p2))
    ratio = p1 / p2
    low, high = ratio * math.exp(-reach * sd), ratio * math.exp(reach * sd)
    return Estimate(ratio, low, ratio, high, "ratio", METHOD, n1 + n2)
