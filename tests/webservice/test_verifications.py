"""One-time passwords (W6): sent, checked once, never seen by anybody but the subscriber."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from billing.selectors import balance
from messaging.models import Campaign, Message, MessageClass, Template
from numbers.models import Line
from tests.concurrency.together import run_together
from tests.factories import make_line, make_user
from tests.webservice.conftest import Api, problem
from webservice.models import Verification
from webservice.services import create_key
from webservice.verifications.services import forget_verifications

pytestmark = pytest.mark.django_db
TO = "09121234567"


@pytest.fixture
def template(account) -> Template:
    return Template.objects.create(account=account, name="login", text="کد ورود شما: {code}", state="approved")


def start(api: Api, to: str = TO, **fields):
    return api.post("verifications", {"to": to, "template": "login", **fields})


def code_of(verification_id: int) -> str:
    """As it leaves on the wire; nowhere else is it to be found."""
    message_id = Verification.objects.get(pk=verification_id).message_id
    return re.search(r"\d{4,10}", Message.objects.get(pk=message_id).campaign.wire_text)[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def test_a_code_is_sent_and_right_once(api, account, line, template):
    before = balance(account)
    answer = start(api, reference="login-1")
    assert answer.status_code == 201
    body = answer.json()
    code = code_of(body["id"])
    assert (body["to"], body["state"], body["attempts_left"], len(code)) == ("+989121234567", "pending", 5, 6)
    campaign = Campaign.objects.get()
    assert (campaign.message_class, campaign.line, campaign.reference) == (MessageClass.OTP, line, "login-1")
    assert campaign.validity_minutes == 5
    assert balance(account) == before - campaign.price
    problem_free = api.post(f"verifications/{body['id']}/check", {"code": wrong(code)}).json()
    assert (problem_free["is_valid"], problem_free["attempts_left"]) == (False, 4)
    persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    right = api.post(f"verifications/{body['id']}/check", {"code": f" {persian} "}).json()
    assert (right["is_valid"], right["state"]) == (True, "approved")
    document = problem(api.post(f"verifications/{body['id']}/check", {"code": code}), 409, "verification_over")
    assert document["state"] == "approved"
    assert api.get(f"verifications/{body['id']}").json()["state"] == "approved"


def test_the_code_is_nowhere_but_on_the_wire(api, account, line, template, client):
    body = start(api).json()
    code = code_of(body["id"])
    client.force_login(make_user(account=account, language="en"))
    pages = [client.get(path) for path in ("/sent/", f"/sent/{body['message']}/", "/campaigns/")]
    pages += [client.get(f"/campaigns/{Campaign.objects.get().pk}/")]
    shown = [page.content.decode() for page in pages]
    shown += [api.get(path).content.decode() for path in (f"messages/{body['message']}", "messages")]
    assert all(code not in text for text in shown)
    assert "******" in api.get(f"messages/{body['message']}").json()["text"]
    with connection.cursor() as cursor:
        for table in ("messaging_campaign", "messaging_message", "webservice_verification"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            kept = re.sub(r"gAAAA\S+", "", cursor.fetchone()[0])
            assert not re.search(rf"(?<!\d){code}(?!\d)", kept)


def test_the_code_is_not_kept_with_the_answers_either(api, template, line):
    from webservice.models import IdempotentAnswer

    first = api.post("verifications", {"to": TO, "template": "login"}, idempotency_key="a")
    again = api.post("verifications", {"to": TO, "template": "login"}, idempotency_key="a")
    assert first.json() == again.json()
    assert Campaign.objects.count() == 1
    assert code_of(first.json()["id"]) not in str(IdempotentAnswer.objects.get().body).replace(TO[1:], "")


def test_five_wrong_codes_end_it(api, template, line):
    body = start(api).json()
    code = code_of(body["id"])
    for left in (4, 3, 2, 1, 0):
        assert api.post(f"verifications/{body['id']}/check", {"code": wrong(code)}).json()["attempts_left"] == left
    document = problem(api.post(f"verifications/{body['id']}/check", {"code": code}), 409, "verification_over")
    assert document["state"] == "failed"


def test_an_expired_and_a_replaced_code_are_right_no_more(api, template, line):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        first = start(api, expiry=120).json()
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        second = start(api, expiry=120).json()
        over = problem(api.post(f"verifications/{first['id']}/check", {"code": "1234"}), 409, "verification_over")
        assert over["state"] == "replaced"
    with time_machine.travel(now + timedelta(seconds=182), tick=False):
        code = code_of(second["id"])
        over = problem(api.post(f"verifications/{second['id']}/check", {"code": code}), 409, "verification_over")
        assert over["state"] == "expired"


@pytest.mark.django_db(transaction=True)
def test_of_ten_right_checks_at_once_one_is_told_so(api, template, line):
    body = start(api).json()
    code = code_of(body["id"])

    def check() -> bool:
        answer = api.post(f"verifications/{body['id']}/check", {"code": code})
        connection.close()
        return answer.status_code == 200 and answer.json()["is_valid"]

    assert sorted(run_together([check] * 10)) == [False] * 9 + [True]


@pytest.mark.django_db(transaction=True)
def test_of_ten_requests_at_once_to_a_number_one_is_sent(api, template, line):
    def ask() -> int:
        status = start(api).status_code
        connection.close()
        return status

    assert sorted(run_together([ask] * 10)) == [201] + [429] * 9
    assert Campaign.objects.count() == 1


def test_limits_of_a_number_a_prefix_and_an_account(api, stranger, template, line, settings):
    now = timezone.now()
    settings.VERIFICATIONS_PER_NUMBER, settings.VERIFICATIONS_PER_PREFIX, settings.VERIFICATIONS_PER_ACCOUNT = 2, 4, 6
    clock = time_machine.travel(now, tick=False)
    traveller = clock.start()
    try:
        assert start(api).status_code == 201
        answer = start(api)
        assert problem(answer, 429, "verification_limited")["limit"] == "too_soon"
        assert 59 <= int(answer["Retry-After"]) <= 61
        traveller.shift(61)
        assert start(api).status_code == 201
        traveller.shift(61)
        assert problem(start(api), 429, "verification_limited")["limit"] == "number"
        for last in (1, 2):
            assert start(api, f"0912123450{last}").status_code == 201
        assert start(api, "09121234503").status_code == 429
        assert problem(start(api, "09121234503"), 429, "verification_limited")["limit"] == "prefix"
        assert start(api, "09351234503").status_code == 201
        assert start(api, "09361234503").status_code == 201
        assert problem(start(api, "09371234503"), 429, "verification_limited")["limit"] == "account"
        traveller.shift(3700)
        assert start(api).status_code == 201
    finally:
        clock.stop()
    assert Campaign.objects.count() == Verification.objects.count() == 7


def test_a_limit_is_not_kept_with_the_idempotency_key(api, template, line):
    now = timezone.now()
    body = {"to": TO, "template": "login"}
    with time_machine.travel(now, tick=False):
        start(api)
        assert api.post("verifications", body, idempotency_key="k").status_code == 429
    with time_machine.travel(now + timedelta(seconds=61), tick=False):
        assert api.post("verifications", body, idempotency_key="k").status_code == 201


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"to": "123"}, "to", "invalid"),
        ({"template": "none"}, "template", "not_found"),
        ({"template": "waiting"}, "template", "not_approved"),
        ({"template": "refused"}, "template", "not_approved"),
        ({"template": "codeless"}, "template", "conflict"),
        ({"template": "named"}, "parameters.name", "required"),
        ({"parameters": {"x": "y"}}, "parameters.x", "unknown_field"),
        ({"parameters": {"code": "1234"}}, "parameters.code", "unknown_field"),
        ({"length": 3}, "length", "too_small"),
        ({"length": 11}, "length", "too_large"),
        ({"expiry": 4000}, "expiry", "too_large"),
        ({"line": "30009999"}, "line", "not_found"),
        ({"line": "advertising"}, "line", "conflict"),
        ({"code": "1234"}, "code", "unknown_field"),
    ],
)
def test_what_cannot_be_sent(api, account, template, unchanged, fields, field, code):
    texts = {"waiting": ("{code}", "pending"), "refused": ("{code}", "refused"), "codeless": ("{a}", "approved")}
    texts |= {"named": ("{name}: {code}", "approved")}
    for name, (text, state) in texts.items():
        Template.objects.create(account=account, name=name, text=text, state=state)
    if fields.get("line") == "advertising":
        fields = {"line": make_line(account).number}
    document = problem(start(api, **fields), 422, "validation_failed")
    assert (field, code) in [(error["field"], error["code"]) for error in document["errors"]]
    assert not Verification.objects.exists()


def test_without_credit_nothing_is_sent_and_nothing_counts(gateway, tariff, account, line, template):
    from tests.factories import make_account

    poor = make_account()
    make_line(poor, kind=Line.Kind.SERVICE)
    Template.objects.create(account=poor, name="login", text="{code}", state="approved")
    api = Api(create_key(account=poor, name="k", scopes=["send"])[1])
    problem(start(api), 402, "insufficient_credit")
    assert not Verification.objects.exists()
    assert not Campaign.objects.exists()


def test_the_line_is_a_service_line_whatever_else_there_is(api, account, line, template):
    make_line(account)
    shared = make_line(None, kind=Line.Kind.SHARED_SERVICE)
    start(api)
    assert Campaign.objects.get().line == line
    Line.objects.filter(pk=line.pk).update(state=Line.State.SUSPENDED)
    start(api, "09121234999")
    assert Campaign.objects.first().line == shared


def test_another_account_cannot_check_or_see_it_and_a_month_later_it_is_gone(api, stranger, template, line):
    body = start(api).json()
    problem(stranger.get(f"verifications/{body['id']}"), 404, "not_found")
    problem(stranger.post(f"verifications/{body['id']}/check", {"code": "1234"}), 404, "not_found")
    assert forget_verifications(now=timezone.now() + timedelta(days=29)) == 0
    assert forget_verifications(now=timezone.now() + timedelta(days=31)) == 1
