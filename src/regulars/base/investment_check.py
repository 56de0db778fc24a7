"""What the investments of ``business.toml`` may not say together: each contradiction has its name and its way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regulars.base.errors import BadSettings
from regulars.base.investment import Channel, Expansion, Loyalty, Quarters, Service
from regulars.base.text import Number, say


def check_investments(
    *,
    currency: str,
    acquisition: Sequence[Channel],
    service: Sequence[Service],
    loyalty: Sequence[Loyalty],
    expansion: Sequence[Expansion],
    quarters: Quarters,
) -> None:
    """Raise BadSettings at the first contradiction."""
    for topic, ids in (
        ("acquisition", [c.id for c in acquisition]),
        ("service", [s.id for s in service]),
        ("loyalty", [d.id for d in loyalty]),
        ("expansion", [e.id for e in expansion]),
        *((f"service.{s.id}.levels", [level.id for level in s.levels]) for s in service),
    ):
        if twice := sorted({id for id in ids if ids.count(id) > 1}):
            raise BadSettings(
                say("base.investments.twice", topic=topic, id=twice[0]), say("base.investments.twice_hint")
            )
    for channel in acquisition:
        _channel(channel)
    for scenario in expansion:
        _expansion(scenario, currency)
    if quarters.budgets and len(quarters.budgets) != quarters.count:
        raise BadSettings(
            say("base.investments.quarters", count=quarters.count, given=len(quarters.budgets)),
            say("base.investments.quarters_hint"),
        )


def _channel(channel: Channel) -> None:
    arrivals, ceiling = channel.arrivals, channel.ceiling
    if arrivals is not None and ceiling is not None and ceiling <= arrivals:
        raise BadSettings(
            say("base.investments.ceiling", id=channel.id, ceiling=Number(ceiling, 1), arrivals=Number(arrivals, 1)),
            say("base.investments.ceiling_hint"),
        )
    if channel.spend == 0 and arrivals:
        raise BadSettings(
            say("base.investments.free", id=channel.id, arrivals=Number(arrivals, 1)),
            say("base.investments.free_hint"),
        )
    if channel.most is not None and channel.spend is not None and channel.most < channel.spend:
        raise BadSettings(
            say("base.investments.most", id=channel.id, most=Number(channel.most), spend=Number(channel.spend)),
            say("base.investments.most_hint"),
        )


def _expansion(scenario: Expansion, currency: str) -> None:
    foreign = scenario.currency is not None and scenario.currency != currency
    if foreign and scenario.rate is None:
        raise BadSettings(
            say("base.investments.currency", id=scenario.id, found=scenario.currency or "", own=currency),
            say("base.investments.currency_hint", found=scenario.currency or "", own=currency),
        )
    if not foreign and scenario.rate not in (None, 1.0):
        raise BadSettings(
            say("base.investments.rate", id=scenario.id, own=currency), say("base.investments.rate_hint", own=currency)
        )
    if scenario.kind == "franchise" and scenario.royalty == 0:
        raise BadSettings(say("base.investments.royalty", id=scenario.id), say("base.investments.royalty_hint"))
    if scenario.kind in ("mainland", "overseas") and scenario.neighbours:
        raise BadSettings(
            say("base.investments.far", id=scenario.id, branch=scenario.neighbours[0].branch),
            say("base.investments.far_hint"),
        )


def check_branches(
    known: Iterable[str],
    *,
    acquisition: Sequence[Channel],
    service: Sequence[Service],
    expansion: Sequence[Expansion],
) -> None:
    """Raise BadSettings when an investment names a branch that is not among ``known``."""
    names = sorted(set(known))
    asked = [
        *(("acquisition", c.id, b) for c in acquisition for b in c.branches),
        *(("service", s.id, b) for s in service for b in s.branches),
        *(("expansion", e.id, n.branch) for e in expansion for n in e.neighbours),
    ]
    for topic, id, branch in asked:
        if branch not in names:
            raise BadSettings(
                say("base.investments.branch", topic=topic, id=id, branch=branch),
                say("base.investments.branch_hint", branches=", ".join(names) or "-"),
            )
