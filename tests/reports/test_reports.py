"""Reports (8): figures by day, line, operator, status and error, on the page and in the file."""

from collections import Counter
from datetime import datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.jalali import TEHRAN, in_tehran
from messaging.lifecycle import News, move
from messaging.models import Campaign, Message, Status
from reports.models import DailyFigure, Rolled
from reports.rolling import freshen, roll, stale_accounts
from tests.factories import (
    make_account,
    make_confirmed,
    make_contact,
    make_gateway,
    make_line,
    make_received,
)
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db
NUMBERS = ["09121234567", "09351234567", "09121234568", "09121234569"]


@pytest.fixture
def account():
    make_gateway()
    return make_account(credit=1_000_000)


def settle(account, **fates):
    """Give the account's messages, in order, their fates; the rest wait."""
    ids = list(Message.objects.of(account).order_by("id").values_list("pk", flat=True))
    at = fates.pop("at", timezone.now())
    news = []
    for place, (status, error) in enumerate(fates["fates"]):
        news.append(News(ids[place], status, at, error))
    move(news)
    return at


def sent(account, *, at=None, numbers=NUMBERS, **fields):
    line = fields.pop("line", None) or make_line(account, kind="service")
    campaign = make_confirmed(account, line, numbers, **fields)
    at = at or timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(state="finished", confirmed_at=at, started_at=at, finished_at=at)
    return campaign


FATES = [
    (Status.DELIVERED, None),
    (Status.DELIVERED, None),
    (Status.UNDELIVERED, "receipt:027"),
    (Status.REJECTED, "smpp:11"),
]


def figures(account):
    return list(
        DailyFigure.objects.of(account)
        .order_by("status")
        .values_list("day", "kind", "status", "error", "messages", "parts", "price", "returned")
    )


def test_figures_are_the_sums_of_what_happened(account):
    now = timezone.now()
    sent(account)
    settle(account, fates=FATES, at=now)
    roll(account, now=now)
    today = in_tehran(now).date()
    price = Message.objects.of(account).first().price
    rows = figures(account)
    counted = Counter()
    for _day, _kind, status, error, messages, *_sums in rows:
        counted[status, error] += messages
    assert counted == {
        (Status.DELIVERED, ""): 2,
        (Status.UNDELIVERED, "receipt:027"): 1,
        (Status.REJECTED, "smpp:11"): 1,
    }
    assert {row[0] for row in rows} == {today}
    assert {row[1] for row in rows} == {"simple"}
    assert sum(row[6] for row in rows) == 4 * price
    assert sum(row[7] for row in rows) == price
    roll(account, now=now + timedelta(minutes=1))
    assert sorted(figures(account)) == sorted(rows)


def test_a_day_is_summed_again_for_two_days_and_then_stays(account):
    day = datetime(2026, 5, 10, 23, 30, tzinfo=TEHRAN)
    sent(account, at=day, numbers=NUMBERS[:2])
    settle(account, fates=[(Status.SUBMITTED, None)] * 2, at=day)
    roll(account, now=day)
    ids = list(Message.objects.of(account).order_by("id").values_list("pk", flat=True))
    later = day + timedelta(hours=23)
    move([News(ids[0], Status.DELIVERED, later)])
    roll(account, now=later)
    assert sorted(DailyFigure.objects.of(account).values_list("day", "status", "messages")) == [
        (day.date(), Status.SUBMITTED, 1),
        (day.date(), Status.DELIVERED, 1),
    ]
    much_later = day + timedelta(days=3)
    move([News(ids[1], Status.DELIVERED, much_later)])
    roll(account, now=much_later)  # the days since the last time are open as well
    assert DailyFigure.objects.of(account).filter(status=Status.SUBMITTED).count() == 0
    Message.objects.filter(pk=ids[1]).update(status=Status.UNDELIVERED)
    roll(account, now=much_later + timedelta(hours=1))
    assert list(DailyFigure.objects.of(account).values_list("status", flat=True).distinct()) == [Status.DELIVERED]


def test_what_waits_counts_today_and_moves_to_the_day_on_which_it_leaves(account):
    day = datetime(2026, 5, 10, 22, 30, tzinfo=TEHRAN)
    campaign = make_confirmed(account, make_line(account, kind="service"), NUMBERS[:1])
    Campaign.objects.filter(pk=campaign.pk).update(state="running", confirmed_at=day, started_at=day)
    roll(account, now=day)
    assert list(DailyFigure.objects.of(account).values_list("day", "status")) == [(day.date(), Status.QUEUED)]
    tomorrow = day + timedelta(days=1)
    settle(account, fates=[(Status.DELIVERED, None)], at=tomorrow)
    roll(account, now=tomorrow)
    assert list(DailyFigure.objects.of(account).values_list("day", "status")) == [(tomorrow.date(), Status.DELIVERED)]


