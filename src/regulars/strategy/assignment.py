"""From a plan to people: the customers of every line, drawn by :mod:`regulars.trial.design`.

Cells are built again from the standings the plan was made of, so that a customer's cell and permissions are those the
plan counted. A channel for which no permission is on record at all was planned on the share that is assumed; who is
taken to have agreed is drawn by the salt and marked, and must be asked before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.base.errors import BadData
from regulars.base.settings import Business
from regulars.base.text import Listing, Share, Text, say
from regulars.ledger.store import Reader
from regulars.packs.schema import Pack
from regulars.strategy.cells import (
    CONSENT,
    TIER_BITS,
    Group,
    Marking,
    cell_of,
    group_up,
    held,
    merge_up,
    patterned,
)
from regulars.strategy.marks import marks_of
from regulars.strategy.options import Option
from regulars.strategy.people import admits, kind_of
from regulars.strategy.plan import Line, Plan
from regulars.strategy.plan_assigned import HOLD_OUT, SCHEMA, SILENCE, AssignedLine, Assignment
from regulars.trial.chance import Ints, place_in, uniform
from regulars.trial.design import (
    NONE,
    RANDOM_SHARE,
    Assigned,
    CannotAssign,
    Lines,
    People,
    Strata,
    assign,
)

#: Patterns are smaller than this: a cell and a pattern make one number.
_WIDE = 1 << 32
_READ = ("customer", "branch", "state", "tier")


@dataclass(frozen=True, slots=True)
class Base:
    """The customers of a study, sorted by key, with cell and pattern as the plan saw them."""

    rows: pa.Table  # customer, branch, state, tier, own value
    cell: Ints
    pattern: Ints
    agreed: np.ndarray  # taken to have agreed to the channels nobody's permission is on record for
    cells: tuple[str, ...]
    patterns: tuple[Mapping[int, int], ...]
    assumed: tuple[str, ...]

    @property
    def keys(self) -> Ints:
        """Customer keys."""
        return np.asarray(self.rows["customer"].to_numpy(), dtype=np.int64)


def base_of(reader: Reader, standings: Path, *, business: Business, salt: str, marking: Marking | None = None) -> Base:
    """Read the customers of the standings and find everybody's cell."""
    groups, assumed = group_up(
        reader, standings, assumed_permission=business.contact.assumed_permission, marking=marking
    )
    merged = merge_up(groups)
    cells = tuple(cell_of(group, holdout=business.contact.holdout).id for group in merged)
    t = patterned(reader.open_parquet(standings), marking)
    own = t.margin_visit * t.visits_36
    # A lapsed customer is worth what a returning one would bring, however unlikely the return.
    own = (t.state == "lapsed").ifelse(t.margin_visit * t.rate_month, own)
    t = t.mutate(own=own.cast("float64"))
    rows = reader.arrow(t.select(*_READ, "own", "pattern")).sort_by("customer")
    group_at, cell_at = _places(rows, groups, merged)
    tiers = _coded(rows["tier"], TIER_BITS)
    pattern = np.asarray(rows["pattern"].to_numpy(), dtype=np.int64) + np.where(tiers > 0, tiers, TIER_BITS["low"])
    bits = sum(CONSENT[channel] for channel in assumed)
    agreed = np.zeros(pattern.size, dtype=bool)
    if bits:
        keys = np.asarray(rows["customer"].to_numpy(), dtype=np.int64)
        _, shelf, size = np.unique(group_at * _WIDE + pattern, return_inverse=True, return_counts=True)
        most = np.floor(business.contact.assumed_permission * size + 1e-9).astype(np.int64)
        agreed = place_in(shelf, uniform(keys, f"{salt}/agreed"), keys) < most[shelf]
        pattern = np.where(agreed, pattern | bits, pattern)
    return Base(rows, cell_at, pattern, agreed, cells, tuple(g.patterns for g in merged), assumed)


def _coded(column: pa.ChunkedArray, codes: Mapping[str, int], *, missing: int = 0) -> Ints:
    """A column of few different strings as numbers."""
    plain = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = plain if isinstance(plain, pa.DictionaryArray) else plain.dictionary_encode()
    table = np.array([codes.get(name, missing) for name in encoded.dictionary.to_pylist()] + [missing], dtype=np.int64)
    at = pc.fill_null(encoded.indices, len(table) - 1).to_numpy(zero_copy_only=False)
    return np.asarray(table[at.astype(np.int64)], dtype=np.int64)


