from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhonebookConfig(AppConfig):
    name = "phonebook"
    verbose_name = _("Phonebook")
