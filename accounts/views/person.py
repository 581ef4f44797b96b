"""Doors of the person: profile, password, choice of account and language."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, contact_codes, selectors, sessions
from accounts.access import login_needed
from accounts.forms import ChangePasswordForm, ContactCodeForm, ProfileForm
from accounts.middleware import ACCOUNT_KEY, LANGUAGES
from accounts.models import User

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600


@method_decorator(login_needed, name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    """Old, new, repeat (10). Every other session of the user ends; a wrong old password counts for the lockout."""

    template_name = "accounts/password_change.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:profile")

    def get_form_kwargs(self) -> dict:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form) -> HttpResponse:
        user, before = self.request.user, self.request.session.session_key
        response = super().form_valid(form)
        sessions.moved(before, self.request.session.session_key)
        sessions.end_all(user, but=self.request.session.session_key, by=user, request=self.request)
        audit.record(
            action="password.changed", account=selectors.home_account(user), target=user.username, request=self.request
        )
        messages.success(self.request, _("Your password is changed, and your other sessions are logged out."))
        return response


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
    """View and edit personal data (10)."""
    # A row of its own: a form writes into its instance even what it then refuses, and the page shows request.user.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        response = _save_profile(request, form)
        return _remember_language(response, form.cleaned_data["language"])
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)


def _save_profile(request: HttpRequest, form: ProfileForm) -> HttpResponse:
    changed = form.save_plain(User.objects.get(pk=request.user.pk))
    if changed:
        audit.record(
            action="profile.changed",
            account=selectors.home_account(request.user),
            target=request.user.username,
            details={"fields": changed},
            request=request,
        )
    try:
        for way, address in form.new_addresses().items():
            contact_codes.send(request, way, address, now=timezone.now())
    except contact_codes.TooManyCodes:
        messages.error(request, _("Too many codes were sent. Try again in an hour."))
        return redirect("accounts:profile")
    if form.new_addresses():
        return redirect("accounts:confirm_contact")
    messages.success(request, _("Your profile is saved."))
    return redirect("accounts:profile")


@login_needed
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_contact(request: HttpRequest) -> HttpResponse:
    """The code that was sent to a new mobile or e-mail address."""
    wrong = None
    if request.method == "POST":
        form = ContactCodeForm(request.POST)
        if form.is_valid():
            if contact_codes.take(request, now=timezone.now(), **form.cleaned_data):
                messages.success(request, _("Your profile is saved."))
                return redirect("accounts:confirm_contact")
            form.add_error("code", _("This code is wrong or too old."))
        wrong = form
    forms = [
        (one["address"], wrong if wrong and wrong.data.get("way") == way else _code_form(way))
        for way, one in contact_codes.waiting(request, timezone.now()).items()
    ]
    if not forms:
        if wrong:
            messages.error(request, _("The code is worth nothing any more. Change the address again to get another."))
        return redirect("accounts:profile")
    return render(request, "accounts/confirm_contact.html", {"forms": forms}, status=422 if wrong else 200)


def _code_form(way: str) -> ContactCodeForm:
    return ContactCodeForm(initial={"way": way}, auto_id=f"{way}_%s")


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
