"""Forms of login, passwords, the profile, members and the activity log."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import audit, login
from accounts.addresses import lockout_address
from accounts.models import Account, Membership, User
from common import phones, showing
from common.fields import LastDayField, MomentField
from common.identity import is_national_id
from common.text.folding import ascii_digits

_CONFIRMED = ("mobile", "email")  # a code is sent to these before they are changed
_DAY = {"data-picker": "day", "autocomplete": "off"}
RESET_MAILS_PER_HOUR = 5
RESET_MAILS_PER_HOUR_OF_PLACE = 20  # one IPv4 address, or a subscriber's range of IPv6


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

    def may_be_sent(self, request: HttpRequest) -> bool:
        """Whether less was written in the last hour than RESET_MAILS_PER_HOUR to this address, and than
        RESET_MAILS_PER_HOUR_OF_PLACE from where the request came."""
        asked = _count_within_an_hour(f"password-reset-from:{lockout_address(request)}")
        written = _count_within_an_hour(f"password-reset:{self.cleaned_data['email'].casefold()}")
        return asked <= RESET_MAILS_PER_HOUR_OF_PLACE and written <= RESET_MAILS_PER_HOUR


class RepeatedPassword:
    """The words of the two fields of a new password; Django's Persian asks for the old one again."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password once more")
        self.fields["new_password2"].help_text = ""


class ChangePasswordForm(RepeatedPassword, PasswordChangeForm):
    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """A wrong one counts for the lockout: an open browser must not be a place to guess."""
        with login.guarded(self.request, self.user) as attempt:
            if attempt.is_closed:
                raise forms.ValidationError(_("Too many wrong tries. Wait a while and try again."), code="closed")
            if not self.user.check_password(self.cleaned_data["old_password"]):
                attempt.failed()
                wrong = True
            else:
                wrong = False
        if wrong:
            raise forms.ValidationError(_("The old password is wrong."), code="password_incorrect")
        return self.cleaned_data["old_password"]


class NewPasswordForm(RepeatedPassword, SetPasswordForm):
    pass


class CodeField(forms.CharField):
    """A code of the app or of an SMS, or a recovery code."""

    def __init__(self, **options) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "dir": "ltr"})
        super().__init__(**{"max_length": 20, "widget": widget, **options})


class SecondStepForm(forms.Form):
    code = CodeField(label=_("Code"), help_text=_("The six digits that your app shows, or one of your recovery codes."))
    remember = forms.BooleanField(label=_("Do not ask again on this browser for a while"), required=False)

    def __init__(self, *args, mobile: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True
        if mobile:
            self.fields["code"].help_text = format_html(
                _("The six digits that we sent to {mobile}, or one of your recovery codes."),
                mobile=format_html('<bdi dir="ltr">{}</bdi>', showing.masked_phone(mobile)),
            )
        if not settings.TWO_FACTOR_REMEMBER_DAYS:
            del self.fields["remember"]


class CodeForm(forms.Form):
    code = CodeField(label=_("Code"))


class CodeAndPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = CodeField(label=_("Code, or a recovery code"))


class InviteForm(forms.Form):
    """Whom to ask into an account: a mobile, an e-mail address, or both."""

    mobile = MobileField(label=_("Mobile"), required=False)
    email = forms.EmailField(label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"dir": "ltr"}))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.SENDER)

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors and not (data.get("mobile") or data.get("email")):
            raise forms.ValidationError(_("Write a mobile number or an e-mail address."))
        return data


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices)


class JoinForm(RepeatedPassword, SetPasswordForm):
    """A new person who was invited: name, user name, password."""

    full_name = forms.CharField(label=_("Full name"), max_length=120)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("With it, or with your e-mail or mobile, you log in."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "dir": "ltr"}),
    )
    field_order = ["full_name", "username", "new_password1", "new_password2"]

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        UnicodeUsernameValidator(message=_("A user name is made of letters, digits and @ . + - _ only."))(name)
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("This user name is taken; choose another."))
        return name


