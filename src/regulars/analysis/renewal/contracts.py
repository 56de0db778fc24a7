"""Renewal of packages and memberships: who took another, who lapsed, who cannot be told yet.

Every holder is followed from contract to contract. Renewed is who took a further one; lapsed who has been silent for
longer than the trade's lost window (packages) or missed a fee by half a period (memberships); the rest are open, and
count as known only so far (:mod:`regulars.analysis.renewal.holding`). sBG and beta-discrete-Weibull are fitted on
these counts. Docs: docs/methods/sbg-bdw.md.
"""

from __future__ import annotations

from collections import Counter

import ibis
import numpy as np

from regulars.analysis.part import Scene
from regulars.analysis.renewal.holding import gaps_until, held, told_at
from regulars.analysis.renewal.trial import trial
from regulars.analysis.results.renewal import Contract, Contracts, RenewalStep
from regulars.analysis.value.duration import Renewals, choose_duration
from regulars.analysis.value.statistics import Floats

_FEW = 30
_SHOWN = 12
_KINDS: tuple[Contract, ...] = ("package_sale", "membership_fee")


def holders_query(scene: Scene, *, kind: Contract, after: int, told: int) -> ibis.Table:
    """Holders by how many contracts they reached, and whether they have lapsed since."""
    t = held(scene, kind=kind, after=after, told=told, on=scene.setting.as_of)
    return t.group_by("reached", "lapsed").aggregate(customers=t.count()).order_by("reached", "lapsed")


def contracts(scene: Scene) -> tuple[Contracts, ...]:
    """What can be said of every kind of contract the ledger has."""
    found = (_contracts(scene, kind) for kind in _KINDS if scene.setting.has(kind))
    return tuple(one for one in found if one is not None)


def _contracts(scene: Scene, kind: Contract) -> Contracts | None:
    desk = scene.setting.desk
    period = None
    after = scene.setting.pack.windows.lost_after
    gaps = gaps_until(scene, kind=kind, on=scene.setting.as_of, name=f"renewal_gaps_{kind}")
    if kind == "membership_fee":
        period = modal_gap(gaps)
        if period is None:
            return None
        after = round(1.5 * period)
    told = told_at(gaps, after=after)
    rows = desk.ask(f"renewal_{kind}", holders_query(scene, kind=kind, after=after, told=told)).to_pylist()
    holders = sum(row["customers"] for row in rows)
    if holders < _FEW:
        return None
    most = max(row["reached"] for row in rows)
    lapsed, censored = np.zeros(most), np.zeros(most)
    for row in rows:
        (lapsed if row["lapsed"] else censored)[row["reached"] - 1] += row["customers"]
    renewals = Renewals(lapsed, censored)
    fit, _ = choose_duration(renewals)
    rng = scene.rng.spawn(1)[0]
    shown = min(most, _SHOWN)
    return Contracts(
        kind=kind,
        holders=holders,
        period_days=period,
        lapsed_after_days=after,
        told_after_days=told,
        model=fit.model,
        parameters=fit.named,
        log_likelihood=fit.log_likelihood,
        verdict=fit.verdict,
        steps=steps(lapsed, censored, [float(fit.retention(k)) for k in range(1, shown + 1)]),
        survival=tuple(fit.expected_survival(k, rng=rng) for k in range(1, shown + 1)),
        trial=trial(scene, kind=kind, after=after),
    )


def modal_gap(gaps: dict[int, int]) -> int | None:
    """The commonest gap between fees, told by the fortnight around it; None without any repeated fee."""
    if not gaps:
        return None
    near = Counter({g: sum(n for other, n in gaps.items() if abs(other - g) <= 7) for g in gaps})
    return max(near, key=lambda g: (near[g], gaps[g], -g))


def steps(lapsed: Floats, censored: Floats, fitted: list[float]) -> tuple[RenewalStep, ...]:
    """One step a contract: of the holders who reached it, those who took another, lapsed, or cannot be told."""
    found = []
    for i, share in enumerate(fitted):
        renewed = float(lapsed[i + 1 :].sum() + censored[i + 1 :].sum())
        told = renewed + float(lapsed[i])
        seen = renewed / told if told else None
        found.append(RenewalStep(i + 1, round(renewed), round(lapsed[i]), round(censored[i]), seen, share))
    return tuple(found)
