"""Taking identifiers in: a block of customers at a time, each block whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from django.db import connection, transaction

from regulars.privacy.hkid import mask_hkid
from regulars_web.shared.clock import now
from regulars_web.shared.lock import locked, mark, opened
from regulars_web.vault.folding import TAIL, email_of, name_shown, phone_of, plain, words
from regulars_web.vault.models import Forgotten, Identity, Term

BLOCK = 2_000
FIELDS = ("name", "phone", "email", "member")


@dataclass(frozen=True, slots=True)
class Told:
    """What a source tells of one customer, cleaned; empty texts where it tells nothing."""

    name: str
    phone: str
    email: str
    member: str


@dataclass(slots=True)
class Admitted:
    """What became of identifiers handed in. ``unusable`` counts numbers and addresses that are none, ``forgotten``
    customers who were erased and stay so."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unusable: int = 0
    forgotten: int = 0


def admit(table: pa.Table, *, source: str) -> Admitted:
    """Put identifiers into the vault. What a source does not tell stays as it is; the same table twice changes nothing.

    ``table``: columns customer, name, phone, email, member, of text; null where nothing is told.
    """
    result = Admitted()
    for batch in table.to_batches(max_chunksize=BLOCK):
        with transaction.atomic():
            _block(dict(_read(batch, result)), source[:120], result)
    return result


def _read(batch: pa.RecordBatch, result: Admitted) -> Iterator[tuple[str, Told]]:
    for row in batch.to_pylist():
        said = {field: (row.get(field) or "").strip() for field in FIELDS}
        phone, email = (
            phone_of(said["phone"]) if said["phone"] else "",
            email_of(said["email"]) if said["email"] else "",
        )
        result.unusable += bool(said["phone"] and not phone) + bool(said["email"] and not email)
        name, member = mask_hkid(name_shown(said["name"]))[0], mask_hkid(name_shown(said["member"])[:80])[0]
        if name or phone or email or member:
            yield str(row["customer"]), Told(name, phone, email, member)


def _block(told: Mapping[str, Told], source: str, result: Admitted) -> None:
    erased = set(Forgotten.objects.filter(customer__in=told).values_list("customer", flat=True))
    result.forgotten += len(erased)
    known = {identity.customer: identity for identity in Identity.objects.filter(customer__in=told)}
    fresh: list[Identity] = []
    altered: list[Identity] = []
    for customer, said in told.items():
        if customer in erased:
            continue
        identity = known.get(customer) or Identity(customer=customer)
        if not _write(identity, said):
            result.unchanged += 1
            continue
        identity.source, identity.changed_at = source, now()
        (altered if customer in known else fresh).append(identity)
    Identity.objects.bulk_create(fresh)
    Identity.objects.bulk_update(altered, [*FIELDS, "phone_mark", "email_mark", "source", "changed_at"])
    Term.objects.filter(identity__in=altered).delete()
    _store(_terms([*fresh, *altered]))
    result.new += len(fresh)
    result.changed += len(altered)


def _write(identity: Identity, said: Told) -> bool:
    """Put what is told into a row; whether that changed it."""
    before = (identity.name, identity.member, identity.phone_mark, identity.email_mark)
    identity.name, identity.member = said.name or identity.name, said.member or identity.member
    for field, value in (("phone", said.phone), ("email", said.email)):
        marked = mark(field, value)
        if value and marked != getattr(identity, f"{field}_mark"):
            setattr(identity, field, locked(value))
            setattr(identity, f"{field}_mark", marked)
    return before != (identity.name, identity.member, identity.phone_mark, identity.email_mark)


def _store(terms: Iterable[tuple[int, str]]) -> None:
    """Terms are nine in ten of all rows: they go past the models, in the way each database takes many rows fastest."""
    into = f"{connection.ops.quote_name(Term._meta.db_table)} (identity_id, term)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in terms:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {into} VALUES (%s, %s)", list(terms))


def _terms(identities: Sequence[Identity]) -> Iterator[tuple[int, str]]:
    for identity in identities:
        found = list(words(identity.name))
        if identity.member:
            found.append(plain(identity.member))
        if phone := opened(identity.phone):
            found.append(tail_term(phone))
        for term in dict.fromkeys(found):
            yield identity.pk, term


def tail_term(phone: str) -> str:
    """What the end of a number is found by; capitals keep it apart from every name."""
    return f"T{mark('tail', phone[-TAIL:])}"
