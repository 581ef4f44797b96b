"""Opt-outs that an account's programs keep."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from phonebook.models import OptOut
from phonebook.opt_outs import WEB_SERVICE, opt_in, opt_out, opted_out_among
from tests.factories import make_account, make_line

pytestmark = pytest.mark.django_db
FIRST, SECOND = 989120000001, 989120000002


def test_numbers_are_added_once_for_one_line():
    account = make_account()
    line, other = make_line(account), make_line(account)
    added = {"account": account, "line": line, "reason": WEB_SERVICE, "now": timezone.now()}
    assert opt_out(msisdns=[FIRST, FIRST], **added) == {FIRST}
    assert opt_out(msisdns=[FIRST, SECOND], **added) == {SECOND}
    assert opt_out(msisdns=[FIRST], **added) == set()
    assert opted_out_among(account=account, line=line, msisdns=[FIRST, 5]) == {FIRST}
    assert opted_out_among(account=account, line=other, msisdns=[FIRST]) == set()
    assert list(AuditEntry.objects.values_list("action", "details")) == [("opt_out.created", {"numbers": 1})] * 2


def test_only_what_programs_and_people_wrote_is_taken_back():
    account = make_account()
    line = make_line(account)
    opt_out(account=account, line=line, msisdns=[FIRST], reason=WEB_SERVICE, now=timezone.now())
    OptOut.objects.create(account=account, line=line, msisdn=SECOND, reason="لغو11")
    assert opt_in(account=make_account(), line=line, msisdns=[FIRST]) == 0
    assert opt_in(account=account, line=line, msisdns=[FIRST, SECOND]) == 1
    assert list(OptOut.objects.values_list("msisdn", flat=True)) == [SECOND]
