from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations, models

import common.searching


class Migration(migrations.Migration):
    dependencies = [("messaging", "0012_tests_and_sandbox")]

    operations = [
        BtreeGinExtension(),
        TrigramExtension(),
        migrations.AddField(
            model_name="inboundmessage",
            name="missing_parts",
            field=models.SmallIntegerField(default=0, verbose_name="missing parts"),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="search_key",
            field=common.searching.SearchKeyField(default="", editable=False, of="text"),
        ),
        migrations.AddField(
            model_name="samplemessage",
            name="category",
            field=models.CharField(blank=True, max_length=40, verbose_name="category"),
        ),
    ]
