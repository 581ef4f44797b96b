"""Members: roles, invitations, leaving, handing over (10, Beyond)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEntry, Invitation, LoginSession, Membership, User
from common.models import Notice
from tests.factories import make_account, make_user
from tests.pages import client_of

pytestmark = pytest.mark.django_db
MEMBERS = "/accounts/members/"
NEW = {
    "full_name": "سارا احمدی", "username": "sara", "new_password1": "درِ باغ-7391", "new_password2": "درِ باغ-7391"
}  # fmt: skip


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def owner(account):
    return make_user(account=account)


def invite(account, owner, **fields):
    fields = {"role": "sender", "email": "sara@example.ir", "now": timezone.now(), **fields}
    return invitations.invite(account=account, by=owner, **fields)


def path_of(invitation) -> str:
    return "/" + invitations.link(invitation).split("/", 3)[3]


def test_an_owner_invites_and_the_link_makes_a_user_with_the_role(account):
    client = client_of(account)
    answer = client.post(f"{MEMBERS}invite/", {"mobile": "۰۹۱۲۱۲۳۴۵۶۷", "email": "sara@example.ir", "role": "viewer"})
    assert (answer.status_code, answer.url) == (302, MEMBERS)
    invitation = Invitation.objects.get()
    assert {notice.address for notice in Notice.objects.all()} == {"+989121234567", "sara@example.ir"}
    assert all(path_of(invitation) in notice.text for notice in Notice.objects.all())
    stranger = Client()
    assert stranger.get(path_of(invitation)).status_code == 200
    assert stranger.post(path_of(invitation), NEW).status_code == 302
    user = User.objects.get(username="sara")
    assert (user.mobile, user.email, user.memberships.get().role) == ("+989121234567", "sara@example.ir", "viewer")
    assert stranger.get("/accounts/sessions/").status_code == 200
    assert AuditEntry.objects.filter(action="member.added", account=account, user=user).count() == 1


def test_an_invitation_works_once_and_not_after_its_end(account, owner):
    invitation = invite(account, owner)
    assert Client().post(path_of(invitation), NEW).status_code == 302
    again = Client().post(path_of(invitation), NEW | {"username": "thief"})
    assert (again.status_code, User.objects.filter(username="thief").exists()) == (404, False)
    late = invite(account, owner, email="late@example.ir", now=timezone.now() - timedelta(days=7, minutes=1))
    assert Client().get(path_of(late)).status_code == 404
    withdrawn = invite(account, owner, email="w@example.ir")
    assert invitations.withdraw(withdrawn, by=owner, now=timezone.now())
    assert Client().get(path_of(withdrawn)).status_code == 404
    assert Client().get(path_of(withdrawn)[:-3] + "xx/").status_code == 404


def test_one_who_has_a_user_joins_with_it(account, owner):
    other = make_account()
    client = client_of(other)
    invitation = invite(account, owner)
    assert client.post(path_of(invitation)).status_code == 302
    assert Membership.objects.of(account).filter(user__memberships__account=other).get().role == "sender"
    second = invite(account, owner, email="b@example.ir")
    assert client.post(path_of(second)).status_code == 409
    assert Invitation.objects.get(pk=second.pk).accepted_at is None


def test_needless_and_too_many_invitations_are_refused(account, owner, settings):
    settings.INVITATIONS_A_DAY = 1
    client = Client()
    client.force_login(owner)
    invite(account, owner)
    for email in ("SARA@example.ir", "other@example.ir"):
        assert client.post(f"{MEMBERS}invite/", {"email": email, "role": "sender"}).status_code == 200
    assert client.post(f"{MEMBERS}invite/", {"email": "", "mobile": "", "role": "sender"}).status_code == 200
    assert Invitation.objects.count() == 1


def test_a_removed_member_is_logged_out_everywhere(account, owner):
    member = make_user(account=account, role="sender")
    theirs, client = Client(), Client()
    theirs.force_login(member)
    client.force_login(owner)
    assert theirs.get("/accounts/sessions/").status_code == 200
    client.post(f"{MEMBERS}{member.memberships.get().pk}/remove/")
    assert not Membership.objects.filter(user=member).exists()
    assert theirs.get("/accounts/sessions/").status_code == 302
    assert not LoginSession.objects.filter(user=member).exists()


def test_the_last_owner_stays(account, owner):
    client = Client()
    client.force_login(owner)
    place = owner.memberships.get().pk
    client.post(f"{MEMBERS}{place}/role/", {"role": "viewer"})
    client.post(f"{MEMBERS}leave/")
    client.post(f"{MEMBERS}{place}/remove/")
    assert Membership.objects.get(pk=place).role == "owner"
    assert not AuditEntry.objects.filter(action__in=["member.left", "member.removed"]).exists()


def test_ownership_is_handed_over(account, owner):
    member = make_user(account=account, role="viewer")
    client = Client()
    client.force_login(owner)
    client.post(f"{MEMBERS}{member.memberships.get().pk}/transfer/")
    assert (member.memberships.get().role, owner.memberships.get().role) == ("owner", "sender")
    assert client.get(MEMBERS).status_code == 403


def test_the_members_page_costs_as_much_for_ten_as_for_one(account, owner, django_assert_num_queries):
    client = Client()
    client.force_login(owner)
    client.get(MEMBERS)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(MEMBERS)
    for number in range(9):
        make_user(account=account, role="viewer")
        invite(account, owner, email=f"{number}@example.ir")
    with django_assert_num_queries(len(few)):
        client.get(MEMBERS)
