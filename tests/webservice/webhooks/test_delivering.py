"""Events reach a real receiver: signed, in order, again and again when it fails, never twice by two workers (W11)."""

import hashlib
import hmac
import json
import random
import socket
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from billing import signals as billing
from common.models import Notice
from messaging.models import Campaign, Message, Status
from messaging.signals import campaign_finished, messages_received
from tests.factories import make_account, make_received
from tests.receiver import Receiver
from webservice.webhooks import delivering, outbox, publishing
from webservice.webhooks.models import Attempt, Delivery, Endpoint, Event, EventType, Outgoing
from webservice.webhooks.services import (
    change_endpoint,
    pause_endpoint,
    replay,
    replay_given_up,
    resume_endpoint,
    rotate_secret,
    send_test_event,
)

pytestmark = pytest.mark.django_db


def told(receiver: Receiver) -> list[dict]:
    """Every event that was received, in the order of the calls."""
    bodies = [json.loads(received.body) for received in receiver.requests]
    return [event for body in bodies for event in body.get("events", [body])]


def states(receiver: Receiver, message_id: int) -> list[str]:
    return [event["data"]["state"] for event in told(receiver) if event["data"].get("message") == message_id]


def is_signed(received, secret: str) -> bool:
    """As docs/webhooks.md tells receivers."""
    parts = [part.partition("=")[::2] for part in received.headers["webhook-signature"].split(",")]
    timestamp = dict(parts)["t"]
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + received.body, hashlib.sha256).hexdigest()
    return any(name == "v1" and hmac.compare_digest(value, expected) for name, value in parts)


def test_a_status_is_told_with_what_a_program_needs(world):
    endpoint = world.endpoint()
    (message_id,) = world.send()
    world.tell(Status.SUBMITTED, message_id)
    world.tell(Status.UNDELIVERED, message_id, error="receipt:001")
    world.deliver_all()
    first, second = world.receiver.requests
    event = json.loads(first.body)
    stored = Event.objects.order_by("id").first()
    campaign = Message.objects.get(pk=message_id).campaign
    assert event == {
        "id": stored.pk,
        "type": "message.status",
        "created_at": event["created_at"],
        "data": {
            "message": message_id,
            "state": "submitted",
            "error": None,
            "to": "+989120000000",
            "line": world.line.number,
            "campaign": campaign.pk,
            "reference": "",
            "tags": [],
            "is_test": False,
        },
    }
    assert json.loads(second.body)["data"]["state"] == "undelivered"
    assert json.loads(second.body)["data"]["error"]["code"] == "receipt:001"
    assert first.headers["content-type"] == "application/json; charset=utf-8"
    assert first.headers["webhook-id"] == str(stored.pk)
    assert is_signed(first, endpoint.secret)
    assert not is_signed(first, "whsec_other")
    attempts = Attempt.objects.filter(endpoint=endpoint).order_by("id")
    assert [(attempt.status, attempt.answer, attempt.events) for attempt in attempts] == [
        (200, "ok", [stored.pk]),
        (200, "ok", [stored.pk + 1]),
    ]
    assert not Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()
    assert not world.deliver()


def test_events_are_written_with_their_fact_or_not_at_all(world):
    world.endpoint()
    (message_id,) = world.send()

    def fail() -> None:
        with transaction.atomic():
            world.tell(Status.SUBMITTED, message_id)
            assert Event.objects.exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Event.objects.exists()
    assert not Outgoing.objects.exists()


def test_nothing_is_written_for_those_who_do_not_listen_or_subscribe(world):
    (message_id,) = world.send()
    world.tell(Status.SUBMITTED, message_id)
    assert not Event.objects.exists()
    world.endpoint(events=["credit.low"])
    world.tell(Status.DELIVERED, message_id)
    assert Event.objects.count() == 1  # GET /events has it
    assert not Delivery.objects.exists()


