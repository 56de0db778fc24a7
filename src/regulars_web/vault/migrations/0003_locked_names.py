from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.db import migrations, models

from regulars_web.shared.lock import locked, opened
from regulars_web.vault.admitting import Told, terms_of
from regulars_web.vault.folding import plain, words

BLOCK = 2_000
TERMS = "INSERT INTO vault_term (identity_id, term) VALUES (%s, %s)"


def lock(apps: Any, schema_editor: Any) -> None:
    """Names and member numbers of before under the folder's key; what they are found by becomes keyed digests."""
    apps.get_model("vault", "Term").objects.exclude(term__gt="T", term__lt="U").delete()
    for block in blocks(apps, "name", "member"):
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE vault_identity SET name_locked = %s, member_locked = %s WHERE id = %s",
                [(locked(name, "name"), locked(member, "member"), id) for id, name, member in block],
            )
            cursor.executemany(TERMS, list(keyed(block)))


def keyed(block: Any) -> Iterator[tuple[int, str]]:
    for id, name, member in block:
        yield from ((id, term) for term in terms_of(Told(name, "", "", member)))


def unlock(apps: Any, schema_editor: Any) -> None:
    """As it was."""
    apps.get_model("vault", "Term").objects.exclude(term__gt="T", term__lt="U").delete()
    for block in blocks(apps, "name_locked", "member_locked"):
        said = [(id, opened(name, "name"), opened(member, "member")) for id, name, member in block]
        terms = [(id, term) for id, name, member in said for term in dict.fromkeys([*words(name), plain(member)]) if term]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE vault_identity SET name = %s, member = %s WHERE id = %s", [(n, m, id) for id, n, m in said]
            )
            cursor.executemany(TERMS, terms)


def blocks(apps: Any, *columns: str) -> Iterator[Any]:
    everybody = apps.get_model("vault", "Identity").objects.order_by("id")
    ids = list(everybody.values_list("id", flat=True))
    for some in batched(ids, BLOCK):
        yield list(everybody.filter(id__gte=some[0], id__lte=some[-1]).values_list("id", *columns))


class Migration(migrations.Migration):

    dependencies = [
        ("vault", "0002_forgotten"),
    ]

    operations = [
        migrations.AddField("identity", "name_locked", models.BinaryField(default=b"")),
        migrations.AddField("identity", "member_locked", models.BinaryField(default=b"")),
        migrations.RunPython(lock, unlock),
    ]
