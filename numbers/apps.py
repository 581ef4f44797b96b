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
        from billing.purposes import Purpose, register
        from numbers import ordering

        register(Purpose(ordering.NUMBER, _("Sender number"), ordering.deliver, ordering.withdraw))
        register(Purpose(ordering.SERVICE, _("Service line"), ordering.deliver, ordering.withdraw))
        audit.name_actions(
            {
                "line.added": _("Line added"),
                "line.created": _("Line added"),
                "line.changed": _("Line changed"),
                "line.activated": _("Line activated"),
                "line.suspended": _("Line suspended"),
                "line.carries_notices": _("Line carries the notices"),
                "account.quiet_hours": _("Quiet hours changed"),
                "line_request.submitted": _("Line asked for"),
                "line_request.shipped": _("Papers sent"),
                "line_request.cancelled": _("Request for a line withdrawn"),
                "line_request.approved": _("Request for a line approved"),
                "line_request.rejected": _("Request for a line refused"),
                "line_request.lapsed": _("Request for a line not paid in time"),
                "line_request.done": _("Request for a line done"),
                "line_offer.created": _("Type of number added"),
                "line_offer.changed": _("Type of number changed"),
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
