"""Where the money went: every cent of the ledger is studied, set aside by a named policy, or nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import ibis

from regulars.analysis.desk import Setting
from regulars.analysis.hygiene import facts
from regulars.analysis.hygiene.cleaning import Cleaning
from regulars.analysis.hygiene.recognise import ACCOUNTS
from regulars.analysis.results.hygiene import Dirt, Finding, MoneyPart, Place, Truncation
from regulars.base.settings import Policy
from regulars.base.text import Money, Text, say

_NOTHING = (0, 0, Decimal(0))
_ACCOUNT_FINDINGS: tuple[Dirt, ...] = ("catch_all", "house", "wholesale", "staff", "listed")


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of the total, and per recognised kind (excluded or not) customers, lines and money."""

    parts: tuple[MoneyPart, ...]
    total: Decimal
    kinds: dict[str, tuple[int, int, Decimal]]
    copies: tuple[int, int, Decimal]
    refunded: int
    pure_refunds: int

    @property
    def difference(self) -> float:
        """The total less its parts, in cents exact."""
        return float(self.total - sum((Decimal(str(part.money)) for part in self.parts), Decimal(0)))


def places_query(cleaning: Cleaning) -> ibis.Table:
    """Customers, lines and money by kind of account, whether excluded, and whether they ever visited."""
    t = cleaning.people.left_join(cleaning.aside, "customer").drop("customer_right")
    return (
        t.group_by(kind=t.kind.fill_null(""), excluded=t.excluded.fill_null(False), visited=t.visits > 0)
        .aggregate(
            customers=t.count(),
            lines=t.lines.sum(),
            money=t.earned.sum(),
            refunded=t.count(where=t.refunds > 0),
            pure=t.count(where=(t.refunds > 0) & (t.refunds == t.lines)),
        )
        .order_by("kind", "excluded", "visited")
    )


def split(setting: Setting, cleaning: Cleaning) -> Split:
    """Ask the engine once per customer and add up; the total comes from the lines, without looking at customers."""
    rows = setting.desk.ask("hygiene_places", places_query(cleaning)).to_pylist()
    copied = facts.copied_money(setting.lines, cleaning.copied, basis=setting.tally.basis)
    row = setting.desk.ask("hygiene_copied", copied).to_pylist()[0]
    copies = (row["customers"], row["lines"], row["money"] or Decimal(0))
    places: dict[Place, tuple[int, int, Decimal]] = {"studied": _NOTHING, "no_visit": _NOTHING}
    kinds: dict[str, tuple[int, int, Decimal]] = {}
    for row in rows:
        counted = (row["customers"], row["lines"], row["money"])
        if row["kind"]:
            kinds[row["kind"]] = _plus(kinds.get(row["kind"], _NOTHING), counted)
        place: Place = "studied" if row["visited"] else "no_visit"
        if row["excluded"]:
            place = next(kind for kind in ACCOUNTS if kind == row["kind"])
        places[place] = _plus(places.get(place, _NOTHING), counted)
    named = [MoneyPart(place, n, lines, float(money)) for place, (n, lines, money) in places.items() if lines]
    if setting.business.hygiene.duplicates == "exclude" and copies[1]:
        named.append(MoneyPart("duplicates", copies[0], copies[1], float(copies[2])))
    anonymous = setting.tally.exact_revenue(lambda row: not row.known)
    if unknown := setting.tally.lines(lambda row: not row.known):
        named.append(MoneyPart("anonymous", None, unknown, float(anonymous)))
    return Split(
        parts=tuple(named),
        total=setting.tally.exact_revenue(),
        kinds=kinds,
        copies=copies,
        refunded=sum(row["refunded"] for row in rows),
        pure_refunds=sum(row["pure"] for row in rows),
    )


def _plus(one: tuple[int, int, Decimal], other: tuple[int, int, Decimal]) -> tuple[int, int, Decimal]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def findings(setting: Setting, cleaning: Cleaning, found: Split, early: Truncation) -> tuple[Finding, ...]:
    """Every kind of dirt that there is, in a fixed order."""
    return (*_of_lines(setting, found), *_of_accounts(setting, cleaning, found), *_of_time(setting, early))


def _money(setting: Setting, amount: Decimal) -> Money:
    return Money.of(amount, setting.business.currency)


def _of_lines(setting: Setting, found: Split) -> Iterator[Finding]:
    tally, policies = setting.tally, setting.business.hygiene
    if back := tally.lines(lambda row: row.kind == "refund"):
        money = tally.exact_revenue(lambda row: row.kind == "refund")
        id = "study.hygiene.refunds" if found.pure_refunds else "study.hygiene.refunds_netted"
        said = say(id, lines=back, money=_money(setting, -money), n=found.pure_refunds)
        yield Finding("refunds", None, found.refunded, back, float(money), said)
    customers, lines, money = found.copies
    if lines:
        said = say(f"study.hygiene.duplicates_{policies.duplicates}", n=lines, money=_money(setting, money))
        yield Finding("duplicates", policies.duplicates, customers, lines, float(money), said)
    if unknown := tally.lines(lambda row: not row.known):
        money = tally.exact_revenue(lambda row: not row.known)
        said = say("study.hygiene.anonymous", n=unknown, money=_money(setting, money))
        yield Finding("anonymous", None, None, unknown, float(money), said)
    currency = setting.business.currency
    if foreign := tally.foreign_lines:
        said = say("study.hygiene.other_currency", n=foreign, currency=currency)
        yield Finding("other_currency", None, None, foreign, 0.0, said)


def _of_accounts(setting: Setting, cleaning: Cleaning, found: Split) -> Iterator[Finding]:
    policies = setting.business.hygiene
    beyond = cleaning.limits
    for kind in _ACCOUNT_FINDINGS:
        customers, lines, money = found.kinds.get(kind, _NOTHING)
        if not customers:
            continue
        policy: Policy = "exclude" if kind == "listed" else getattr(policies, kind)
        places: dict[str, object] = {"n": customers, "money": _money(setting, money)}
        if kind == "wholesale":
            places["basket"] = _limit(setting, beyond.basket)
        id = "study.hygiene.listed" if kind == "listed" else f"study.hygiene.{kind}_{policy}"
        yield Finding(kind, policy, customers, lines, float(money), say(id, **places))


def _limit(setting: Setting, basket: float | None) -> Text:
    if basket is None:
        return say("study.hygiene.no_limit")
    return say("study.hygiene.limit", amount=Money.of(basket, setting.business.currency))


def _of_time(setting: Setting, early: Truncation) -> Iterator[Finding]:
    if not early.crowded:
        return
    policy = setting.business.hygiene.left_truncated
    said = say(f"study.hygiene.left_truncated_{policy}", n=early.customers, before=early.before, days=early.within_days)
    yield Finding("left_truncated", policy, early.customers, 0, 0.0, said)
