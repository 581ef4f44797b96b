from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")

    def ready(self) -> None:
        post_migrate.connect(_after_migrate, sender=self, dispatch_uid="credit.reference")


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from credit.reference import fill_when_empty

    fill_when_empty(apps, using)
