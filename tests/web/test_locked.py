"""What lies encrypted under the folder's key: rows of before are locked on the way up, and a lost key says so."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from regulars.base.errors import NotUsable
from regulars_web.company.models import User
from regulars_web.privacy import gate
from regulars_web.rest import messages
from regulars_web.rest.models import Delivery
from regulars_web.shared import lock
from regulars_web.shared.audit import check_on, first_breach, note
from regulars_web.shared.clock import now
from regulars_web.shared.lock import locked, opened
from regulars_web.shared.models import Entry, content_of
from regulars_web.vault.models import Term

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def migrated(app: str, name: str) -> Any:
    """The database as that migration leaves it, and the models of that time."""
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name)])
    return MigrationExecutor(connection).loader.project_state([(app, name)]).apps


@pytest.fixture
def newest(transactional_db: None) -> Iterator[None]:
    """Afterwards the database is as it was."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def stored(table: str) -> str:
    """All that stands in a table, as a thief of the database reads it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return "".join(str(bytes(cell) if isinstance(cell, memoryview) else cell) for row in cursor for cell in row)


@pytest.mark.slow
def test_secrets_of_before_are_locked_and_open_as_they_were(
    newest: None, folder: Path, person: Callable[..., User]
) -> None:
    by = person()
    old = migrated("rest", "0001_initial").get_model("rest", "Endpoint")
    old.objects.create(url="https://a.example", events=[], secret=SECRET, before="whsec_b", by_id=by.pk)
    assert SECRET in stored("rest_endpoint")
    row = migrated("rest", "0002_locked_secrets").get_model("rest", "Endpoint").objects.get()
    assert opened(row.secret, messages.LOCK) == SECRET and opened(row.before, messages.LOCK) == "whsec_b"
    assert SECRET not in stored("rest_endpoint") and "whsec" not in stored("rest_endpoint")
    back = migrated("rest", "0001_initial").get_model("rest", "Endpoint").objects.get()
    assert (back.secret, back.before) == (SECRET, "whsec_b")


@pytest.mark.slow
def test_names_of_before_are_locked_and_found_as_before(
    newest: None, folder: Path, person: Callable[..., User]
) -> None:
    by = person()
    old = migrated("vault", "0002_forgotten")
    for key, name, member, terms in (("101", "陳大文 Chan", "M-01", ("陳大文", "chan", "m-01")), ("102", "", "", ())):
        row = old.get_model("vault", "Identity").objects.create(customer=key, name=name, member=member)
        for term in (*terms, f"T{key}"):
            old.get_model("vault", "Term").objects.create(identity=row, term=term)
    assert "陳大文" in stored("vault_identity")
    migrated("vault", "0005_nothing_left_behind")
    assert not any(
        said in stored(t) for said in ("陳大文", "Chan", "chan", "M-01") for t in ("vault_identity", "vault_term")
    )
    for text in ("大文", "cha", "m-01"):
        assert [p.name for p in gate.find(by, text)] == ["陳大文 Chan"], text
    assert set(Term.objects.filter(identity__customer="102").values_list("term", flat=True)) == {"T102"}
    assert gate.one(by, "102", purpose="test").name == ""
    back = migrated("vault", "0002_forgotten")
    assert [row.name for row in back.get_model("vault", "Identity").objects.order_by("customer")] == ["陳大文 Chan", ""]
    assert back.get_model("vault", "Term").objects.filter(term="大文").count() == 1


@pytest.mark.slow
def test_lines_of_before_keep_their_place_and_are_sealed(
    newest: None, folder: Path, person: Callable[..., User]
) -> None:
    by = person()
    old = migrated("shared", "0004_counts").get_model("shared", "Entry")
    digest = ""
    for number in range(3):
        before, at = digest, now()
        content = content_of(before, at, by.pk, "something.done", str(number), {})
        digest = hashlib.sha256(content).hexdigest()
        old.objects.create(
            at=at, who_id=by.pk, action="something.done", about=str(number), before=before, digest=digest
        )
    migrated("shared", "0005_keyed_chain")
    lines = list(Entry.objects.order_by("id"))
    assert [line.keyed for line in lines] == [False, False, False, True]
    assert first_breach() is None and check_on().breach is None
    note(by, "something.more")
    assert first_breach() is None
    Entry.objects.filter(pk=lines[1].pk).update(about="x")
    assert first_breach() == lines[1].pk


@pytest.mark.django_db
def test_with_another_key_no_message_is_signed_and_the_reason_is_told(
    folder: Path, person: Callable[..., User]
) -> None:
    by = person()
    endpoint, _ = messages.register(by, url="https://a.example/hook", events=["study.done"])
    (folder / lock.FILE).write_text("11" * 32, encoding="ascii")
    lock._key.cache_clear()
    messages.ping(by, endpoint)
    delivery = Delivery.objects.get()
    assert messages.send(delivery) is False and delivery.said == "no_key"
    lock._key.cache_clear()


@pytest.mark.django_db
def test_what_is_locked_as_one_kind_opens_as_no_other(folder: Path) -> None:
    content = locked(SECRET, "webhook")
    assert opened(content, "webhook") == SECRET
    for kind in ("", "name"):
        with pytest.raises(NotUsable):
            opened(content, kind)
