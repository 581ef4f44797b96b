"""Doors of an account's members: roles, invitations, leaving (10, Beyond)."""

from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, selectors, services
from accounts.access import panel_page
from accounts.forms import InviteForm, JoinForm, RoleForm
from accounts.middleware import ACCOUNT_KEY
from accounts.models import Invitation, Membership, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
@panel_page("manage")
def members(request: HttpRequest) -> HttpResponse:
    places = list(selectors.members(request.account))
    context = {
        "members": places,
        "secured": sum(hasattr(place.user, "two_factor") and place.user.two_factor.is_on for place in places),
        "invitations": invitations.open_invitations(request.account, timezone.now()),
        "roles": Membership.Role.choices,
    }
    return render(request, "accounts/members.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@panel_page("manage")
def invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invitations.invite(
                account=request.account, by=request.user, now=timezone.now(), request=request, **form.cleaned_data
            )
        except invitations.InvitationRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The invitation is on its way to %(address)s.") % {"address": invitation})
            return redirect("accounts:members")
    return render(request, "accounts/invite.html", {"form": form})


@require_POST
@panel_page("manage")
def second_step_policy(request: HttpRequest) -> HttpResponse:
    """Whether every member must have a second step of login."""
    is_wanted = request.POST.get("is_wanted") == "1"
    try:
        services.require_second_step(request.account, is_wanted, by=request.user, request=request)
    except services.NoSecondStep:
        messages.error(request, _("Turn your own second step on first; then you can ask it of the others."))
        return redirect("accounts:two_factor")
    if is_wanted:
        messages.success(request, _("Nobody uses this account without a second step of login from now on."))
    else:
        messages.success(request, _("Each member decides about the second step of login."))
    return redirect("accounts:members")


@require_POST
@panel_page("manage")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.of(request.account), pk=pk)
    if invitations.withdraw(invitation, by=request.user, now=timezone.now(), request=request):
        messages.success(request, _("The invitation is withdrawn; its link no longer works."))
    else:
        messages.warning(request, _("This invitation was used or withdrawn meanwhile."))
    return redirect("accounts:members")


@require_POST
@panel_page("manage")
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    form = RoleForm(request.POST)
    membership = _membership(request, pk)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
        return redirect("accounts:members")
    return _do(
        request, _("The role is changed."), services.change_role, membership, form.cleaned_data["role"],
        by=request.user, request=request,
    )  # fmt: skip


@require_POST
@panel_page("manage")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    membership = _membership(request, pk)
    said = _("%(who)s is no member any more and is logged out everywhere.") % {"who": membership.user}
    if membership.user_id == request.user.pk:
        return leave(request)
    return _do(request, said, services.remove_member, membership, by=request.user, request=request)


@require_POST
@panel_page("manage")
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    membership = _membership(request, pk)
    if membership.user_id == request.user.pk:
        messages.warning(request, _("The account is yours already."))
        return redirect("accounts:members")
    services.transfer_ownership(request.membership, membership, request=request)
    messages.success(request, _("%(who)s owns the account now, and you are a sender.") % {"who": membership.user})
    return redirect("accounts:profile")


@require_POST
@panel_page("view")
def leave(request: HttpRequest) -> HttpResponse:
    account = request.account
    try:
        services.remove_member(request.membership, by=request.user, request=request)
    except services.LastOwner:
        messages.error(request, _say_last_owner())
        return redirect("accounts:profile")
    request.session.pop(ACCOUNT_KEY, None)
    messages.success(request, _("You left the account “%(account)s”.") % {"account": account})
    return redirect("accounts:choose_account")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: whoever is logged in joins; others log in, or make themselves a user."""
    invitation = invitations.invitation_of(token, timezone.now())
    if invitation is None:
        return render(request, "accounts/join.html", {"invitation": None}, status=404)
    if request.user.is_authenticated:
        return _join_as_user(request, invitation)
    person = User(mobile=invitation.mobile, email=invitation.email)
    form = JoinForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _join_as_new(request, invitation, form)
    context = {"form": form, "invitation": invitation, "log_in": f"{reverse('accounts:login')}?next={request.path}"}
    return render(request, "accounts/join.html", context, status=422 if form.is_bound else 200)


def _join_as_user(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/join.html", {"invitation": invitation})
    return _accept(request, invitation, request.user)


def _join_as_new(request: HttpRequest, invitation: Invitation, form: JoinForm) -> HttpResponse:
    data = form.cleaned_data
    with transaction.atomic():
        user = services.create_user(
            username=data["username"], password=data["new_password1"], full_name=data["full_name"],
            mobile=invitation.mobile, email=invitation.email, language=request.LANGUAGE_CODE[:2], request=request,
        )  # fmt: skip
        response = _accept(request, invitation, user)
        if not Membership.objects.filter(user=user).exists():
            transaction.set_rollback(True)
            return response
    auth_login(request, user, backend=BACKEND)
    request.session[ACCOUNT_KEY] = invitation.account_id
    return response


def _accept(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    try:
        invitations.accept(invitation, user, now=timezone.now(), request=request)
    except invitations.InvitationRefused as refusal:
        return render(request, "accounts/join.html", {"invitation": None, "why": refusal.message}, status=409)
    request.session[ACCOUNT_KEY] = invitation.account_id
    messages.success(request, _("Welcome to “%(account)s”.") % {"account": invitation.account})
    return redirect("/")


def _membership(request: HttpRequest, pk: int) -> Membership:
    return get_object_or_404(Membership.objects.of(request.account).select_related("user", "account"), pk=pk)


def _do(request: HttpRequest, said: str, act, /, *arguments, **options) -> HttpResponse:
    try:
        act(*arguments, **options)
        messages.success(request, said)
    except services.LastOwner:
        messages.error(request, _say_last_owner())
    return redirect("accounts:members")


def _say_last_owner() -> str:
    return _("An account needs an owner: make somebody else the owner first.")
