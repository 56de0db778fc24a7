"""Who is left alone and who gets what: exact counts, chances that are known, the same again for the same salt.

1. In every stratum (customers of a cell with the same permissions) the hold-out is drawn first, by the customer's
   number under the salt: ``held`` of n, so everybody's chance is held/n exactly.
2. Lines go where they bring most: a customer's score for a line is the line's gain per customer of average value times
   the customer's own value over that average, less what money and hours are worth elsewhere. With counts fixed, the
   best sharing out is a transport problem over (stratum x part of the cell by value); within a part higher values get
   the line with the higher gain.
3. A small random share of each stratum exchanges its lines by a random permutation. Counts stay exact, and with m of n
   drawn, k customers on line o, and L the line by score, the chance of o is exactly

       (1 - m/n) [L = o] + (1/n) ([L = o] + (m - 1)(k - [L = o]) / (n - 1))

4. Everybody has an intended line: by score; for the held out that of the nearest by value of their stratum. Whether an
   intended line was given was then decided by chance alone (hold-out or exchange), so that within a stratum those who
   got it and those left without anything are alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from regulars.trial.chance import Ints, named, place_in, uniform
from regulars.trial.mixture import Floats

#: No line: silence.
NONE = -1
#: Share of each stratum whose lines are exchanged at random.
RANDOM_SHARE = 0.05

type Bools = NDArray[np.bool_]


class CannotAssign(ValueError):
    """The counts do not fit the customers there are. ``cell`` tells where."""

    def __init__(self, cell: int) -> None:
        super().__init__(f"the counts of cell {cell} do not fit its customers")
        self.cell = cell


@dataclass(frozen=True, slots=True)
class People:
    """Customers: key, stratum, and own value (any unit; only its size beside others of the cell counts)."""

    key: Ints
    stratum: Ints
    value: Floats


@dataclass(frozen=True, slots=True)
class Strata:
    """Strata: the cell of each, how many are held out, and who may get what (strata x lines).

    ``held_may`` is what the held out may still get: service, never promotion.
    """

    cell: Ints
    held: Ints
    may: Bools
    held_may: Bools


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a plan: cell, customers, gain of a customer of average value, and what it spends at the limits' prices.

    ``promotes``: whether the hold-out is spared from it.
    """

    cell: Ints
    count: Ints
    gain: Floats
    spends: Floats
    promotes: Bools


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of each customer, in the order they were given.

    ``line`` is a row of the lines or NONE; ``intended`` the line (or NONE) before chance had its say. ``propensity``
    is the chance of both what was drawn: held out or not, and the line.
    """

    held: Bools
    line: Ints
    intended: Ints
    held_chance: Floats
    propensity: Floats


def assign(
    people: People,
    strata: Strata,
    lines: Lines,
    *,
    salt: str,
    hold_salt: str | None = None,
    share: float = RANDOM_SHARE,
) -> Assigned:
    """Assign everybody. The same arguments give the same result in whatever order customers come.

    Args:
        salt: names the cycle or plan.
        hold_salt: names what the hold-out is drawn for, where that outlasts a cycle (a year): who is held out then
            stays so as long as their stratum's number allows.
        share: part of each stratum whose lines are exchanged at random, 0..1.

    Raises:
        CannotAssign: a cell's counts do not fit its customers.
    """
    sizes = np.bincount(people.stratum, minlength=strata.cell.size)
    if np.any(sizes < strata.held):
        raise CannotAssign(int(strata.cell[np.flatnonzero(sizes < strata.held)[0]]))
    number = uniform(people.key, f"{hold_salt or salt}/hold-out")
    held = place_in(people.stratum, number, people.key) < strata.held[people.stratum]
    line = np.full(people.key.size, NONE, dtype=np.int64)
    by_cell = strata.cell[people.stratum]
    order = np.lexsort((people.key, -people.value, by_cell))
    bounds = np.searchsorted(by_cell[order], np.arange(int(by_cell.max(initial=-1)) + 2))
    intended = line.copy()
    for cell in np.unique(np.r_[by_cell, lines.cell[lines.count > 0]]):
        own = np.flatnonzero((lines.cell == cell) & (lines.count > 0))
        rows = order[bounds[cell] : bounds[cell + 1]] if cell + 1 < bounds.size else order[:0]
        line[rows] = _cell(rows, own, (people, strata, lines), held, int(cell))
        intended[rows] = _intended(rows, people, held, line)
    atom = 2 * people.stratum + held
    line, chance = exchanged(line, atom, people.key, salt=f"{salt}/line", share=share)
    held_chance = strata.held[people.stratum] / sizes[people.stratum]
    return Assigned(held, line, intended, held_chance, chance * np.where(held, held_chance, 1 - held_chance))


def _cell(rows: Ints, own: Ints, given: tuple[People, Strata, Lines], held: Bools, cell: int) -> Ints:
    """Share out the lines of one cell. ``rows`` are its customers by falling value; gives the line of each."""
    people, strata, lines = given
    counts = lines.count[own]
    if counts.sum() > rows.size:
        raise CannotAssign(cell)
    ranked = own[np.lexsort((own, -lines.gain[own]))]  # higher gain first, NONE last
    free = ~held[rows]
    served = bool((~lines.promotes[own]).any())
    part = _parts(free, lines.count[ranked])
    # One bucket: customers of one stratum, held or not, in one part of the cell by value.
    code = (people.stratum[rows] * 2 + held[rows]) * (ranked.size + 2) + part
    take = free | served
    buckets, at = np.unique(code[take], return_inverse=True)
    inside = rows[take]
    sizes = np.bincount(at, minlength=buckets.size)
    worth = np.bincount(at, weights=people.value[inside], minlength=buckets.size) / np.maximum(sizes, 1)
    stratum, out = buckets // (ranked.size + 2) // 2, (buckets // (ranked.size + 2)) % 2 == 1
    may = np.where(out[:, None], strata.held_may[stratum][:, ranked], strata.may[stratum][:, ranked])
    mean = float(people.value[rows].mean()) if rows.size else 0.0
    relative = worth / mean if mean > 0 else np.ones(worth.size)
    score = np.outer(relative, lines.gain[ranked]) - lines.spends[ranked]
    # Service goes to the held out where the others are not enough: what it does can be seen then, too.
    score[out] -= 2 * float(np.abs(score).max(initial=0.0)) * (sizes.sum() + 1)
    numbers = transport(sizes, lines.count[ranked], may, score)
    if numbers is None:
        raise CannotAssign(cell)
    numbers = np.column_stack([numbers, sizes - numbers.sum(axis=1)])
    # Customers stand by falling value within each bucket already; lines follow by falling gain.
    given_out = np.full(rows.size, NONE, dtype=np.int64)
    stable = np.flatnonzero(take)[np.argsort(at, kind="stable")]
    given_out[stable] = np.repeat(np.tile(np.r_[ranked, NONE], buckets.size), numbers.ravel())
    return given_out


def _parts(free: Bools, counts: Ints) -> Ints:
    """Which part of the cell by value each customer is in: as many customers a part as the lines have, best first."""
    if not free.any():
        return np.zeros(free.size, dtype=np.int64)
    place = np.maximum(np.cumsum(free) - 1, 0)
    return np.searchsorted(np.cumsum(counts), place, side="right").astype(np.int64)


def transport(sizes: Ints, counts: Ints, may: Bools, score: Floats) -> Ints | None:
    """Whole numbers (buckets x lines) of best score: each line its count, no bucket more than it holds.

    None where that is impossible. The matrix of a transport problem is totally unimodular, so that the linear
    programme's corner is whole.
    """
    buckets, lines = may.shape
    rows, cols = np.nonzero(may)
    if counts.sum() == 0 or lines == 0:
        return np.zeros((buckets, lines), dtype=np.int64)
    if not may.any():
        return None
    n = rows.size
    ones = np.ones(n)
    from_buckets = sparse.csr_array((ones, (rows, np.arange(n))), shape=(buckets, n))
    to_lines = sparse.csr_array((ones, (cols, np.arange(n))), shape=(lines, n))
    found = linprog(-score[rows, cols], A_ub=from_buckets, b_ub=sizes, A_eq=to_lines, b_eq=counts, method="highs-ds")
    if found.status != 0:
        return None
    numbers = np.zeros((buckets, lines), dtype=np.int64)
    numbers[rows, cols] = np.rint(found.x).astype(np.int64)
    fits = np.array_equal(numbers.sum(axis=0), counts) and bool(np.all(numbers.sum(axis=1) <= sizes))
    return numbers if fits else None


def _intended(rows: Ints, people: People, held: Bools, line: Ints) -> Ints:
    """The lines of a cell's customers; those held out have that of who stands next above them in their stratum."""
    out = held[rows]
    intended = line[rows].copy()
    for stratum in np.unique(people.stratum[rows[out]]):
        here = people.stratum[rows] == stratum
        free, gone = np.flatnonzero(here & ~out), np.flatnonzero(here & out)
        if free.size:
            intended[gone] = intended[free[np.maximum(np.searchsorted(free, gone) - 1, 0)]]
    return intended


