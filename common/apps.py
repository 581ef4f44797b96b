from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = _("Notices to people")

    def ready(self) -> None:
        from common import checks  # noqa: F401 - registers them
