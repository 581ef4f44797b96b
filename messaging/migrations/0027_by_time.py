"""What waits, in the order in which its pages show it: sends by their time, held chunks by their ids (5.3); and the inbox
without its trash, through which its first page had to walk."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0026_waiting_templates")]
    operations = [
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                fields=["account", "send_at", "id"],
                condition=models.Q(("state__in", ["scheduled", "paused"])),
                name="campaign_by_time",
            ),
        ),
        migrations.AddIndex(
            model_name="chunk",
            index=models.Index(fields=["account", "id"], condition=models.Q(("state", 0)), name="chunk_held"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["account", "-id"], condition=models.Q(("deleted_at__isnull", True)), name="inbound_kept"
            ),
        ),
    ]
