"""Received messages are answered once: by rule, by default, or not at all, and the log says why."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from autoreply import answering
from autoreply.answering import answer_some
from autoreply.models import Answer, Outcome, Poll, PollOption, Vote
from billing.models import LedgerEntry, Wallet
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Message, MessageClass
from messaging.selectors import campaigns
from phonebook.models import Contact, Group, OptOut
from tests.autoreply.conftest import NOW, SUBSCRIBER
from tests.factories import make_account, make_contact, make_line

HOUR = timedelta(hours=1)


def test_a_keyword_is_answered_and_charged_like_any_message(responder):
    rule = responder.rule("قیمت", reply="قیمت امروز ۱۲۰ تومان است")
    assert responder.ask("قیمت") == ("ANSWERED", "قیمت امروز ۱۲۰ تومان است")
    [message] = Message.objects.all()
    assert (message.msisdn, message.campaign.kind) == (int(SUBSCRIBER), Campaign.Kind.AUTO)
    assert message.campaign.message_class == MessageClass.TRANSACTIONAL
    assert Wallet.objects.get(account=responder.account).balance == 1_000_000 - message.price < 1_000_000
    answer = Answer.objects.get()
    assert (answer.rule, answer.campaign_id, answer.decided_at) == (rule, message.campaign_id, NOW)
    assert list(campaigns(responder.account)) == []
    assert (list(check_ledger()), check_charges()) == ([], [])


@pytest.mark.parametrize("text", [" ك\u200cد ۱ ", "کد 1", "كد١", "کد  1\u200f", "KOD", "kod"])
def test_variants_of_letters_digits_case_and_spaces_do_not_matter(responder, text):
    responder.rule("کد 1", "کد1", "Kod", reply="درست")
    assert responder.ask(text) == ("ANSWERED", "درست")


def test_what_no_rule_answers_gets_the_default_reply_of_its_line(responder):
    other = make_line(responder.account, kind="service")
    responder.rule("قیمت")
    responder.default("پیام شما رسید")
    assert responder.ask("سلام") == ("ANSWERED", "پیام شما رسید")
    assert responder.ask("سلام", line=other) == ("NO_RULE", "")
    responder.default("پیام شما رسید", is_enabled=False)
    assert responder.ask("سلام") == ("NO_RULE", "")


def test_a_rule_of_one_line_answers_there_only(responder):
    other = make_line(responder.account, kind="service")
    responder.rule("قیمت", reply="اینجا", line=responder.line)
    assert responder.ask("قیمت", line=other) == ("NO_RULE", "")
    assert responder.ask("قیمت") == ("ANSWERED", "اینجا")


@pytest.mark.parametrize(
    ("fields", "answers"),
    [
        ({"active_from": NOW + HOUR}, False),
        ({"active_from": NOW}, True),
        ({"active_until": NOW}, False),
        ({"active_until": NOW + HOUR}, True),
        ({"weekdays": 0b0000010}, True),  # Sunday, the second day
        ({"weekdays": 0b1111101}, False),
        ({"hours": "12:30-13:00"}, True),
        ({"hours": "08:00-12:30"}, False),
        ({"is_enabled": False}, False),
    ],
)
def test_a_rule_answers_in_its_time(responder, fields, answers):
    responder.rule("قیمت", reply="باز", **fields)
    assert responder.ask("قیمت") == (("ANSWERED", "باز") if answers else ("NO_RULE", ""))


def test_an_account_without_an_auto_responder_has_no_log(responder):
    responder.receive("سلام")
    assert not Answer.objects.exists()
    responder.rule("قیمت")
    assert responder.ask("قیمت")[0] == "ANSWERED"


def test_many_at_once_are_one_campaign_one_charge_and_few_statements(responder, django_assert_max_num_queries):
    responder.rule("الف", reply="اول")
    responder.rule("ب", reply="دوم")
    for n in range(60):
        responder.receive("الف" if n % 2 else "ب", f"98912555{n:04}")
    with django_assert_max_num_queries(60):
        answer_some(now=NOW)
    assert Campaign.objects.count() == 1
    assert LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE).count() == 1
    assert sorted(responder.sent()) == sorted((int(f"98912555{n:04}"), "اول" if n % 2 else "دوم") for n in range(60))
    assert (list(check_ledger()), check_charges()) == ([], [])


def test_two_keywords_of_one_sender_with_one_reply_are_two_replies(responder):
    responder.rule("1", "2", reply="ثبت شد")
    responder.receive("1")
    responder.receive("2")
    responder.answer()
    assert responder.sent() == [(int(SUBSCRIBER), "ثبت شد")] * 2


def test_as_many_as_the_credit_is_enough_for_are_answered_and_the_account_is_told_once_a_day(responder):
    responder.rule("قیمت", reply="سلام")
    responder.ask("قیمت", "989125550100")
    price = Message.objects.get().price
    Wallet.objects.filter(account=responder.account).update(balance=price * 5, credit_limit=0)
    for n in range(8):
        responder.receive("قیمت", f"98912555020{n}")
    responder.answer()
    outcomes = [Outcome(value).name for value in Answer.objects.order_by("pk").values_list("outcome", flat=True)]
    assert outcomes == ["ANSWERED"] * 6 + ["NO_CREDIT"] * 3
    assert Wallet.objects.get(account=responder.account).balance == 0
    assert responder.ask("قیمت", "989125550300") == ("NO_CREDIT", "")
    assert AuditEntry.objects.filter(account=responder.account, action="autoreply.no_credit").count() == 1
    responder.ask("قیمت", "989125550301", now=NOW + 24 * HOUR)
    assert AuditEntry.objects.filter(account=responder.account, action="autoreply.no_credit").count() == 2


def test_lines_of_the_platform_and_senders_that_are_no_mobiles_get_nothing(responder):
    """Two responders never talk to one another for ever (6.5)."""
    mine, theirs = make_line(responder.account), make_line(make_account())
    mobile_like = make_line(make_account(), number="9125559999")
    responder.default("پیام شما رسید")
    assert responder.ask("سلام", mine.number) == ("PLATFORM_LINE", "")
    assert responder.ask("سلام", "98" + theirs.number) == ("PLATFORM_LINE", "")
    assert responder.ask("سلام", "98" + mobile_like.number) == ("PLATFORM_LINE", "")
    assert responder.ask("سلام", "700700") == ("NOT_A_MOBILE", "")
    assert responder.ask("سلام", "IRANCELL") == ("NOT_A_MOBILE", "")
    assert responder.sent() == []


def test_the_same_text_again_and_again_is_a_machine(responder):
    responder.default("پیام شما رسید", per_hour=100, per_day=1000)
    assert [responder.ask("پیام خودکار")[0] for _ in range(5)] == ["ANSWERED"] * 3 + ["REPEATED"] * 2
    assert responder.ask("چیز دیگر")[0] == "ANSWERED"
    assert responder.ask("پیام خودکار", "989125550002")[0] == "ANSWERED"
    assert responder.ask("پیام خودکار", now=NOW + HOUR)[0] == "ANSWERED"


def test_one_sender_gets_so_many_answers_an_hour_and_a_day(responder):
    responder.default("پیام شما رسید", per_hour=2, per_day=3)
    for n in range(4):  # in one batch
        responder.receive(str(n + 20))
    responder.answer()
    outcomes = list(Answer.objects.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == [Outcome.ANSWERED] * 2 + [Outcome.TOO_MANY] * 2
    assert responder.ask("30", now=NOW + HOUR)[0] == "ANSWERED"
    assert responder.ask("31", now=NOW + HOUR)[0] == "TOO_MANY"
    assert responder.ask("32", now=NOW + 25 * HOUR)[0] == "ANSWERED"


@pytest.mark.parametrize("text", ["11", "لغو ۱۱", "12"])
def test_words_of_leaving_and_coming_back_are_not_answered(responder, text):
    responder.rule("11", "12", "لغو11")
    responder.default("پیام شما رسید")
    assert responder.ask(text) == ("OPT_OUT_WORD", "")


def test_who_has_opted_out_of_the_line_gets_no_reply_and_is_not_charged_for(responder):
    OptOut.objects.create(account=responder.account, line=responder.line, msisdn=int(SUBSCRIBER), reason="subscriber")
    responder.rule("قیمت")
    responder.receive("قیمت")
    responder.receive("قیمت", "989125550009")
    responder.answer()
    outcomes = [Outcome(value).name for value in Answer.objects.order_by("pk").values_list("outcome", flat=True)]
    assert outcomes == ["OPTED_OUT", "ANSWERED"]
    assert responder.ask("قیمت") == ("OPTED_OUT", "")
    assert list(check_ledger()) == []


def test_a_line_that_may_not_send_says_so_in_the_log(responder):
    responder.rule("قیمت")
    responder.line.state = "suspended"
    responder.line.save()
    assert responder.ask("قیمت") == ("REFUSED", "")
    assert Answer.objects.get().problem == "از این خط نمی‌توانید بفرستید. یکی از خط‌های فعال خود را انتخاب کنید."


def test_one_message_that_cannot_be_answered_holds_up_no_other(responder, monkeypatch, caplog):
    responder.rule("قیمت")
    good, bad, last = (responder.receive("قیمت", f"98912555000{n}") for n in range(3))
    decide = answering.decide

    def fail(cases, *args, **kwargs):
        if any(case.message_id == bad for case in cases):
            raise ZeroDivisionError
        decide(cases, *args, **kwargs)

    monkeypatch.setattr(answering, "decide", fail)
    responder.answer()
    assert [responder.outcome(pk)[0] for pk in (good, bad, last)] == ["ANSWERED", "FAILED", "ANSWERED"]
    assert "cannot be answered" in caplog.text


def test_subscribe_and_unsubscribe(responder):
    group = Group.objects.create(account=responder.account, name="خبرنامه")
    known = make_contact(responder.account, 989125550005)
    responder.rule("عضویت", reply="عضو شدید", joins=group)
    responder.rule("خروج", reply="", leaves=group)
    assert responder.ask("عضویت") == ("ANSWERED", "عضو شدید")
    assert responder.ask("عضویت", "989125550005") == ("ANSWERED", "عضو شدید")
    assert sorted(group.contacts.values_list("msisdn", flat=True)) == [int(SUBSCRIBER), 989125550005]
    assert responder.ask("خروج") == ("DONE", "")
    assert list(group.contacts.all()) == [known]
    assert Contact.objects.of(responder.account).count() == 2


def test_the_last_of_several_wishes_in_one_batch_holds(responder):
    group = Group.objects.create(account=responder.account, name="خبرنامه")
    responder.rule("عضویت", reply="", joins=group)
    responder.rule("خروج", reply="", leaves=group)
    for text in ("عضویت", "خروج", "عضویت"):
        responder.receive(text)
    responder.receive("عضویت", "989125550002")
    responder.receive("خروج", "989125550002")
    responder.answer()
    assert list(group.contacts.values_list("msisdn", flat=True)) == [int(SUBSCRIBER)]


def test_a_message_is_forwarded_to_another_mobile_and_charged(responder):
    responder.rule("سفارش", reply="دریافت شد", match=1, forward_to="09121110000")
    responder.ask("سفارش ۲ عدد")
    assert responder.sent() == [
        (int(SUBSCRIBER), "دریافت شد"),
        (989121110000, "از 09125550001: سفارش ۲ عدد"),
    ]
    assert list(check_ledger()) == []


def make_poll(responder, counting: str = "first", **fields) -> Poll:
    poll = Poll.objects.create(account=responder.account, title="بهترین بازیکن", counting=counting, **fields)
    for keyword in ("1", "2"):
        rule = responder.rule(keyword, reply="رأی شما ثبت شد")
        PollOption.objects.create(poll=poll, rule=rule, title=f"گزینه {keyword}")
    return poll


def votes(poll: Poll) -> list[tuple[int, str]]:
    return sorted(Vote.objects.filter(poll=poll).values_list("msisdn", "option__title"))


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    ("counting", "options"), [("first", ["گزینه 1"]), ("last", ["گزینه 2"]), ("all", ["گزینه 1", "گزینه 2"])]
)
def test_votes_are_counted_as_the_poll_says(responder, counting, options, together):
    poll = make_poll(responder, counting, again="یک بار رأی داده‌اید")
    first = responder.receive("1")
    if not together:
        responder.answer()
    second = responder.receive("2")
    responder.answer()
    assert votes(poll) == [(int(SUBSCRIBER), title) for title in options]
    assert responder.outcome(first) == ("ANSWERED", "رأی شما ثبت شد")
    again = "رأی شما ثبت شد" if counting == "all" else "یک بار رأی داده‌اید"
    assert responder.outcome(second) == ("ANSWERED", again)


def test_a_vote_counts_though_its_reply_is_one_too_many(responder):
    poll = make_poll(responder, "all")
    responder.default("", per_hour=1, per_day=1)
    for _ in range(3):
        responder.receive("1")
    responder.answer()
    assert len(votes(poll)) == 3
    assert len(responder.sent()) == 1
