import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("vault", "0003_locked_names"),
    ]

    operations = [
        # With defaults, so that the way back can make the columns again.
        migrations.AlterField("identity", "name", models.CharField(max_length=200, blank=True, default="")),
        migrations.AlterField("identity", "member", models.CharField(max_length=80, blank=True, default="")),
        migrations.RemoveField("identity", "name"),
        migrations.RemoveField("identity", "member"),
        migrations.RenameField("identity", "name_locked", "name"),
        migrations.RenameField("identity", "member_locked", "member"),
        migrations.AlterField(
            "term",
            "identity",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="terms",
                to="vault.identity",
            ),
        ),
        migrations.AlterField("term", "term", models.CharField(max_length=80)),
        migrations.AddIndex("term", models.Index(fields=["term", "identity"], name="term_found")),
    ]
