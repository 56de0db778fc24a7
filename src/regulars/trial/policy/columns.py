"""Which columns of a campaign file serve as features, and why the others do not."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.base.progress import Progress
from regulars.base.text import Number, Share, Text, say
from regulars.ledger.table_file import Column, TableFile
from regulars.trial.policy import guard
from regulars.trial.policy.additive import Floats
from regulars.trial.policy.campaign import GROUPS, Binned, bin_groups, bin_numbers, bins_for
from regulars.trial.policy.request import Request

_ID = re.compile(
    r"(^|[_\s])(id|uuid|guid|key|index|hash)$|^unnamed|^column \d+$|(customer|client|user|member)_?(id|no)", re.I
)
#: Names that results bear; they only ever count beside evidence in the data.
_RESULT = re.compile(
    r"visit|conver|spen[dt]|purchas|expos|click|open|respon|revenue|bought|buy|outcome|target|label|redeem|vote|churn"
    r"|unsub|到訪|消費|購買|點擊|回應|轉化",
    re.I,
)
#: Rows a categorical feature is judged by: the commonest groups must hold this share of them.
_HELD = 0.5


@dataclass(frozen=True, slots=True)
class Dropped:
    """A column not used as a feature. ``reason`` is a stable name; ``text`` says it."""

    column: str
    reason: str
    text: Text


@dataclass(frozen=True)
class Chosen:
    """Features and what was found about them."""

    features: tuple[Binned, ...]
    dropped: tuple[Dropped, ...]
    balances: tuple[guard.Balance, ...]
    warnings: tuple[Text, ...]


@dataclass(frozen=True)
class Seen:
    """The rows that count: ``keep`` of the file's rows; of those the arm, the outcome and who was dealt together."""

    keep: NDArray[np.bool_]
    arm: NDArray[np.int64]
    arms: int
    outcome: Floats
    cluster: NDArray[np.int64] | None

    @property
    def together(self) -> float:
        """How many rows were dealt as one, as a chi-square feels it."""
        if self.cluster is None:
            return 1.0
        sizes = np.bincount(self.cluster).astype(float)
        return float((sizes**2).sum() / sizes.sum())


def choose(table: TableFile, request: Request, seen: Seen, *, rng: np.random.Generator, progress: Progress) -> Chosen:
    """Type, bin and judge every column."""
    taken = {request.arm, request.outcome, request.propensity, request.cost_column, request.cluster}
    dropped: list[Dropped] = []
    binned: list[Binned] = []
    wanted = request.features if request.features is not None else table.names
    for at, name in enumerate(n for n in wanted if n not in taken):
        progress(say("policy.step.columns"), at, len(wanted))
        found = _read(table, name, request, seen.keep, rng)
        if isinstance(found, Binned):
            binned.append(found)
        else:
            dropped.append(found)
    arm = seen.arm.astype(np.int16)
    balances = [guard.balance(f, arm, seen.arms, seen.outcome, together=seen.together) for f in binned]
    return _judged(binned, dropped, balances, request)


def _read(
    table: TableFile, name: str, request: Request, keep: NDArray[np.bool_], rng: np.random.Generator
) -> Binned | Dropped:
    if name in request.ignore:
        return Dropped(name, "ignored", say("policy.dropped.ignored"))
    unusable = _usable(table, name, listed=request.features is not None)
    if unusable is not None:
        return unusable
    found = _bin(table, name, keep, rng)
    if isinstance(found, Binned) and np.unique(found.codes).size < 2:
        return Dropped(name, "constant", say("policy.dropped.constant"))
    return found


def _usable(table: TableFile, name: str, *, listed: bool) -> Dropped | None:
    column = table.column(name)
    if column.kind == "nested":
        return Dropped(name, "nested", say("policy.dropped.nested"))
    there = column.rows - column.missing
    if column.distinct < 2 and not (0 < column.missing < column.rows):
        return Dropped(name, "constant", say("policy.dropped.constant"))
    if not listed and _is_id(column, there):
        return Dropped(name, "id", say("policy.dropped.id"))
    return None


def _is_id(column: Column, there: int) -> bool:
    named = bool(_ID.search(column.name))
    counted = column.kind == "text" or (column.kind in ("number", "comma") and column.whole)
    if not counted or there < 20:
        return False
    return column.unique or (named and column.distinct > 0.5 * there)


def _bin(table: TableFile, name: str, keep: NDArray[np.bool_], rng: np.random.Generator) -> Binned | Dropped:
    column = table.column(name)
    rows = int(keep.sum())
    if column.kind != "text":
        return bin_numbers(name, table.numbers(name)[keep], most=bins_for(rows), rng=rng)
    codes, values, others = table.labels(name, most=min(GROUPS, bins_for(rows) + 4))
    codes = codes[keep]
    held = float((codes >= 0).mean()) / max(float((codes != -1).mean()), 1e-12)
    if others and held < _HELD:
        return Dropped(name, "many_values", say("policy.dropped.many_values", n=len(values) + others))
    return bin_groups(name, codes, values)


def _judged(binned: list[Binned], dropped: list[Dropped], balances: list[guard.Balance], request: Request) -> Chosen:
    even = sum(b.p > 0.001 for b in balances)
    warnings: list[Text] = []
    features: list[Binned] = []
    kept: list[guard.Balance] = []
    for feature, found in zip(binned, balances, strict=True):
        hinted = bool(_RESULT.search(feature.name))
        reason = guard.after_the_deal(found, hinted=hinted, others_balanced=3 * even >= len(balances))
        if feature.name == request.strata and reason == "imbalance":
            reason = None  # a stratum is known before the deal, and its chances are taken from it
        if reason and request.features is None:
            dropped.append(Dropped(feature.name, f"after_{reason}", _why(reason, found)))
            warnings.append(say("policy.warn.after", column=feature.name, why=_why(reason, found)))
            continue
        if reason:
            warnings.append(say("policy.warn.kept", column=feature.name, why=_why(reason, found)))
        elif found.p < guard.RARE and found.v > guard.TRIFLE and not (request.strata or request.propensity):
            warnings.append(say("policy.warn.uneven", column=feature.name, v=Number(found.v, 2)))
        features.append(feature)
        kept.append(found)
    return Chosen(tuple(features), tuple(dropped), tuple(kept), tuple(warnings))


def _why(reason: str, found: guard.Balance) -> Text:
    match reason:
        case "copy":
            return say("policy.dropped.after_copy", share=Share(found.outcome_share))
        case "fixes":
            return say("policy.dropped.after_fixes", bin=found.fixes or "")
    return say("policy.dropped.after_imbalance", v=Number(found.v, 2))
