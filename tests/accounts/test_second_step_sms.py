"""Codes by SMS as the second step of login, and the owner who asks a second step of all members (10, Beyond)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts import second_step
from accounts.models import AuditEntry, Membership, SmsCode, TwoFactor
from accounts.tasks import forget_sessions
from common.models import Notice
from common.notify import deliver_due
from messaging.models import Campaign, MessageClass
from numbers.models import Line
from numbers.services import carry_notices
from tests.factories import make_account, make_gateway, make_line, make_user

pytestmark = pytest.mark.django_db
LOGIN, CODE, AGAIN = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/again/"
PAGE, MEMBERS = "/accounts/two-factor/", "/accounts/members/"
MOBILE, MASKED = "+989121234567", "0912***4567"


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-22T10:00:15Z", tick=False) as clock:
        yield clock


@pytest.fixture
def user(clock):
    return make_user(account=make_account(), username="sara", password="pass", language="en", mobile=MOBILE)


def codes() -> list[str]:
    """What was sent, oldest first."""
    return [re.search(r"\d{6}", one.wire_text)[0] for one in Notice.objects.filter(kind="login.code").order_by("pk")]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def entered(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def turn_on(user, clock) -> Client:
    client = entered(user)
    client.post(f"{PAGE}sms/")
    assert client.post(f"{PAGE}sms/on/", {"code": codes()[-1]}).status_code == 200
    clock.shift(timedelta(minutes=2))
    return client


def after_password(user, **extra) -> Client:
    client = Client(**extra)
    client.cookies["django_language"] = "en"
    answer = client.post(LOGIN, {"username": user.username, "password": "pass"})
    assert (answer.status_code, answer.url) == (302, CODE)
    assert SESSION_KEY not in client.session
    return client


def is_in(client) -> bool:
    return SESSION_KEY in client.session


def test_it_is_turned_on_by_the_code_that_came_and_then_asked_for(user, clock):
    client = entered(user)
    page = client.get(PAGE).content.decode()
    assert (MASKED in page, "1234567" in page, f"{PAGE}sms/on/" in page) == (True, False, False)
    assert client.post(f"{PAGE}sms/").url == PAGE
    assert f"{PAGE}sms/on/" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}sms/on/", {"code": other_than(codes()[0])}).status_code == 422
    assert second_step.factor_of(user) is None
    shown = client.post(f"{PAGE}sms/on/", {"code": codes()[0]})
    assert shown.content.decode().count('<li><code dir="ltr">') == 10
    factor = second_step.factor_of(user)
    assert (factor.way, factor.mobile) == (TwoFactor.Way.SMS, MOBILE)
    clock.shift(timedelta(minutes=2))
    login = after_password(user)
    assert [notice.address for notice in Notice.objects.all()] == [MOBILE, MOBILE]
    page = login.get(CODE).content.decode()
    assert (MASKED in page, "1234567" in page) == (True, False)
    assert login.post(CODE, {"code": codes()[1]}).status_code == 302
    assert is_in(login)


def test_the_code_leaves_as_a_one_time_password_that_nobody_else_can_read(user, clock):
    make_gateway()
    line = make_line(make_account(credit=100_000), kind=Line.Kind.SERVICE)
    carry_notices(line=line, by=None)
    entered(user).post(f"{PAGE}sms/")
    [code] = codes()
    assert deliver_due(now=timezone.now()) == 1
    campaign = Campaign.objects.get()
    notice = Notice.objects.get()
    assert (campaign.message_class, campaign.validity_minutes) == (MessageClass.OTP, 5)
    assert campaign.wire_text.count(code) == 1
    assert (code in campaign.text, code in notice.text, notice.wire_text) == (False, False, None)
    assert code not in str(SmsCode.objects.values().get())


def test_a_code_that_could_not_leave_in_its_five_minutes_never_leaves(user, clock):
    entered(user).post(f"{PAGE}sms/")  # no line carries notices
    assert deliver_due(now=timezone.now()) == 0
    clock.shift(timedelta(minutes=6))
    line = make_line(make_account(credit=100_000), kind=Line.Kind.SERVICE)
    carry_notices(line=line, by=None)
    assert deliver_due(now=timezone.now()) == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.problem, notice.wire_text) == ("failed", "too late", None)
    assert Campaign.objects.count() == 0


def test_a_code_works_once(user, clock):
    turn_on(user, clock)
    first, second = after_password(user), after_password(user)
    assert len(codes()) == 2  # one to turn it on, one for both tries within the minute
    assert first.post(CODE, {"code": codes()[-1]}).status_code == 302
    assert second.post(CODE, {"code": codes()[-1]}).status_code == 422
    assert not is_in(second)


def test_a_newer_code_replaces_the_older(user, clock):
    turn_on(user, clock)
    client = after_password(user)
    clock.shift(timedelta(seconds=61))
    assert client.post(AGAIN).url == CODE
    old, new = codes()[-2:]
    assert client.post(CODE, {"code": old}).status_code == 422
    assert client.post(CODE, {"code": new}).status_code == 302


def test_a_code_is_over_after_five_minutes(user, clock):
    turn_on(user, clock)
    client = after_password(user)
    clock.shift(timedelta(seconds=299))
    client.post(AGAIN)  # there is as long again for it
    clock.shift(timedelta(seconds=300))
    assert client.post(CODE, {"code": codes()[-1]}).status_code == 422
    assert SmsCode.objects.latest("pk").used_at is None
    clock.shift(timedelta(seconds=1))
    assert client.post(CODE, {"code": codes()[-1]}).url == LOGIN  # the password was shown too long ago
    assert not is_in(client)


def test_a_minute_between_codes_and_five_an_hour(user, clock):
    turn_on(user, clock)  # the first of the hour
    client = after_password(user)
    said = client.post(AGAIN, follow=True).content.decode()
    assert "The next can be sent in 1 minute." in said
    for _again in range(3):
        clock.shift(timedelta(seconds=61))
        client.post(AGAIN)
    assert len(codes()) == 5
    clock.shift(timedelta(seconds=61))
    said = client.post(AGAIN, follow=True).content.decode()
    assert "The next can be sent in 54 minutes." in said
    assert len(codes()) == 5
    assert client.post(CODE, {"code": codes()[-1]}).status_code == 302  # the last one still works


def test_one_number_gets_five_an_hour_whoever_asks(user, clock):
    others = [make_user(account=make_account(), mobile=MOBILE, language="en") for _ in range(5)]
    for other in others:
        entered(other).post(f"{PAGE}sms/")
    assert len(codes()) == 5
    assert "Too many codes" in entered(user).post(f"{PAGE}sms/", follow=True).content.decode()
    assert len(codes()) == 5


def test_one_place_gets_thirty_an_hour(user, clock):
    now = timezone.now()
    rows = [SmsCode(user=make_user(), mobile=f"+98912000{n:04}", address="10.1.1.1", digest="", nonce="",
                    created_at=now, expires_at=now) for n in range(30)]  # fmt: skip
    SmsCode.objects.bulk_create(rows)
    client = entered(user)
    client.post(f"{PAGE}sms/", REMOTE_ADDR="10.1.1.1")
    assert codes() == []
    client.post(f"{PAGE}sms/", REMOTE_ADDR="10.1.1.2")
    assert len(codes()) == 1


def test_three_wrong_codes_close_the_door(user, clock):
    turn_on(user, clock)
    client = after_password(user)
    right = codes()[-1]
    assert [client.post(CODE, {"code": other_than(right)}).status_code for _ in range(3)] == [422, 422, 429]
    assert client.post(CODE, {"code": right}).status_code == 429
    assert Client().post(LOGIN, {"username": "sara", "password": "pass"}).status_code == 429
    assert AuditEntry.objects.filter(action="login.locked", target="sara").count() == 1


def test_five_wrong_codes_from_many_places_end_the_code(user, clock):
    turn_on(user, clock)
    right = None
    for place in range(3):
        client = after_password(user, REMOTE_ADDR=f"10.0.0.{place}")
        right = codes()[-1]
        for _try in range(2):
            client.post(CODE, {"code": other_than(right)})
    client = after_password(user, REMOTE_ADDR="10.0.0.9")
    assert client.post(CODE, {"code": right}).status_code == 422
    assert SmsCode.objects.latest("pk").wrong == 5


def test_a_recovery_code_works_in_its_place(user, clock):
    client = entered(user)
    client.post(f"{PAGE}sms/")
    shown = client.post(f"{PAGE}sms/on/", {"code": codes()[-1]}).content.decode()
    recovery = re.findall(r'<li><code dir="ltr">([^<]+)', shown)
    login = after_password(user)
    assert login.post(CODE, {"code": recovery[0]}).status_code == 302
    assert is_in(login)


def test_the_codes_go_on_to_the_number_that_was_confirmed(user, clock):
    """Whoever sits at an open browser cannot lead them elsewhere."""
    turn_on(user, clock)
    user.mobile = "+989359999999"
    user.save()
    after_password(user)
    assert Notice.objects.latest("pk").address == MOBILE


def test_turning_it_off_needs_password_and_code(user, clock):
    client = turn_on(user, clock)
    client.post(f"{PAGE}sms/")
    code = codes()[-1]
    assert client.post(f"{PAGE}off/", {"password": "wrong", "code": code}).status_code == 422
    assert client.post(f"{PAGE}off/", {"password": "pass", "code": other_than(code)}).status_code == 422
    assert client.post(f"{PAGE}off/", {"password": "pass", "code": code}).status_code == 302
    assert second_step.factor_of(user) is None


def test_without_a_number_the_profile_asks_for_one(clock):
    person = make_user(account=make_account(), language="en", mobile="")
    client = entered(person)
    assert "Your profile has no mobile number yet." in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}sms/").url == "/accounts/profile/"
    assert client.post(f"{PAGE}sms/on/", {"code": "123456"}).status_code == 422
    assert codes() == []


def test_staff_who_must_have_it_need_the_app(settings, clock):
    staff = make_user(is_staff=True, is_superuser=True, mobile=MOBILE, password="pass")
    client = turn_on(staff, clock)
    assert client.get("/admin/").status_code == 200
    settings.STAFF_TWO_FACTOR = True
    assert client.get("/admin/").url == PAGE
    client.post(f"{PAGE}sms/")
    assert client.post(f"{PAGE}off/", {"password": "pass", "code": codes()[-1]}).status_code == 302
    assert f"{PAGE}sms/" not in client.get(PAGE).content.decode()


def test_old_rows_are_forgotten(user, clock):
    turn_on(user, clock)
    clock.shift(timedelta(days=2))
    after_password(user)
    forget_sessions()
    assert SmsCode.objects.count() == 1


# --- The owner asks it of all members ---------------------------------------------------------------------------------


@pytest.fixture
def account(user):
    return user.accounts.get()


def test_the_owner_asks_it_of_all_members(user, account, clock):
    sender = make_user(account=account, role=Membership.Role.SENDER, language="en", mobile="+989351112233")
    theirs = entered(sender)
    owner = entered(user)
    refused = owner.post(f"{MEMBERS}second-step/", {"is_wanted": "1"})
    assert (refused.url, theirs.get("/sent/").status_code) == (PAGE, 200)  # not before it is the owner's own
    owner = turn_on(user, clock)
    assert owner.post(f"{MEMBERS}second-step/", {"is_wanted": "1"}).url == MEMBERS
    assert "1 of 2 members have it." in owner.get(MEMBERS).content.decode()
    for path in ("/", "/sent/", "/send/", "/web-service/keys/"):
        assert theirs.get(path).url == PAGE
    assert theirs.get("/search/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PAGE
    assert [theirs.get(path).status_code for path in (PAGE, "/accounts/profile/", "/accounts/account/")] == [200] * 3
    assert "lets nobody in" in theirs.get(PAGE).content.decode()
    theirs.post(f"{PAGE}sms/")
    assert theirs.post(f"{PAGE}sms/on/", {"code": codes()[-1]}).status_code == 200
    assert theirs.get("/sent/").status_code == 200
    owner.post(f"{MEMBERS}second-step/", {"is_wanted": "0"})
    assert entered(make_user(account=account)).get("/sent/").status_code == 200
    actions = AuditEntry.objects.filter(account=account, action__startswith="account.second_step")
    assert sorted(actions.values_list("action", flat=True)) == [
        "account.second_step_free", "account.second_step_required",
    ]  # fmt: skip


def test_only_the_owner_asks_it(user, account, clock):
    second_step.begin(user)
    for role in (Membership.Role.SENDER, Membership.Role.VIEWER):
        assert (
            entered(make_user(account=account, role=role))
            .post(f"{MEMBERS}second-step/", {"is_wanted": "1"})
            .status_code
            == 403
        )
    account.refresh_from_db()
    assert account.needs_second_step is False


def test_it_counts_in_the_account_that_asks_it_only(user, account, clock):
    account.needs_second_step = True
    account.save()
    other = make_account(name="Other")
    person = make_user(account=account, language="en")
    Membership.objects.create(account=other, user=person)
    client = entered(person)
    client.post("/accounts/account/", {"account": account.pk})
    assert client.get("/sent/").url == PAGE
    client.post("/accounts/account/", {"account": other.pk})
    assert client.get("/sent/").status_code == 200
