"""Doors of one's own second step of login: turn it on, new recovery codes, turn it off (10, Beyond)."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import login, second_step, sms_codes
from accounts.access import login_needed
from accounts.forms import CodeAndPasswordForm, CodeForm
from accounts.models import TwoFactor, User
from accounts.views.login import too_many_codes, wrong_code


@require_safe
@login_needed
def two_factor(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@login_needed
def enable(request: HttpRequest) -> HttpResponse:
    """The first code proves that the app holds the secret; then the recovery codes are shown, this once."""
    form = CodeForm(request.POST)
    if second_step.factor_of(request.user):
        return redirect("accounts:two_factor")
    second_step.begin(request.user)
    if form.is_valid():
        try:
            codes = second_step.confirm(request.user, form.cleaned_data["code"], now=timezone.now(), request=request)
        except second_step.NoCode:
            form.add_error("code", _("This code is wrong. Look whether the clock of your phone is right."))
        else:
            return _codes(request, codes)
    return _page(request, form, status=422)


@require_POST
@login_needed
def send_sms(request: HttpRequest) -> HttpResponse:
    """A code by SMS: to turn it on, or where it is on, for what asks for a code."""
    if not second_step.mobile_of(request.user):
        messages.error(request, _("Write your mobile number in your profile first."))
        return redirect("accounts:profile")
    try:
        second_step.send_code(request.user, request=request, now=timezone.now())
    except sms_codes.TooManyCodes as refusal:
        messages.warning(request, too_many_codes(refusal))
    else:
        messages.success(request, _("The code is on its way."))
    return redirect("accounts:two_factor")


@require_POST
@login_needed
def enable_sms(request: HttpRequest) -> HttpResponse:
    """The code that came proves that the number is theirs; then the recovery codes are shown, this once."""
    form = CodeForm(request.POST, auto_id="sms_%s")
    if second_step.factor_of(request.user):
        return redirect("accounts:two_factor")
    second_step.begin(request.user)
    if form.is_valid():
        try:
            codes = second_step.confirm_sms(
                request.user, form.cleaned_data["code"], now=timezone.now(), request=request
            )
        except second_step.NoCode:
            form.add_error("code", wrong_code(request.user))
        else:
            return _codes(request, codes)
    return _page(request, sms_form=form, status=422)


@require_POST
@login_needed
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for a code."""
    form = CodeForm(request.POST, auto_id="renew_%s")
    if form.is_valid() and _is_allowed(request, form):
        return _codes(request, second_step.renew_codes(request.user, request=request))
    return _page(request, renew_form=form, status=422)


@require_POST
@login_needed
def disable(request: HttpRequest) -> HttpResponse:
    """Needs the password and a code. Not for staff who must have it."""
    form = CodeAndPasswordForm(request.POST, auto_id="off_%s")
    if not _may_turn_off(request.user):
        messages.error(request, _("Staff must log in with a second step."))
        return redirect("accounts:two_factor")
    if form.is_valid() and _is_allowed(request, form):
        second_step.turn_off(request.user, by=request.user, request=request)
        messages.success(request, _("Two-factor login is off."))
        return redirect("accounts:two_factor")
    return _page(request, off_form=form, status=422)


@require_POST
@login_needed
def forget_devices(request: HttpRequest) -> HttpResponse:
    second_step.forget_devices(request.user)
    messages.success(request, _("Every browser will be asked for a code again."))
    return redirect("accounts:two_factor")


def _is_allowed(request: HttpRequest, form: Form) -> bool:
    """Whether the code, and the password where the form asks for it, are right. Wrong ones count for the lockout."""
    user: User = request.user
    with login.guarded(request, user) as attempt:
        if attempt.is_closed:
            return False
        password = form.cleaned_data.get("password")
        if password is not None and not user.check_password(password):
            attempt.failed()
            form.add_error("password", _("The password is wrong."))
            return False
        try:
            second_step.use(user, form.cleaned_data["code"], now=timezone.now(), request=request)
        except second_step.NoCode:
            attempt.failed()
            form.add_error("code", wrong_code(user))
            return False
    return True


def _may_turn_off(user: User) -> bool:
    """Staff who must have an app may give up codes by SMS for it, but not the app."""
    factor = second_step.factor_of(user)
    return not second_step.is_required(user) or (factor is not None and factor.way == TwoFactor.Way.SMS)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    response = render(request, "accounts/recovery_codes.html", {"codes": codes})
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, form: Form | None = None, *, status: int = 200, **forms: Form) -> HttpResponse:
    user, now = request.user, timezone.now()
    factor, mobile = second_step.factor_of(user), second_step.mobile_of(user)
    context = {
        "factor": factor,
        "is_required": second_step.is_required(user),
        "is_missing": second_step.is_missing(user, request.account),
        "may_turn_off": _may_turn_off(user),
        "mobile": mobile,
        "is_sent": bool(mobile) and sms_codes.waiting(user, mobile, now=now) is not None,
        "seconds": sms_codes.seconds_left(user, mobile, request=request, now=now) if mobile else 0,
    }
    if factor is None:
        begun = second_step.begin(user)
        context |= {"form": form or CodeForm(), "qr": second_step.qr_of(begun), "key": second_step.key_of(begun)}
        context |= {"sms_form": CodeForm(auto_id="sms_%s"), **forms}
    else:
        context |= {
            "left": second_step.codes_left(user),
            "renew_form": CodeForm(auto_id="renew_%s"),
            "off_form": CodeAndPasswordForm(auto_id="off_%s"),
            **forms,
        }
    response = render(request, "accounts/two_factor.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
