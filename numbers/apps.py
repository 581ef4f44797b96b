from pathlib import Path

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NumbersConfig(AppConfig):
    name = "numbers"
    path = str(Path(__file__).resolve().parent)
    verbose_name = _("Numbers")

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="numbers.reference")
        from accounts import audit

        audit.name_actions(
            {
                "line.added": _("Line added"),
                "line.created": _("Line added"),
                "line.changed": _("Line changed"),
                "line.activated": _("Line activated"),
                "line.suspended": _("Line suspended"),
                "line.carries_notices": _("Line carries the notices"),
                "operator.created": _("Operator added"),
                "operator.changed": _("Operator changed"),
                "operator.deleted": _("Operator deleted"),
                "prefix.created": _("Prefix added"),
                "prefix.changed": _("Prefix changed"),
                "prefix.deleted": _("Prefix deleted"),
                "ported_number.created": _("Ported number added"),
                "ported_number.changed": _("Ported number changed"),
                "ported_number.deleted": _("Ported number deleted"),
            }
        )


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from numbers.reference import fill_when_empty
    from numbers.selectors import forget_tables

    if fill_when_empty(apps, using):
        forget_tables()
