from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebserviceConfig(AppConfig):
    name = "webservice"
    verbose_name = _("Web service")

    def ready(self) -> None:
        from accounts.audit import name_actions

        name_actions(
            {
                "key.created": _("Web service key made"),
                "key.revoked": _("Web service key revoked"),
                "dialect_settings.created": _("Dialect settings added"),
                "dialect_settings.changed": _("Dialect settings changed"),
            }
        )
