"""Doors of one's own second step of login: turn it on, new recovery codes, turn it off (10, Beyond)."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import login, second_step
from accounts.access import login_needed
from accounts.forms import CodeAndPasswordForm, CodeForm
from accounts.models import User


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
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes, for a code of the app."""
    form = CodeForm(request.POST, auto_id="renew_%s")
    if form.is_valid() and _is_allowed(request, form):
        return _codes(request, second_step.renew_codes(request.user, request=request))
    return _page(request, renew_form=form, status=422)


@require_POST
@login_needed
def disable(request: HttpRequest) -> HttpResponse:
    """Needs the password and a code. Not for those who must have it."""
    form = CodeAndPasswordForm(request.POST, auto_id="off_%s")
    if second_step.is_required(request.user):
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
            form.add_error("code", _("This code is wrong or was used before. Wait for the app's next code."))
            return False
    return True


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    response = render(request, "accounts/recovery_codes.html", {"codes": codes})
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, form: Form | None = None, *, status: int = 200, **forms: Form) -> HttpResponse:
    factor = second_step.factor_of(request.user)
    context = {"factor": factor, "is_required": second_step.is_required(request.user)}
    if factor is None:
        begun = second_step.begin(request.user)
        context |= {"form": form or CodeForm(), "qr": second_step.qr_of(begun), "key": second_step.key_of(begun)}
    else:
        context |= {
            "left": second_step.codes_left(request.user),
            "renew_form": CodeForm(auto_id="renew_%s"),
            "off_form": CodeAndPasswordForm(auto_id="off_%s"),
            **forms,
        }
    response = render(request, "accounts/two_factor.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
