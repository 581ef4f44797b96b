from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebserviceConfig(AppConfig):
    name = "webservice"
    verbose_name = _("Webservice")
