"""Finding customers by what somebody remembers of them.

Nothing readable is searched: parts of names are looked up by the keyed digests of their beginnings, and the few that
these select are opened and compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from regulars_web.shared.lock import mark, opened
from regulars_web.vault.admitting import member_term, name_terms, tail_term
from regulars_web.vault.folding import TAIL, asked, email_of, has, needed, plain
from regulars_web.vault.models import Identity, Term

#: Customers that one end of a number may select before the others are asked; names opened for one search.
MOST, OPENED = 5_000, 20_000
#: So many are opened first, then four times as many: most searches end with the first, and whoever asked the database
#: for all at once would have it put together what nobody looks at.
FIRST = 48


def find(text: str, *, limit: int) -> list[Identity]:
    """Customers by a part of their name, the end of their telephone number, member number or e-mail address."""
    found: dict[int, Identity] = {}
    for way in (_by_email, _by_phone, _by_words, _by_member):
        for identity in way(text, limit):
            found.setdefault(identity.pk, identity)
            if len(found) >= limit:
                return list(found.values())
    return list(found.values())


def _by_email(text: str, limit: int) -> Iterator[Identity]:
    if "@" in text and (address := email_of(text)):
        yield from Identity.objects.filter(email_mark=mark("email", address))[:limit]


def _by_phone(text: str, limit: int) -> Iterator[Identity]:
    digits = re.sub(r"[\s()+.\-]", "", text)
    if not digits.isascii() or not digits.isdigit() or not TAIL <= len(digits) <= 15:
        return
    among = Identity.objects.filter(terms__term=tail_term(digits))
    if len(digits) == TAIL:
        yield from among[:limit]
        return
    yield from [identity for identity in among[:MOST] if opened(identity.phone).endswith(digits)][:limit]


def _by_words(text: str, limit: int) -> Iterator[Identity]:
    parts = sorted(asked(text), key=len, reverse=True)
    if not parts or "@" in text:
        return
    first, *others = name_terms(beginning for part in parts for beginning in needed(part))
    selected = Term.objects.filter(term=first)
    for other in others:  # asked of each row in turn: a common beginning selects a tenth of all
        selected = selected.filter(Exists(Term.objects.filter(identity=OuterRef("identity"), term=other)))
    keys = selected.order_by("identity").values_list("identity", flat=True)
    last, size, looked = 0, FIRST, 0
    while looked < OPENED:
        some = list(keys.filter(identity__gt=last)[:size])
        for identity in Identity.objects.filter(pk__in=some).order_by("pk"):
            if has(opened(identity.name, "name"), parts):
                yield identity
                limit -= 1
                if not limit:
                    return
        if len(some) < size:
            return
        last, size, looked = some[-1], size * 4, looked + size


def _by_member(text: str, limit: int) -> Iterator[Identity]:
    whole = plain(text.strip())[:80]
    if whole:
        yield from Identity.objects.filter(terms__term=member_term(whole))[:limit]
