from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from accounts import audit
        from billing.reasons import name_reasons

        name_reasons({"top_up": _("Credit added"), "online": _("Bought online"), "opening": _("Opening credit")})
        audit.name_actions(
            {
                "wallet.topped_up": _("Credit added"),
                "wallet.adjusted": _("Balance adjusted by staff"),
                "wallet.limits_changed": _("Credit limits changed"),
            }
        )