class ActivityFilter(forms.Form):
    """Who, what, when: of an account's audit trail (10, Beyond)."""

    who = forms.ModelChoiceField(
        label=_("Who"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    what = forms.ChoiceField(label=_("What"), required=False)
    since = MomentField(label=_("From day"), widget=forms.TextInput(attrs=_DAY))
    until = LastDayField(label=_("Until day"), widget=forms.TextInput(attrs=_DAY))

    def __init__(self, data, *, account: Account) -> None:
        super().__init__(data)
        self.fields["who"].queryset = User.objects.filter(memberships__account=account).order_by("full_name", "id")
        alike: dict[str, list[str]] = {}
        for action, label in audit.action_choices():
            alike.setdefault(label, []).append(action)
        self.fields["what"].choices = [("", _("All"))] + [(",".join(names), label) for label, names in alike.items()]

    def wanted(self) -> dict:
        """What was asked for and could be understood."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class ProfileForm(forms.ModelForm):
    """A person's own data (10). A new mobile or e-mail is not saved here: it waits for the code that is sent there."""

    mobile = MobileField(label=_("Mobile"), required=False)

    class Meta:
        model = User
        fields = ["full_name", "national_id", "mobile", "email", "postal_code", "address", "language"]
        labels = {"national_id": _("National id"), "postal_code": _("Postal code"), "address": _("Postal address")}
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "national_id": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            "postal_code": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
            "address": forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("national_id", "postal_code"):
            self.fields[name].max_length = None
            self.fields[name].validators = []  # digits may be grouped; what is left is checked below
            self.fields[name].widget.attrs.pop("maxlength", None)

    def clean_national_id(self) -> str:
        written = _digits_of(self.cleaned_data["national_id"])
        if written and not is_national_id(written):
            raise forms.ValidationError(_("This is no national id: it has ten digits, and the last checks the others."))
        return written

    def clean_postal_code(self) -> str:
        written = _digits_of(self.cleaned_data["postal_code"])
        if written and not (len(written) == 10 and written.isdigit() and written[0] != "0"):
            raise forms.ValidationError(_("A postal code has ten digits."))
        return written

    def new_addresses(self) -> dict[str, str]:
        """The mobile and e-mail that were changed to something, by field."""
        return {
            name: self.cleaned_data[name]
            for name in _CONFIRMED
            if name in self.changed_data and self.cleaned_data[name]
        }

    def save_plain(self, user: User) -> list[str]:
        """Save what needs no code, and return the names of the fields that changed."""
        changed = [name for name in self.changed_data if name not in self.new_addresses()]
        for name in changed:
            setattr(user, name, self.cleaned_data[name])
        if changed:
            user.save(update_fields=changed)
        return changed


class ImpersonationForm(forms.Form):
    """As whom staff look into an account, why, and whether to change things there, which is a right of its own."""

    member = forms.ModelChoiceField(label=_("Look as"), queryset=Membership.objects.none(), empty_label=None)
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=200, help_text=_("Such as a ticket's number."))
    changes = forms.BooleanField(
        label=_("I have to change something"), required=False,
        help_text=_("Contacts, answers, samples, templates, drafts. Never money, sends, passwords, keys or members."),
    )  # fmt: skip

    def __init__(self, *args, members, may_change: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not may_change:
            del self.fields["changes"]
        self.fields["member"].queryset = members
        self.fields["member"].label_from_instance = lambda one: f"{one.user} ({one.get_role_display()})"


class ContactCodeForm(forms.Form):
    way = forms.ChoiceField(choices=[(name, name) for name in _CONFIRMED], widget=forms.HiddenInput)
    code = CodeField(label=_("Code"))


def _count_within_an_hour(key: str) -> int:
    cache.add(key, 0, timeout=3600)
    return cache.incr(key)


def _digits_of(written: str) -> str:
    return "".join(ascii_digits(written).split()).replace("-", "")