def _places(rows: pa.Table, groups: tuple[Group, ...], merged: tuple[Group, ...]) -> tuple[Ints, Ints]:
    """The place of each customer's group among ``groups``, and of the cell among ``merged``."""
    branches = {name: i for i, name in enumerate(sorted({g.branch for g in groups}))}
    states = {name: i for i, name in enumerate(sorted({g.state for g in groups}))}
    tiers = {name: i for i, name in enumerate(TIER_BITS)}
    group_table = np.full((len(branches), len(states), len(tiers)), -1, dtype=np.int64)
    cell_table = group_table.copy()
    for at, group in enumerate(groups):
        (tier,) = group.tiers
        group_table[branches[group.branch], states[group.state], tiers[tier]] = at
    for at, cell in enumerate(merged):
        for branch, tier in cell.members:
            cell_table[branches[branch], states[cell.state], tiers[tier]] = at
    place = (_coded(rows["branch"], branches), _coded(rows["state"], states), _coded(rows["tier"], tiers))
    return group_table[place], cell_table[place]


def assign_customers(
    reader: Reader,
    *,
    standings: Path,
    plan: Plan,
    plan_run: str,
    business: Business,
    pack: Pack,
    salt: str,
    share: float = RANDOM_SHARE,
) -> tuple[pa.Table, Assignment]:
    """Everybody's arm, as a table with one row per customer (sorted by key), and the assignment told in numbers.

    Raises:
        BadData: the settings or the pack are no longer those of the plan.
    """
    marks = marks_of(reader, business=business, pack=pack, as_of=plan.provenance.as_of)
    marking = marks.on if marks.asked else None
    base = base_of(reader, standings, business=business, salt=salt, marking=marking)
    _same_cells(base, plan)
    names, stratum = np.unique(base.cell * _WIDE + base.pattern, return_inverse=True)
    options = tuple(Option.of(*(pack.measure(id) for id in line.measures), wants=marks.wants) for line in plan.lines)
    strata = _strata(names, base, options, plan, business)
    lines = _lines(plan, options, base)
    people = People(base.keys, stratum.astype(np.int64), np.asarray(base.rows["own"].to_numpy(), dtype=float))
    try:
        found = assign(people, strata, lines, salt=salt, share=share)
    except CannotAssign as error:
        raise BadData(
            say("trial.assign.no_fit", cell=base.cells[error.cell]), say("trial.assign.changed_hint")
        ) from error
    table = _table(found, base, names, stratum, options, plan, salt)
    return table, _told(found, base, options, plan, plan_run, business, salt, share)


def _same_cells(base: Base, plan: Plan) -> None:
    sizes = {id: sum(patterns.values()) for id, patterns in zip(base.cells, base.patterns, strict=True)}
    if sizes != {cell.id: cell.customers for cell in plan.cells}:
        raise BadData(say("trial.assign.changed"), say("trial.assign.changed_hint"))


def _strata(names: Ints, base: Base, options: tuple[Option, ...], plan: Plan, business: Business) -> Strata:
    cell, pattern = names // _WIDE, names % _WIDE
    out = [held(patterns, business.contact.holdout) for patterns in base.patterns]
    counts = np.array([out[c][p] for c, p in zip(cell.tolist(), pattern.tolist(), strict=True)], dtype=np.int64)
    own = np.array([base.cells.index(line.cell) for line in plan.lines], dtype=np.int64)
    here = cell[:, None] == own[None, :] if own.size else np.zeros((cell.size, 0), dtype=bool)

    def may(is_out: bool) -> np.ndarray:
        kinds = [kind_of(option) for option in options]
        flat = [admits(kind, (int(p), is_out)) for p in pattern for kind in kinds]
        return np.asarray(np.array(flat, dtype=bool).reshape(cell.size, len(kinds)) & here, dtype=bool)

    return Strata(cell, counts, may(False), may(True))


