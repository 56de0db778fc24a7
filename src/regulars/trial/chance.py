"""Chance that can be looked up again: a number between 0 and 1 for each key, fixed by a salt.

The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood 2014), applied to the key moved by the first
eight bytes of the salt's SHA-256. Nobody who knows neither salt nor key can tell the number, and everybody who knows
both can check it.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

type Ints = NDArray[np.int64]


def uniform(keys: Ints, salt: str) -> NDArray[np.float64]:
    """A number in [0, 1) for each key; another salt gives numbers that have nothing to do with these."""
    moved = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "little")
    with np.errstate(over="ignore"):
        z = keys.astype(np.int64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(moved)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def named(name: str, salt: str) -> float:
    """The number of a name (a branch) in [0, 1)."""
    return int.from_bytes(hashlib.sha256(f"{salt}\x00{name}".encode()).digest()[:7], "little") * 2.0**-56


def place_in(group: Ints, by: NDArray[np.float64], keys: Ints) -> Ints:
    """The place (from 0) of each row within its group, ordered by ``by`` and, where that is equal, by key."""
    order = np.lexsort((keys, by, group))
    sorted_groups = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]]) if group.size else np.zeros(0, int)
    sizes = np.diff(np.r_[starts, group.size])
    places = np.empty(group.size, dtype=np.int64)
    places[order] = np.arange(group.size) - np.repeat(starts, sizes)
    return places
