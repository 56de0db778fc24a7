"""Who is likely to bring others: rates drawn together as far as chance could part them, tried on the last year.

A customer brings newcomers as a Poisson process at a rate of their own, Gamma(a, rate b) over customers; after k in t
years the believed rate is (a + k) / (b + t). a and b by maximum likelihood (negative binomial; Greenwood and Yule 1920,
*JRSS* 83, 255-279).
"""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
from numpy.random import Generator
from scipy.optimize import minimize
from scipy.special import gammaln

from regulars.analysis.opportunity.expected import Worth, expected
from regulars.analysis.opportunity.following import share_range
from regulars.analysis.opportunity.referring import BANDS, MONTH, brought, counts, links, worth_brought
from regulars.analysis.opportunity.taking import BACK
from regulars.analysis.part import Scene
from regulars.analysis.results.opportunity import Chance, Referral, ReferralRow
from regulars.analysis.shrink import rates
from regulars.analysis.value.statistics import Floats

#: Newcomers brought before the day looked back from and since, and days watched before it, to say anything.
_FEWEST, _WATCHED = 20, 180
_ENOUGH = 30
_TOP = 0.1
_YEAR = 365.25 / MONTH


def gamma_of(k: Floats, years: Floats, n: Floats) -> tuple[float, float]:
    """Shape a and rate b (years) of the Gamma, from counts ``k`` in ``years`` of ``n`` customers each."""
    mean = float((n * k).sum() / (n * years).sum())

    def loss(x: Floats) -> float:
        a, m = np.exp(x)
        b = a / m
        log = gammaln(a + k) - gammaln(a) + a * np.log(b / (b + years)) + k * np.log(1 / (b + years))
        return -float((n * log).sum())

    start = np.log([0.5, max(mean, 1e-9)])
    bounds = [(np.log(1e-3), np.log(1e3)), (start[1] - 5, start[1] + 5)]
    a, m = np.exp(minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)
    return float(a), float(a / m)


def referral(
    scene: Scene, *, here: ibis.Table, there: ibis.Table, rng: Generator
) -> tuple[Referral | None, tuple[Chance, ...]]:
    """Who is likely to bring others; None where too few newcomers name who brought them."""
    desk, as_of = scene.setting.desk, scene.setting.as_of
    found = links(scene)
    if found is None or (as_of - BACK - scene.setting.newcomers_since).days < _WATCHED:
        return None, ()
    found = desk.keep("opportunity_links", found)
    each = desk.keep("opportunity_brought_then", brought(scene, found, there, as_of - BACK))
    then = _columns(desk.ask("opportunity_referring_then", counts(each)).to_pylist())
    now = _columns(desk.ask("opportunity_referring", counts(brought(scene, found, here, as_of))).to_pylist())
    if min((then["customers"] * then["k"]).sum(), then["n"].sum()) < _FEWEST or not now["customers"].sum():
        return None, ()
    a, b = gamma_of(then["k"], then["months"] / _YEAR, then["customers"])
    likely_now = (a + now["k"]) / (b + now["months"] / _YEAR)
    first, rest = _top(then, (a + then["k"]) / (b + then["months"] / _YEAR))
    top_now = _leading(likely_now, now["customers"])
    result = Referral(
        rate=float(then["n"].sum() / then["customers"].sum()),
        rows=(*_rows("past", "k", (0, 1, 2, 3), then, now), *_rows("visits", "band", BANDS, then, now)),
        top=first,
        top_range=share_range(first[1] / first[0], first[0])[1:],
        rest=rest,
        rest_range=share_range(rest[1] / rest[0], rest[0])[1:] if rest[0] else (0.0, 1.0),
        likely=int(now["customers"][top_now].sum()),
        to_bring=float((likely_now * now["customers"])[top_now].sum()),
    )
    return result, _chance(scene, found, each, then, now, rng)


def _columns(rows: list[dict[str, Any]]) -> dict[str, Floats]:
    ordered = sorted(rows, key=lambda row: (row["k"], row["months"], row["band"]))
    return {name: np.array([row[name] for row in ordered], float) for name in (*_KEYS, "customers", "again", "n")}


_KEYS = ("k", "months", "band")


def _leading(likely: Floats, customers: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Groups, the likeliest first, until a tenth of the customers are in."""
    order = np.argsort(-likely, kind="stable")
    reached = np.cumsum(customers[order])
    return order[: int(np.searchsorted(reached, _TOP * reached[-1])) + 1]


def _top(then: dict[str, Floats], likely: Floats) -> tuple[tuple[int, int], tuple[int, int]]:
    """Customers and those who brought somebody since: of the tenth called likeliest, and of the rest."""
    top = np.zeros(len(likely), dtype=bool)
    top[_leading(likely, then["customers"])] = True
    first, rest = ((round(then["customers"][which].sum()), round(then["again"][which].sum())) for which in (top, ~top))
    return first, rest


def _rows(
    kind: str, column: str, least: tuple[int, ...], then: dict[str, Floats], now: dict[str, Floats]
) -> tuple[ReferralRow, ...]:
    """The share that brought somebody in the last year, by group; the groups drawn together."""
    of_then, of_now = (np.searchsorted(least, values[column], side="right") - 1 for values in (then, now))
    size = len(least)
    trials, hits = (np.bincount(of_then, then[name], size) for name in ("customers", "again"))
    current = np.bincount(of_now, now["customers"], size)
    shares = rates(hits, trials)
    return tuple(
        ReferralRow(kind, low, int(current[i]), shares[i])  # type: ignore[arg-type]
        for i, low in enumerate(least)
        if current[i] or trials[i]
    )


def _chance(
    scene: Scene,
    found: ibis.Table,
    each: ibis.Table,
    then: dict[str, Floats],
    now: dict[str, Floats],
    rng: Generator,
) -> tuple[Chance, ...]:
    """Current customers who have brought somebody, as an opportunity."""
    desk, before = scene.setting.desk, then["k"] > 0
    tested, hits = round(then["customers"][before].sum()), round(then["again"][before].sum())
    customers = round(now["customers"][now["k"] > 0].sum())
    row = desk.ask("opportunity_worth_brought", worth_brought(scene, found, each)).to_pylist()[0]
    worth = Worth.of_each(row["n"], row["m"] or 0.0, row["mm"] or 0.0)
    if tested < _ENOUGH or worth is None or not customers:
        return ()
    unit = scene.setting.business.currency
    money = expected(rng, customers=customers, hits=hits, tested=tested, worth=worth, unit=unit)
    return (Chance("referral", "", "", customers, tested, *share_range(hits / tested, tested), money),)
