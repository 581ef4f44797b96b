"""What serves the inbox: its search keys are filled in batches, its indexes built without closing the table."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

BATCH = 2_000


def fill(apps, schema_editor) -> None:
    inbound = apps.get_model("messaging", "InboundMessage")
    last = 0
    while rows := list(inbound.objects.filter(pk__gt=last).order_by("pk").only("pk", "text")[:BATCH]):
        inbound.objects.bulk_update(rows, ["search_key"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0013_inbox_fields")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "inboundmessage",
            models.Index(
                fields=["account", "-id"],
                condition=Q(read_at__isnull=True, deleted_at__isnull=True),
                name="inbound_new",
            ),
        ),
        RemoveIndexConcurrently("inboundmessage", "inbound_unread"),
        AddIndexConcurrently(
            "inboundmessage", models.Index(fields=["account", "received_at"], name="inbound_time")
        ),
        AddIndexConcurrently(
            "inboundmessage",
            models.Index(fields=["account", "-id"], condition=Q(deleted_at__isnull=False), name="inbound_trash"),
        ),
        AddIndexConcurrently(
            "inboundmessage",
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="inbound_old_trash"),
        ),
        AddIndexConcurrently(
            "inboundmessage",
            GinIndex(fields=["account", "search_key"], opclasses=["int8_ops", "gin_trgm_ops"], name="inbound_text"),
        ),
    ]
