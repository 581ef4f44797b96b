"""What messaging announces while messages move, and the code that only the wire sees (W6, W11)."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging import signals
from messaging.delivery.writer import finish_campaigns
from messaging.lifecycle import News, move
from messaging.models import Campaign, Chunk, Message, Status
from messaging.services import cancel, send
from tests.messaging.delivery.bench import FIRST, wait_counts, wait_for


@pytest.fixture
def heard(monkeypatch):
    """What the two signals brought, in order; ``heard.accounts`` is who is listened for."""

    class Heard(list):
        accounts: frozenset = frozenset()

    heard = Heard()
    monkeypatch.setattr(signals, "_listeners", [lambda: heard.accounts])

    def status(sender, moves, **kwargs):
        assert connection.in_atomic_block
        heard.extend((move.account_id, Status(move.status).name, move.message_ids) for move in moves)

    def finished(sender, campaign, **kwargs):
        assert connection.in_atomic_block
        heard.append((campaign.account_id, "finished", campaign.pk))

    signals.statuses_moved.connect(status)
    signals.campaign_finished.connect(finished)
    yield heard
    signals.statuses_moved.disconnect(status)
    signals.campaign_finished.disconnect(finished)


def ids(campaign) -> list[int]:
    return list(Message.objects.filter(campaign=campaign).order_by("id").values_list("id", flat=True))


def test_moves_are_announced_in_order_with_every_message_once(bench, heard):
    bench.operator()
    heard.accounts = frozenset([bench.account.pk])
    campaign = bench.send(300)
    bench.start()
    wait_counts(campaign, {"DELIVERED": 300})
    wait_for(lambda: (bench.account.pk, "finished", campaign.pk) in heard)
    told = {message_id: [] for message_id in ids(campaign)}
    for account, name, which in heard:
        assert account == bench.account.pk
        if name != "finished":
            for message_id in which:
                told[message_id].append(name)
    assert {tuple(names) for names in told.values()} <= {("SUBMITTED", "DELIVERED"), ("DELIVERED",)}
    assert sum(entry[1] == "finished" for entry in heard) == 1


def test_only_those_who_are_listened_for_are_announced_and_what_did_not_move_is_not(bench, heard):
    bench.operator()
    campaign = bench.send(3)
    now = timezone.now()
    news = [News(message_id, Status.SUBMITTED, now) for message_id in ids(campaign)]
    heard.accounts = frozenset([bench.account.pk + 1])
    with transaction.atomic():
        assert move(news[:1])[0].messages == 1
    assert heard == []
    heard.accounts = frozenset([bench.account.pk])
    with transaction.atomic():
        move(news)
        move(news)
    assert heard == [(bench.account.pk, "SUBMITTED", ids(campaign)[1:])]


def _on_messages(queries) -> list[str]:
    """Whoever listens may look up its subscribers besides, at its own times."""
    return [query["sql"] for query in queries if "messaging_message" in query["sql"]]


def test_without_listeners_moving_asks_the_database_what_it_always_asked(bench, heard):
    bench.operator()
    campaign = bench.send(2)
    first, second = ids(campaign)
    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        move([News(first, Status.SUBMITTED, timezone.now())])
    assert len(_on_messages(queries)) == 1
    assert "array_agg" not in queries[0]["sql"]
    heard.accounts = frozenset([bench.account.pk])
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        move([News(second, Status.SUBMITTED, timezone.now())])
    assert len(_on_messages(queries)) == 1


def test_a_cancellation_is_announced(bench, heard):
    bench.operator()
    campaign = bench.send(5)
    heard.accounts = frozenset([bench.account.pk])
    cancel(campaign=campaign, by=None, now=timezone.now())
    assert heard == [(bench.account.pk, "CANCELLED", ids(campaign))]


def test_an_end_that_is_rolled_back_with_its_receiver_is_announced_again(bench, heard):
    bench.operator()
    campaign = bench.send(1)
    Chunk.objects.filter(campaign=campaign).update(state=Chunk.State.DONE)
    heard.accounts = frozenset([bench.account.pk])

    def fail(sender, campaign, **kwargs):
        raise RuntimeError

    signals.campaign_finished.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            finish_campaigns([campaign.pk], now=timezone.now())
    finally:
        signals.campaign_finished.disconnect(fail)
    campaign.refresh_from_db()
    assert campaign.state != Campaign.State.FINISHED
    heard.clear()
    finish_campaigns([campaign.pk], now=timezone.now())
    finish_campaigns([campaign.pk], now=timezone.now())
    assert heard == [(bench.account.pk, "finished", campaign.pk)]


def test_a_hidden_code_leaves_in_clear_and_is_then_forgotten(bench):
    smsc = bench.operator()
    campaign = send(
        account=bench.account, line=bench.line, text="کد: ****", wire_text="کد: 4821", recipients=[FIRST],
        now=timezone.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, wire_text FROM messaging_campaign WHERE id = %s", [campaign.pk])
        shown, hidden = cursor.fetchone()
    assert shown == "کد: ****"
    assert "4821" not in hidden
    bench.start()
    wait_counts(campaign, {"DELIVERED": 1})
    [submit] = smsc.submits
    assert submit.message.decode("utf-16-be") == "کد: 4821"
    wait_for(lambda: Campaign.objects.get(pk=campaign.pk).state == Campaign.State.FINISHED)
    assert Campaign.objects.get(pk=campaign.pk).wire_text is None


def test_a_hidden_text_of_another_size_is_a_fault_and_a_cancelled_one_is_forgotten(bench):
    bench.operator()
    send_to = {"account": bench.account, "line": bench.line, "recipients": [FIRST], "now": timezone.now()}
    with pytest.raises(ValueError):
        send(text="code ****", wire_text="code 123456", **send_to)
    assert not Campaign.objects.filter(account=bench.account).exists()
    campaign = send(text="code ****", wire_text="code 1234", **send_to)
    assert cancel(campaign=campaign, by=None, now=timezone.now()).wire_text is None
