"""Staff pages of accounts, people and the trail."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import Account, AuditEntry, Membership, User
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "درِ باغ-7391"


@pytest.fixture
def boss(client):
    user = make_user(username="boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def clerk(*permissions) -> Client:
    """A member of staff who is no superuser."""
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    browser = Client()
    browser.force_login(user)
    return browser


def act(client, model, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(f"admin:{model}_changelist"), data, follow=True)


def actions(**filters) -> list:
    return list(AuditEntry.objects.filter(**filters).order_by("id").values_list("action", "target", "details"))


def test_the_index_is_persian_and_from_right_to_left(client, boss):
    page = client.get("/admin/").content.decode()
    assert '<html lang="fa" dir="rtl"' in page
    assert "بخش کارکنان" in page
    client.cookies["django_language"] = "en"
    assert '<html lang="en-us" dir="ltr"' in client.get("/admin/").content.decode().replace('"en"', '"en-us"')


@pytest.mark.parametrize("model", ["account", "user", "membership", "auditentry"])
def test_every_list_opens_and_is_searched(client, boss, model):
    account = make_account(name="پخش آفتاب")
    make_user(account=account, username="sara")
    audit.record(action="account.created", account=account, target="پخش آفتاب")
    url = reverse(f"admin:accounts_{model}_changelist")
    assert client.get(url).status_code == 200
    found = client.get(url, {"q": "آفتاب"})
    assert found.context["cl"].result_count == 1
    assert client.get(url, {"q": "nothing-like-it"}).context["cl"].result_count == 0


def test_accounts_are_suspended_and_activated_with_a_trace(client, boss):
    account, other = make_account(name="یک"), make_account(name="دو", state=Account.State.CLOSED)
    act(client, "accounts_account", "suspend", account, other)
    states = dict(Account.objects.values_list("name", "state"))
    assert states == {"یک": "suspended", "دو": "closed"}
    act(client, "accounts_account", "activate", account)
    assert Account.objects.get(name="یک").state == "active"
    assert actions(account=account) == [("account.suspended", "یک", {}), ("account.activated", "یک", {})]
    assert AuditEntry.objects.filter(account=account, user=boss, address="127.0.0.1").count() == 2


def test_the_state_is_moved_by_the_actions_only(client, boss):
    account = make_account(name="یک")
    form = {"name": "یک دو", "kind": "legal", "state": "closed", "mobile": "", "email": ""}
    response = client.post(reverse("admin:accounts_account_change", args=[account.pk]), form | inline())
    assert response.status_code == 302
    account.refresh_from_db()
    assert (account.name, account.state) == ("یک دو", "active")
    assert actions(account=account) == [("account.changed", "یک دو", {"fields": ["name"]})]


def inline(*rows) -> dict:
    """The formset of memberships: rows are dicts of one form each."""
    data = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": sum("id" in row for row in rows)}
    for number, row in enumerate(rows):
        data |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return data


def test_members_are_added_moved_and_removed_with_a_trace(client, boss):
    account = make_account(name="یک")
    kept = make_user(account=account, username="kept", role=Membership.Role.VIEWER).memberships.get()
    gone = make_user(account=account, username="gone").memberships.get()
    new = make_user(username="new")
    base = {"account": account.pk}
    rows = inline(
        base | {"id": kept.pk, "user": kept.user_id, "role": "owner"},
        base | {"id": gone.pk, "user": gone.user_id, "role": "owner", "DELETE": "on"},
        base | {"user": new.pk, "role": "sender"},
    )
    form = {"name": "یک", "kind": "legal", "mobile": "", "email": ""}
    response = client.post(reverse("admin:accounts_account_change", args=[account.pk]), form | rows)
    assert response.status_code == 302
    assert dict(account.memberships.values_list("user__username", "role")) == {"kept": "owner", "new": "sender"}
    assert actions(account=account) == [
        ("member.role_changed", "kept", {"from": "viewer", "to": "owner"}),
        ("member.added", "new", {"to": "sender"}),
        ("member.removed", "gone", {"from": "owner"}),
    ]


def test_a_user_is_added_and_their_mobile_understood(client, boss):
    data = {
        "username": "sara",
        "full_name": "سارا",
        "mobile": "۰۹۱۲۱۲۳۴۵۶۷",
        "email": "s@example.ir",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    response = client.post(reverse("admin:accounts_user_add"), data | inline())
    assert response.status_code == 302
    user = User.objects.get(username="sara")
    assert (user.mobile, user.is_staff) == ("+989121234567", False)
    assert user.check_password(PASSWORD)
    assert actions(action="user.created") == [("user.created", "سارا", {})]


def test_no_part_of_a_password_is_shown_and_staff_may_set_one(client, boss):
    user = make_user(username="sara", account=make_account())
    page = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert user.password not in page
    assert user.password.split("$")[-1][:6] not in page
    assert "تعیین گذرواژهٔ تازه" in page
    url = reverse("admin:auth_user_password_change", args=[user.pk])
    assert url.endswith("/password/")
    form = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(url, form).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert actions(action="password.set") == [("password.set", "sara", {})]


def test_a_locked_user_is_seen_and_opened_again(client, boss):
    user = make_user(username="sara", password=PASSWORD, account=make_account())
    browser = Client(REMOTE_ADDR="198.51.100.7")
    for _ in range(3):
        browser.post("/accounts/login/", {"username": "sara", "password": "wrong"})
    rows = client.get(reverse("admin:accounts_user_changelist")).context["cl"].result_list
    assert {row.username: row.login_is_closed for row in rows} == {"boss": False, "sara": True}
    act(client, "accounts_user", "unlock", user)
    assert browser.post("/accounts/login/", {"username": "sara", "password": PASSWORD}).status_code == 302
    entry = AuditEntry.objects.get(action="login.unlocked")
    assert (entry.user, entry.target, entry.account) == (boss, "sara", user.accounts.get())


def test_an_address_is_opened_again_from_the_counters(client, boss, settings):
    settings.LOGIN_ADDRESS_FAILURE_LIMIT = 2
    make_user(username="sara", password=PASSWORD)
    browser = Client(REMOTE_ADDR="198.51.100.7")
    for name in ("one", "two"):
        browser.post("/accounts/login/", {"username": name, "password": "wrong"})
    assert browser.post("/accounts/login/", {"username": "sara", "password": PASSWORD}).status_code == 429
    page = client.get(reverse("admin:axes_accessattempt_changelist"))
    rows = page.context["cl"].result_list
    data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    client.post(reverse("admin:axes_accessattempt_changelist"), data)
    assert browser.post("/accounts/login/", {"username": "sara", "password": PASSWORD}).status_code == 302
    assert AuditEntry.objects.filter(action="login.unlocked", user=boss).count() == 2


def test_the_trail_is_only_looked_at(client, boss):
    entry = audit.record(action="account.created", target="یک")
    assert client.get(reverse("admin:accounts_auditentry_change", args=[entry.pk])).status_code == 200
    assert client.get(reverse("admin:accounts_auditentry_add")).status_code == 403
    assert client.post(reverse("admin:accounts_auditentry_change", args=[entry.pk]), {}).status_code == 403
    assert client.post(reverse("admin:accounts_auditentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    act(client, "accounts_auditentry", "delete_selected", entry)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


@pytest.mark.parametrize("model", ["account", "user"])
def test_accounts_and_users_are_never_deleted(client, boss, model):
    row = make_account() if model == "account" else make_user()
    assert client.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_staff_do_not_give_themselves_rights():
    browser = clerk("view_user", "change_user")
    user = User.objects.get(is_staff=True)
    form = {"username": user.username, "full_name": "x", "language": "fa", "is_active": "on", "is_staff": "on",
            "is_superuser": "on", "user_permissions": [Permission.objects.first().pk]}  # fmt: skip
    browser.post(reverse("admin:accounts_user_change", args=[user.pk]), form | inline())
    user.refresh_from_db()
    assert (user.is_superuser, user.user_permissions.count()) == (False, 2)


def test_staff_do_not_touch_their_bosses():
    boss = make_user(username="boss", is_staff=True, is_superuser=True)
    browser = clerk("view_user", "change_user")
    url = reverse("admin:accounts_user_change", args=[boss.pk])
    assert browser.post(url, {"username": "mine"} | inline()).status_code == 403
    form = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(reverse("admin:auth_user_password_change", args=[boss.pk]), form).status_code == 403
    boss.refresh_from_db()
    assert boss.check_password("pass")


def test_staff_without_the_right_see_nothing():
    account = make_account()
    browser = clerk("view_account")
    assert browser.get(reverse("admin:accounts_account_changelist")).status_code == 200
    assert browser.get(reverse("admin:accounts_user_changelist")).status_code == 403
    act(browser, "accounts_account", "suspend", account)
    account.refresh_from_db()
    assert account.state == "active"


@pytest.mark.parametrize("role", list(Membership.Role))
def test_customers_are_refused(client, role):
    client.force_login(make_user(account=make_account(), role=role))
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(reverse("admin:accounts_user_changelist"), follow=True).status_code == 403


def test_the_trail_is_filtered_by_what_was_done(client, boss):
    audit.record(action="account.created", target="one")
    audit.record(action="account.suspended", target="two")
    url = reverse("admin:accounts_auditentry_changelist")
    page = client.get(url, {"action": "account.suspended"})
    assert [entry.target for entry in page.context["cl"].result_list] == ["two"]
    assert "تعلیق حساب" in page.content.decode()
