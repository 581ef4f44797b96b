"""The pages of the scheduled box (5.3) by keys: the same rows in the same order as the whole list, at one cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors import scheduled, scheduled_messages
from tests.factories import make_account, make_line

FIRST_CHUNK = 5_000_000
KINDS = ("scheduled", "scheduled", "held", "paused", "held", "own", "own paused", "leaving", "review", "finished")


def waiting(account, line, first_chunk: int, count: int) -> None:
    """``count`` sends of every kind in turn, three messages in a chunk each; six leave at each moment."""
    tomorrow = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        state = {"held": "scheduled", "own": "running", "own paused": "paused", "leaving": "queued"}.get(kind, kind)
        timed = kind in ("scheduled", "held", "paused", "finished")
        chunk = first_chunk + n
        campaign = Campaign.objects.create(
            account=account, line=line, kind="advanced", state=state, text=f"text {n % 4}", recipients=3,
            send_at=tomorrow + timedelta(hours=(n * 7 % 60) // 6) if timed else None,
            started_at=timezone.now() if kind.startswith("own") else None,
            first_id=chunk * 1000, last_id=chunk * 1000 + 2,
        )  # fmt: skip
        left = kind in ("leaving", "finished")
        Chunk.objects.create(
            id=chunk, campaign=campaign, account=account, message_class=2, size=3, parts=3, cursor=chunk * 1000 - 1,
            state=Chunk.State.DONE if left else Chunk.State.HELD,
            due_at=tomorrow + timedelta(hours=n % 5) if kind.startswith("own") else None,
        )  # fmt: skip
        cancelled = n % 7 == 0
        Message.objects.bulk_create(
            Message(
                id=chunk * 1000 + place, account=account, line=line, campaign=campaign, msisdn=989121000000 + n,
                operator_id=1, encoding=8, parts=1, price=100, created_at=tomorrow,
                status=Status.DELIVERED if left else Status.CANCELLED if cancelled or place == 1 else Status.SCHEDULED,
            )
            for place in range(3)
        )  # fmt: skip


@pytest.fixture
def box(business):
    stranger = make_account()
    waiting(stranger, make_line(stranger), FIRST_CHUNK, 20)
    waiting(business.account, business.line, FIRST_CHUNK + 100, 230)
    return business


def walked(client, url: str, **query) -> tuple[list, list]:
    """What the pages show one after another to the end, and the page that going back from there ends with."""
    page = client.get(url, query).context["page"]
    rows = list(page.rows)
    for _turn in range(20):
        if not page.next:
            break
        page = client.get(url, query | {"after": page.next}).context["page"]
        rows += page.rows
    before = []
    while page.previous:
        page = client.get(url, query | {"before": page.previous}).context["page"]
        before.append(page.rows[0])
    if len(before) > 1:  # each page that was gone back to stands before the one of which it was asked
        assert before == sorted(before, key=rows.index, reverse=True)
    return rows, page.rows


@pytest.mark.parametrize("query", [{}, {"text": "text 2"}])
def test_the_pages_of_sends_are_the_whole_list(box, query):
    whole = list(scheduled(box.account, **query))
    assert len(whole) == (161 if not query else 46)
    there, beginning = walked(box.client, reverse("messaging:scheduled"), **query)
    assert [(row.pk, row.leaves_at) for row in there] == [(row.pk, row.leaves_at) for row in whole]
    assert beginning == whole[: len(beginning)]


def test_the_pages_of_single_messages_are_the_whole_list(box):
    whole = list(scheduled_messages(box.account))
    waits = {"scheduled", "running", "paused"}
    expected = Message.objects.filter(account=box.account, status=Status.SCHEDULED, campaign__state__in=waits)
    assert [row.pk for row in whole] == sorted(expected.values_list("pk", flat=True), reverse=True)
    there, beginning = walked(box.client, reverse("messaging:scheduled_messages"))
    assert [(row.pk, row.leaves_at) for row in there] == [(row.pk, row.leaves_at) for row in whole]
    assert beginning == whole[:50]


def test_single_messages_of_one_send(box):
    campaign = scheduled(box.account).filter(state="running").first()
    url = reverse("messaging:scheduled_messages")
    rows = box.client.get(url, {"campaign": campaign.pk}).context["page"].rows
    assert rows == list(scheduled_messages(box.account, campaign=campaign))
    assert {row.campaign_id for row in rows} <= {campaign.pk}
    assert box.client.get(url, {"line": make_line(box.account).pk}).context["page"].rows == []


@pytest.mark.parametrize("place", ["1", "x", "-5", "9" * 30])
def test_a_place_that_is_gone_asks_for_the_first_page(box, place):
    for name in ("messaging:scheduled", "messaging:scheduled_messages"):
        first = box.client.get(reverse(name)).context["page"]
        page = box.client.get(reverse(name), {"after": place}).context["page"]
        assert (page.rows, page.next) == (first.rows, first.next)


@pytest.mark.parametrize("name", ["messaging:scheduled", "messaging:scheduled_messages"])
def test_queries_do_not_grow_with_what_waits(business, name):
    counted = []
    for start, count in ((0, 60), (100, 150)):
        waiting(business.account, business.line, FIRST_CHUNK + start, count)
        business.client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            assert len(business.client.get(reverse(name)).context["page"].rows) >= 42
        counted.append(len(captured))
    assert counted[0] == counted[1]
