"""The trail is only added to, and an owner may read their own account's."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from accounts import audit
from accounts.models import AuditEntry, Membership
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
ACTIVITY = "/accounts/activity/"


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEntry.objects.update(target="nothing"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: AuditEntry.objects.get().delete(),
        lambda: connection.cursor().execute("UPDATE accounts_auditentry SET at = now()"),
        lambda: connection.cursor().execute("DELETE FROM accounts_auditentry"),
    ],
)
def test_the_database_refuses_to_change_an_entry(change):
    entry = audit.record(action="account.created", target="پخش آفتاب")
    with pytest.raises(DatabaseError, match="the audit trail is only added to"), transaction.atomic():
        change()
    kept = AuditEntry.objects.get()
    assert (kept.pk, kept.target, kept.at) == (entry.pk, "پخش آفتاب", entry.at)


def test_the_database_refuses_to_empty_the_trail():
    with connection.cursor() as cursor:
        # Tests that commit empty their tables, so this one trigger is off in tests; on again until the rollback.
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_no_truncate")
        with pytest.raises(DatabaseError, match="the audit trail is only added to"):
            cursor.execute("TRUNCATE accounts_auditentry CASCADE")


def test_an_entry_takes_who_where_and_which_account_from_the_request():
    account = make_account()
    request = RequestFactory(REMOTE_ADDR="198.51.100.7").get("/")
    request.user, request.account = make_user(account=account), account
    entry = audit.record(action="campaign.confirmed", target="x" * 200, details={"price": 1850}, request=request)
    entry.refresh_from_db()
    assert (entry.user, entry.account, entry.address) == (request.user, account, "198.51.100.7")
    assert (entry.target, entry.details) == ("x" * 120, {"price": 1850})


def test_an_owner_reads_the_trail_of_their_account_only(client):
    account, other = make_account(), make_account()
    owner = make_user(account=account)
    audit.record(action="member.added", account=account, user=owner, target="sina")
    audit.record(action="member.added", account=other, target="somebody-else")
    client.force_login(owner)
    page = client.get(ACTIVITY).content.decode()
    assert "افزودن عضو" in page
    assert "sina" in page
    assert "somebody-else" not in page


def test_the_trail_is_paged_newest_first(client):
    account = make_account()
    owner = make_user(account=account)
    client.force_login(owner)
    for number in range(119):
        audit.record(action="campaign.confirmed", account=account, target=f"campaign-{number}")
    pages = [client.get(ACTIVITY).context["page"]]
    while pages[-1].next:
        pages.append(client.get(ACTIVITY, {"after": pages[-1].next}).context["page"])
    targets = [[entry.target for entry in page.rows] for page in pages]
    assert [len(page) for page in targets] == [50, 50, 20]
    assert targets[0][0] == "campaign-118"
    assert targets[2][-2:] == ["campaign-0", owner.username]
    assert [entry.target for entry in client.get(f"{ACTIVITY}?after=x").context["page"].rows] == targets[0]


@pytest.mark.parametrize("role", [Membership.Role.SENDER, Membership.Role.VIEWER])
def test_others_do_not_read_it(client, role):
    client.force_login(make_user(account=make_account(), role=role))
    assert client.get(ACTIVITY).status_code == 403


def test_what_somebody_calls_themselves_is_shown_as_text(client):
    account = make_account()
    owner = make_user(account=account, full_name="<script>alert(1)</script>")
    client.force_login(owner)
    assert "<script>alert(1)" not in client.get(ACTIVITY).content.decode()


def test_a_profile_is_edited_and_recorded(client):
    user = make_user(account=make_account(), full_name="سارا")
    client.force_login(user)
    data = {"full_name": "سارا احمدی", "language": "en"}
    response = client.post("/accounts/profile/", data)
    assert (response.status_code, response.url) == (302, "/accounts/profile/")
    assert response.cookies["django_language"].value == "en"
    user.refresh_from_db()
    assert (user.full_name, user.language) == ("سارا احمدی", "en")
    entry = AuditEntry.objects.get(action="profile.changed")
    assert entry.details == {"fields": ["full_name", "language"]}


def test_a_bad_profile_is_not_saved(client):
    user = make_user(account=make_account(), full_name="سارا")
    client.force_login(user)
    response = client.post("/accounts/profile/", {"full_name": "x", "mobile": "123", "email": "no", "language": "de"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"mobile", "email", "language"}
    assert "یک شماره همراه مانند 09121234567 بنویسید." in response.content.decode()
    user.refresh_from_db()
    assert (user.full_name, user.mobile) == ("سارا", "")
