from pathlib import Path

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumbersConfig(AppConfig):
    name = "numbers"
    path = str(Path(__file__).resolve().parent)
    verbose_name = _("Numbers")
