"""The rules of a password, in our own words: Django's are partly without Persian."""

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import showing


class Length(rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("The password is too short.") + " " + self.get_help_text()

    def get_help_text(self) -> str:
        sentence = ngettext(
            "A password has at least %(count)s character.",
            "A password has at least %(count)s characters.",
            self.min_length,
        )
        return sentence % {"count": showing.number(self.min_length)}


class NotAboutYou(rules.UserAttributeSimilarityValidator):
    def __init__(self) -> None:
        super().__init__(("username", "full_name", "email", "mobile"))

    def get_error_message(self) -> str:
        return _("The password is too much like your %(verbose_name)s.")

    def get_help_text(self) -> str:
        return _("It must not be like your name, user name, e-mail or mobile.")


class NotCommon(rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Very many people use this password; it is the first that anybody would try.")

    def get_help_text(self) -> str:
        return _("It must not be one that very many people use.")


class NotOnlyDigits(rules.NumericPasswordValidator):
    def get_error_message(self) -> str:
        return _("The password is made of digits only; add letters.")

    def get_help_text(self) -> str:
        return _("It must not be made of digits only.")