def test_tests_and_scheduled_sends_are_in_no_figure(account):
    sent(account, numbers=NUMBERS[:1])
    Campaign.objects.update(is_test=True)
    make_confirmed(
        account, make_line(account, kind="service"), NUMBERS[1:2], send_at=timezone.now() + timedelta(days=1)
    )
    roll(account, now=timezone.now())
    assert figures(account) == []


def test_a_large_account_is_summed_by_a_task_and_the_page_says_as_of_when(account, monkeypatch):
    asked = []
    monkeypatch.setattr("reports.rolling.LIVE_MESSAGES", 3)
    monkeypatch.setattr("reports.tasks.roll_account.delay", asked.append)
    monkeypatch.setattr("django.db.transaction.on_commit", lambda work, **options: work())
    sent(account)
    assert freshen(account, now=timezone.now()) is None
    assert asked == [account.pk]
    page = client_of(account).get(reverse("reports:reports")).content.decode()
    assert "being counted for the first time" in page
    assert not Rolled.objects.exists()


def test_accounts_are_summed_every_ten_minutes(account):
    now = timezone.now()
    assert stale_accounts(now=now) == [account.pk]
    roll(account, now=now)
    assert stale_accounts(now=now + timedelta(minutes=9)) == []
    assert stale_accounts(now=now + timedelta(minutes=11)) == [account.pk]


@pytest.mark.parametrize("by", ["day", "line", "operator", "kind", "status", "error", "campaign"])
def test_every_breakdown_has_its_rows_and_a_constant_number_of_queries(account, by):
    sent(account)
    settle(account, fates=FATES)
    client = client_of(account)
    address = f"{reverse('reports:reports')}?by={by}"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        first = table_of(client.get(address))
    for _place in range(4):
        sent(account, numbers=NUMBERS[:2])
    roll(account, now=timezone.now())
    with CaptureQueriesContext(connection) as many:
        table_of(client.get(address))
    assert len(many) <= len(few)
    expected = {"day": 1, "line": 1, "operator": 2, "kind": 1, "status": 3, "error": 2, "campaign": 1}
    assert len(first) == expected[by]


def test_errors_stand_in_plain_words_with_their_code(account):
    sent(account)
    settle(account, fates=FATES)
    rows = table_of(client_of(account).get(f"{reverse('reports:reports')}?by=error"))
    assert any("ESME_RINVDSTADR" in row[0] and len(row[0]) > 30 for row in rows)


def test_the_file_is_the_filtered_page(account):
    line = make_line(account, kind="service")
    sent(account, line=line)
    settle(account, fates=FATES)
    sent(account, numbers=NUMBERS[:3])
    client = client_of(account)
    query = f"?by=operator&line={line.pk}"
    page = table_of(client.get(reverse("reports:reports") + query))
    answer = client.get(reverse("reports:download", args=["sent", "xlsx"]) + query)
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [row[0] for row in page]
    assert [row[1] for row in rows] == [int(row[1]) for row in page]
    assert sum(row[1] for row in rows) == 3  # the rejected one was not sent


def test_a_period_leaves_out_other_days(account):
    day = datetime(2026, 5, 10, 12, 0, tzinfo=TEHRAN)
    sent(account, at=day)
    settle(account, fates=FATES, at=day)
    client = client_of(account)
    inside = client.get(f"{reverse('reports:reports')}?since=1405/02/20&until=1405/02/20")
    assert inside.context["total"].messages == 4
    assert (inside.context["first"], inside.context["last"]) == (day.date(), day.date())
    assert client.get(f"{reverse('reports:reports')}?since=1405/02/21&until=1405/02/25").context["total"].messages == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=1405/02/20&until=1405/02/10", "The last day is before the first"),
        ("since=1400/02/20&until=1405/02/10", "at most two years"),
        ("since=tomorrow", "Write the date like 1405/09/03"),
    ],
)
def test_a_period_that_cannot_be_taken_is_refused_in_words(account, query, words):
    answer = client_of(account).get(f"{reverse('reports:reports')}?{query}")
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_received_by_day_and_by_line(account):
    line, other = make_line(account), make_line(account)
    day = datetime(2026, 5, 10, 12, 0, tzinfo=TEHRAN)
    for number in (line, line, other):
        make_received(account, number, received_at=day)
    make_contact(account)
    client = client_of(account)
    period = "?since=1405/02/01&until=1405/02/31"
    assert [row[1] for row in table_of(client.get(reverse("reports:received") + period))] == ["3"]
    assert table_of(client.get(f"{reverse('reports:received')}{period}&by=line")) == [
        [line.number, "2"],
        [other.number, "1"],
    ]


def test_bulk_shows_only_sends_to_the_bank(account):
    sent(account)
    assert client_of(account).get(reverse("reports:bulk")).context["total"].messages == 0
    Campaign.objects.update(kind="bulk")
    Rolled.objects.all().delete()
    assert client_of(account).get(reverse("reports:bulk")).context["total"].messages == 4


def test_another_accounts_figures_are_not_shown(account):
    sent(account)
    roll(account, now=timezone.now())
    other = make_account()
    assert client_of(other).get(reverse("reports:reports")).context["total"].messages == 0
