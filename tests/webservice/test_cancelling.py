"""POST /messages/{id}/cancel and POST /messages/cancel (W2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.selectors import balance
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Campaign, Chunk, Message, Status
from messaging.services import pause
from tests.webservice.conftest import LATIN, Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db


def send(api: Api, *numbers: str, **fields) -> list[int]:
    answer = api.post("messages", {"to": list(numbers), "text": "Hello", **fields})
    assert answer.status_code == 201, answer.json()
    return [row["id"] for row in answer.json()["messages"]]


def later() -> str:
    return (timezone.now() + timedelta(hours=1)).isoformat()


def taken(message_id: int) -> Chunk:
    """The message's chunk, as a bind holds it."""
    chunk = Chunk.objects.get(pk=message_id // Chunk.SIZE)
    Chunk.objects.filter(pk=chunk.pk).update(state=Chunk.State.LEASED, bind_number=1, lease_token=7)
    return chunk


@pytest.mark.parametrize("when", [{}, {"send_at": "later"}])
def test_a_message_that_waits_is_cancelled_and_paid_back(api, account, when):
    (message_id,) = send(api, "09121234567", **{name: later() for name in when})
    assert balance(account) == 10_000 - LATIN
    answer = api.post(f"messages/{message_id}/cancel", "")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["state"], body["price"], body["returned"]) == (message_id, "cancelled", LATIN, LATIN)
    assert body["error"]["code"] == "cancelled"
    assert [step["state"] for step in body["timeline"]] == ["scheduled" if when else "queued", "cancelled"]
    assert balance(account) == 10_000
    assert Campaign.objects.get().state == Campaign.State.CANCELLED
    assert Chunk.objects.get().state == Chunk.State.CANCELLED
    assert check_ledger() == []


def test_a_repeat_returns_nothing_more(api, account):
    (message_id,) = send(api, "09121234567")
    for _ in range(2):
        assert api.post(f"messages/{message_id}/cancel", {}).json()["state"] == "cancelled"
    first = api.post(f"messages/{message_id}/cancel", {}, idempotency_key="k")
    again = api.post(f"messages/{message_id}/cancel", {}, idempotency_key="k")
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert balance(account) == 10_000
    assert check_ledger() == []


def test_one_of_several_leaves_the_others_on_their_way(api, account):
    ids = send(api, "09121234567", "09121234568", "09121234569")
    assert api.post(f"messages/{ids[1]}/cancel", {}).json()["state"] == "cancelled"
    assert Campaign.objects.get().state == Campaign.State.QUEUED
    assert Chunk.objects.get().state == Chunk.State.READY
    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == [
        Status.QUEUED,
        Status.CANCELLED,
        Status.QUEUED,
    ]
    assert balance(account) == 10_000 - 2 * LATIN


def test_one_of_a_paused_campaign_is_cancelled(api, account):
    (message_id, _other) = send(api, "09121234567", "09121234568")
    pause(campaign=Campaign.objects.get(), by=None)
    assert api.post(f"messages/{message_id}/cancel", {}).json()["state"] == "cancelled"


def test_what_a_bind_holds_is_too_late(api, account):
    (message_id,) = send(api, "09121234567")
    taken(message_id)
    refusal = problem(api.post(f"messages/{message_id}/cancel", {}), 409, "wrong_state")
    assert refusal["state"] == "queued"
    assert balance(account) == 10_000 - LATIN


def test_what_is_with_the_operator_is_too_late(api, account):
    (message_id,) = send(api, "09121234567")
    taken(message_id)
    move([News(message_id, Status.SUBMITTED, timezone.now())])
    refusal = problem(api.post(f"messages/{message_id}/cancel", {}), 409, "wrong_state")
    assert refusal["state"] == "submitted"
    assert "submitted" in refusal["detail"]
    assert Message.objects.get().status == Status.SUBMITTED
    assert balance(account) == 10_000 - LATIN


def test_anothers_message_and_none_are_not_found(api, stranger, account):
    (message_id,) = send(api, "09121234567")
    for other in (message_id, 1, 10**19):
        problem(stranger.post(f"messages/{other}/cancel", {}), 404, "not_found")
    assert Message.objects.get().status == Status.QUEUED


def test_an_unknown_field_cancels_nothing(api):
    (message_id,) = send(api, "09121234567")
    refusal = problem(api.post(f"messages/{message_id}/cancel", {"id": 1}), 422, "validation_failed")
    assert refusal["errors"][0]["code"] == "unknown_field"
    assert Message.objects.get().status == Status.QUEUED


def test_a_key_that_may_only_read_cancels_nothing(api, account):
    (message_id,) = send(api, "09121234567")
    reader = Api(create_key(account=account, name="r", scopes=["read"])[1])
    problem(reader.post(f"messages/{message_id}/cancel", {}), 403, "scope_missing")
    problem(reader.post("messages/cancel", {"ids": [message_id]}), 403, "scope_missing")
    assert Message.objects.get().status == Status.QUEUED


def test_many_at_once_each_with_its_outcome(api, stranger, account):
    waiting, gone = send(api, "09121234567", send_at=later()), send(api, "09121234568")
    others = send(stranger, "09121234569")
    taken(gone[0])
    move([News(gone[0], Status.DELIVERED, timezone.now())])
    ids = [gone[0], waiting[0], others[0], 1]
    assert api.post("messages/cancel", {"ids": ids}).json() == {
        "cancelled": 1,
        "returned": LATIN,
        "currency": "IRR",
        "balance": 10_000 - LATIN,
        "messages": [
            {"id": gone[0], "state": "delivered", "is_cancelled": False},
            {"id": waiting[0], "state": "cancelled", "is_cancelled": True},
            {"id": others[0], "state": None, "is_cancelled": False},
            {"id": 1, "state": None, "is_cancelled": False},
        ],
    }
    assert Message.objects.get(pk=others[0]).status == Status.QUEUED
    assert check_ledger() == []


@pytest.mark.parametrize(
    ("ids", "code", "field"),
    [
        ([], "empty", "ids"),
        (list(range(1, 1002)), "too_long", "ids"),
        (["1"], "wrong_type", "ids[0]"),
        ([0], "too_small", "ids[0]"),
        ([10**19], "too_large", "ids[0]"),
        (5, "wrong_type", "ids"),
    ],
)
def test_wrong_lists_are_refused(api, ids, code, field):
    refusal = problem(api.post("messages/cancel", {"ids": ids}), 422, "validation_failed")
    assert (refusal["errors"][0]["field"], refusal["errors"][0]["code"]) == (field, code)


def test_the_list_is_narrowed_by_line_and_tag(api, account, line):
    from tests.factories import make_line

    other = make_line(account, kind="service")
    first = send(api, "09121234567", line=line.number, tags=["a", "b"])
    second = send(api, "09121234568", line=other.number, tags=["b"])

    def listed(**query) -> list[int]:
        return [row["id"] for row in api.get("messages", query).json()["messages"]]

    assert listed(line=line.number) == first
    assert listed(line=f"+98{other.number}") == second
    assert listed(line="500099") == []
    assert listed(tag="a") == first
    assert listed(tag="b") == second + first
    assert listed(tag="b", line=line.number) == first
    assert listed(tag="nobody's") == []
