"""Which kind of relationship suits a customer, and how strong their habit is. Our reading, told as such.

Five kinds (after Weitz, Castleberry and Tanner 2005, with the words of the trade): each has a score that adds up from
what is seen of the customer, and its weight is the softmax of the scores. Nothing was learnt from outcomes: the weights
below are judgement, printed with every result, and a business may shift any kind in ``business.toml``.

Signs, all 0..1: ``discount`` price taken off, 30 % or more counts full; ``regularity`` 2/(1 + v²) - 1 with v the
coefficient of variation of the gaps, shrunken towards chance (v = 1, so 0) by two gaps; ``breadth`` kinds bought, four
or more count full; ``tenure`` T/(T + 730 days); ``staff`` lines by one member of staff, (top - 1)/(lines + 2);
``value`` expected revenue v/(v + cut), one half at the cut between the classes; ``alive`` the chance of still being a
customer; ``prepaid`` money left in a package.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from regulars.analysis.catalogue import RELATIONSHIPS

FULL_DISCOUNT, FULL_BREADTH, HALF_TENURE = 0.3, 4, 730.0
PRIOR_GAPS = 2.0
SIGNS = ("discount", "regularity", "breadth", "tenure", "staff", "value", "alive", "prepaid")
WEIGHTS: dict[str, dict[str, float]] = {
    "deal": {"bias": 1.2, "discount": 2.5, "tenure": -0.8, "value": -1.0, "alive": -1.6, "regularity": -1.0},
    "functional": {"bias": -0.1, "regularity": 3.0, "alive": 1.2, "breadth": -0.6, "staff": -0.6, "value": -0.6},
    "affiliation": {"bias": -0.5, "tenure": 1.2, "alive": 1.6, "breadth": 0.4, "discount": -0.5, "staff": -0.6},
    "consultant": {"bias": -1.1, "breadth": 1.6, "staff": 1.0, "value": 0.5, "alive": 0.8},
    "partnership": {"bias": -1.8, "value": 2.4, "staff": 1.2, "prepaid": 0.8, "tenure": 0.8, "alive": 1.2},
}
HABIT = {"regularity": 0.35, "tenure": 0.25, "staff": 0.25, "prepaid": 0.15}


def with_signs(t: ibis.Table, *, value_cut: float, kinds: int, suffix: str = "") -> ibis.Table:
    """Add the signs to customers joined with their baskets and marks; ``suffix`` names which baskets."""
    gaps = t.x.cast("float64")
    mean = t.t_x_days / ibis.ifelse(t.x > 0, gaps, 1.0)
    square = ibis.ifelse(
        (t.x > 0) & (mean > 0), (t.gaps_squared / ibis.ifelse(t.x > 0, gaps, 1.0)) / (mean * mean) - 1, 1.0
    )
    v2 = (PRIOR_GAPS + gaps * ibis.greatest(square, 0.0)) / (PRIOR_GAPS + gaps)
    bought = sum((ibis.ifelse(t[f"kind_{i}{suffix}"] > 0, 1, 0) for i in range(kinds)), ibis.literal(0))
    full = t[f"full{suffix}"]
    off = ibis.ifelse(full > 0, t[f"off{suffix}"] / ibis.ifelse(full > 0, full, 1.0) / FULL_DISCOUNT, 0.0)
    lines, top = t[f"lines{suffix}"].fill_null(0), t[f"top{suffix}"].fill_null(0)
    return t.mutate(
        discount=_unit(off),
        regularity=_unit(2 / (1 + v2) - 1),
        breadth=_unit((bought - 1) / (FULL_BREADTH - 1)),
        tenure=t.T_days / (t.T_days + HALF_TENURE),
        staff=_unit((top - 1) / (lines + 2)),
        value=worth(t.value_36, value_cut=value_cut),
        alive=t.p_alive,
        prepaid=ibis.ifelse(t.package_balance.fill_null(0.0) > 0, 1.0, 0.0),
    )


def _unit(column: ibis.Value) -> ibis.Value:
    return ibis.least(ibis.greatest(column.cast("float64").fill_null(0.0), 0.0), 1.0)


def with_scores(t: ibis.Table, *, shift: Mapping[str, float]) -> ibis.Table:
    """Add ``score_<kind>``, the sum of weights times signs; ``shift`` is added to a kind's score.

    Keep the table in the engine before :func:`with_relationship`, or its expressions are computed many times over.
    """
    return t.mutate(
        **{
            f"score_{kind}": sum(
                (t[sign] * weight for sign, weight in WEIGHTS[kind].items() if sign != "bias"),
                ibis.literal(WEIGHTS[kind]["bias"] + shift.get(kind, 0.0)),
            )
            for kind in RELATIONSHIPS
        }
    )


def with_relationship(t: ibis.Table) -> ibis.Table:
    """Add ``relationship_p_<kind>`` (softmax: they add up to one), ``relationship`` and its weight ``relationship_p``.

    Of equal weights the first in the list is taken.
    """
    best = ibis.greatest(*(t[f"score_{kind}"] for kind in RELATIONSHIPS))
    named = [(t[f"score_{kind}"] >= best, kind) for kind in RELATIONSHIPS]
    total = sum((t[f"score_{kind}"].exp() for kind in RELATIONSHIPS[1:]), t[f"score_{RELATIONSHIPS[0]}"].exp())
    return t.mutate(
        relationship=ibis.cases(*named, else_=RELATIONSHIPS[0]),
        relationship_p=best.exp() / total,
        **{f"relationship_p_{kind}": t[f"score_{kind}"].exp() / total for kind in RELATIONSHIPS},
    ).drop(*(f"score_{kind}" for kind in RELATIONSHIPS))


def worth(value_36: ibis.Value, *, value_cut: float) -> ibis.Value:
    """The sign ``value``: one half at the cut."""
    value = ibis.greatest(value_36, 0.0)
    whole = value + value_cut
    return ibis.ifelse(whole > 0, value / ibis.ifelse(whole > 0, whole, 1.0), 0.5)


def habit_weights(*, staffed: bool, prepaid: bool) -> dict[str, float]:
    """Points of the habit index: parts the business does not record give theirs to the others."""
    there = {name: w for name, w in HABIT.items() if (name != "staff" or staffed) and (name != "prepaid" or prepaid)}
    whole = sum(there.values())
    return {name: weight / whole for name, weight in there.items()}


def with_habit(t: ibis.Table, weights: Mapping[str, float]) -> ibis.Table:
    """Add ``habit`` (0..1) and ``habit_<part>``, the points that add up to it."""
    parts = {name: t[name] * weight for name, weight in weights.items()}
    return t.mutate(
        **{f"habit_{name}": part for name, part in parts.items()}, habit=sum(parts.values(), ibis.literal(0.0))
    )