def test_every_kind_of_event_comes_from_its_signal(world):
    world.endpoint()
    received = make_received(world.account, world.line, "سلام")
    messages_received.send(sender=None, messages=[received, make_received(None, world.line)])
    campaign = Campaign.objects.create(
        account=world.account, line=world.line, kind=Campaign.Kind.SIMPLE, recipients=3, parts=3, price=30,
        finished_at=timezone.now(),
    )  # fmt: skip
    campaign_finished.send(sender=None, campaign=campaign)
    single = Campaign(account=world.account, line=world.line, kind=Campaign.Kind.API, recipients=1)
    campaign_finished.send(sender=None, campaign=single)
    billing.credit_low.send(sender=None, account_id=world.account.pk, balance=900, threshold=1000)
    billing.credit_low.send(sender=None, account_id=make_account().pk, balance=900, threshold=1000)

    class Invoice:
        pk, account_id, number, net, vat, total = 7, world.account.pk, "1405-12", 1000, 100, 1100
        issued_at = timezone.now()

    assert outbox.invoice_paid in [reference() for _, reference, *_ in billing.invoice_paid.receivers]
    outbox.invoice_paid(sender=None, invoice=Invoice)
    publishing.publish(now=world.now)
    world.deliver_all()
    by_type = {event["type"]: event["data"] for event in told(world.receiver)}
    assert len(told(world.receiver)) == 4
    assert by_type["message.received"] | {"received_at": ""} == {
        "received": received.pk, "from": "+989125550000", "line": world.line.number, "text": "سلام", "received_at": "",
    }  # fmt: skip
    assert by_type["campaign.finished"]["campaign"] == campaign.pk
    assert by_type["campaign.finished"]["recipients"] == 3
    assert by_type["credit.low"] == {"balance": 900, "threshold": 1000}
    assert by_type["invoice.paid"]["number"] == "1405-12"


def test_numbers_of_the_bank_stay_hidden(world):
    world.endpoint()
    (message_id,) = world.send()
    Campaign.objects.update(kind=Campaign.Kind.BULK)
    world.tell(Status.DELIVERED, message_id)
    world.deliver_all()
    assert told(world.receiver)[0]["data"]["to"] == "+98912*******"


# --- order, failures, giving up ---------------------------------------------------------------------------------------


def test_a_later_event_of_a_message_waits_for_the_earlier_and_others_do_not(world):
    """The receiver chokes on one message; its own events stay in order, those of others pass."""
    world.endpoint()
    first, second = world.send(2)
    choking = True

    def answer(received):
        is_first = json.loads(received.body)["data"]["message"] == first
        return (500, {}, b"no") if is_first and choking else (200, {}, b"ok")

    world.receiver.answer = answer
    world.tell(Status.SUBMITTED, first, second)
    world.tell(Status.DELIVERED, first, second)
    for _ in range(6):
        world.deliver_all()
        world.pass_time(seconds=1)
    assert states(world.receiver, second) == ["submitted", "delivered"]
    assert set(states(world.receiver, first)) == {"submitted"}
    choking = False
    world.pass_time(hours=1)
    world.deliver_all()
    assert states(world.receiver, first)[-2:] == ["submitted", "delivered"]
    assert states(world.receiver, first).count("delivered") == 1


def test_a_failure_is_tried_again_with_growing_waits_for_a_day_then_given_up(world):
    endpoint = world.endpoint()
    world.receiver.answer = lambda received: (503, {}, "بعداً".encode())
    (message_id,) = world.send()
    world.tell(Status.SUBMITTED, message_id)
    world.tell(Status.DELIVERED, message_id)
    started, times = world.now, []
    while world.now - started < timedelta(hours=23, minutes=50):
        if world.deliver():
            times.append(world.now)
        world.pass_time(seconds=20 if len(times) < 8 else 600)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 20 < len(times) < 60
    assert waits[0] < timedelta(minutes=1)
    assert max(waits) > timedelta(minutes=40)
    assert max(waits) < timedelta(minutes=100)
    assert set(states(world.receiver, message_id)) == {"submitted"}
    attempt = Attempt.objects.filter(endpoint=endpoint).last()
    assert (attempt.status, attempt.answer) == (503, "بعداً")
    world.receiver.answer = lambda received: (200, {}, b"")
    Endpoint.objects.update(not_before=None)
    world.pass_time(minutes=11)
    world.deliver_all()
    assert Delivery.objects.filter(state=Delivery.State.GIVEN_UP).count() == 2
    assert len(world.receiver.requests) == len(times)


