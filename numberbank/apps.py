from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NumberBankConfig(AppConfig):
    name = "numberbank"
    verbose_name = _("Number bank")

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="numberbank.reference")
        from accounts import audit

        audit.name_actions(
            {
                "bank.load_started": _("Loading into the number bank started"),
                "bank.load_cancelled": _("Loading into the number bank cancelled"),
                "bank.numbers_removed": _("Numbers removed from the number bank"),
                "audience.saved": _("Audience saved"),
                "audience.deleted": _("Audience deleted"),
            }
        )


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from numberbank.reference import fill_when_empty

    fill_when_empty(apps, using)
