"""A price belongs to its revision alone, and so does the step from which a plan is bought."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credit", "0003_tariff_revisions")]

    operations = [
        migrations.RemoveConstraint(model_name="tariff", name="tariff_once"),
        migrations.AlterModelOptions(
            name="tariff",
            options={
                "ordering": ["revision", "line_kind", "prefix_family", "operator", "-language"],
                "verbose_name": "tariff",
                "verbose_name_plural": "tariffs",
            },
        ),
        migrations.RemoveField(model_name="tariff", name="plan"),
        migrations.RemoveField(model_name="tariffplan", name="minimum_messages"),
        migrations.AlterField(
            model_name="tariff",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tariffs",
                to="credit.tariffrevision",
                verbose_name="revision of a tariff",
            ),
        ),
        migrations.AddConstraint(
            model_name="tariff",
            constraint=models.UniqueConstraint(
                fields=["revision", "operator", "language", "line_kind", "prefix_family"],
                name="tariff_once",
                nulls_distinct=False,
            ),
        ),
    ]
