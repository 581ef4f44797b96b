"""Chunks take turns by account first: the index that a claim walks has the account before the turn."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0018_template_reason"),
    ]

    operations = [
        migrations.AddIndex(
            "chunk",
            models.Index(
                fields=["gateway", "message_class", "account", "turn", "id"], condition=Q(state=1), name="chunk_next"
            ),
        ),
        migrations.RemoveIndex("chunk", "chunk_ready"),
        migrations.AlterField(
            "chunk",
            "turn",
            models.BigIntegerField(default=0, help_text="Place in the rounds between an account's campaigns."),
        ),
    ]
