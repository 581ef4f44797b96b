"""Routes share by weight or cost; gateways that are down are passed over, and chunks moved away from them once."""

from django.core.validators import MinValueValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0019_turns_of_accounts"),
    ]

    operations = [
        migrations.AddField("chunk", "moved_from", models.IntegerField(
            help_text="Id of the gateway that it was moved away from, once.", null=True)),
        migrations.AddField("gateway", "failover_seconds", models.PositiveIntegerField(
            db_default=60, default=60, verbose_name="passed over when down for (s)",
            help_text="Without a connected bind for so long, messages take the next route; 0: never.")),
        migrations.AddField("gateway", "down_since", models.DateTimeField(
            editable=False, null=True, verbose_name="down since")),
        migrations.AddField("gateway", "out_since", models.DateTimeField(
            editable=False, null=True, verbose_name="passed over since")),
        migrations.AddField("route", "choice", models.CharField(
            choices=[("weight", "Share by weight"), ("cost", "Least cost first")], db_default="weight",
            default="weight", max_length=6, verbose_name="among routes of the same rank",
            help_text="“Least cost first” holds for all of them as soon as one says so.")),
        migrations.AddField("route", "weight", models.PositiveSmallIntegerField(
            db_default=1, default=1, validators=[MinValueValidator(1)], verbose_name="weight",
            help_text="Its share of the messages beside routes of the same rank.")),
        migrations.AddField("route", "cost", models.PositiveIntegerField(
            blank=True, null=True, verbose_name="cost of a part (rials)",
            help_text="What the operator charges us.")),
    ]
