from django.db import migrations, models


class Migration(migrations.Migration):
    """Campaigns are few beside messages: the index is made at once."""

    dependencies = [("messaging", "0020_routes_that_share_and_fail_over")]

    operations = [
        migrations.AddIndex(
            "campaign",
            models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["account", "finished_at"],
                name="campaign_finished",
            ),
        ),
    ]
