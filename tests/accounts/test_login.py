"""Logging in and out."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from accounts.models import AuditEntry, Membership
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "درِ باغ-7391"


@pytest.fixture
def user():
    return make_user(
        account=make_account(),
        username="sara",
        password=PASSWORD,
        email="Sara@example.ir",
        mobile="+989121234567",
        full_name="سارا احمدی",
    )


def log_in(client, name, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": name, "password": password, **extra})


@pytest.mark.parametrize(
    "name",
    ["sara", "SARA", " sara ", "sara@example.ir", "SARA@EXAMPLE.IR", "09121234567", "۰۹۱۲۱۲۳۴۵۶۷", "+98 912 123 4567",
     "00989121234567", "٩١٢١٢٣٤٥٦٧"],
)  # fmt: skip
def test_a_person_is_known_by_user_name_email_or_mobile(client, user, name):
    response = log_in(client, name)
    assert (response.status_code, response.url) == (302, reverse("reports:desk"))
    assert client.session[SESSION_KEY] == str(user.pk)


def test_an_address_that_two_people_share_names_nobody(client, user):
    make_user(username="sina", password=PASSWORD, email="sara@example.ir", mobile="+989121234567")
    for name in ("sara@example.ir", "09121234567"):
        assert log_in(client, name).status_code == 200
    assert SESSION_KEY not in client.session
    assert log_in(client, "sara").status_code == 302


def test_a_wrong_password_is_told_in_the_readers_language(client, user):
    response = log_in(client, "sara", "wrong")
    assert response.status_code == 200
    assert "پس از ۳ تلاش نادرست باید ۳۰ دقیقه صبر کنید." in response.content.decode()
    client.cookies["django_language"] = "en"
    response = log_in(client, "sara", "wrong")
    assert "After 3 wrong tries you must wait 30 minutes." in response.content.decode()
    assert SESSION_KEY not in client.session


def test_a_user_who_was_switched_off_stays_out(client, user):
    user.is_active = False
    user.save()
    assert log_in(client, "sara").status_code == 200
    assert SESSION_KEY not in client.session


def test_the_session_gets_a_new_key_at_login(client, user):
    session = client.session
    session["something"] = "kept by a stranger"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    log_in(client, "sara")
    assert client.session.session_key != before
    assert client.cookies["sessionid"].value == client.session.session_key
    assert client.cookies["sessionid"]["httponly"]


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/accounts/profile/", "/accounts/profile/"),
        ("https://evil.example/", ""),
        ("//evil.example/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_login_leads_only_to_our_own_pages(client, user, wanted, given):
    assert log_in(client, "sara", next=wanted).url == (given or reverse("reports:desk"))


def test_whoever_is_in_does_not_see_the_login_page(client, user):
    client.force_login(user)
    assert client.get(LOGIN).status_code == 302


def test_staff_without_an_account_go_to_the_staff_pages(client):
    make_user(username="admin", password=PASSWORD, is_staff=True)
    assert log_in(client, "admin").url == "/admin/"


def test_logout_needs_a_post(client, user):
    client.force_login(user)
    assert client.get("/accounts/logout/").status_code == 405
    assert SESSION_KEY in client.session
    assert client.post("/accounts/logout/").url == LOGIN
    assert SESSION_KEY not in client.session


def test_logins_are_in_the_trail_of_the_account(client, user):
    log_in(client, "sara", "wrong")
    log_in(client, "sara")
    client.post("/accounts/logout/")
    account = Membership.objects.get(user=user).account
    entries = AuditEntry.objects.of(account).order_by("id").values_list("action", "user", "target", "address")
    assert list(entries) == [
        ("login.failed", None, "sara", "127.0.0.1"),
        ("login.succeeded", user.pk, "sara", "127.0.0.1"),
        ("login.ended", user.pk, "sara", "127.0.0.1"),
    ]


def test_a_password_typed_as_a_name_is_not_kept(client):
    log_in(client, "my-secret-password", "x")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target, entry.details) == ("login.failed", "", {})


def test_login_is_protected_against_other_sites(user):
    from django.test import Client

    assert log_in(Client(enforce_csrf_checks=True), "sara").status_code == 403


def test_passwords_are_kept_as_argon2(settings):
    assert settings.PASSWORD_HASHERS[-2] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[-2:]
    user = make_user(password=PASSWORD)
    assert user.password.startswith("argon2$argon2id$")
    assert user.check_password(PASSWORD)