@pytest.mark.parametrize("failures", range(1, 30))
def test_the_wait_doubles_up_to_an_hour_with_jitter(failures):
    random.seed(failures)
    expected = min(5 * 2 ** (failures - 1), 3600)
    waits = [delivering.wait_after(failures).total_seconds() for _ in range(50)]
    assert all(expected * 0.8 <= wait <= expected * 1.2 for wait in waits)
    assert len(set(waits)) > 40


def test_an_endpoint_that_fails_for_a_day_is_paused_and_the_account_told(world):
    world.account.mobile, world.account.email = "09121110000", "shop@example.com"
    world.account.save()
    endpoint = world.endpoint()
    world.receiver.answer = lambda received: (500, {}, b"")
    for message_id in world.send(3):
        world.tell(Status.SUBMITTED, message_id)
    for _ in range(40):
        world.deliver_all()
        world.pass_time(hours=1, minutes=15)
        (message_id,) = world.send()
        world.tell(Status.SUBMITTED, message_id)
    endpoint.refresh_from_db()
    assert endpoint.pause_reason == Endpoint.PauseReason.FAILING
    calls = len(world.receiver.requests)
    world.pass_time(hours=2)
    assert not world.deliver()
    assert len(world.receiver.requests) == calls
    assert AuditEntry.objects.filter(action="webhook.paused", account=world.account).count() == 1
    event = Event.objects.get(type=EventType.PAUSED)
    assert event.data == {"webhook": endpoint.pk, "url": endpoint.url, "reason": "failing"}
    assert sorted(Notice.objects.values_list("way", "address")) == [
        ("email", "shop@example.com"), ("sms", "+989121110000"),
    ]  # fmt: skip
    world.receiver.answer = lambda received: (200, {}, b"")
    resume_endpoint(endpoint=endpoint, now=world.now)
    world.deliver_all()
    assert not Delivery.objects.filter(state=Delivery.State.PENDING).exists()


def test_gone_pauses_at_once_and_what_waits_goes_on_after_a_resume(world):
    endpoint = world.endpoint()
    world.receiver.answer = lambda received: (410, {}, b"")
    first, second = world.send(2)
    world.tell(Status.SUBMITTED, first)
    world.deliver_all()
    endpoint.refresh_from_db()
    assert endpoint.pause_reason == Endpoint.PauseReason.GONE
    world.tell(Status.SUBMITTED, second)
    world.pass_time(days=3)
    assert not world.deliver()
    world.receiver.answer = lambda received: (204, {}, b"")
    resume_endpoint(endpoint=endpoint, now=world.now)
    world.deliver_all()
    assert states(world.receiver, second) == ["submitted"]
    assert not Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()


def test_a_name_that_turns_inward_is_never_called_and_pauses_the_endpoint(world, monkeypatch):
    """DNS rebinding, and a redirect into a private network."""
    real = socket.getaddrinfo
    inside = Receiver()
    try:
        monkeypatch.setattr(
            socket, "getaddrinfo",
            lambda host, port, *a, **k: real("127.0.0.1" if str(host).endswith("example.com") else host, port, *a, **k),
        )  # fmt: skip
        endpoint = world.endpoint(url=f"http://hooks.example.com:{inside.port}/")
        send_test_event(endpoint=endpoint, now=world.now)
        world.deliver_all()
        endpoint.refresh_from_db()
        assert endpoint.pause_reason == Endpoint.PauseReason.REFUSED
        assert Attempt.objects.get().reason == "address"
        other = world.endpoint()
        world.receiver.answer = lambda received: (307, {"Location": inside.url}, b"")
        send_test_event(endpoint=other, now=world.now)
        world.deliver_all()
        assert len(world.receiver.requests) == 1
        assert Attempt.objects.get(endpoint=other).status == 307
        assert Delivery.objects.get(endpoint=other).state == Delivery.State.PENDING
        assert inside.requests == []
    finally:
        inside.close()


