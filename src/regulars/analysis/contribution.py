"""What lines contribute: the one rule by which a customer's, a category's or anybody's lines are counted.

contribution = revenue earned - cost of goods - staff time - commission - payment fees. Cost is the ledger's where lines
carry it, else the business's margin share says what is left. Staff time, commission and fees count only where
``[costs]`` of business.toml states them: nothing is guessed. Docs: docs/methods/profit.md.
"""

from __future__ import annotations

import ibis

from regulars.analysis.visits import Basis, earned
from regulars.base.settings import Business
from regulars.ledger.schema import VISIT_KINDS

_SERVICES = ("service", "package_redemption", "repair")


def valued(lines: ibis.Table, *, basis: Basis) -> ibis.Table:
    """Lines with the ``value`` they earned, and whether they are a ``service`` and a ``visit``."""
    value = earned(lines, basis).cast("decimal(18, 2)")
    return lines.mutate(value=value, service=lines.kind.isin(_SERVICES), visit=lines.kind.isin(VISIT_KINDS))


def sums(t: ibis.Table) -> dict[str, ibis.Value]:
    """What :func:`contributed` needs of each group of :func:`valued` lines; ``known`` is revenue of known cost."""
    return {
        "revenue": t.value.sum(),
        "known": t.value.sum(where=t.cost.notnull()).cast("float64").fill_null(0.0),
        "goods": t.cost.sum().cast("float64").fill_null(0.0),
        "services": t.value.sum(where=t.service).cast("float64").fill_null(0.0),
        "products": t.value.sum(where=t.visit & ~t.service).cast("float64").fill_null(0.0),
        "treatments": t.count(where=t.service & (t.value > 0)),
    }


def contributed(each: ibis.Table, business: Business) -> ibis.Table:
    """Groups with their :func:`sums`: adds ``plain`` revenue, ``cost``, ``time``, ``commission``, ``fees`` (costs are
    negative) and the ``contribution`` they leave."""
    costs, share = business.costs, business.margin.share
    each = each.mutate(plain=each.revenue.cast("float64"))
    each = each.mutate(
        cost=-each.goods - (1 - share) * (each.plain - each.known),
        time=-(each.treatments * (costs.service_minutes or 0) / 60 * float(costs.staff_hour or 0)),
        commission=-(
            each.services * (costs.commission_service or 0.0) + each.products * (costs.commission_product or 0.0)
        ),
        fees=-(each.plain * (costs.payment_fee or 0.0)),
    )
    return each.mutate(contribution=each.plain + each.cost + each.time + each.commission + each.fees)
