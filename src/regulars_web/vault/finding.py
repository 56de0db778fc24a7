"""Finding customers by what somebody remembers of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.db import connection
from django.db.models import Q, QuerySet

from regulars_web.shared.lock import mark, opened
from regulars_web.vault.admitting import tail_term
from regulars_web.vault.folding import TAIL, asked, email_of, plain
from regulars_web.vault.models import Identity, Term

#: Customers that one part of a name may select before the others are asked.
MOST = 5_000


def starting(text: str) -> Q:
    """Terms that begin so, in the way the database has an index for."""
    if connection.vendor == "postgresql":
        return Q(term__startswith=text)
    return Q(term__gte=text, term__lt=text + "\U0010ffff")


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
    selected: QuerySet[Term] = Term.objects.filter(starting(parts[0]))
    for part in parts[1:]:
        selected = selected.filter(identity__in=Term.objects.filter(starting(part)).values("identity"))
    keys = selected.values_list("identity", flat=True)[: limit * 4]
    yield from Identity.objects.filter(pk__in=list(dict.fromkeys(keys))[:limit])


def _by_member(text: str, limit: int) -> Iterator[Identity]:
    whole = plain(text.strip())[:80]
    if whole:
        yield from Identity.objects.filter(terms__term=whole)[:limit]