def test_a_recovered_endpoint_gets_at_once_what_had_waited(world):
    world.endpoint()
    world.receiver.answer = lambda received: (500, {}, b"")
    ids = world.send(8)
    world.tell(Status.SUBMITTED, *ids)
    for _ in range(8):
        world.deliver_all()
        world.pass_time(minutes=20)
    world.receiver.answer = lambda received: (200, {}, b"")
    world.pass_time(hours=1)
    world.deliver_all()
    assert not Delivery.objects.filter(state=Delivery.State.PENDING).exists()
    assert Endpoint.objects.get().failures == 0


# --- batches, slow endpoints, many workers ----------------------------------------------------------------------------


def test_a_batch_has_many_events_and_never_two_of_a_message(world):
    endpoint = world.endpoint(batch_size=50)
    ids = world.send(70)
    world.tell(Status.SUBMITTED, *ids)
    world.tell(Status.DELIVERED, *ids)
    world.deliver_all()
    batches = [json.loads(received.body)["events"] for received in world.receiver.requests]
    assert max(map(len, batches)) == 50
    assert len(batches) <= 5
    for batch in batches:
        assert len({event["data"]["message"] for event in batch}) == len(batch)
    for message_id in ids:
        assert states(world.receiver, message_id) == ["submitted", "delivered"]
    assert is_signed(world.receiver.requests[0], endpoint.secret)


def test_what_a_batch_chokes_on_is_found_by_sending_alone(world):
    world.endpoint(batch_size=10)
    ids = world.send(5)

    def answer(received):
        messages = [event["data"]["message"] for event in json.loads(received.body)["events"]]
        return (400, {}, b"bad") if ids[2] in messages else (200, {}, b"")

    world.receiver.answer = answer
    world.tell(Status.SUBMITTED, *ids)
    for _ in range(30):
        world.deliver_all()
        world.pass_time(minutes=5)
    pending = Delivery.objects.filter(state=Delivery.State.PENDING)
    assert list(pending.values_list("subject", flat=True)) == [ids[2]]


@pytest.mark.django_db(transaction=True)
def test_a_slow_endpoint_keeps_nobody_waiting_and_two_workers_never_serve_one(account, line, receiver, settings):
    from tests.webservice.webhooks.conftest import World

    settings.WEBHOOK_TIMEOUT_SECONDS = 20
    world, slow_one = World(account, line, receiver), Receiver()
    settings.OUTBOUND_LOOPBACK_PORTS = {receiver.port, slow_one.port}
    let_go = threading.Event()
    slow_one.answer = lambda received: let_go.wait(20) and (200, {}, b"")
    slow = world.endpoint(url=slow_one.url)
    send_test_event(endpoint=slow, now=world.now)
    worker = threading.Thread(target=lambda: (world.deliver(), connection.close()))
    worker.start()
    try:
        slow_one.wait_for(1)
        quick = world.endpoint()
        send_test_event(endpoint=quick, now=world.now)
        send_test_event(endpoint=slow, now=world.now)
        world.deliver_all()
        assert len(receiver.requests) == 1
        assert len(slow_one.requests) == 1  # its lease is held
    finally:
        let_go.set()
        worker.join(20)
        slow_one.close()
    assert len(slow_one.requests) == 2  # the same worker went on with it
    assert not Delivery.objects.exclude(state=Delivery.State.DELIVERED).exists()


def test_few_slow_endpoints_are_served_at_once(world):
    for _ in range(delivering.SLOW_AT_ONCE + 1):
        send_test_event(endpoint=world.endpoint(), now=world.now)
    Endpoint.objects.update(is_slow=True)
    claimed = [delivering._claim(world.now) for _ in range(delivering.SLOW_AT_ONCE + 1)]
    assert [endpoint is not None for endpoint in claimed] == [True] * delivering.SLOW_AT_ONCE + [False]
    world.pass_time(minutes=1)  # their workers died: the leases run out
    assert delivering._claim(world.now) is not None


