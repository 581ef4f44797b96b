"""Sends that come again (2.5)."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from billing.services import top_up
from common.jalali import TEHRAN, days_in_month, jalali_parts
from common.models import Notice
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Message, Occurrence, RecurringSend
from messaging.recurrence import Frequency, Rule
from messaging.services import plan
from messaging.services.recurring import run_recurring, settle_occurrences
from messaging.tasks import run_recurring as task
from phonebook.models import Group
from tests.factories import make_contact, make_recurring

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Sunday 1405/09/01, 11:30 in Tehran
TOMORROW_AT_TEN = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def save(business, **fields):
    data = {"token": str(uuid.uuid4()), "line": business.line.pk, "text": "سلام", "typed": "09121234567"}
    data |= {"frequency": "daily", "clock": "۱۰:۰۰", "short_credit": "skip"}
    return business.client.post(reverse("messaging:recurring_new"), data | fields)


def test_it_is_saved_and_shown_with_its_next_time(business):
    answer = save(business, title="یادآوری")
    made = RecurringSend.objects.get()
    assert answer.headers["Location"] == reverse("messaging:recurring_page", args=[made.pk])
    assert (made.next_at, made.state, made.rule) == (TOMORROW_AT_TEN, "active", Rule(Frequency.DAILY, 600))
    assert not Campaign.objects.exists()
    page = business.client.get(reverse("messaging:recurring")).content.decode()
    assert "یادآوری" in page
    assert "هر روز ساعت ۱۰:۰۰" in page
    assert "۱۴۰۵/۰۹/۰۲" in page


def test_a_form_sent_twice_saves_one(business):
    token = str(uuid.uuid4())
    first, second = save(business, token=token), save(business, token=token)
    assert first.headers["Location"] == second.headers["Location"]
    assert RecurringSend.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"clock": "25:00"}, "clock"),
        ({"clock": ""}, "clock"),
        ({"frequency": "weekly"}, "weekdays"),
        ({"frequency": "hourly"}, "frequency"),
        ({"ends_at": "1405/09/01"}, "ends_at"),
        ({"most": "0"}, "most"),
        ({"typed": ""}, "typed"),
        ({"text": ""}, "text"),
        ({"text": "{nobody}"}, "text"),
        ({"frequency": "monthly", "day": "32"}, "day"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(business, fields, field):
    answer = save(business, title="یادآوری", **fields)
    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["title"].value() == "یادآوری"
    assert not RecurringSend.objects.exists()


def test_each_time_is_planned_and_charged_then_to_the_group_as_it_is_then(business, now):
    group = Group.objects.create(account=business.account, name="مشتریان")
    make_contact(business.account, 989121110001, group)
    save(business, typed="", groups=[group.pk], most="2")
    assert run_recurring(now=TOMORROW_AT_TEN - timedelta(seconds=1)) == 0
    now.move_to(TOMORROW_AT_TEN, tick=False)
    assert run_recurring(now=TOMORROW_AT_TEN) == 1
    assert run_recurring(now=TOMORROW_AT_TEN) == 0
    assert settle_occurrences(now=TOMORROW_AT_TEN) == 0  # still being planned
    plan(Campaign.objects.get().pk, now=TOMORROW_AT_TEN)
    assert settle_occurrences(now=TOMORROW_AT_TEN) == 1
    assert settle_occurrences(now=TOMORROW_AT_TEN) == 0
    assert balance(business.account) == 1_000_000 - 1_800
    make_contact(business.account, 989121110002, group)
    second = TOMORROW_AT_TEN + timedelta(days=1)
    now.move_to(second, tick=False)
    assert run_recurring(now=second) == 1
    plan(Campaign.objects.latest("pk").pk, now=second)
    settle_occurrences(now=second)
    assert [row.recipients for row in Campaign.objects.order_by("pk")] == [1, 2]
    assert balance(business.account) == 1_000_000 - 3 * 1_800
    made = RecurringSend.objects.get()
    assert (made.state, made.times, made.next_at) == ("ended", 2, None)
    assert set(Occurrence.objects.values_list("state", flat=True)) == {"sent"}
    assert check_ledger() == check_charges() == []


def test_killed_between_its_steps_it_still_comes_once(business, now, monkeypatch):
    make_recurring(business.account, business.line)
    now.move_to(TOMORROW_AT_TEN, tick=False)

    def dies(*args, **fields):
        raise KeyboardInterrupt

    for step in ("compose", "_following"):
        with monkeypatch.context() as patch:
            patch.setattr(f"messaging.services.recurring.{step}", dies)
            with pytest.raises(KeyboardInterrupt):
                run_recurring(now=TOMORROW_AT_TEN)
        assert not Occurrence.objects.exists()
        assert not Campaign.objects.exists()
    assert run_recurring(now=TOMORROW_AT_TEN) == 1
    for step in ("confirm", "_close"):
        with monkeypatch.context() as patch:
            patch.setattr(f"messaging.services.recurring.{step}", dies)
            with pytest.raises(KeyboardInterrupt):
                settle_occurrences(now=TOMORROW_AT_TEN)
        assert Campaign.objects.get().state == "review"
        assert balance(business.account) == 1_000_000
    task()
    task()
    assert Message.objects.count() == 1
    assert (Campaign.objects.get().state, Occurrence.objects.get().state) == ("queued", "sent")
    assert balance(business.account) == 1_000_000 - 1_800


def short(business, now, policy: str) -> Occurrence:
    numbers = "\n".join(f"0912{n:07}" for n in range(1, 601))  # 600 × 1,800 rials; the account has 1,000,000
    make_recurring(business.account, business.line, typed=numbers, short_credit=policy)
    now.move_to(TOMORROW_AT_TEN, tick=False)
    task()
    return Occurrence.objects.get()


def test_without_credit_it_is_skipped_and_told(business, now):
    business.account.mobile = "09120000000"
    business.account.save()
    occurrence = short(business, now, "skip")
    assert (occurrence.state, occurrence.campaign.state) == ("skipped", "discarded")
    assert balance(business.account) == 1_000_000
    assert Notice.objects.get().kind == "recurring.skipped"
    assert RecurringSend.objects.get().next_at == TOMORROW_AT_TEN + timedelta(days=1)


def test_without_credit_it_waits_for_it_where_asked_to(business, now):
    occurrence = short(business, now, "retry")
    assert (occurrence.state, occurrence.campaign.state) == ("waiting", "review")
    top_up(account=business.account, amount=1_000_000, reference="t", reason="top_up")
    task()
    occurrence.refresh_from_db()
    assert occurrence.state == "waiting"  # it looks again in five minutes
    now.move_to(TOMORROW_AT_TEN + timedelta(hours=2), tick=False)  # by now its price has expired
    task()
    task()
    occurrence.refresh_from_db()
    assert occurrence.state == "sent"
    assert balance(business.account) == 2_000_000 - 600 * 1_800
    assert Notice.objects.filter(kind="recurring.waiting").count() <= 2  # by each way once


def test_it_waits_for_credit_a_day_and_no_longer(business, now):
    occurrence = short(business, now, "retry")
    now.move_to(TOMORROW_AT_TEN + timedelta(days=1), tick=False)
    for _ in range(2):
        settle_occurrences(now=TOMORROW_AT_TEN + timedelta(days=1))
    occurrence.refresh_from_db()
    assert occurrence.state == "skipped"
    assert balance(business.account) == 1_000_000


def test_what_the_platform_slept_through_is_missed_not_sent_late(business, now):
    make_recurring(business.account, business.line)
    late = TOMORROW_AT_TEN + timedelta(days=2, hours=1)
    now.move_to(late, tick=False)
    assert run_recurring(now=late) == 3
    assert list(Occurrence.objects.order_by("due_at").values_list("state", flat=True)) == [
        "missed",
        "missed",
        "planning",
    ]
    assert Campaign.objects.count() == 1


def test_what_can_no_longer_be_sent_is_told_and_the_next_time_still_comes(business, now):
    make_recurring(business.account, business.line)
    business.line.state = "suspended"
    business.line.save()
    now.move_to(TOMORROW_AT_TEN, tick=False)
    task()
    occurrence = Occurrence.objects.get()
    assert occurrence.state == "failed"
    assert occurrence.problem
    assert RecurringSend.objects.get().next_at == TOMORROW_AT_TEN + timedelta(days=1)


def test_pause_resume_and_end(business, now):
    made = make_recurring(business.account, business.line)
    post = lambda act: business.client.post(reverse(f"messaging:recurring_{act}", args=[made.pk]))  # noqa: E731
    post("pause")
    now.move_to(TOMORROW_AT_TEN + timedelta(hours=1), tick=False)
    assert run_recurring(now=TOMORROW_AT_TEN + timedelta(hours=1)) == 0
    post("resume")
    made.refresh_from_db()
    assert (made.state, made.next_at) == ("active", TOMORROW_AT_TEN + timedelta(days=1))
    post("end")
    post("resume")
    made.refresh_from_db()
    assert (made.state, made.next_at) == ("ended", None)


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(TEHRAN))  # noqa: DTZ001
RULES = st.builds(
    Rule,
    st.sampled_from(Frequency),
    st.integers(0, 1439),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(1, 31),
)


@given(rule=RULES, moment=MOMENTS)
def test_the_next_time_is_the_first_that_the_rule_names(rule, moment):
    due = rule.after(moment)
    assert due > moment
    assert (due.hour * 60 + due.minute, due.second) == (rule.minute, 0)
    assert rule.falls_on(due.date())
    days = [moment.date() + timedelta(days=ahead) for ahead in range((due.date() - moment.date()).days)]
    for day in days[1:]:
        assert not rule.falls_on(day)
    if rule.frequency is Frequency.MONTHLY:
        year, month, day = jalali_parts(due.date())
        assert day == min(rule.day, days_in_month(year, month))


def test_the_thirty_first_is_the_last_day_of_a_shorter_month():
    rule = Rule(Frequency.MONTHLY, 540, day=31)
    due, found = datetime(2026, 8, 1, tzinfo=TEHRAN), []
    for _ in range(8):
        due = rule.after(due)
        found.append(jalali_parts(due.date())[1:])
    assert found == [(5, 31), (6, 31), (7, 30), (8, 30), (9, 30), (10, 30), (11, 30), (12, 29)]
