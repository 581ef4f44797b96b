"""Doors of login, its second step, and forgotten passwords."""

from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, lockout, login, second_step, selectors, sessions, sms_codes, tasks
from accounts.forms import LoginForm, NewPasswordForm, ResetForm, SecondStepForm
from accounts.models import Membership, User
from common import showing

PENDING = "second_step"  # in the session: who has shown their password and not their code
SECOND_STEP_SECONDS = 300


class Login(auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form) -> HttpResponse:
        """Whoever has a second step is not logged in yet: the session only keeps who has shown their password."""
        user = form.get_user()
        if second_step.factor_of(user) is None or second_step.is_remembered(self.request, user):
            return super().form_valid(form)
        self.request.session[PENDING] = {
            "user": user.pk,
            "mark": user.get_session_auth_hash(),
            "backend": user.backend,
            "next": self.get_redirect_url(),
            "until": timezone.now().timestamp() + SECOND_STEP_SECONDS,
        }
        with suppress(sms_codes.TooManyCodes):  # the page says when the next may be sent; the last may still work
            second_step.send_code(user, request=self.request, now=timezone.now())
        return redirect("accounts:second_step")

    def get_default_redirect_url(self) -> str:
        return home_of(self.request.user)


def home_of(user: User) -> str:
    """Where a login leads when no page was asked for."""
    only_staff = user.is_staff and not Membership.objects.filter(user=user).exists()
    return reverse("admin:index" if only_staff else settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
def second_step_page(request: HttpRequest) -> HttpResponse:
    """The code of the app or of an SMS, or a recovery code. Wrong ones count for the lockout as passwords do (10)."""
    pending = request.session.get(PENDING)
    user = _who_is_pending(pending)
    if user is None:
        request.session.pop(PENDING, None)
        return redirect("accounts:login")
    mobile = second_step.mobile_of(user)
    form = SecondStepForm(request.POST or None, mobile=mobile)
    if request.method == "POST" and form.is_valid() and _code_is_right(request, user, form):
        del request.session[PENDING]
        auth_login(request, user, backend=pending["backend"])
        response = redirect(pending["next"] or home_of(user))
        if form.cleaned_data.get("remember"):
            second_step.remember(response, user)
        return response
    context = {"form": form, "mobile": mobile}
    if mobile:
        context["seconds"] = sms_codes.seconds_left(user, mobile, request=request, now=timezone.now())
    return render(request, "accounts/second_step.html", context, status=422 if form.errors else 200)


@require_POST
def another_code(request: HttpRequest) -> HttpResponse:
    """Send the code by SMS once more; there is as long again to write it."""
    pending = request.session.get(PENDING)
    user = _who_is_pending(pending)
    if user is None:
        return redirect("accounts:login")
    try:
        second_step.send_code(user, request=request, now=timezone.now())
    except sms_codes.TooManyCodes as refusal:
        messages.warning(request, too_many_codes(refusal))
    else:
        request.session[PENDING] = pending | {"until": timezone.now().timestamp() + SECOND_STEP_SECONDS}
        messages.success(request, _("The code is on its way."))
    return redirect("accounts:second_step")


def too_many_codes(refusal: sms_codes.TooManyCodes) -> str:
    """When the next code may be sent, in words."""
    minutes = -(-refusal.seconds // 60)
    sentence = ngettext(
        "Too many codes were sent. The next can be sent in %(minutes)s minute.",
        "Too many codes were sent. The next can be sent in %(minutes)s minutes.",
        minutes,
    )
    return sentence % {"minutes": showing.number(minutes)}


def _who_is_pending(pending: dict | None) -> User | None:
    """A password that was changed meanwhile was not shown."""
    if not pending or pending["until"] < timezone.now().timestamp():
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), pending["mark"]) else None


def _code_is_right(request: HttpRequest, user: User, form: SecondStepForm) -> bool:
    with login.guarded(request, user) as attempt:
        if attempt.is_closed:
            return False
        try:
            second_step.use(user, form.cleaned_data["code"], now=timezone.now(), request=request)
        except second_step.NoCode:
            attempt.failed()
            form.add_error("code", wrong_code(user))
            return False
    return True


def wrong_code(user: User) -> str:
    """Why a code was not taken, in words."""
    if second_step.mobile_of(user):
        return _("This code is wrong, too old or was used before. Have another sent.")
    return _("This code is wrong or was used before. Wait for the app's next code.")


class Logout(auth_views.LogoutView):
    """POST only: a link on another site must not log people out."""


def locked_out(request: HttpRequest, original_response: HttpResponse | None, credentials: dict | None) -> HttpResponse:
    """429: how long the door stays closed, and what to do meanwhile. Called by django-axes in place of any answer."""
    minutes = lockout.minutes_left(request, credentials)
    response = render(
        request, "accounts/locked_out.html", {"minutes": minutes}, status=settings.AXES_HTTP_RESPONSE_CODE
    )
    response["Retry-After"] = str(minutes * 60)
    return response


class PasswordReset(auth_views.FormView):
    """The answer is the same, and as quick, whether anybody has the address."""

    template_name = "accounts/password_reset.html"
    form_class = ResetForm
    success_url = reverse_lazy("accounts:password_reset_done")

    def form_valid(self, form) -> HttpResponse:
        if form.may_be_sent(self.request):
            tasks.mail_password_reset.delay(form.cleaned_data["email"])
        return super().form_valid(form)


class PasswordResetDone(auth_views.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    """Whoever reads the mail is the user: their failed logins are forgotten with the old password."""

    template_name = "accounts/password_reset_confirm.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:password_reset_complete")

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        audit.record(
            action="password.reset", user=self.user, account=selectors.home_account(self.user),
            target=self.user.username, request=self.request,
        )  # fmt: skip
        sessions.end_all(self.user, by=self.user, request=self.request)
        lockout.unlock(self.user, by=self.user, request=self.request)
        return response


class PasswordResetComplete(auth_views.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"
