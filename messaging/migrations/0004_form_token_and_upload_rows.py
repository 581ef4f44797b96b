from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_chunk_states")]

    operations = [
        migrations.AddField("campaign", "form_token", models.UUIDField(editable=False, null=True)),
        migrations.AddConstraint(
            "campaign",
            models.UniqueConstraint(fields=("account", "form_token"), name="campaign_form_once"),
        ),
        migrations.AddField("upload", "rows", models.BigIntegerField(default=0, verbose_name="rows")),
        migrations.AddField(
            "upload",
            "phone_column",
            models.SmallIntegerField(blank=True, null=True, verbose_name="guessed column"),
        ),
        migrations.AlterField(
            "upload",
            "columns",
            models.JSONField(default=list, help_text="name and example of each", verbose_name="columns"),
        ),
    ]
