from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0018_template_reason")]

    operations = [
        AddIndexConcurrently(
            "campaign",
            models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["account", "finished_at"],
                name="campaign_finished",
            ),
        ),
    ]
