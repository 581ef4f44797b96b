from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="credit.reference")
        from accounts import audit
        from billing.reasons import name_reasons
        from credit import handlers  # noqa: F401 - connects the receivers

        name_reasons({"messages": _("Messages of a send"), "messages_returned": _("Messages that were not sent")})
        audit.name_actions(
            {
                "ledger.wrong": _("The ledger does not add up"),
                "tariff_plan.created": _("Tariff plan added"),
                "tariff_plan.changed": _("Tariff plan changed"),
                "tariff_plan.deleted": _("Tariff plan deleted"),
                "tariff_plan.prices_changed": _("Prices changed"),
                "tariff.drafted": _("Draft of a tariff begun"),
                "tariff.edited": _("Draft of a tariff changed"),
                "tariff.dropped": _("Draft of a tariff thrown away"),
                "tariff.published": _("Tariff published"),
                "tariff.withdrawn": _("Tariff withdrawn before it began"),
                "tariff_plan.made_default": _("Default tariff plan changed"),
                "account_plan.created": _("Account's tariff plan chosen"),
                "account_plan.changed": _("Account's tariff plan changed"),
            }
        )


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from credit.reference import fill_when_empty

    fill_when_empty(apps, using)
