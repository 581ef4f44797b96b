"""Accounts, members and roles, and the trail they leave."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from accounts import services
from accounts.models import Account, AuditEntry, Membership
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
Role = Membership.Role


def trail(account=None):
    entries = AuditEntry.objects.of(account) if account else AuditEntry.objects.all()
    return list(entries.order_by("id").values_list("action", "target", "details"))


def test_a_new_account_has_its_owner():
    owner, staff = make_user(username="sara"), make_user(is_staff=True)
    account = services.create_account(name="پخش آفتاب", owner=owner, by=staff)
    assert (account.state, account.kind) == (Account.State.ACTIVE, Account.Kind.LEGAL)
    assert account.memberships.get().role == Role.OWNER
    assert trail(account) == [("account.created", "پخش آفتاب", {}), ("member.added", "sara", {"role": "owner"})]
    assert set(AuditEntry.objects.values_list("user", flat=True)) == {staff.pk}


def test_nobody_has_two_places_in_one_account():
    account = make_account()
    user = make_user(account=account)
    with pytest.raises(IntegrityError):
        services.add_member(account, user, Role.VIEWER)


def test_a_role_changes_and_says_from_what_to_what():
    account = make_account()
    member = make_user(account=account, role=Role.VIEWER, username="sina").memberships.get()
    services.change_role(member, Role.SENDER)
    services.change_role(member, Role.SENDER)
    assert trail(account) == [("member.role_changed", "sina", {"from": "viewer", "to": "sender"})]


def test_an_account_keeps_an_owner():
    account = make_account()
    owner = make_user(account=account).memberships.get()
    with pytest.raises(services.LastOwner):
        services.change_role(owner, Role.VIEWER)
    with pytest.raises(services.LastOwner):
        services.remove_member(owner)
    owner.refresh_from_db()
    assert owner.role == Role.OWNER
    assert trail() == []
    make_user(account=account)
    services.remove_member(owner)
    assert account.memberships.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_leave_at_the_same_moment():
    account = make_account()
    owners = [make_user(account=account).memberships.get() for _ in range(2)]
    start = Barrier(2)

    def leave(membership):
        try:
            start.wait(10)
            services.remove_member(membership)
            return "left"
        except services.LastOwner:
            return "stayed"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, owners)) == ["left", "stayed"]
    assert account.memberships.filter(role=Role.OWNER).count() == 1


def test_suspending_and_activating_happen_once():
    account = make_account()
    assert [services.suspend(account, reason="unpaid"), services.suspend(account)] == [True, False]
    assert account.state == Account.State.SUSPENDED
    assert [services.activate(account), services.activate(account)] == [True, False]
    assert [action for action, *_ in trail(account)] == ["account.suspended", "account.activated"]
    assert trail(account)[0][2] == {"reason": "unpaid"}


def test_a_closed_account_is_not_opened_by_activating():
    account = make_account(state=Account.State.CLOSED)
    assert services.activate(account) is False
    account.refresh_from_db()
    assert account.state == Account.State.CLOSED
