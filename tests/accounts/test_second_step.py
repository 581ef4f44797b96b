"""Two-factor login: a code works once, wrong ones close the door (10, Beyond)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from accounts import second_step
from accounts.models import AuditEntry, RecoveryCode, TwoFactor
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
LOGIN, CODE, PAGE = "/accounts/login/", "/accounts/login/code/", "/accounts/two-factor/"


@pytest.fixture(autouse=True)
def in_the_middle_of_a_step():
    with time_machine.travel("2026-11-22T10:00:15Z", tick=False):
        yield


@pytest.fixture
def user():
    return make_user(account=make_account(), username="sara", password="pass", language="en")


def code_of(user, steps: int = 0) -> str:
    """The app's code, ``steps`` half minutes from now."""
    factor = TwoFactor.objects.get(user=user)
    return f"{totp(bytes.fromhex(factor.secret), drift=steps):06}"


def turn_on(user) -> list[str]:
    second_step.begin(user)
    return second_step.confirm(user, code_of(user, -1), now=timezone.now())


def after_password(user, **extra) -> Client:
    client = Client(**extra)
    answer = client.post(LOGIN, {"username": user.username, "password": "pass"})
    assert (answer.status_code, answer.url) == (302, CODE)
    assert SESSION_KEY not in client.session
    return client


def test_it_is_turned_on_with_a_code_and_then_asked_for(user):
    client = Client()
    client.force_login(user)
    page = client.get(PAGE).content.decode()
    assert "data:image/svg+xml" in page
    assert client.post(f"{PAGE}on/", {"code": "000"}).status_code == 422
    shown = client.post(f"{PAGE}on/", {"code": code_of(user, -1)})
    assert shown.content.decode().count('<li><code dir="ltr">') == 10
    assert shown["Cache-Control"] == "no-store"
    login = after_password(user)
    before = login.session.session_key
    assert login.get("/accounts/sessions/").status_code == 302  # not logged in yet
    assert login.post(CODE, {"code": code_of(user)}).status_code == 302
    assert login.session[SESSION_KEY] == str(user.pk)
    assert login.session.session_key != before


def test_the_secret_lies_encrypted(user):
    from django.db import connection

    second_step.begin(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_twofactor")
        [kept] = cursor.fetchone()
    assert TwoFactor.objects.get(user=user).secret not in kept


def test_a_code_works_once_in_its_window(user):
    turn_on(user)
    code = code_of(user)
    assert after_password(user).post(CODE, {"code": code}).status_code == 302
    replay = after_password(user)
    assert replay.post(CODE, {"code": code}).status_code == 422
    assert SESSION_KEY not in replay.session


def test_a_recovery_code_works_once(user):
    codes = turn_on(user)
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    assert after_password(user).post(CODE, {"code": codes[0].upper()}).status_code == 302
    assert after_password(user).post(CODE, {"code": codes[0]}).status_code == 422
    assert second_step.codes_left(user) == 9
    assert AuditEntry.objects.filter(action="two_factor.recovery_used", user=user).count() == 1


def test_a_wandering_clock_is_followed(user):
    second_step.begin(user)
    now = timezone.now()
    key = bytes.fromhex(TwoFactor.objects.get().secret)
    at = int(now.timestamp()) // 30
    from django_otp.oath import hotp

    second_step.confirm(user, f"{hotp(key, at - 1):06}", now=now)
    later = now + timedelta(minutes=5)
    step = int(later.timestamp()) // 30
    with pytest.raises(second_step.NoCode):
        second_step.use(user, f"{hotp(key, step + 2):06}", now=later)
    second_step.use(user, f"{hotp(key, step - 2):06}", now=later)
    assert TwoFactor.objects.get().drift == -2


def test_three_wrong_codes_close_the_door_for_the_password_too(user):
    turn_on(user)
    client = after_password(user)
    assert [client.post(CODE, {"code": "000000"}).status_code for _ in range(3)] == [422, 422, 429]
    assert client.post(CODE, {"code": code_of(user)}).status_code == 429
    assert Client().post(LOGIN, {"username": "sara", "password": "pass"}).status_code == 429
    assert SESSION_KEY not in client.session
    assert AuditEntry.objects.filter(action="login.locked", target="sara").count() == 1


def test_the_password_must_still_be_the_one_that_was_shown(user):
    turn_on(user)
    client = after_password(user)
    user.set_password("another")
    user.save()
    answer = client.post(CODE, {"code": code_of(user)})
    assert (answer.status_code, answer.url) == (302, LOGIN)
    assert SESSION_KEY not in client.session


def test_a_remembered_browser_is_not_asked_until_the_password_changes(user):
    turn_on(user)
    client = after_password(user)
    client.post(CODE, {"code": code_of(user), "remember": "on"})
    client.post("/accounts/logout/")
    client.post(LOGIN, {"username": "sara", "password": "pass"})
    assert client.session[SESSION_KEY] == str(user.pk)
    client.post(f"{PAGE}devices/")
    client.post("/accounts/logout/")
    assert client.post(LOGIN, {"username": "sara", "password": "pass"}).url == CODE


def test_turning_it_off_needs_password_and_code(user):
    turn_on(user)
    client = Client()
    client.force_login(user)
    wrong = client.post(f"{PAGE}off/", {"password": "wrong", "code": code_of(user)})
    assert (wrong.status_code, second_step.factor_of(user) is None) == (422, False)
    assert client.post(f"{PAGE}off/", {"password": "pass", "code": "000000"}).status_code == 422
    assert client.post(f"{PAGE}off/", {"password": "pass", "code": code_of(user)}).status_code == 302
    assert second_step.factor_of(user) is None
    assert RecoveryCode.objects.count() == 0


def test_staff_who_must_have_it_see_only_the_page_that_makes_it(settings):
    settings.STAFF_TWO_FACTOR = True
    staff = make_user(is_staff=True, is_superuser=True, language="en")
    client = Client()
    client.force_login(staff)
    for path in ("/admin/", "/staff/support/", "/accounts/profile/"):
        assert client.get(path).url == PAGE
    assert client.get(PAGE).status_code == 200
    turn_on(staff)
    assert client.get("/admin/").status_code == 200
    client.post(f"{PAGE}off/", {"password": "pass", "code": code_of(staff)})
    assert second_step.factor_of(staff) is not None
    client.post("/accounts/logout/")
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.url.startswith(LOGIN)
    after_password(staff)


def test_staff_take_it_off_for_customers_but_not_for_colleagues(user):
    turn_on(user)
    colleague = make_user(is_staff=True)
    turn_on(colleague)
    helper = make_user(is_staff=True)
    from django.contrib.auth.models import Permission

    helper.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = Client()
    client.force_login(helper)
    chosen = {"action": "reset_second_step", "_selected_action": [user.pk, colleague.pk]}
    client.post("/admin/accounts/user/", chosen)
    assert (second_step.factor_of(user), second_step.factor_of(colleague) is None) == (None, False)
    entry = AuditEntry.objects.get(action="two_factor.reset")
    assert (entry.user, entry.target) == (helper, "sara")
