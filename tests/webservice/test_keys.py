"""Who may call, from where, and what a key allows (W1, W10)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Account, AuditEntry
from messaging.models import Message
from tests.webservice.conftest import Api, problem
from webservice.models import ApiKey
from webservice.services import KeyRefused, create_key, digest_of, revoke_key

pytestmark = pytest.mark.django_db
HELLO = {"to": "09121234567", "text": "Hello"}
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


def test_only_the_hash_of_the_secret_is_stored(key):
    row, secret = key
    assert secret.startswith("live_")
    assert len(secret) >= 5 + 43  # 32 random octets in base64
    stored = ApiKey.objects.filter(pk=row.pk).values().get()
    assert stored["digest"] == digest_of(secret)
    assert stored["prefix"] == secret[:12]
    assert not any(secret in str(value) for value in stored.values())


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Bearer", "key_missing"),
        ("Bearer ", "key_missing"),
        ("Basic dXNlcjpwYXNz", "key_missing"),
        ("Bearer live_nonsense", "key_invalid"),
        ("Bearer \u00e9\u00e9", "key_invalid"),
    ],
)
def test_without_a_key_nothing_opens(api, unchanged, header, code):
    asking = Api("")
    headers = {} if header is None else {"Authorization": header}
    for answer in (asking.post("messages", HELLO, **headers), asking.get("balance", **headers)):
        document = problem(answer, 401, code)
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
        assert "errors" not in document


def test_a_revoked_key_is_refused_at_once(api, key, account):
    assert api.get("balance").status_code == 200
    assert revoke_key(key[0]) is True
    problem(api.get("balance"), 401, "key_revoked")
    problem(api.post("messages", HELLO), 401, "key_revoked")
    assert revoke_key(key[0]) is False
    assert not Message.objects.exists()
    assert list(AuditEntry.objects.filter(action__startswith="key.").values_list("action", flat=True)) == [
        "key.revoked",
        "key.created",
    ]


def test_an_expired_key(account, line):
    with time_machine.travel(NOW, tick=False) as clock:
        api = Api(create_key(account=account, name="k", scopes=["read"], expires_at=NOW + timedelta(hours=1))[1])
        assert api.get("balance").status_code == 200
        clock.shift(3600)
        problem(api.get("balance"), 401, "key_expired")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("203.0.113.9", True), ("203.0.114.1", False), ("2001:db8::5", True), ("2001:db9::5", False)],
)
def test_a_key_is_held_to_its_networks(account, line, address, allowed):
    _key, secret = create_key(account=account, name="k", scopes=["read"], networks=["203.0.113.0/24", "2001:db8::/32"])
    answer = Api(secret, address).get("balance")
    if allowed:
        assert answer.status_code == 200
    else:
        assert problem(answer, 403, "address_not_allowed")["address"] == address


def test_a_forged_forwarded_header_does_not_open_the_list(account, line):
    _key, secret = create_key(account=account, name="k", scopes=["read"], networks=["203.0.113.9"])
    answer = Api(secret, "198.51.100.1").get("balance", X_Forwarded_For="203.0.113.9")
    problem(answer, 403, "address_not_allowed")


@pytest.mark.parametrize("state", [Account.State.SUSPENDED, Account.State.CLOSED])
def test_a_suspended_account_is_refused(api, account, unchanged, state):
    Account.objects.filter(pk=account.pk).update(state=state)
    problem(api.post("messages", HELLO), 403, "account_suspended")
    problem(api.get("balance"), 403, "account_suspended")


READING = [("get", "messages"), ("get", "messages/1"), ("get", "balance"), ("get", "lines")]
SENDING = [("post", "messages"), ("post", "quotes")]


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [("send", *asked) for asked in READING] + [("read", *asked) for asked in SENDING],
)
def test_a_key_does_only_what_its_scopes_say(account, line, unchanged_rows, scope, method, path):
    api = Api(create_key(account=account, name="k", scopes=[scope])[1])
    answer = api.get(path) if method == "get" else api.post(path, HELLO)
    assert problem(answer, 403, "scope_missing")["scope"] == ("read" if scope == "send" else "send")


@pytest.fixture
def unchanged_rows():
    yield
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["send", "everything"]}, "scopes"),
        ({"networks": ["10.0.0.0/33"]}, "networks"),
        ({"networks": ["example.com"]}, "networks"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
    ],
)
def test_a_key_that_cannot_be_made(account, wrong, field):
    with pytest.raises(KeyRefused) as refusal:
        create_key(**{"account": account, "name": "k", "scopes": ["send"], **wrong})
    assert refusal.value.field == field
    assert not ApiKey.objects.exists()


def test_the_last_use_is_noted_at_most_once_a_minute(api, key):
    def last_used() -> datetime:
        return ApiKey.objects.get(pk=key[0].pk).last_used_at

    with time_machine.travel(NOW, tick=False) as clock:
        api.get("balance")
        assert last_used() == NOW
        clock.shift(59)
        api.get("balance")
        assert last_used() == NOW
        clock.shift(2)
        api.get("balance")
        assert last_used() == NOW + timedelta(seconds=61)


class TestRate:
    @pytest.fixture(autouse=True)
    def three_a_minute(self, settings):
        settings.API_RATE_PER_MINUTE = 3
        with time_machine.travel(NOW + timedelta(seconds=20), tick=False) as self.clock:
            yield

    def test_headers_count_down_and_the_fourth_is_refused(self, api, unchanged):
        for left in (2, 1, 0):
            answer = api.get("balance")
            assert [answer[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] == ["3", str(left), "40"]
        answer = api.post("messages", HELLO)
        problem(answer, 429, "rate_limited")
        assert answer["Retry-After"] == "40"
        assert answer["RateLimit-Remaining"] == "0"

    def test_the_next_minute_begins_anew(self, api):
        for _ in range(4):
            api.get("balance")
        self.clock.shift(40)
        assert api.get("balance")["RateLimit-Remaining"] == "2"

    def test_each_key_has_its_own(self, api, stranger):
        for _ in range(4):
            api.get("balance")
        assert stranger.get("balance").status_code == 200

    def test_a_lost_counter_does_not_close_the_door(self, api, monkeypatch):
        import redis

        from webservice import throttling

        nobody = redis.Redis.from_url("unix:///nowhere/valkey.sock")
        monkeypatch.setattr(throttling, "_valkey", lambda: nobody)
        answer = api.get("balance")
        assert answer.status_code == 200
        assert "RateLimit-Limit" not in answer
