from typing import Any

from django.db import migrations, models

from regulars_web.shared.lock import locked, opened

_LOCK = "webhook"


def lock(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("rest", "Endpoint").objects.all():
        row.secret_locked, row.before_locked = locked(row.secret, _LOCK), locked(row.before, _LOCK)
        row.save(update_fields=["secret_locked", "before_locked"])


def unlock(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("rest", "Endpoint").objects.all():
        row.secret, row.before = opened(row.secret_locked, _LOCK), opened(row.before_locked, _LOCK)
        row.save(update_fields=["secret", "before"])


class Migration(migrations.Migration):

    dependencies = [
        ("rest", "0001_initial"),
    ]

    operations = [
        migrations.AddField("endpoint", "secret_locked", models.BinaryField(default=b"")),
        migrations.AddField("endpoint", "before_locked", models.BinaryField(default=b"")),
        migrations.AlterField("endpoint", "secret", models.CharField(max_length=80, default="")),
        migrations.RunPython(lock, unlock),
        migrations.RemoveField("endpoint", "secret"),
        migrations.RemoveField("endpoint", "before"),
        migrations.RenameField("endpoint", "secret_locked", "secret"),
        migrations.RenameField("endpoint", "before_locked", "before"),
        migrations.AlterField("endpoint", "secret", models.BinaryField()),
    ]
