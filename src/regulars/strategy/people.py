"""Who may receive what: exact limits of people.

Who may receive what is a transport problem between customers and options. Customers of a cell fall into atoms
(permissions, package, tier, held out or not) with exact counts; an option may go to a set of atoms. By Hall's theorem
numbers x are possible exactly when, for every union U of such sets, the options confined to U use no more than U
holds. These limits contain assignment, reach and hold-out (C1, C2, C6), and keep their force for whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from regulars.strategy.cells import Cell
from regulars.strategy.optimise import Bulk
from regulars.strategy.options import Column, Option

#: Beyond this many unions in a cell further ones are left out; the limits are then necessary, no longer sufficient.
MOST_UNIONS = 2048

#: Pattern of permission, package and tier bits; held out?
type Atom = tuple[int, bool]
#: What an option asks of a customer: bits all of which, tier bits one of which, and not to be held out.
type Kind = tuple[int, int, bool]


@dataclass(frozen=True, slots=True)
class People:
    """A limit of people: the columns confined to a set of customers, and how many those are."""

    id: str
    cell: int
    kinds: tuple[Kind, ...]  # whoever meets one of them is in the set
    count: int
    columns: tuple[int, ...]
    first: bool  # the set of one option, or everybody's: likely to bind

    def holds(self, atom: Atom) -> bool:
        """Whether customers of that atom are in the set."""
        return any(admits(kind, atom) for kind in self.kinds)


def atoms_of(cell: Cell) -> dict[Atom, int]:
    """Customers by pattern and hold-out."""
    counts: dict[Atom, int] = {}
    for pattern, count in cell.patterns.items():
        counts[pattern, True] = cell.held[pattern]
        counts[pattern, False] = count - cell.held[pattern]
    return counts


def kind_of(option: Option) -> Kind:
    """What an option asks of a customer. Service reaches the held out: they are held out of promotion only."""
    return option.need, option.tiers, option.marketing


def admits(kind: Kind, atom: Atom) -> bool:
    """Whether an option of the kind may go to customers of the atom."""
    (need, tiers, marketing), (pattern, out) = kind, atom
    return pattern & need == need and bool(pattern & tiers) and not (out and marketing)


def unions(sets: Iterable[int]) -> list[int]:
    """All unions of sets written as bits (single ones included), each once."""
    found: dict[int, None] = {}
    for one in sorted(set(sets)):
        for other in [0, *found]:
            if len(found) < MOST_UNIONS:
                found[one | other] = None
    return list(found)


def people_limits(at: int, cell: Cell, columns: Sequence[Column], places: Sequence[int]) -> list[People]:
    """The limits of people of one cell. ``places`` are the cell's columns."""
    counts = atoms_of(cell)
    kinds = {place: kind_of(columns[place].option) for place in places}
    member = {kind: [admits(kind, atom) for atom in counts] for kind in dict.fromkeys(kinds.values())}
    sets = {kind: sum(1 << bit for bit, inside in enumerate(row) if inside) for kind, row in member.items()}
    found = unions(sets.values())
    inside, sizes = _contents(found, list(member.values()), list(counts.values()))
    singles, whole = set(sets.values()), int(sizes.max(initial=0))
    limits: dict[tuple[int, ...], People] = {}
    for number, union in enumerate(found):
        held = tuple(kind for kind, yes in zip(sets, inside[number], strict=True) if yes)
        confined = tuple(place for place in places if kinds[place] in held)
        first = union in singles or sizes[number] == whole
        if confined not in limits or limits[confined].count > sizes[number]:
            limits[confined] = People(f"people:{cell.id}:{number}", at, held, int(sizes[number]), confined, first)
    return list(limits.values())


def _contents(
    found: Sequence[int], member: Sequence[Sequence[bool]], sizes: Sequence[int]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """For each union which kinds lie within it, and how many customers it holds."""
    width = (len(sizes) + 7) // 8
    packed = np.frombuffer(b"".join(u.to_bytes(width, "little") for u in found), dtype=np.uint8)
    holds = np.unpackbits(packed.reshape(len(found), width), axis=1, count=len(sizes), bitorder="little")
    outside = (1 - holds).astype(np.int64) @ np.array(member, dtype=np.int64).reshape(len(member), len(sizes)).T
    return outside == 0, holds.astype(np.int64) @ np.array(sizes, dtype=np.int64)


def bulk_of(people: Sequence[People], size: int) -> Bulk:
    """The limits as rows over ``size`` columns."""
    rows = np.repeat(np.arange(len(people)), [len(p.columns) for p in people])
    at = np.array([place for p in people for place in p.columns], dtype=int)
    matrix = sparse.csr_array((np.ones(at.size), (rows, at)), shape=(len(people), size))
    counts = np.array([p.count for p in people], dtype=float)
    return Bulk(tuple(p.id for p in people), matrix, counts, np.array([p.first for p in people], dtype=bool))
