"""Staff look into an account: with a reason, for a while, changing nothing, and it is all written down."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts import impersonation
from accounts.models import AuditEntry, User
from billing.selectors import balance
from messaging.models import Campaign
from phonebook.models import Group
from tests.access_table import TABLE
from tests.access_world import PLACEHOLDER
from tests.factories import make_account, make_gateway, make_line, make_user

pytestmark = pytest.mark.django_db
END = "/accounts/impersonate/end/"


@pytest.fixture
def owner():
    return make_user(account=make_account(credit=1_000_000), full_name="Owner", username="owner")


def staff(*permissions: str) -> Client:
    user = User.objects.filter(username="helper").first()
    user = user or make_user(is_staff=True, language="en", username="helper")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def look(client: Client, owner, reason: str = "ticket 12", **more):
    place = owner.memberships.get()
    written = {"member": place.pk, "reason": reason, **more}
    return client.post(f"/accounts/impersonate/{place.account_id}/", written, HTTP_ACCEPT_LANGUAGE="en")


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


# --- Changing things in a member's place ------------------------------------------------------------------------------

# What staff may change there: every page of the access table that takes POST and is not refused. A new page is refused
# until somebody names it in settings.IMPERSONATION_MAY_CHANGE, and then here.
OPEN = {
    "/auto-replies/lines/{line}/", "/auto-replies/new/", "/auto-replies/polls/new/",
    "/auto-replies/polls/{poll}/delete/", "/auto-replies/polls/{poll}/draw/", "/auto-replies/polls/{poll}/edit/",
    "/auto-replies/selected/", "/auto-replies/upload/", "/auto-replies/upload/{reply_file}/", "/auto-replies/{rule}/",
    "/bulk/audiences/{audience}/delete/", "/campaigns/{campaign}/pause/", "/campaigns/{unpaid}/discard/",
    "/campaigns/{unpaid}/edit/", "/phonebook/", "/phonebook/contacts.csv", "/phonebook/fields/new/",
    "/phonebook/fields/{field}/", "/phonebook/fields/{field}/delete/", "/phonebook/fields/{field}/move/",
    "/phonebook/groups/", "/phonebook/groups/new/", "/phonebook/groups/{group}/", "/phonebook/groups/{group}/delete/",
    "/phonebook/groups/{group}/merge/", "/phonebook/import/", "/phonebook/import/{import}/",
    "/phonebook/import/{import}/cancel/", "/phonebook/new/", "/phonebook/opt-outs/add/",
    "/phonebook/opt-outs/remove/", "/phonebook/opt-outs/words/", "/phonebook/selected/", "/phonebook/trash/change/",
    "/phonebook/trash/undo/{deletion}/", "/phonebook/{contact}/", "/samples/add/", "/samples/{sample}/",
    "/samples/{sample}/delete/", "/send/", "/send/advice/", "/send/file/", "/send/p2p/", "/send/p2p/file/",
    "/send/p2p/rows/", "/send/preview/", "/templates/", "/templates/{template}/delete/",
}  # fmt: skip


def helper_who_changes() -> Client:
    return staff("impersonate", "impersonate_and_change")


def test_changing_is_a_right_of_its_own_and_is_asked_for(owner):
    looker = staff("impersonate", "impersonate_as_member")
    account = owner.accounts.get()
    assert "I have to change something" not in looker.get(f"/accounts/impersonate/{account.pk}/").content.decode()
    look(looker, owner, changes="on")
    assert looker.post("/phonebook/groups/new/", {"name": "VIP"}).status_code == 403
    client = helper_who_changes()
    look(client, owner)
    assert client.post("/phonebook/groups/new/", {"name": "VIP"}).status_code == 403
    assert not Group.objects.exists()


def test_what_they_change_is_in_the_log_under_both_names(owner):
    client = helper_who_changes()
    look(client, owner, changes="on")
    page = client.get("/phonebook/groups/new/").content.decode()
    assert "under both names" in page
    assert client.post("/phonebook/groups/new/", {"name": "VIP"}).status_code == 302
    group = Group.objects.get()
    assert group.account == owner.accounts.get()
    entry = AuditEntry.objects.get(action="impersonation.changed")
    assert (entry.user.username, entry.details, entry.target, entry.account) == (
        "helper", {"as": "owner", "method": "POST"}, "/phonebook/groups/new/", group.account
    )  # fmt: skip
    assert AuditEntry.objects.get(action="impersonation.begun").details["changes"] is True
    own = Client()
    own.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    assert "helper" in own.get("/accounts/activity/?what=impersonation.changed").content.decode()


@pytest.mark.parametrize(
    "path",
    ["/accounts/password/", "/accounts/profile/", "/accounts/two-factor/on/", "/accounts/members/invite/",
     "/accounts/members/leave/", "/accounts/sessions/others/end/", "/credit/add/", "/billing/warning/",
     "/billing/buyer/", "/web-service/keys/new/", "/web-service/webhooks/new/", "/numbers/requests/number/",
     "/send/test/", "/send/recurring/new/", "/support/new/", "/nowhere/", "/staff/slips/1/confirm/"],
)  # fmt: skip
def test_money_sends_passwords_keys_and_members_stay_the_customers(owner, path):
    client = helper_who_changes()
    look(client, owner, changes="on")
    refused = client.post(path, {"text": "x"})
    assert refused.status_code == 403
    assert "staff change none of them" in refused.content.decode()
    assert not AuditEntry.objects.filter(action="impersonation.changed").exists()
    assert AuditEntry.objects.filter(action="impersonation.request", target=path).count() == 1


def test_a_draft_is_prepared_and_the_customer_lets_it_go(owner):
    account = owner.accounts.get()
    make_gateway()
    line = make_line(account)
    client = helper_who_changes()
    look(client, owner, changes="on")
    written = {"line": line.pk, "text": "سلام", "typed": "09121234567", "kind": "simple", "token": uuid4()}
    made = client.post("/send/", written)
    campaign = Campaign.objects.get()
    assert (made.url, campaign.state) == (f"/campaigns/{campaign.pk}/review/", "review")
    assert client.post(f"/campaigns/{campaign.pk}/confirm/").status_code == 403
    campaign.refresh_from_db()
    assert (campaign.state, balance(account)) == ("review", 1_000_000)


def test_the_right_that_is_taken_away_ends_it_at_once(owner):
    client = helper_who_changes()
    look(client, owner, changes="on")
    User.objects.get(username="helper").user_permissions.set(Permission.objects.filter(codename="impersonate"))
    assert client.post("/phonebook/groups/new/", {"name": "VIP"}).status_code == 403
    assert client.get("/phonebook/groups/new/").status_code == 403  # a viewer's eyes again


def test_the_pages_that_are_open_are_these():
    taking = {path for line in TABLE.splitlines() if line.startswith("POST") for path in [line.split()[1]]}
    filled = {path: PLACEHOLDER.sub("1", path.replace("{deletion}", str(uuid4()))) for path in taking}
    found = {path for path, real in filled.items() if impersonation.is_open_to_staff(real)}
    assert found == OPEN


def test_afterwards_they_are_back_where_they_were(owner):
    client = staff("impersonate")
    account = owner.accounts.get()
    look(client, owner, next=f"/staff/accounts/{account.pk}/")
    assert client.post(END).url == f"/staff/accounts/{account.pk}/"
    look(client, owner, next="https://evil.example/")
    assert client.post(END).url == f"/admin/accounts/account/{account.pk}/change/"
