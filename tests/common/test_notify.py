"""Notices to people: written with what they tell of, told once, tried again, and never in their caller's way."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from billing.selectors import balance
from common.models import Notice
from common.notify import deliver_due, notify
from messaging.models import Campaign, Message, MessageClass
from numbers.models import Line
from numbers.services import LineRefused, carry_notices
from tests.factories import make_account, make_gateway, make_line
from tests.pages import staff_client

pytestmark = pytest.mark.django_db
NOTICE = {"kind": "test.done", "key": "test:1", "subject": "Done", "text": "It is done."}


@pytest.fixture
def line():
    make_gateway()
    line = make_line(make_account(credit=100_000), kind=Line.Kind.SERVICE)
    carry_notices(line=line, by=None)
    return line


def states() -> list[tuple]:
    return list(Notice.objects.order_by("way").values_list("way", "state", "attempts"))


def test_an_sms_leaves_from_the_platforms_line_at_its_cost(line):
    before = balance(line.account)
    notify(**NOTICE, mobile="۰۹۱۲ ۱۲۳ ۴۵۶۷", account_id=7)
    assert deliver_due(now=timezone.now()) == 1
    message = Message.objects.select_related("campaign").get()
    campaign = message.campaign
    assert (message.msisdn, campaign.text, campaign.line_id) == (989121234567, "It is done.", line.pk)
    assert (campaign.kind, campaign.message_class) == (Campaign.Kind.NOTICE, MessageClass.TRANSACTIONAL)
    assert balance(line.account) == before - campaign.price < before
    assert states() == [("sms", "sent", 1)]


def test_an_email_leaves_by_djangos_backend():
    notify(**NOTICE, email="a@example.ir")
    assert deliver_due(now=timezone.now()) == 1
    [letter] = mail.outbox
    assert (letter.subject, letter.body, letter.to) == ("Done", "It is done.", ["a@example.ir"])
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert states() == [("email", "sent", 1)]


def test_a_key_is_told_once_by_each_way(line):
    for _repeat in range(3):
        notify(**NOTICE, mobile="09121234567", email="a@example.ir")
        deliver_due(now=timezone.now())
    assert (len(mail.outbox), Message.objects.count()) == (1, 1)
    assert states() == [("email", "sent", 1), ("sms", "sent", 1)]


def test_keys_that_begin_alike_are_different_however_long():
    for last in "ab":
        notify(**NOTICE | {"key": "x" * 200 + last}, email="a@example.ir")
    assert deliver_due(now=timezone.now()) == 2


@pytest.mark.parametrize("address", [{"mobile": "021123"}, {"email": "nobody"}, {"mobile": "", "email": None}, {}])
def test_an_address_that_is_none_is_passed_over(address):
    notify(**NOTICE, **address)
    assert states() == []


def test_what_is_rolled_back_is_not_told():
    with transaction.atomic():
        notify(**NOTICE, email="a@example.ir")
        transaction.set_rollback(True)
    assert (states(), deliver_due(now=timezone.now())) == ([], 0)


def test_the_task_is_nudged_after_the_commit_and_its_failure_troubles_nobody(
    django_capture_on_commit_callbacks, monkeypatch, caplog
):
    from common.tasks import deliver_notices

    def broken() -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(deliver_notices, "delay", broken)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        notify(**NOTICE, email="a@example.ir")
    assert len(callbacks) == 1
    assert "no broker" in caplog.text
    assert states() == [("email", "waiting", 0)]


def test_what_stands_in_the_way_is_tried_again_ever_more_slowly_for_a_day(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens
    now = timezone.now()
    notify(**NOTICE, email="a@example.ir")
    for minutes, attempts in ((0, 1), (0.5, 1), (1, 2), (2, 2), (3, 3), (5, 3), (7, 4)):
        assert deliver_due(now=now + timedelta(minutes=minutes, seconds=1)) == 0
        assert states() == [("email", "waiting", attempts)], minutes
    deliver_due(now=now + timedelta(days=1, minutes=1))
    assert states() == [("email", "failed", 5)]
    assert "refused" in Notice.objects.get().problem


def test_without_a_line_or_credit_the_sms_waits_and_leaves_later(line):
    Line.objects.update(carries_notices=False)
    now = timezone.now()
    notify(**NOTICE, mobile="09121234567")
    assert deliver_due(now=now + timedelta(seconds=1)) == 0
    assert states() == [("sms", "waiting", 1)]
    assert "carries" in Notice.objects.get().problem
    carry_notices(line=make_line(make_account(), kind=Line.Kind.SERVICE), by=None)  # an account without credit
    assert deliver_due(now=now + timedelta(minutes=2)) == 0
    assert (states(), Campaign.objects.count()) == ([("sms", "waiting", 2)], 0)
    carry_notices(line=line, by=None)
    assert deliver_due(now=now + timedelta(minutes=9)) == 1
    assert (Message.objects.count(), Notice.objects.get().problem) == (1, "")


def test_one_that_is_held_back_waits_for_its_time():
    now = timezone.now()
    notify(**NOTICE, email="a@example.ir", due_at=now + timedelta(minutes=5))
    assert deliver_due(now=now + timedelta(minutes=4)) == 0
    assert deliver_due(now=now + timedelta(minutes=5)) == 1


def test_one_line_carries_the_notices_and_its_account_pays(line, capsys):
    other = make_line(make_account(), kind=Line.Kind.SERVICE)
    call_command("account", "notices", other.number)
    assert json.loads(capsys.readouterr().out)["line"] == other.number
    assert list(Line.objects.filter(carries_notices=True)) == [other]
    with pytest.raises(LineRefused):
        carry_notices(line=make_line(None, kind=Line.Kind.SHARED_SERVICE), by=None)
    assert list(Line.objects.filter(carries_notices=True)) == [other]


def test_staff_see_what_failed_and_have_it_tried_again():
    notify(**NOTICE, email="a@example.ir")
    Notice.objects.update(state="failed", problem="mail server away")
    client = staff_client()
    assert b"mail server away" in client.get("/admin/common/notice/").content
    client.post("/admin/common/notice/", {"action": "again", "_selected_action": [Notice.objects.get().pk]})
    assert states() == [("email", "waiting", 0)]
    assert deliver_due(now=timezone.now()) == 1
