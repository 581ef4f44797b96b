from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutoreplyConfig(AppConfig):
    name = "autoreply"
    verbose_name = _("Auto-responder")

    def ready(self) -> None:
        from accounts.audit import name_actions
        from autoreply.handlers import take_in
        from messaging.signals import messages_received

        messages_received.connect(take_in, dispatch_uid="autoreply")
        name_actions(
            {
                "autoreply.rule_added": _("Auto-reply rule added"),
                "autoreply.rule_changed": _("Auto-reply rule changed"),
                "autoreply.rules_deleted": _("Auto-reply rules deleted"),
                "autoreply.rules_loaded": _("Auto-reply rules loaded from a file"),
                "autoreply.switched": _("Auto-reply rules switched on or off"),
                "autoreply.line_changed": _("Default reply of a line changed"),
                "autoreply.no_credit": _("An auto-reply was not sent for want of credit"),
                "poll.added": _("Poll added"),
                "poll.changed": _("Poll changed"),
                "poll.deleted": _("Poll deleted"),
                "poll.drawn": _("Winners drawn"),
            }
        )
