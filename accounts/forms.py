"""Forms of login, passwords and the profile."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import login
from accounts.models import User
from common import phones, showing

RESET_MAILS_PER_HOUR = 5


class MobileField(forms.CharField):
    """An Iranian mobile in any way people write it, kept as +989121234567; empty stays empty."""

    def __init__(self, **options) -> None:
        options.setdefault("max_length", 64)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "dir": "ltr"}))
        super().__init__(**options)

    def to_python(self, value) -> str:
        written = super().to_python(value)
        if written in self.empty_values:
            return ""
        number = phones.normalise(written)
        if number is None:
            raise forms.ValidationError(_("Write a mobile number such as 09121234567."), code="invalid")
        return phones.e164(number)


class LoginForm(AuthenticationForm):
    username = forms.CharField(
        label=_("User name, e-mail or mobile"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none", "dir": "ltr"}
        ),
    )
    error_messages = {
        "invalid_login": _(
            "The name or the password is wrong. After %(limit)s wrong tries you must wait %(minutes)s minutes."
        ),
        "inactive": _("This user has been switched off."),
    }

    def clean(self) -> dict:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name and password:
            self.user_cache = login.check(self.request, written_name=name, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def get_invalid_login_error(self) -> forms.ValidationError:
        minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
        return forms.ValidationError(
            self.error_messages["invalid_login"],
            code="invalid_login",
            params={"limit": showing.number(settings.AXES_FAILURE_LIMIT), "minutes": showing.number(minutes)},
        )


class ResetForm(PasswordResetForm):
    """Writes to every active user with the address, in that user's own language; to none, and says nothing, else."""

    def send_mail(self, subject_template_name, email_template_name, context, from_email, to_email, **options) -> None:
        with translation.override(context["user"].language):
            super().send_mail(subject_template_name, email_template_name, context, from_email, to_email, **options)

    def may_be_sent(self) -> bool:
        """Whether this address has been written to less than RESET_MAILS_PER_HOUR times in the last hour."""
        key = f"password-reset:{self.cleaned_data['email'].casefold()}"
        cache.add(key, 0, timeout=3600)
        return cache.incr(key) <= RESET_MAILS_PER_HOUR


class RepeatedPassword:
    """The words of the two fields of a new password; Django's Persian asks for the old one again."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""


class ChangePasswordForm(RepeatedPassword, PasswordChangeForm):
    pass


class NewPasswordForm(RepeatedPassword, SetPasswordForm):
    pass


class ProfileForm(forms.ModelForm):
    mobile = MobileField(label=_("Mobile"), required=False)

    class Meta:
        model = User
        fields = ["full_name", "mobile", "email", "language"]
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
