"""From a table file to a campaign: arms, outcomes, chances, and which columns may serve as features, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from regulars.base.errors import BadData
from regulars.base.progress import Progress, unwatched
from regulars.base.text import Listing, Share, Text, say
from regulars.ledger.table_file import TableFile
from regulars.trial.policy.additive import Floats
from regulars.trial.policy.campaign import Campaign
from regulars.trial.policy.columns import Chosen, Seen, choose
from regulars.trial.policy.request import Request, missing_arm, missing_column

MOST_ARMS = 20
LEAST_ROWS, LEAST_ARM, LEAST_CLUSTERS = 100, 30, 30


@dataclass(frozen=True)
class Taken:
    """A campaign read from a file, and what was found on the way. ``row`` numbers customers as the file does."""

    campaign: Campaign
    row: NDArray[np.int64]
    raw_outcome: Floats
    binary: bool
    columns: Chosen
    warnings: tuple[Text, ...]
    propensity: str  # shares, strata, column
    rows_left_out: int


def take(table: TableFile, request: Request, *, rng: np.random.Generator, progress: Progress = unwatched) -> Taken:
    """Read what the request names.

    Raises:
        BadSettings: a column or arm that is not there, or a figure out of range.
        BadData: one arm only, too few rows, an outcome that is no number or never varies.
    """
    request.check()
    request = _named(table, request)
    warnings: list[Text] = []
    arm, arms = _arms(table, request)
    warnings += _alike(arms)
    outcome = _outcome(table, request.outcome)
    keep = (arm >= 0) & np.isfinite(outcome)
    chance, strata, keep = _chances(table, request, arm, keep)
    warnings += _left_out(table, arm, outcome, arms, keep)
    arm, outcome = arm[keep], outcome[keep]
    _enough(arm, arms, request)
    if np.ptp(outcome) == 0.0:
        raise BadData(say("policy.data.constant", column=request.outcome), say("policy.data.constant_hint"))
    binary = bool(np.isin(outcome, (0.0, 1.0)).all())
    responded = outcome != 0.0
    net = request.value * outcome - _by_arm(dict(request.response_cost), arms, request)[arm] * responded
    cost = _costs(table, request, arms, arm, keep, warnings)
    cluster = None
    if request.cluster:
        cluster = np.unique(table.keys(request.cluster)[keep], return_inverse=True)[1].astype(np.int64)
        if (count := int(cluster.max()) + 1) < LEAST_CLUSTERS:
            text = say("policy.data.few_clusters", column=request.cluster, n=count, least=LEAST_CLUSTERS)
            raise BadData(text, say("policy.data.few_clusters_hint"))
    seen = Seen(keep, arm, len(arms), outcome, cluster)
    columns = choose(table, request, seen, rng=rng, progress=progress)
    warnings += columns.warnings
    shares = np.bincount(arm, minlength=len(arms)) / arm.size
    how = "column" if request.propensity else "strata" if request.strata else "shares"
    e = shares[arm]
    if chance is not None:
        e = chance[keep]
    elif strata is not None:
        e = _of_strata(arm, strata[keep], len(arms))
        warnings += _uncrossed(arm, strata[keep], arms)
    campaign = Campaign(columns.features, arms, arm.astype(np.int16), net, responded, e, cost, cluster)
    if not columns.features:
        warnings.append(say("policy.data.no_features"))
    row = table.row_numbers()[keep]
    left = table.rows - int(keep.sum())
    return Taken(campaign, row, outcome, binary, columns, tuple(warnings), how, left)


def _named(table: TableFile, request: Request) -> Request:
    """Columns as the file writes them: exactly, else without regard to case and blanks where that is unique."""

    def find(name: str) -> str:
        if name in table.names:
            return name
        alike = [n for n in table.names if n.strip().casefold() == name.strip().casefold()]
        if len(alike) != 1:
            raise missing_column(name, table.names)
        return alike[0]

    return replace(
        request,
        arm=find(request.arm),
        outcome=find(request.outcome),
        propensity=find(request.propensity) if request.propensity else None,
        strata=find(request.strata) if request.strata else None,
        cluster=find(request.cluster) if request.cluster else None,
        cost_column=find(request.cost_column) if request.cost_column else None,
        features=tuple(find(n) for n in request.features) if request.features is not None else None,
        ignore=tuple(find(n) for n in request.ignore),
    )


def same_arm(name: str, arms: tuple[str, ...]) -> int | None:
    """Which arm a name means: exactly; as a number (1, 1.0); as yes or no (true = 1); whatever the case."""
    plain = _one_line(name)
    if plain in arms:
        return arms.index(plain)
    wanted = _number(plain)
    if wanted is not None:
        for at, arm in enumerate(arms):
            if _number(arm) == wanted:
                return at
    alike = [at for at, arm in enumerate(arms) if arm.casefold() == plain.casefold()]
    return alike[0] if len(alike) == 1 else None


def _one_line(name: str) -> str:
    """A name as it can be told and typed: a break within it is a blank."""
    return " ".join(name.split())


def _number(text: str) -> float | None:
    if text.casefold() in ("true", "false"):
        return float(text.casefold() == "true")
    try:
        return float(text)
    except ValueError:
        return None


def _arms(table: TableFile, request: Request) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    codes, values, others = table.labels(request.arm, most=MOST_ARMS)
    if others:
        count = len(values) + others
        raise BadData(say("policy.data.many_arms", column=request.arm, count=count), say("policy.data.many_arms_hint"))
    values = tuple(_one_line(v) for v in values)
    control = same_arm(request.control, values)
    if control is None:
        raise missing_arm(request.control, values, as_control=True, column=request.arm)
    out = {_arm(name, values, request) for name in request.drop_arms}
    gone = {values[at] for at in out} | {values[control]}
    treated = sorted({v for v in values if v not in gone}, key=_in_order)
    if not treated:
        text = say("policy.data.one_arm", column=request.arm, arm=values[control])
        raise BadData(text, say("policy.data.one_arm_hint"))
    arms = (values[control], *treated)
    place = np.full(len(values) + 2, -1, dtype=np.int64)  # the last two stand for codes -2 and -1
    for at, value in enumerate(values):
        if value in arms:
            place[at] = arms.index(value)
    return place[codes], arms


def _alike(arms: tuple[str, ...]) -> list[Text]:
    """Arms whose names mean the same to a reader (Control and CONTROL, 1 and true) are told, not put together."""
    groups: dict[object, list[str]] = {}
    for arm in arms:
        number = _number(arm)
        groups.setdefault(number if number is not None else arm.casefold(), []).append(arm)
    return [say("policy.warn.alike_arms", arms=Listing(tuple(g))) for g in groups.values() if len(g) > 1]


def _arm(name: str, arms: tuple[str, ...], request: Request) -> int:
    found = same_arm(name, arms)
    if found is None:
        raise missing_arm(name, arms, as_control=False, column=request.arm)
    return found


def _in_order(arm: str) -> tuple[float, str]:
    number = _number(arm)
    return (number if number is not None else np.inf, arm)


def _outcome(table: TableFile, name: str) -> Floats:
    column = table.column(name)
    if column.kind in ("nested", "date"):
        raise BadData(say("policy.data.outcome", column=name), say("policy.data.outcome_hint"))
    if column.kind != "text":
        return table.numbers(name)
    _, values, others = table.labels(name, most=2)
    if others or len(values) != 2:
        raise BadData(say("policy.data.outcome", column=name), say("policy.data.outcome_hint"))
    raise BadData(
        say("policy.data.outcome_words", column=name, one=values[0], other=values[1]), say("policy.data.outcome_hint")
    )


def _chances(
    table: TableFile, request: Request, arm: NDArray[np.int64], keep: NDArray[np.bool_]
) -> tuple[Floats | None, NDArray[np.int64] | None, NDArray[np.bool_]]:
    if request.propensity:
        if table.column(request.propensity).kind not in ("number", "comma"):
            text = say("policy.data.propensity_words", column=request.propensity)
            raise BadData(text, say("policy.data.propensity_hint"))
        chance = table.numbers(request.propensity)
        bad = np.isfinite(chance) & keep & ((chance <= 0) | (chance > 1))
        if bad.any():
            found = f"{chance[np.flatnonzero(bad)[0]]:g}"
            text = say("policy.data.propensity", column=request.propensity, found=found)
            raise BadData(text, say("policy.data.propensity_hint"))
        return chance, None, keep & np.isfinite(chance)
    if request.strata:
        codes, _, others = table.labels(request.strata, most=500)
        if others:
            raise BadData(say("policy.data.strata", column=request.strata), say("policy.data.strata_hint"))
        strata = codes.astype(np.int64) + 1
        return None, strata, keep & (arm >= 0)
    return None, None, keep


def _of_strata(arm: NDArray[np.int64], strata: NDArray[np.int64], arms: int) -> Floats:
    counts = np.bincount(strata * arms + arm, minlength=(int(strata.max()) + 1) * arms).reshape(-1, arms)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    found: Floats = share[strata, arm]
    return found


def _uncrossed(arm: NDArray[np.int64], strata: NDArray[np.int64], arms: tuple[str, ...]) -> list[Text]:
    """Strata in which nobody had an arm: what it would do there no chance tells, only the model."""
    tally = np.bincount(strata * len(arms) + arm, minlength=(int(strata.max()) + 1) * len(arms))
    counts = tally.reshape(-1, len(arms))
    rows = counts.sum(axis=1)
    found = []
    for at, name in enumerate(arms):
        bare = int(rows[counts[:, at] == 0].sum())
        if bare:
            found.append(say("policy.warn.uncrossed", arm=name, n=bare, share=Share(bare / arm.size)))
    return found


def _left_out(
    table: TableFile, arm: NDArray[np.int64], outcome: Floats, arms: tuple[str, ...], keep: NDArray[np.bool_]
) -> list[Text]:
    said = []
    if table.ragged:
        said.append(say("policy.data.ragged", n=table.ragged))
    if left := int((~keep).sum()):
        said.append(say("policy.data.left_out", n=left, share=Share(left / keep.size)))
    gone = (arm >= 0) & ~np.isfinite(outcome)
    if gone.any():
        each = [[(gone & (arm == a)).sum(), (~gone & (arm == a)).sum()] for a in range(len(arms))]
        counts = np.array(each, dtype=float)
        expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
        chi2 = float(((counts - expected) ** 2 / np.maximum(expected, 1e-9)).sum())
        if chdtrc(len(arms) - 1, chi2) < 0.001:
            said.append(say("policy.data.attrition"))
    return said


def _enough(arm: NDArray[np.int64], arms: tuple[str, ...], request: Request) -> None:
    counts = np.bincount(arm, minlength=len(arms))
    if arm.size < LEAST_ROWS:
        raise BadData(say("policy.data.few_rows", n=int(arm.size), least=LEAST_ROWS), say("policy.data.few_rows_hint"))
    for name, count in zip(arms, counts, strict=True):
        if count < LEAST_ARM:
            text = say("policy.data.tiny_arm", arm=name, n=int(count), least=LEAST_ARM, column=request.arm)
            raise BadData(text, say("policy.data.tiny_arm_hint", arm=name))


def _by_arm(amounts: dict[str, float], arms: tuple[str, ...], request: Request) -> Floats:
    found = np.zeros(len(arms))
    for name, amount in amounts.items():
        if any(same_arm(name, (dropped,)) == 0 for dropped in request.drop_arms):
            continue
        found[_arm(name, arms, request)] = amount
    return found


def _costs(
    table: TableFile,
    request: Request,
    arms: tuple[str, ...],
    arm: NDArray[np.int64],
    keep: NDArray[np.bool_],
    warnings: list[Text],
) -> Floats:
    found = _by_arm(dict(request.cost), arms, request)
    if request.cost_column:
        logged = np.nan_to_num(table.numbers(request.cost_column)[keep])
        if logged.size and (least := float(logged.min())) < 0:
            text = say("policy.data.negative_cost", column=request.cost_column, found=f"{least:g}")
            raise BadData(text, say("policy.data.negative_cost_hint"))
        for at, name in enumerate(arms):
            if not any(same_arm(given, (name,)) == 0 for given in request.cost):
                found[at] = float(logged[arm == at].mean())
        warnings.append(say("policy.data.cost_column", column=request.cost_column))
    return found
