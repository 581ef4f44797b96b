"""The gate of the panel: who may open a page, and what the others are told."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from accounts.access import panel_page
from accounts.middleware import AccountMiddleware
from accounts.models import Account, Membership
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role
RIGHTS = ("view", "send", "manage")


@pytest.fixture
def account():
    return make_account(name="پخش آفتاب")


@pytest.fixture(autouse=True)
def persian():
    with translation.override("fa"):
        yield


def opens(user, right, **headers) -> HttpResponse:
    """What a page that asks for ``right`` answers."""
    request = RequestFactory().get("/somewhere/?page=2", headers=headers)
    request.user, request.session = user, SessionStore()
    request.session.create()
    request.COOKIES["django_language"] = translation.get_language()
    page = panel_page(right=right)(lambda request: HttpResponse(f"the page of {request.account}"))
    return AccountMiddleware(page)(request)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.OWNER, {"view", "send", "manage"}), (Role.SENDER, {"view", "send"}), (Role.VIEWER, {"view"})],
)
def test_a_role_opens_what_it_should(account, role, allowed):
    user = make_user(account=account, role=role)
    got = {right: opens(user, right).status_code for right in RIGHTS}
    assert got == {right: 200 if right in allowed else 403 for right in RIGHTS}


def test_a_refusal_says_why(account):
    viewer = make_user(account=account, role=Role.VIEWER)
    assert "نقش شما فقط اجازهٔ دیدن می‌دهد" in opens(viewer, "send").content.decode()
    assert "فقط مالک حساب" in opens(viewer, "manage").content.decode()


def test_a_suspended_account_looks_but_does_not_send(account):
    owner = make_user(account=account)
    account.state = Account.State.SUSPENDED
    account.save()
    assert [opens(owner, right).status_code for right in RIGHTS] == [200, 403, 200]
    assert "این حساب معلق است" in opens(owner, "send").content.decode()


def test_a_closed_account_is_no_account(account):
    owner = make_user(account=account)
    account.state = Account.State.CLOSED
    account.save()
    assert [opens(owner, right).status_code for right in RIGHTS] == [403, 403, 403]


@pytest.mark.parametrize("flags", [{"is_staff": True}, {"is_staff": True, "is_superuser": True}])
def test_staff_without_a_membership_are_shown_their_own_pages(flags):
    response = opens(make_user(**flags), "view")
    assert response.status_code == 403
    assert 'href="/staff/"' in response.content.decode()
    assert 'href="/admin/"' in response.content.decode()


def test_strangers_are_sent_to_log_in_and_come_back():
    response = opens(AnonymousUser(), "view")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/somewhere/%3Fpage%3D2")


def test_a_fragment_tells_the_browser_to_leave_the_page():
    response = opens(AnonymousUser(), "view", **{"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, "/accounts/login/")


def test_a_script_is_told_that_nobody_is_logged_in():
    assert opens(AnonymousUser(), "view", **{"X-Requested-With": "fetch"}).status_code == 401


def test_a_right_that_does_not_exist_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="no such right"):
        panel_page(right="delete")


def test_a_member_of_several_accounts_picks_one(client, account):
    user, other = make_user(account=account), make_account(name="نان سحر")
    Membership.objects.create(account=other, user=user, role=Role.OWNER)
    client.force_login(user)
    assert client.get("/accounts/activity/").url == "/accounts/account/?next=/accounts/activity/"
    page = client.get("/accounts/account/?next=/accounts/activity/").content.decode()
    assert "پخش آفتاب" in page
    assert "نان سحر" in page
    chosen = client.post("/accounts/account/", {"account": other.pk, "next": "/accounts/activity/"})
    assert chosen.url == "/accounts/activity/"
    assert client.get("/accounts/activity/").context["account"] == other
    assert client.post("/accounts/account/", {"account": account.pk, "next": "//evil.example"}).status_code == 302
    assert client.get("/accounts/activity/").context["account"] == account


def test_nobody_picks_an_account_of_others(client, account):
    user, stranger = make_user(account=account), make_account()
    client.force_login(user)
    for wrong in (stranger.pk, "", "x", -1):
        assert client.post("/accounts/account/", {"account": wrong}).status_code == 400
    assert client.get("/accounts/activity/").context["account"] == account


def test_a_removed_member_is_out_at_once(client, account):
    user = make_user(account=account)
    client.force_login(user)
    assert client.get("/accounts/activity/").status_code == 200
    user.memberships.all().delete()
    assert client.get("/accounts/activity/").status_code == 403


def test_the_choice_ends_with_the_session(account):
    user, other = make_user(account=account), make_account()
    Membership.objects.create(account=other, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    client.post("/accounts/account/", {"account": other.pk})
    client.post("/accounts/logout/")
    client.force_login(user)
    assert client.get("/accounts/activity/").status_code == 302
