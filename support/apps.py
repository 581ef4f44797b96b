from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support")

    def ready(self) -> None:
        from accounts import audit
        from support import handlers  # noqa: F401 - connects the receivers

        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="support.reference")
        audit.name_actions(
            {
                "ticket.opened": _("Ticket registered"),
                "ticket.written": _("Ticket: message of the user"),
                "ticket.answered": _("Ticket: answer"),
                "ticket.seen": _("Ticket seen"),
                "ticket.referred": _("Ticket referred"),
                "ticket.assigned": _("Ticket given to somebody"),
                "ticket.priority": _("Ticket: another urgency"),
                "ticket.closed": _("Ticket closed"),
                "ticket.reopened": _("Ticket reopened"),
                "ticket.rated": _("Ticket rated"),
                "ticket.split": _("Ticket: message made a ticket"),
                "ticket.split_from": _("Ticket made from a message"),
                "ticket.merged": _("Ticket merged into another"),
                "ticket.merged_from": _("Ticket took another in"),
                "support_unit.created": _("Unit of support added"),
                "support_unit.changed": _("Unit of support changed"),
                "support_unit.deleted": _("Unit of support deleted"),
                "service_level.created": _("Promise of time added"),
                "service_level.changed": _("Promise of time changed"),
                "service_level.deleted": _("Promise of time deleted"),
                "holiday.created": _("Holiday added"),
                "holiday.changed": _("Holiday changed"),
                "holiday.deleted": _("Holiday deleted"),
                "canned_answer.created": _("Ready answer added"),
                "canned_answer.changed": _("Ready answer changed"),
                "canned_answer.deleted": _("Ready answer deleted"),
            }
        )


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from support.reference import fill_when_empty

    fill_when_empty(apps, using)
