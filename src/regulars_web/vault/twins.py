"""Customers who may be one person: the same telephone, the same address, or nearly the same name and end of number.

Numbers and addresses are compared by their marks, so nothing is opened for it. What many share tells of nobody: the
shop's own number stands in for a missing one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any

import numpy as np
from django.db.models import Count
from rapidfuzz.distance import Hamming, Indel
from rapidfuzz.process import cdist

from regulars_web.shared.lock import opened
from regulars_web.vault.folding import HAN, plain
from regulars_web.vault.models import Identity, Term
from regulars_web.vault.signs import signs, spelled

#: A number or an address that more customers have is nobody's own.
MOST_SHARING = 6
#: Customers with one end of a number, of a million: a hundred. More is a default somebody typed in.
MOST_ALIKE = 2_000
#: How alike two names must be (0..1, parts in any order) where only the end of the number is the same.
ALIKE = 0.86
#: Among more customers of one end of a number, names one sign apart are chance: whole names alone count.
MOST_NEAR = 40
#: Words of a name in which another is looked for.
MOST_WORDS = 6
_BLOCK = 2_000
_PART = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Twins:
    """Two customers, the smaller key first, and why they may be one: phone, email, name (and the number's end)."""

    one: str
    other: str
    reason: str


def twins() -> Iterator[Twins]:
    """Every suspicion, one a reason."""
    yield from _sharing("phone_mark", "phone")
    yield from _sharing("email_mark", "email")
    yield from _alike()


def _sharing(column: str, reason: str) -> Iterator[Twins]:
    known = Identity.objects.exclude(**{column: ""}).order_by()
    shared = known.values_list(column).annotate(n=Count("pk")).filter(n__gt=1, n__lte=MOST_SHARING)
    marks = [mark for mark, _ in shared]
    for at in range(0, len(marks), _BLOCK):
        among = Identity.objects.filter(**{f"{column}__in": marks[at : at + _BLOCK]}).order_by(column)
        for _, group in groupby(among.values_list(column, "customer"), key=itemgetter(0)):
            yield from _pairs([key for _, key in group], reason)


def _alike() -> Iterator[Twins]:
    ends = Term.objects.filter(term__gt="T", term__lt="U").exclude(identity__name=b"").order_by("term")
    columns = ("term", "identity__phone_mark", "identity__customer", "identity__name")
    for _, group in groupby(ends.values_list(*columns).iterator(chunk_size=20_000), key=itemgetter(0)):
        held = list(group)
        shared = {mark for mark, n in Counter(mark for _, mark, _, _ in held).items() if n > MOST_SHARING}
        own = [(key, opened(name, "name")) for _, mark, key, name in held if mark not in shared]
        if 1 < len(own) <= MOST_ALIKE:
            keys = [key for key, _ in own]
            for one, other in alike([name for _, name in own]):
                yield from _pairs([keys[one], keys[other]], "name")


def alike(names: Sequence[str]) -> list[tuple[int, int]]:
    """Places of names that may be one person's, in letters or in Chinese characters: the better of the two decides."""
    parts = [_Parts.of(name) for name in names]
    found = _close([" ".join(sorted(p.words)) for p in parts]) | _close(["".join(p.words) for p in parts])
    found |= _within([p.words for p in parts])
    # A first name alone tells nothing of two whose family names are known: Amy 陳大文, Amy 李小明.
    kept = {(i, j) for i, j in found if not (parts[i].one_word or parts[j].one_word) or not _both_han(parts, i, j)}
    return sorted(kept | _one_sign_apart([p.han for p in parts]))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A name's words in letters, and its Chinese characters."""

    words: tuple[str, ...]
    han: str

    @classmethod
    def of(cls, name: str) -> _Parts:
        folded = plain(name)
        found = _PART.findall(HAN.sub(" ", folded))
        return cls(tuple(spelled(word) for word in found), signs("".join(HAN.findall(folded))))

    @property
    def one_word(self) -> bool:
        return len(self.words) == 1


def _both_han(parts: Sequence[_Parts], i: int, j: int) -> bool:
    return bool(parts[i].han and parts[j].han)


def _close(texts: list[str]) -> set[tuple[int, int]]:
    scores = cdist(texts, texts, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, dtype=np.float32)
    return {(i, j) for i, j in _places(scores) if texts[i] and texts[j]}


def _within(words: Sequence[tuple[str, ...]]) -> set[tuple[int, int]]:
    """Names that hold all words of another, of which there are two or more: Peter Chan Tai Man, Chan Tai Man."""
    whole: dict[frozenset[str], list[int]] = defaultdict(list)
    for at, held in enumerate(words):
        whole[frozenset(held)].append(at)
    found: set[tuple[int, int]] = set()
    for at, held in enumerate(words):
        unlike = sorted(set(held))[:MOST_WORDS]
        for size in range(2, len(unlike)):
            for some in combinations(unlike, size):
                found |= {(min(at, other), max(at, other)) for other in whole.get(frozenset(some), ())}
    return found


def _one_sign_apart(han: list[str]) -> set[tuple[int, int]]:
    """Names of the same family name that differ in no sign, or (of three or more, among few) in one."""
    scores = cdist(han, han, scorer=Hamming.distance, score_cutoff=1, dtype=np.int32)
    most = 1 if len(han) <= MOST_NEAR else 0
    found = set()
    for i, j in _places(scores <= most):
        one, other = han[i], han[j]
        if one and (one == other or (len(one) == len(other) > 2 and one[0] == other[0])):
            found.add((i, j))
    return found


def _places(marked: np.ndarray[Any, Any]) -> Iterator[tuple[int, int]]:
    for i, j in zip(*np.nonzero(np.triu(marked, 1)), strict=True):
        yield int(i), int(j)


def _pairs(keys: list[str], reason: str) -> Iterator[Twins]:
    for one, other in combinations(sorted(keys), 2):
        yield Twins(one, other, reason)
