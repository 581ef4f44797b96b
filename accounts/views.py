"""Doors of login, passwords, profile, choice of account and language, and the trail that an owner may read."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, lockout, selectors, tasks
from accounts.access import login_needed, panel_page
from accounts.forms import ChangePasswordForm, LoginForm, NewPasswordForm, ProfileForm, ResetForm
from accounts.middleware import ACCOUNT_KEY, LANGUAGES
from accounts.models import Membership, User

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600
ACTIVITY_PAGE = 50


class Login(auth_views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        user = self.request.user
        if user.is_staff and not Membership.objects.filter(user=user).exists():
            return reverse("admin:index")
        return super().get_default_redirect_url()


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


@method_decorator(login_needed, name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    """Every other session of the user ends, for sessions carry a hash of the password."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form) -> HttpResponse:
        response = super().form_valid(form)
        _record_password(self.request, "password.changed", self.request.user)
        messages.success(self.request, _("Your password is changed, and your other sessions are logged out."))
        return response


class PasswordReset(auth_views.FormView):
    """The answer is the same, and as quick, whether anybody has the address."""

    template_name = "accounts/password_reset.html"
    form_class = ResetForm
    success_url = reverse_lazy("accounts:password_reset_done")

    def form_valid(self, form) -> HttpResponse:
        if form.may_be_sent():
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
        _record_password(self.request, "password.reset", self.user)
        lockout.unlock(self.user, by=self.user, request=self.request)
        return response


class PasswordResetComplete(auth_views.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"


@login_needed
@require_http_methods(["GET", "HEAD", "POST"])
def choose_account(request: HttpRequest) -> HttpResponse:
    """Which of their accounts the user works in from now on, in this session."""
    if request.method == "POST":
        chosen = next((m for m in request.memberships if str(m.account_id) == request.POST.get("account")), None)
        if chosen is None:
            raise BadRequest("not an account of this user")
        request.session[ACCOUNT_KEY] = chosen.account_id
        return redirect(_next_page(request, reverse(settings.LOGIN_REDIRECT_URL)))
    context = {"memberships": request.memberships, "next": request.GET.get("next", "")}
    return render(request, "accounts/choose_account.html", context)


@login_needed
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # A row of its own: a form writes into its instance even what it then refuses, and the page shows request.user.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        if form.changed_data:
            audit.record(
                action="profile.changed",
                account=selectors.home_account(request.user),
                target=request.user.username,
                details={"fields": form.changed_data},
                request=request,
            )
        messages.success(request, _("Your profile is saved."))
        response = redirect("accounts:profile")
        return _remember_language(response, form.cleaned_data["language"])
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@panel_page(right="manage")
def activity(request: HttpRequest) -> HttpResponse:
    """What the people of the account did, newest first."""
    page = Paginator(selectors.activity(request.account), ACTIVITY_PAGE).get_page(request.GET.get("page"))
    for entry in page.object_list:
        entry.label = audit.action_label(entry.action)
    return render(request, "accounts/activity.html", {"page": page, "entries": page.object_list})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and in the profile of a user who is logged in."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise BadRequest("not a language of ours")
    if request.user.is_authenticated and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return _remember_language(redirect(_next_page(request, "/")), language)


def _remember_language(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=LANGUAGE_COOKIE_SECONDS,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    return response


def _next_page(request: HttpRequest, otherwise: str) -> str:
    """Where the form asks to go, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else otherwise


def _record_password(request: HttpRequest, action: str, user) -> None:
    audit.record(action=action, user=user, account=selectors.home_account(user), target=user.username, request=request)
