from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import CASCADE


def of_terms(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """One index finds the customers of a beginning without looking at the table; PostgreSQL needs to be told that
    beginnings are asked for."""
    beginning = " varchar_pattern_ops" if editor.connection.vendor == "postgresql" else ""
    editor.execute(f"CREATE INDEX term_of ON vault_term (term{beginning}, identity_id)")


def no_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("DROP INDEX term_of")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vault", "0002_forgotten")]

    operations: ClassVar = [
        migrations.AlterField("term", "term", models.CharField(max_length=80)),
        # Customers' own terms are found by the constraint, which begins with them.
        migrations.AlterField(
            "term",
            "identity",
            models.ForeignKey("vault.identity", on_delete=CASCADE, related_name="terms", db_index=False),
        ),
        migrations.RunPython(of_terms, no_index),
    ]
