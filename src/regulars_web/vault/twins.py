"""Customers who may be one person: the same telephone, the same address, or nearly the same name and end of number.

Numbers and addresses are compared by their marks, so nothing is opened for it. What many share tells of nobody: the
shop's own number stands in for a missing one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, groupby
from operator import itemgetter

import numpy as np
from django.db.models import Count
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from regulars_web.shared.lock import opened
from regulars_web.vault.folding import plain
from regulars_web.vault.models import Identity, Term

#: A number or an address that more customers have is nobody's own.
MOST_SHARING = 6
#: Customers with one end of a number, of a million: a hundred. More is a default somebody typed in.
MOST_ALIKE = 2_000
#: How alike two names must be (0..1, parts in any order) where only the end of the number is the same.
ALIKE = 0.86
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
        own = [(key, sorted_name(opened(name, "name"))) for _, mark, key, name in held if mark not in shared]
        if 1 < len(own) <= MOST_ALIKE:
            yield from _similar([key for key, _ in own], [name for _, name in own])


def sorted_name(name: str) -> str:
    """A name for comparing: folded, its parts in one order."""
    return " ".join(sorted(_PART.findall(plain(name))))


def _similar(keys: list[str], names: list[str]) -> Iterator[Twins]:
    scores = cdist(names, names, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, dtype=np.float32)
    for i, j in zip(*np.nonzero(np.triu(scores, 1)), strict=True):
        if names[i] and names[j]:
            yield from _pairs([keys[i], keys[j]], "name")


def _pairs(keys: list[str], reason: str) -> Iterator[Twins]:
    for one, other in combinations(sorted(keys), 2):
        yield Twins(one, other, reason)
