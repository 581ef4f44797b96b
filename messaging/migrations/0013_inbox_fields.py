from django.db import migrations, models

import common.searching


class Migration(migrations.Migration):
    dependencies = [("messaging", "0012_tests_and_sandbox")]

    operations = [
        migrations.RunSQL(
            "CREATE EXTENSION IF NOT EXISTS btree_gin; CREATE EXTENSION IF NOT EXISTS pg_trgm", migrations.RunSQL.noop
        ),
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
