"""Staff look into an account: with a reason, for a while, changing nothing, and it is all written down."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
END = "/accounts/impersonate/end/"


@pytest.fixture
def owner():
    return make_user(account=make_account(credit=1_000_000), full_name="Owner", username="owner")


def staff(*permissions: str) -> Client:
    user = make_user(is_staff=True, language="en", username="helper")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def look(client: Client, owner, reason: str = "ticket 12"):
    place = owner.memberships.get()
    return client.post(
        f"/accounts/impersonate/{place.account_id}/", {"member": place.pk, "reason": reason}, HTTP_ACCEPT_LANGUAGE="en"
    )


def test_a_reason_and_the_right_are_needed(owner):
    client = staff("impersonate")
    assert look(client, owner, reason="").status_code == 422
    assert client.get("/billing/").status_code == 403
    other = Client()
    other.force_login(make_user(is_staff=True))
    assert look(other, owner).status_code == 403
    assert not AuditEntry.objects.filter(action__startswith="impersonation").exists()


def test_they_see_what_a_viewer_sees_under_a_banner_and_each_page_is_recorded(owner):
    client = staff("impersonate")
    assert look(client, owner).status_code == 302
    page = client.get("/billing/")
    assert page.status_code == 200
    assert END in page.content.decode()
    assert client.get("/accounts/members/").status_code == 403  # an owner's page
    entries = AuditEntry.objects.filter(action="impersonation.request").order_by("id")
    assert [(entry.user.username, entry.target, entry.details["as"]) for entry in entries] == [
        ("helper", "/billing/", "owner"), ("helper", "/accounts/members/", "owner")
    ]  # fmt: skip
    assert AuditEntry.objects.get(action="impersonation.begun").details["reason"] == "ticket 12"
    assert client.post(END).status_code == 302
    assert client.get("/billing/").status_code == 403


def test_the_further_right_shows_what_the_member_sees(owner):
    client = staff("impersonate", "impersonate_as_member")
    look(client, owner)
    assert client.get("/accounts/members/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/send/", "/accounts/password/", "/accounts/profile/", "/accounts/two-factor/on/", "/credit/add/",
             "/web-service/keys/new/", "/accounts/members/leave/", "/accounts/sessions/others/end/"],
)  # fmt: skip
def test_nothing_can_be_changed_or_spent(owner, path):
    client = staff("impersonate", "impersonate_as_member")
    look(client, owner)
    before = AuditEntry.objects.exclude(action="impersonation.request").count()
    new = "درِ باغ-7391"
    body = {"old_password": "pass", "new_password1": new, "new_password2": new, "text": "x", "full_name": "x"}
    assert client.post(path, body).status_code == 403
    assert AuditEntry.objects.exclude(action="impersonation.request").count() == before
    assert AuditEntry.objects.filter(action="impersonation.request", target=path).count() == 1


def test_it_runs_out(owner):
    client = staff("impersonate")
    look(client, owner)
    with time_machine.travel(timezone.now() + timedelta(minutes=30, seconds=1), tick=False):
        assert client.get("/billing/").status_code == 403


def test_never_into_the_places_of_staff(owner):
    colleague = make_user(account=owner.accounts.get(), is_staff=True)
    client = staff("impersonate")
    assert look(client, colleague).status_code == 422
    look(client, owner)
    owner.is_staff = True
    owner.save()
    assert client.get("/billing/").status_code == 403
