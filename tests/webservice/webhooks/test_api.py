"""/webhooks and /events of the web service (W11)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messaging.models import Status
from tests.webservice.conftest import Api, problem
from webservice.models import ApiKey
from webservice.services import create_key, digest_of
from webservice.webhooks.listening import forget_listeners, listening_accounts
from webservice.webhooks.models import Attempt, Delivery, Endpoint, Event, Listener

pytestmark = pytest.mark.django_db
NEW = {"url": "https://shop.example/hook", "events": ["message.status"]}


@pytest.fixture
def admin(account) -> Api:
    return Api(create_key(account=account, name="admin", scopes=["admin", "read"])[1])


def test_a_webhook_from_its_making_to_its_end(admin, account):
    made = admin.post("webhooks", NEW, idempotency_key="1")
    assert made.status_code == 201
    body = made.json()
    assert (body["url"], body["events"], body["batch_size"], body["is_paused"]) == (NEW["url"], NEW["events"], 1, False)
    assert admin.post("webhooks", NEW, idempotency_key="1").json() == body
    assert Endpoint.objects.get().secret == body["secret"]
    path = f"webhooks/{body['id']}"
    assert "secret" not in admin.get(path).json()
    assert admin.get("webhooks").json()["webhooks"] == [admin.get(path).json()]
    changed = admin.send("PATCH", path, {"batch_size": 20, "name": "Shop"}).json()
    assert (changed["batch_size"], changed["name"], changed["url"]) == (20, "Shop", NEW["url"])
    rotated = admin.post(f"{path}/rotate-secret", {}).json()
    assert rotated["secret"] != body["secret"]
    assert rotated["previous_secret_until"]
    assert admin.post(f"{path}/pause", {}).json()["pause_reason"] == "by_hand"
    assert admin.post(f"{path}/resume", {}).json()["is_paused"] is False
    assert admin.send("DELETE", path).json()["id"] == body["id"]
    problem(admin.get(path), 404, "not_found")
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"url": "http://127.0.0.1/"}, "url", "address"),
        ({"url": "http://169.254.169.254/latest"}, "url", "address"),
        ({"url": "ftp://shop.example/"}, "url", "url"),
        ({"url": "https://a:b@shop.example/"}, "url", "credentials"),
        ({"url": "https://shop.example:25/"}, "url", "port"),
        ({"url": 5}, "url", "wrong_type"),
        ({"events": []}, "events", "empty"),
        ({"events": ["webhook.test"]}, "events[0]", "not_a_choice"),
        ({"batch_size": 0}, "batch_size", "too_small"),
        ({"batch_size": 101}, "batch_size", "too_large"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_a_webhook_that_cannot_be(admin, change, field, code):
    document = problem(admin.post("webhooks", NEW | change), 422, "validation_failed")
    assert (field, code) in [(error["field"], error["code"]) for error in document["errors"]]
    assert not Endpoint.objects.exists()


def test_ten_and_no_more(admin):
    for _ in range(10):
        assert admin.post("webhooks", NEW).status_code == 201
    document = problem(admin.post("webhooks", NEW), 422, "validation_failed")
    assert document["errors"][0]["code"] == "too_many"


def test_only_keys_of_the_account_with_the_scope(api, admin, stranger):
    path = f"webhooks/{admin.post('webhooks', NEW).json()['id']}"
    problem(api.get("webhooks"), 403, "scope_missing")
    problem(api.post("webhooks", NEW), 403, "scope_missing")
    theirs = ApiKey.objects.get(digest=digest_of(stranger.secret)).account
    other = Api(create_key(account=theirs, name="x", scopes=["admin"])[1])
    problem(other.get(path), 404, "not_found")
    problem(other.post(f"{path}/replay", {"events": [1]}), 404, "not_found")
    problem(other.send("DELETE", path), 404, "not_found")
    assert Endpoint.objects.count() == 1


def test_a_test_event_its_attempt_and_its_replay(admin, world):
    world.now = timezone.now()
    path = f"webhooks/{admin.post('webhooks', NEW | {'url': world.receiver.url}).json()['id']}"
    event = admin.post(f"{path}/test", {}).json()
    assert event["type"] == "webhook.test"
    world.pass_time(seconds=5)
    world.deliver_all()
    attempts = admin.get(f"{path}/attempts").json()
    assert [(row["events"], row["status"], row["answer"]) for row in attempts["attempts"]] == [
        ([event["id"]], 200, "ok"),
    ]  # fmt: skip
    assert admin.post(f"{path}/replay", {"events": [event["id"], 10**12]}).json() == {"replayed": 1}
    world.pass_time(seconds=5)
    world.deliver_all()
    first = admin.get(f"{path}/attempts", {"limit": 1}).json()
    second = admin.get(f"{path}/attempts", {"limit": 1, "cursor": first["next"]}).json()
    assert second["next"] is None
    assert [page["attempts"][0]["events"] for page in (first, second)] == [[event["id"]]] * 2
    assert Attempt.objects.count() == 2


def test_events_are_read_on_from_the_last_one(admin, api, world):
    (message_id,) = world.send()
    world.tell(Status.SUBMITTED, message_id)
    assert api.get("events").json() == {"events": [], "next": 0, "has_more": False}  # from now on they are kept
    forget_listeners()
    ids = world.send(3)
    world.tell(Status.SUBMITTED, *ids)
    world.tell(Status.DELIVERED, *ids)
    page = api.get("events", {"limit": 4}).json()
    assert page["has_more"] is True
    assert [event["data"]["state"] for event in page["events"]] == ["submitted"] * 3 + ["delivered"]
    rest = api.get("events", {"after": page["next"]}).json()
    assert rest["has_more"] is False
    told = [event["data"]["message"] for event in page["events"] + rest["events"]]
    assert told == ids + ids
    assert api.get("events", {"after": rest["next"]}).json() == {"events": [], "next": rest["next"], "has_more": False}
    assert api.get("events", {"type": "credit.low"}).json()["events"] == []
    problem(api.get("events", {"after": "x"}), 422, "validation_failed")
    problem(api.get("events", {"since": "1"}), 422, "validation_failed")
    assert not Delivery.objects.exists()


def test_events_of_others_are_not_seen(api, stranger, world):
    api.get("events")
    forget_listeners()
    world.tell(Status.SUBMITTED, *world.send())
    assert Event.objects.count() == 1
    assert stranger.get("events").json()["events"] == []


def test_whoever_has_not_read_for_a_week_is_forgotten(api, world):
    api.get("events")
    forget_listeners()
    assert listening_accounts() == {world.account.pk}
    Listener.objects.update(read_at=world.now - timedelta(days=8))
    forget_listeners()
    assert listening_accounts() == frozenset()
    api.get("events")
    forget_listeners()
    assert listening_accounts() == {world.account.pk}
