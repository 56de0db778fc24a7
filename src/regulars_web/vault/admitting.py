"""Taking identifiers in: a block of customers at a time, each block whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
from django.db import connection, transaction

from regulars.privacy.hkid import mask_hkid
from regulars_web.shared.clock import now
from regulars_web.shared.lock import locked, mark, opened, terms
from regulars_web.vault.folding import TAIL, beginnings, email_of, name_shown, phone_of, plain
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
    fresh: list[tuple[Identity, Told]] = []
    altered: list[tuple[Identity, Told]] = []
    for customer, said in told.items():
        if customer in erased:
            continue
        identity = known.get(customer) or Identity(customer=customer)
        whole = _write(identity, said)
        if whole is None:
            result.unchanged += 1
            continue
        identity.source, identity.changed_at = source, now()
        (altered if customer in known else fresh).append((identity, whole))
    Identity.objects.bulk_create([identity for identity, _ in fresh])
    again = [identity for identity, _ in altered]
    Identity.objects.bulk_update(again, [*FIELDS, "phone_mark", "email_mark", "source", "changed_at"])
    Term.objects.filter(identity__in=again).delete()
    _store((identity.pk, term) for identity, whole in (*fresh, *altered) for term in terms_of(whole))
    result.new += len(fresh)
    result.changed += len(altered)


def _write(identity: Identity, said: Told) -> Told | None:
    """Put what is told into a row; all that is known then, None where nothing changed."""
    before = Told(opened(identity.name, "name"), "", "", opened(identity.member, "member"))
    changed = False
    for field, old in (("name", before.name), ("member", before.member)):
        value = getattr(said, field)
        if value and value != old:
            setattr(identity, field, locked(value, field))
            changed = True
    for field, value in (("phone", said.phone), ("email", said.email)):
        marked = mark(field, value)
        if value and marked != getattr(identity, f"{field}_mark"):
            setattr(identity, field, locked(value))
            setattr(identity, f"{field}_mark", marked)
            changed = True
    if not changed:
        return None
    phone = said.phone or opened(identity.phone)
    return Told(said.name or before.name, phone, said.email, said.member or before.member)


def _store(rows: Iterable[tuple[int, str]]) -> None:
    """Terms are nine in ten of all rows: they go past the models, in the way each database takes many rows fastest."""
    into = f"{connection.ops.quote_name(Term._meta.db_table)} (identity_id, term)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {into} VALUES (%s, %s)", list(rows))


def terms_of(whole: Told) -> list[str]:
    """What somebody is found by, each once."""
    found = name_terms(beginnings(whole.name))
    if whole.member:
        found.append(member_term(whole.member))
    if whole.phone:
        found.append(tail_term(whole.phone))
    return found


def name_terms(starts: Iterable[str]) -> list[str]:
    """What the beginnings of a name's parts are found by."""
    return [f"W{term}" for term in dict.fromkeys(terms("name", starts))]


def member_term(member: str) -> str:
    """What a member number is found by, however it is written."""
    return f"M{terms('member', [plain(member)])[0]}"


def tail_term(phone: str) -> str:
    """What the end of a number is found by."""
    return f"T{mark('tail', phone[-TAIL:])}"