def _lines(plan: Plan, options: tuple[Option, ...], base: Base) -> Lines:
    """Gain and spending of each line per customer; money and hours at what the plan says one more is worth."""
    money = next((p.worth for p in plan.prices if p.limit == "budget"), 0.0)
    hour = max((p.worth for p in plan.prices if p.limit.startswith("hours:")), default=0.0)

    def per_head(amount: float, line: Line) -> float:
        return amount / max(line.customers, 1)

    return Lines(
        np.array([base.cells.index(line.cell) for line in plan.lines], dtype=np.int64),
        np.array([line.customers for line in plan.lines], dtype=np.int64),
        np.array([per_head(line.value_36.mean + line.cost, line) for line in plan.lines], dtype=float),
        np.array([per_head(money * line.cost + hour * line.hours, line) for line in plan.lines], dtype=float),
        np.array([option.marketing for option in options], dtype=bool),
    )


def _words(index: Ints, names: list[str]) -> pa.DictionaryArray:
    """Numbers as words, -1 as null."""
    indices = pa.array(index.astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))


def _table(
    found: Assigned,
    base: Base,
    names: Ints,
    stratum: Ints,
    options: tuple[Option, ...],
    plan: Plan,
    salt: str,
) -> pa.Table:
    ids = [line.id for line in plan.lines]
    arms = [option.id for option in options]
    arm = np.where(found.line != NONE, found.line, np.where(found.held, len(arms), len(arms) + 1))
    asked = np.array([bool(o.need & sum(CONSENT[c] for c in base.assumed)) for o in options] + [False], dtype=bool)
    permission = np.where(asked[found.line], 1, 0)
    labels = [f"{base.cells[n // _WIDE]}#{n % _WIDE}" for n in names.tolist()]
    return pa.table(
        {
            "customer": base.keys,
            "cell": _words(base.cell, list(base.cells)),
            "branch": base.rows["branch"],
            "line": _words(found.line, ids),
            "arm": _words(arm, [*arms, HOLD_OUT, SILENCE]),
            "held_out": found.held,
            "intended": _words(found.intended, ids),
            "propensity": found.propensity,
            "held_out_chance": found.held_chance,
            "stratum": _words(stratum.astype(np.int64), labels),
            "permission": _words(permission, ["recorded", "assumed"]),
            "salt": _words(np.zeros(base.keys.size, dtype=np.int64), [salt]),
        }
    )


def _told(
    found: Assigned,
    base: Base,
    options: tuple[Option, ...],
    plan: Plan,
    plan_run: str,
    business: Business,
    salt: str,
    share: float,
) -> Assignment:
    got = np.bincount(found.line[found.line >= 0], minlength=len(options))
    left = found.intended[(found.intended >= 0) & (found.line == NONE)]
    spared = np.bincount(left, minlength=len(options))
    lines = tuple(
        AssignedLine(
            line.id,
            line.cell,
            line.cell_label,
            line.measure_name,
            line.measures,
            option.marketing,
            int(got[at]),
            int(spared[at]),
            float(found.propensity[found.line == at].min(initial=1.0)),
        )
        for at, (line, option) in enumerate(zip(plan.lines, options, strict=True))
    )
    return Assignment(
        schema=SCHEMA,
        plan_run=plan_run,
        study_run=plan.study_run,
        as_of=plan.provenance.as_of,
        data_version=plan.provenance.data_version,
        cycle_months=plan.cycle_months,
        currency=plan.provenance.currency,
        salt=salt,
        random_share=share,
        customers=int(found.line.size),
        assigned=int((found.line >= 0).sum()),
        held_out=int(found.held.sum()),
        silent=int(((found.line < 0) & ~found.held).sum()),
        smallest_chance=float(found.propensity.min(initial=1.0)),
        lines=lines,
        notes=_notes(lines, base, business, found),
    )


def _notes(lines: tuple[AssignedLine, ...], base: Base, business: Business, found: Assigned) -> tuple[Text, ...]:
    notes = []
    if base.assumed:
        channels = Listing(tuple(say(f"strategy.channel.{channel}") for channel in base.assumed))
        share = Share(business.contact.assumed_permission)
        notes.append(say("trial.assign.assumed", channels=channels, share=share))
    if not found.held.any():
        notes.append(say("trial.assign.no_hold_out"))
    if lone := [line for line in lines if line.left_out < 2 and found.held.any()]:
        notes.append(say("trial.assign.uncompared", n=len(lone)))
    return tuple(notes)
