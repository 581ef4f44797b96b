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


def _after_migrate(using, apps=apps, **_kwargs) -> None:
    from numbers.reference import fill_when_empty
    from numbers.selectors import forget_tables

    if fill_when_empty(apps, using):
        forget_tables()
