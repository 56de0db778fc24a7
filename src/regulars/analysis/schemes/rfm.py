"""Recency, frequency and money, each in fifths of the base.

A score is ``1 + floor(5 * k / n)`` where k customers of n are strictly worse: equal customers always have equal
scores, whoever they are and however many, so ties make fifths uneven rather than arbitrary (Hughes, Strategic Database
Marketing, 1994, cut sorted lists and split ties). High is 4-5, middle 3, low 1-2.
"""

from __future__ import annotations

import ibis

from regulars.analysis.catalogue import RFM

FIFTHS = 5
HIGH, MIDDLE = 4, 3
DEFINITION = {
    "recency": "last_day",
    "frequency": "x",
    "money": "revenue",
    "score": "1+floor(5*strictly_worse/n)",
    "high": HIGH,
    "middle": MIDDLE,
    "classes": list(RFM),
}


def with_rfm(t: ibis.Table, base: ibis.Table) -> ibis.Table:
    """Add ``rfm_r``, ``rfm_f``, ``rfm_m`` (1..5), ``rfm_hml`` such as HML, and the class ``rfm``.

    ``base`` has the same customers and is best a table kept in the engine: it is ranked by itself, as carrying all
    columns of ``t`` through three sorts would take most of the time of the query.
    """
    size = base.count().over(ibis.window())
    scored = base.select(
        "customer",
        **{
            f"rfm_{letter}": (ibis.rank().over(ibis.window(order_by=base[column])) * FIFTHS // size + 1).cast("int32")
            for letter, column in (("r", "last_day"), ("f", "x"), ("m", "revenue"))
        },
    )
    letters = [
        ibis.cases((scored[f"rfm_{c}"] >= HIGH, "H"), (scored[f"rfm_{c}"] >= MIDDLE, "M"), else_="L") for c in "rfm"
    ]
    scored = scored.mutate(rfm_hml=letters[0] + letters[1] + letters[2])
    strong = (scored.rfm_f >= HIGH) | (scored.rfm_m >= HIGH)
    scored = scored.mutate(
        rfm=ibis.cases(
            ((scored.rfm_r >= HIGH) & (scored.rfm_f >= HIGH) & (scored.rfm_m >= HIGH), "best"),
            ((scored.rfm_r >= MIDDLE) & strong, "strong"),
            (scored.rfm_r >= HIGH, "recent"),
            (scored.rfm_r >= MIDDLE, "fading"),
            (strong, "slipping"),
            else_="away",
        )
    )
    return t.inner_join(scored, "customer")
