from typing import Any

from django.db import migrations


def sweep(apps: Any, schema_editor: Any) -> None:
    """SQLite keeps what was written over in pages of the file that are free: readable names would lie there on."""
    held = apps.get_model("vault", "Identity").objects.exists()
    if held and schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("VACUUM")


class Migration(migrations.Migration):

    atomic = False  # a file is not rewritten within a transaction

    dependencies = [
        ("vault", "0004_names_are_locked"),
    ]

    operations = [
        migrations.RunPython(sweep, migrations.RunPython.noop),
    ]
