"""Own sessions, the old password, and the filtered log (10)."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts import audit, sessions
from accounts.models import LoginSession
from tests.factories import make_account, make_user
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db
SESSIONS, PASSWORD = "/accounts/sessions/", "/accounts/password/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def user():
    return make_user(account=make_account(), username="sara", language="en")


def log_in(user, agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    assert client.post("/accounts/login/", {"username": user.username, "password": "pass"}).status_code == 302
    return client


def test_each_browser_is_listed_and_ended(user):
    desk, phone = log_in(user, FIREFOX), log_in(user, PHONE)
    rows = table_of(desk.get(SESSIONS))
    assert [row[0] for row in rows] == ["Firefox on Linux this browser", "Chrome on Android"]
    theirs = LoginSession.objects.get(session_key=phone.session.session_key)
    desk.post(f"{SESSIONS}{theirs.pk}/end/")
    assert (phone.get(SESSIONS).status_code, desk.get(SESSIONS).status_code) == (302, 200)
    assert len(table_of(desk.get(SESSIONS))) == 1


def test_all_others_end_at_once(user):
    clients = [log_in(user, FIREFOX) for _ in range(3)]
    clients[0].post(f"{SESSIONS}others/end/")
    assert [client.get(SESSIONS).status_code for client in clients] == [200, 302, 302]


def test_logging_out_takes_the_row_away(user):
    client = log_in(user, FIREFOX)
    client.post("/accounts/logout/")
    assert LoginSession.objects.count() == 0


def test_a_new_password_ends_the_other_sessions(user):
    desk, phone = log_in(user, FIREFOX), log_in(user, PHONE)
    new = "درِ باغ-7391"
    desk.post(PASSWORD, {"old_password": "pass", "new_password1": new, "new_password2": new})
    assert (desk.get(SESSIONS).status_code, phone.get(SESSIONS).status_code) == (200, 302)
    assert LoginSession.objects.get().session_key == desk.session.session_key


def test_a_wrong_old_password_counts_for_the_lockout(user):
    client = log_in(user, FIREFOX)
    body = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    assert [client.post(PASSWORD, body).status_code for _ in range(3)] == [200, 200, 429]
    user.refresh_from_db()
    assert user.check_password("pass")
    assert Client().post("/accounts/login/", {"username": "sara", "password": "pass"}).status_code == 429


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("", "a browser on an unknown system"),
    ],
)  # fmt: skip
def test_a_device_has_words(agent, words):
    from django.utils import translation

    with translation.override("en"):
        assert sessions.device(agent) == words


def test_the_log_is_filtered_and_downloaded(user):
    account = make_account()
    client = client_of(account)
    mate = make_user(account=account, full_name="Mate")
    for number in range(3):
        audit.record(action="campaign.confirmed", account=account, user=mate, target=f"campaign {number}")
    audit.record(action="login.failed", account=account, target="x")
    rows = table_of(client.get("/accounts/activity/", {"who": mate.pk}))
    assert [row[1] for row in rows] == ["campaign 2", "campaign 1", "campaign 0"]
    assert len(table_of(client.get("/accounts/activity/", {"what": "login.failed"}))) == 1
    assert len(table_of(client.get("/accounts/activity/", {"since": "1450/01/01"}))) == 0
    answer = client.get("/accounts/activity/activity.xlsx", {"who": mate.pk})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["campaign 2", "campaign 1", "campaign 0"]


def test_the_log_costs_the_same_however_long(user):
    account = make_account()
    client = client_of(account)
    client.get("/accounts/activity/")
    with CaptureQueriesContext(connection) as few:
        client.get("/accounts/activity/")
    for number in range(40):
        audit.record(action="login.failed", account=account, user=make_user(account=account), target=str(number))
    with CaptureQueriesContext(connection) as many:
        client.get("/accounts/activity/")
    assert len(many) == len(few)
