from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebserviceConfig(AppConfig):
    name = "webservice"
    verbose_name = _("Web service")

    def ready(self) -> None:
        from accounts.audit import name_actions
        from billing import signals as billing
        from messaging import signals as messaging
        from webservice.webhooks import listening, outbox

        messaging.listen(listening.listening_accounts)
        messaging.statuses_moved.connect(outbox.statuses_moved)
        messaging.messages_received.connect(outbox.messages_received)
        messaging.campaign_finished.connect(outbox.campaign_finished)
        billing.credit_low.connect(outbox.credit_low)
        billing.invoice_paid.connect(outbox.invoice_paid)

        name_actions(
            {
                "key.created": _("Web service key made"),
                "key.revoked": _("Web service key revoked"),
                "activation.created": _("Use of the web service registered"),
                "activation.read": _("Registration of the web service's use read by staff"),
                "activation.changed": _("Use of the web service changed"),
                "dialect_settings.created": _("Dialect settings added"),
                "dialect_settings.changed": _("Dialect settings changed"),
                "webhook.created": _("Webhook added"),
                "webhook.changed": _("Webhook changed"),
                "webhook.deleted": _("Webhook deleted"),
                "webhook.secret_rotated": _("Webhook's secret replaced"),
                "webhook.paused": _("Webhook paused"),
                "webhook.resumed": _("Webhook resumed"),
                "webhook.tested": _("Test event sent to a webhook"),
                "webhook.replayed": _("Events replayed to a webhook"),
            }
        )
