"""Prices belong to revisions of a plan. What a plan has now is its first, in force since ever."""

from datetime import UTC, datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SINCE_EVER = datetime(2020, 1, 1, tzinfo=UTC)


def first_revisions(apps, schema_editor) -> None:
    revisions = apps.get_model("credit", "TariffRevision")
    for plan in apps.get_model("credit", "TariffPlan").objects.all():
        revision = revisions.objects.create(
            plan=plan, number=1, state="published", effective_from=SINCE_EVER, published_at=SINCE_EVER,
            minimum_messages=plan.minimum_messages,
        )  # fmt: skip
        plan.tariffs.update(revision=revision)


class Migration(migrations.Migration):
    dependencies = [
        ("credit", "0002_steps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TariffRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="revision")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("withdrawn", "Withdrawn")],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("effective_from", models.DateTimeField(blank=True, null=True, verbose_name="in force from")),
                (
                    "minimum_messages",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Who buys at least this many messages at once pays by this plan, then and "
                        "afterwards. Empty: the plan is given by staff only.",
                        null=True,
                        verbose_name="from messages",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("edits", models.PositiveIntegerField(default=0, verbose_name="edits")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="begun"),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="credit.tariffplan",
                        verbose_name="tariff plan",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "revision of a tariff",
                "verbose_name_plural": "revisions of tariffs",
                "ordering": ["plan", "-number"],
                "permissions": [("publish_tariff", "Can publish and withdraw prices")],
                "constraints": [
                    models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once"),
                    models.UniqueConstraint(condition=Q(state="draft"), fields=["plan"], name="revision_one_draft"),
                    models.UniqueConstraint(
                        condition=Q(state="published"),
                        fields=["plan", "effective_from"],
                        name="revision_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="draft") | Q(effective_from__isnull=False, published_at__isnull=False),
                        name="revision_published_has_time",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="tariff",
            name="revision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tariffs",
                to="credit.tariffrevision",
                verbose_name="revision of a tariff",
            ),
        ),
        migrations.RunPython(first_revisions, migrations.RunPython.noop),
    ]
