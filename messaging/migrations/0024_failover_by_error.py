"""Which answers of an operator send a message on by the next route, and after how many tries."""

import django.contrib.postgres.fields
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models

import messaging.models.gateways


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0023_bind_figures"),
    ]

    operations = [
        migrations.AddField("gateway", "failover_statuses", django.contrib.postgres.fields.ArrayField(
            models.IntegerField(), blank=True, default=messaging.models.gateways.troubles_of_operators,
            db_default=[4, 5, 8, 13, 14, 15, 83, 100, 255, 256, 257, 258], size=None,
            verbose_name="answers after which a message takes the next route",
            help_text="Only where the operator said that it did not take it; what was never answered stays.")),
        migrations.AddField("gateway", "failover_tries", models.PositiveSmallIntegerField(
            db_default=2, default=2, validators=[MinValueValidator(1), MaxValueValidator(6)],
            verbose_name="tries here before that")),
        migrations.AlterField("chunk", "moved_from", models.IntegerField(
            null=True, help_text="Id of the gateway that it was moved away from, once; its own: there was no other.")),
    ]