def test_an_outcome_after_the_lease_was_lost_is_not_written(world):
    """Another worker has taken over and delivers again: at least once, and one truth in the table."""
    endpoint = world.endpoint()
    send_test_event(endpoint=endpoint, now=world.now)
    stale = delivering._claim(world.now)
    calls = delivering._next_calls(stale, world.now)
    world.pass_time(minutes=1)
    fresh = delivering._claim(world.now)
    assert fresh.pk == stale.pk
    assert delivering._make(stale, calls, world.clock) is False
    assert Delivery.objects.get().state == Delivery.State.PENDING
    assert not Attempt.objects.exists()
    assert delivering._make(fresh, delivering._next_calls(fresh, world.now), world.clock) is True
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
    ids = [received.headers["webhook-id"] for received in world.receiver.requests]
    assert len(ids) == 2
    assert len(set(ids)) == 1


# --- rotation, replay, pause ------------------------------------------------------------------------------------------


def test_during_rotation_both_secrets_sign_and_afterwards_the_new_one(world):
    endpoint = world.endpoint()
    old = endpoint.secret
    new = rotate_secret(endpoint=endpoint, now=world.now).secret
    send_test_event(endpoint=endpoint, now=world.now)
    world.deliver_all()
    world.pass_time(hours=25)
    send_test_event(endpoint=endpoint, now=world.now)
    world.deliver_all()
    during, after = world.receiver.requests
    assert is_signed(during, old)
    assert is_signed(during, new)
    assert is_signed(after, new)
    assert not is_signed(after, old)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, previous_secret FROM webservice_endpoint")
        assert not any(secret in stored for stored in cursor.fetchone() for secret in (old, new))


def test_a_replay_delivers_the_same_event_again_with_the_same_id(world):
    endpoint = world.endpoint()
    event = send_test_event(endpoint=endpoint, now=world.now)
    world.deliver_all()
    other = world.endpoint()
    assert replay(endpoint=other, events=[event.pk], now=world.now) == 0
    assert replay(endpoint=endpoint, events=[event.pk, 999_999], now=world.now) == 1
    world.deliver_all()
    assert [received.headers["webhook-id"] for received in world.receiver.requests] == [str(event.pk)] * 2
    Delivery.objects.update(state=Delivery.State.GIVEN_UP)
    assert replay_given_up(endpoint=endpoint, now=world.now) == 1
    world.deliver_all()
    assert len(world.receiver.requests) == 3


def test_a_paused_endpoint_is_not_called_and_a_new_address_gets_what_waits(world):
    endpoint = world.endpoint()
    pause_endpoint(endpoint=endpoint, now=world.now)
    send_test_event(endpoint=endpoint, now=world.now)
    assert not world.deliver()
    change_endpoint(endpoint=endpoint, url=f"{world.receiver.url}/moved")
    resume_endpoint(endpoint=endpoint, now=world.now)
    world.deliver_all()
    assert [received.path for received in world.receiver.requests] == ["/hook/moved"]


# --- publishing -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_ids_follow_the_commits_though_rows_were_written_in_another_order(account, line, receiver):
    """The control: the row that is written first is committed last; a reader that saw the other misses nothing."""
    from tests.webservice.webhooks.conftest import World

    World(account, line, receiver).endpoint()
    written, commit = threading.Event(), threading.Event()

    def slow_transaction() -> None:
        with transaction.atomic():
            billing.credit_low.send(sender=None, account_id=account.pk, balance=1, threshold=2)
            written.set()
            commit.wait(20)
        connection.close()

    worker = threading.Thread(target=slow_transaction)
    worker.start()
    assert written.wait(20)
    billing.credit_low.send(sender=None, account_id=account.pk, balance=0, threshold=2)
    first, second = Outgoing.objects.count(), None
    assert publishing.publish(now=timezone.now()) == 1
    seen = Event.objects.get().pk
    commit.set()
    worker.join(20)
    assert publishing.publish(now=timezone.now()) == 1
    second = Event.objects.exclude(pk=seen).get()
    assert first == 1
    assert second.pk > seen
    assert second.data["balance"] == 1


def test_after_a_week_everything_is_forgotten(world):
    endpoint = world.endpoint()
    send_test_event(endpoint=endpoint, now=world.now)
    world.deliver_all()
    assert publishing.forget(now=world.now + timedelta(days=6, hours=23)) == 0
    assert publishing.forget(now=world.now + timedelta(days=7, hours=1)) == 1
    assert [model.objects.count() for model in (Event, Delivery, Attempt)] == [0, 0, 0]
