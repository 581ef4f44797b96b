"""A code by SMS that is asked for, or written, many times at the same moment (10, Beyond)."""

import re
from functools import partial
from threading import Barrier

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import sms_codes
from accounts.models import SmsCode
from common.models import Notice
from tests.concurrency.together import run_together
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
MOBILE = "+989121234567"


def asking(user):
    return partial(sms_codes.send, user, MOBILE, request=RequestFactory().get("/"), now=timezone.now())


def test_asked_for_eight_times_at_once_one_is_sent():
    outcomes = run_together([asking(make_user())] * 8)
    assert sum(isinstance(outcome, sms_codes.TooManyCodes) for outcome in outcomes) == 7
    assert (SmsCode.objects.count(), Notice.objects.count()) == (1, 1)


def test_of_eight_users_with_one_number_five_are_sent_a_code():
    run_together([asking(make_user()) for _ in range(8)])
    assert SmsCode.objects.count() == 5


def test_control_without_the_lock_all_are_sent(monkeypatch):
    """Everybody counts before anybody has written."""
    everyone_has_counted = Barrier(8)
    count = sms_codes.seconds_left

    def counted(*names, **options) -> int:
        seconds = count(*names, **options)
        everyone_has_counted.wait(30)
        return seconds

    monkeypatch.setattr(sms_codes, "_one_at_a_time", lambda *names: None)
    monkeypatch.setattr(sms_codes, "seconds_left", counted)
    run_together([asking(make_user()) for _ in range(8)])
    assert SmsCode.objects.count() == 8


def test_written_eight_times_at_once_it_is_right_once():
    user = make_user()
    asking(user)()
    code = re.search(r"\d{6}", Notice.objects.get().wire_text)[0]
    outcomes = run_together([partial(sms_codes.take, user, MOBILE, code, now=timezone.now())] * 8)
    assert sorted(outcomes) == [False] * 7 + [True]