def exchanged(line: Ints, group: Ints, key: Ints, *, salt: str, share: float) -> tuple[Ints, Floats]:
    """Exchange the lines of a random part of each group, and tell the chance of what everybody has then.

    At least two of a group are drawn where there are two, so that nothing given to somebody of it was impossible for
    another. Numbers of customers by group and line stay what they were.
    """
    if line.size == 0:
        return line.copy(), np.ones(0)
    names, at = np.unique(group, return_inverse=True)
    size = np.bincount(at, minlength=names.size)
    drawn = np.minimum(np.maximum(np.ceil(share * size), 2 if share > 0 else 0), size).astype(np.int64)
    drawn[drawn < 2] = 0
    place = place_in(at, uniform(key, f"{salt}/drawn"), key)
    chosen = np.flatnonzero(place < drawn[at])
    # Both orders run through the groups; within a group one is by place, the other by a second number.
    first = chosen[np.lexsort((place[chosen], at[chosen]))]
    second = chosen[np.lexsort((key[chosen], uniform(key[chosen], f"{salt}/order"), at[chosen]))]
    after = line.copy()
    after[second] = line[first]
    return after, _chances(line, after, at, size, drawn)


def _chances(before: Ints, after: Ints, at: Ints, size: Ints, drawn: Ints) -> Floats:
    """The chance of the line each customer has ``after``, given the line by score ``before``."""
    width = int(before.max()) + 4
    code = at * width + (after + 2)
    found, place, k = np.unique(code, return_inverse=True, return_counts=True)
    n, m, same = size[at], drawn[at], (before == after).astype(float)
    others = np.divide((m - 1) * (k[place] - same), n - 1, out=np.zeros(n.size), where=n > 1)
    moved = np.where(m > 0, (same + others) / n, 0.0)
    del found
    return np.asarray((1 - m / n) * same + moved, dtype=float)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Branches drawn to get a measure that acts on a whole branch, and the chance each had."""

    treated: tuple[str, ...]
    silent: tuple[str, ...]
    propensity: float


def assign_branches(names: tuple[str, ...], *, treated: int, salt: str) -> Clusters:
    """Draw ``treated`` of the branches for a measure that acts on a branch as a whole.

    Raises:
        ValueError: fewer branches than ``treated``, or none left to compare with.
    """
    known = sorted(set(names))
    if not 0 < treated < len(known):
        raise ValueError("some branches must be treated and some left to compare with")
    order = sorted(known, key=lambda name: (named(name, salt), name))
    return Clusters(tuple(sorted(order[:treated])), tuple(sorted(order[treated:])), treated / len(known))
