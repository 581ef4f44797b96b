"""What serves the inbox: its search keys are filled in batches, its indexes built without closing the table."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q

from common.text import search_key

BATCH = 2_000
NEW = models.Index(
    fields=["account", "-id"], condition=Q(read_at__isnull=True, deleted_at__isnull=True), name="inbound_new"
)
TIME = models.Index(fields=["account", "received_at"], name="inbound_time")
TRASH = models.Index(fields=["account", "-id"], condition=Q(deleted_at__isnull=False), name="inbound_trash")
OLD_TRASH = models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="inbound_old_trash")
TEXT = GinIndex(fields=["account", "search_key"], opclasses=["int8_ops", "gin_trgm_ops"], name="inbound_text")


def fill(apps, schema_editor) -> None:
    inbound = apps.get_model("messaging", "InboundMessage")
    last = 0
    while rows := list(inbound.objects.filter(pk__gt=last).order_by("pk").only("pk", "text")[:BATCH]):
        for row in rows:
            row.search_key = search_key(row.text)
        inbound.objects.bulk_update(rows, ["search_key"])
        last = rows[-1].pk


def added(index) -> migrations.SeparateDatabaseAndState:
    """The index, built concurrently."""

    def build(apps, schema_editor) -> None:
        schema_editor.add_index(apps.get_model("messaging", "InboundMessage"), index, concurrently=True)

    def drop(apps, schema_editor) -> None:
        schema_editor.remove_index(apps.get_model("messaging", "InboundMessage"), index, concurrently=True)

    return migrations.SeparateDatabaseAndState(
        [migrations.RunPython(build, drop)], [migrations.AddIndex("inboundmessage", index)]
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0013_inbox_fields")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        *map(added, (NEW, TIME, TRASH, OLD_TRASH, TEXT)),
        migrations.RemoveIndex("inboundmessage", "inbound_unread"),
    ]
