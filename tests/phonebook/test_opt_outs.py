"""Opt-outs (9.7): by keyword, by the account's programs and people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from numbers.models import Line
from phonebook.models import OptOut, OptOutReply, OptOutWords
from phonebook.opt_outs import (
    PANEL,
    SUBSCRIBER,
    WEB_SERVICE,
    Heard,
    hear,
    opt_in,
    opt_out,
    opted_out_among,
    set_words,
    take_back,
)
from phonebook.refusals import PhonebookRefused
from phonebook.selectors import opted_out
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


def heard(line, text, msisdn=FIRST) -> Heard:
    return Heard(line.account_id, line.pk, msisdn, text)


def kept() -> list[tuple]:
    return list(OptOut.objects.order_by("pk").values_list("line", "msisdn", "reason", "note"))


@pytest.mark.parametrize("text", ["لغو11", "لغو ۱۱", "11", "١١", " لغو\u200c۱۱. ", "Stop"])
def test_a_subscriber_leaves_one_line_by_a_word(text):
    account = make_account()
    line, other = make_line(account), make_line(account)
    set_words(account=account, leave=["STOP"], rejoin=[], confirms=False)
    assert hear([heard(line, text)], now=timezone.now()) == 1
    assert kept() == [(line.pk, FIRST, SUBSCRIBER, text)]
    assert opted_out(account, line).tolist() == [FIRST]
    assert opted_out(account, other).tolist() == []
    assert hear([heard(line, text)], now=timezone.now()) == 0


@pytest.mark.parametrize("text", ["111", "لغو", "سلام 11 نفر", "", "1 1 1"])
def test_other_texts_change_nothing(text):
    assert hear([heard(make_line(make_account()), text)], now=timezone.now()) == 0
    assert kept() == []


def test_the_last_word_of_a_batch_counts_and_12_comes_back():
    account = make_account()
    line = make_line(account)
    assert hear([heard(line, "11"), heard(line, "سلام"), heard(line, "12"), heard(line, "11", SECOND)],
                now=timezone.now()) == 1  # fmt: skip
    assert [row[1] for row in kept()] == [SECOND]
    set_words(account=account, leave=[], rejoin=["شروع"], confirms=False)
    assert hear([heard(line, "شروع", SECOND), heard(line, "۱۲", FIRST)], now=timezone.now()) == 1
    assert kept() == []


def test_what_the_subscriber_asked_for_cannot_be_taken_back_by_the_account():
    account = make_account()
    line = make_line(account)
    opt_out(account=account, line=line, msisdns=[FIRST], reason=PANEL, now=timezone.now())
    hear([heard(line, "لغو11")], now=timezone.now())
    assert opt_in(account=account, line=line, msisdns=[FIRST]) == 0
    mine = opt_out(account=account, line=None, msisdns=[SECOND], reason=PANEL, note="by phone", now=timezone.now())
    assert mine == {SECOND}
    ids = list(OptOut.objects.values_list("pk", flat=True))
    assert take_back(account=make_account(), ids=ids) == (0, 0)
    assert take_back(account=account, ids=ids) == (1, 1)
    assert kept() == [(line.pk, FIRST, SUBSCRIBER, "")]


def test_a_shared_line_is_left_whoever_sends_from_it():
    shared = make_line(None, kind=Line.Kind.SHARED_SERVICE)
    first, second = make_account(), make_account()
    assert hear([heard(shared, "11")], now=timezone.now()) == 1
    assert opted_out(first, shared).tolist() == opted_out(second, shared).tolist() == [FIRST]
    assert opted_out(first, make_line(first)).tolist() == []
    assert hear([heard(shared, "12")], now=timezone.now()) == 1
    assert kept() == []


def test_confirmations_are_owed_at_a_change_and_at_most_twice_a_day():
    account = make_account()
    line = make_line(account)
    now = timezone.now()
    set_words(account=account, leave=[], rejoin=[], confirms=True, left_text="رفتید", rejoined_text="برگشتید")
    for text in ("11", "11", "12", "12", "11", "12"):
        hear([heard(line, text)], now=now)
    assert list(OptOutReply.objects.order_by("id").values_list("text", flat=True)) == ["رفتید", "برگشتید"]
    hear([heard(line, "11")], now=now + timedelta(days=1, seconds=1))
    assert OptOutReply.objects.count() == 3


@pytest.mark.parametrize(
    ("leave", "rejoin", "field"),
    [(["a"], ["A "], "rejoin"), (["12"], [], "leave"), ([], ["لغو۱۱"], "leave"), (["x" * 41], [], "leave"),
     ([], [str(n) for n in range(13, 34)], "rejoin")],
)  # fmt: skip
def test_words_that_cannot_be(leave, rejoin, field):
    with pytest.raises(PhonebookRefused) as refusal:
        set_words(account=make_account(), leave=leave, rejoin=rejoin, confirms=False)
    assert refusal.value.field == field
    assert not OptOutWords.objects.exists()
