from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "messaging"
    verbose_name = _("Messaging")

    def ready(self) -> None:
        from accounts.audit import name_actions
        from messaging import handlers  # noqa: F401 - connects the receivers
        from messaging.opt_out_words import on_messages_received
        from messaging.signals import messages_received

        messages_received.connect(on_messages_received, dispatch_uid="messaging.opt_out_words")

        name_actions(
            {
                "campaign.confirmed": _("Campaign paid for"),
                "campaign.discarded": _("Campaign discarded"),
                "campaign.paused": _("Campaign paused"),
                "campaign.resumed": _("Campaign resumed"),
                "campaign.cancelled": _("Campaign cancelled"),
                "campaigns.held": _("Campaigns paused, the account being suspended"),
                "campaign.hurried": _("Campaign sent ahead of its time"),
                "campaign.rescheduled": _("Time of a campaign changed"),
                "recurring.created": _("Recurring send made"),
                "recurring.paused": _("Recurring send paused"),
                "recurring.active": _("Recurring send resumed"),
                "recurring.ended": _("Recurring send ended"),
                "gateway.added": _("Gateway added"),
                "gateway.created": _("Gateway added"),
                "gateway.changed": _("Gateway changed"),
                "gateway.enabled": _("Gateway enabled"),
                "gateway.disabled": _("Gateway disabled"),
                "gateway.tested": _("Test message sent by a gateway"),
                "route.created": _("Route added"),
                "route.changed": _("Route changed"),
                "route.deleted": _("Route deleted"),
                "messages.cancelled": _("Messages cancelled"),
                "template.created": _("Template added"),
                "template.changed": _("Template changed"),
                "template.requested": _("Template asked for"),
                "template.deleted": _("Template deleted"),
                "template.approved": _("Template approved"),
                "template.refused": _("Template refused"),
            }
        )
