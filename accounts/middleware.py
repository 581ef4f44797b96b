"""What every request learns about its reader: the language, and the account they work in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import impersonation, second_step, sessions
from accounts.access import refuse, send_to
from accounts.models import Account, Membership, User
from common.context import remember

ACCOUNT_KEY = "account_id"  # in the session: which of several accounts the user picked
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class LanguageMiddleware:
    """The language of the cookie, or Persian. The browser's Accept-Language is not asked: most here say English."""

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = chosen_language(request)
        translation.activate(chosen or settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class AccountMiddleware:
    """``request.membership`` and ``request.account``: None for strangers, staff, and those who have yet to pick one.

    A user whose browser has no language cookie reads in the language of their profile.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = request.account = request.impersonation = None
        request.memberships = []
        if request.user.is_authenticated:
            self._welcome(request)
        if request.impersonation is not None:
            impersonation.note(request, request.impersonation)
            if impersonation.is_refused(request):
                return refuse(request, _refusal(request.impersonation))
        return self.get_response(request)

    def _welcome(self, request: HttpRequest) -> None:
        sessions.touch(request)
        if not chosen_language(request):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        request.impersonation = impersonation.current(request)
        if request.impersonation is not None:
            request.memberships, request.membership = [request.impersonation], request.impersonation
            request.account = request.impersonation.account
            return
        request.memberships = list(
            Membership.objects.filter(user=request.user)
            .exclude(account__state=Account.State.CLOSED)
            .select_related("account")
            .order_by("account__name", "id")
        )
        request.membership = _picked(request.memberships, request.session.get(ACCOUNT_KEY))
        request.account = request.membership.account if request.membership else None
        if request.account:
            remember(account=request.account.pk)


def _refusal(place: Membership) -> str:
    if place.changes:
        return _("Money, sends, passwords, keys and members are the customer's own: staff change none of them.")
    return _("You only look into this account. End that first to change anything.")


class SecondStepMiddleware:
    """Who must have a second step of login and has none, as staff or by the wish of their account's owner, sees nothing
    but the page where they make one; members their own number and the choice of another account, too."""

    FREE = ("/accounts/two-factor/", "/accounts/logout/", "/language/", "/theme/", "/static/")
    FREE_TO_MEMBERS = (*FREE, "/accounts/profile/", "/accounts/account/", "/accounts/members/leave/")

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        is_asked = user.is_authenticated and request.impersonation is None
        if is_asked and not request.path.startswith(self._free(user)) and second_step.is_missing(user, request.account):
            return send_to(request, reverse("accounts:two_factor"))
        return self.get_response(request)

    def _free(self, user: User) -> tuple[str, ...]:
        return self.FREE if second_step.is_required(user) else self.FREE_TO_MEMBERS


def chosen_language(request: HttpRequest) -> str | None:
    """The language that this browser was told to use, if it was told one we speak."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language if language in LANGUAGES else None


def _picked(memberships: list[Membership], account_id: int | None) -> Membership | None:
    if len(memberships) == 1:
        return memberships[0]
    return next((membership for membership in memberships if membership.account_id == account_id), None)
