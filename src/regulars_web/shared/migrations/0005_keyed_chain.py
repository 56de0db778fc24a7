from typing import Any

from django.db import migrations, models

from regulars_web.shared.clock import now
from regulars_web.shared.lock import chained
from regulars_web.shared.models import content_of

ACTION = "audit.keyed"


def seal(apps: Any, schema_editor: Any) -> None:
    """One keyed line after those of before: from now on none of them can be made anew without the key."""
    entries = apps.get_model("shared", "Entry").objects
    last = entries.order_by("-id").values_list("digest", flat=True).first()
    if last is not None:
        at = now()
        digest = chained(content_of(last, at, None, ACTION, "", {}))
        entries.create(at=at, action=ACTION, detail={}, before=last, digest=digest, keyed=True)


def nothing(apps: Any, schema_editor: Any) -> None:
    """Keyed lines stay, and are not understood by what came before."""


class Migration(migrations.Migration):

    dependencies = [
        ("shared", "0004_counts"),
    ]

    operations = [
        migrations.AddField("entry", "keyed", models.BooleanField(default=False)),
        migrations.RunPython(seal, nothing),
        migrations.AlterField("entry", "keyed", models.BooleanField(default=True)),
    ]
