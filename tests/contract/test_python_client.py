"""Our own Python client (clients/python) against a live server: both its faces do the same over real HTTP."""

import inspect
import io
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from anyio.from_thread import start_blocking_portal
from django.utils import timezone
from smsplatform_client import (
    AsyncClient,
    AuthenticationFailed,
    Client,
    Conflict,
    InsufficientCredit,
    InvalidSignature,
    NotFound,
    RateLimited,
    Refused,
    events_of,
    sign,
)

from accounts.models import Account
from messaging.models import Campaign, Message, Template
from tests.contract.conftest import Server
from webservice.models import ApiRequest, IdempotentAnswer

pytestmark = pytest.mark.django_db(transaction=True)


class Sync:
    """The synchronous client, driven as its users do."""

    def __init__(self, **options) -> None:
        self.client = Client(**options)

    def __call__(self, ask: Callable):
        found = ask(self.client)
        return list(found) if isinstance(found, Iterator) else found

    def close(self) -> None:
        self.client.close()


class Async:
    """The asynchronous one: each call in the event loop of a thread."""

    def __init__(self, **options) -> None:
        self.portal_of = start_blocking_portal()
        self.portal = self.portal_of.__enter__()
        self.client = AsyncClient(**options)

    def __call__(self, ask: Callable):
        return self.portal.call(self._asked, ask)

    async def _asked(self, ask: Callable):
        found = ask(self.client)
        return await found if inspect.isawaitable(found) else [row async for row in found]

    def close(self) -> None:
        self.portal.call(self.client.aclose)
        self.portal_of.__exit__(None, None, None)


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def face(request) -> type:
    return request.param


@pytest.fixture
def server(serve) -> Server:
    return serve(tls=False)


@pytest.fixture
def platform(face, server, secret) -> Iterator:
    driver = face(key=secret, url=server.url)
    yield driver
    driver.close()


@pytest.mark.slow
def test_messages(platform, account: Account):
    assert platform(lambda c: c.account.balance()) == {"balance": 10_000, "credit_limit": 0, "currency": "IRR"}
    quote = platform(lambda c: c.quotes.make("09120000001", "Hello"))
    assert quote["price"] == 240
    sent = platform(lambda c: c.messages.send_quote(quote["quote"]))
    with pytest.raises(Conflict) as used:
        platform(lambda c: c.messages.send_quote(quote["quote"]))
    assert (used.value.status, used.value.code) == (409, "quote_used")
    later = datetime.fromisoformat("2099-01-01T00:00:00+03:30")
    with pytest.raises(Refused) as refused:
        platform(lambda c: c.messages.send("09120000002", "Hello", send_at=later))
    assert [(error.field, error.code) for error in refused.value.errors] == [("send_at", "send_at_too_far")]
    assert refused.value.field == "send_at"
    assert "Nothing was sent" in refused.value.advice
    many = platform(lambda c: c.messages.send(["09120000003", "x"], ["a", "b"], reference="r", tags=["t"]))
    assert [row["skipped"] for row in many["messages"]] == [None, "invalid"]
    everything = platform(lambda c: c.messages.list(limit=1))
    assert [row["to"] for row in everything] == ["+989120000003", "+989120000001"]
    assert [row["reference"] for row in platform(lambda c: c.messages.list(reference="r"))] == ["r"]
    assert platform(lambda c: c.messages.count(tag="t")) == 1
    first = sent["messages"][0]["id"]
    assert platform(lambda c: c.messages.get(first))["text"] == "Hello"
    assert platform(lambda c: c.messages.cancel(first))["state"] == "cancelled"
    assert platform(lambda c: c.messages.cancel_many([first, 5]))["cancelled"] == 0
    assert Message.objects.filter(campaign__account=account).count() == 2


@pytest.mark.slow
def test_a_repeat_under_the_same_key_sends_once(platform, account: Account):
    calls = [platform(lambda c: c.messages.send("09120000001", "Hi", idempotency_key="order-1")) for _ in range(2)]
    assert calls[0] == calls[1]
    assert Message.objects.count() == 1
    platform(lambda c: c.messages.send("09120000001", "Hi"))
    platform(lambda c: c.messages.send("09120000001", "Hi"))
    assert Message.objects.count() == 3
    assert IdempotentAnswer.objects.count() == 3


@pytest.mark.slow
def test_refusals_are_exceptions(platform, face, server, account: Account):
    with pytest.raises(InsufficientCredit) as poor:
        platform(lambda c: c.messages.send([f"0912{number:07}" for number in range(100)], "Hello"))
    assert (poor.value.needed, poor.value.balance) == (24_000, 10_000)
    assert poor.value.request_id
    with pytest.raises(NotFound):
        platform(lambda c: c.messages.get(1))
    stranger = face(key="live_wrong", url=f"{server.url}/api/v1/")
    with pytest.raises(AuthenticationFailed, match="key_invalid: The key is not known"):
        stranger(lambda c: c.lines.list())
    stranger.close()
    assert Message.objects.count() == 0
    with pytest.raises(ValueError, match="time zone"):
        platform(lambda c: c.messages.send("09120000001", "x", send_at=datetime(2030, 1, 1)))  # noqa: DTZ001


@pytest.mark.slow
def test_a_campaign_from_a_file(platform, account: Account, tmp_path):
    file = tmp_path / "numbers.csv"
    file.write_text("name,mobile\nSara,09120000001\nAli,09120000002\n")
    made = platform(lambda c: c.campaigns.create("Hello", title="spring"))
    assert platform(lambda c: c.campaigns.upload(made["id"], file, column="mobile"))["source"]["rows"] == 2
    priced = platform(lambda c: c.campaigns.priced(made["id"]))
    assert (priced["state"], priced["price"]) == ("review", 480)
    assert platform(lambda c: c.campaigns.start(made["id"]))["state"] in {"queued", "running"}
    assert platform(lambda c: c.campaigns.pause(made["id"]))["state"] == "paused"
    assert platform(lambda c: c.campaigns.resume(made["id"]))["state"] in {"queued", "running"}
    assert platform(lambda c: c.campaigns.cancel(made["id"]))["state"] == "cancelled"
    assert [row["title"] for row in platform(lambda c: c.campaigns.list())] == ["spring"]
    other = platform(lambda c: c.campaigns.create("Hello"))
    for upload in (b"09120000001\n", io.BytesIO(b"09120000001\n09120000002\n")):
        platform(lambda c, upload=upload: c.campaigns.upload(other["id"], upload))
    assert platform(lambda c: c.campaigns.get(other["id"]))["source"]["file"] == "recipients.csv"
    third = platform(lambda c: c.campaigns.create("Hello"))
    assert not platform(lambda c: c.campaigns.add_recipients(third["id"], ["09120000001"], chunk=1))["is_repeat"]
    assert Campaign.objects.filter(account=account).count() == 3


@pytest.mark.slow
def test_one_time_passwords(platform, account: Account):
    Template.objects.create(account=account, name="login", text="Code: {code}", state=Template.State.APPROVED)
    assert [row["name"] for row in platform(lambda c: c.templates.list())] == ["login"]
    begun = platform(lambda c: c.verifications.start("09120000001", "login", length=5))
    assert begun["state"] == "pending"
    checked = platform(lambda c: c.verifications.check(begun["id"], "1"))
    assert (checked["is_valid"], checked["attempts_left"]) == (False, 4)
    with pytest.raises(RateLimited) as limited:
        platform(lambda c: c.verifications.start("09120000001", "login"))
    assert limited.value.code == "verification_limited"
    assert limited.value.document["limit"] == "too_soon"


@pytest.mark.slow
def test_phonebook(platform):
    group = platform(lambda c: c.groups.add("Customers"))
    sara = platform(lambda c: c.contacts.add("09120000001", first_name="Sara", groups=[group["id"]]))
    rows = [{"mobile": "09120000001", "last_name": "Rad"}, {"mobile": "09120000002"}]
    assert platform(lambda c: c.contacts.upsert(rows))["added"] == 1
    assert platform(lambda c: c.contacts.get(sara["id"]))["last_name"] == "Rad"
    assert platform(lambda c: c.contacts.change(sara["id"], {"first_name": "Sahar"}))["first_name"] == "Sahar"
    assert [row["id"] for row in platform(lambda c: c.contacts.list(group=group["id"]))] == [sara["id"]]
    assert platform(lambda c: c.groups.leave(group["id"], [sara["id"]])) == 1
    assert platform(lambda c: c.contacts.count()) == 2
    assert platform(lambda c: c.opt_outs.add(["09120000009"])) == 1
    assert len(platform(lambda c: c.opt_outs.list())) == 1
    platform(lambda c: c.contacts.delete(sara["id"]))
    assert platform(lambda c: c.contacts.count()) == 1


@pytest.mark.slow
def test_events_webhooks_money_and_the_log(platform, account: Account):
    hook = platform(lambda c: c.webhooks.create("https://example.com/sms", ["message.status"]))
    assert hook["secret"].startswith("whsec_")
    assert platform(lambda c: c.webhooks.change(hook["id"], {"name": "shop"}))["name"] == "shop"
    assert platform(lambda c: c.webhooks.rotate_secret(hook["id"]))["secret"] != hook["secret"]
    event = platform(lambda c: c.webhooks.test(hook["id"]))
    assert [row["id"] for row in platform(lambda c: c.events.after(0))] == [event["id"]]
    assert platform(lambda c: c.events.after(event["id"])) == []
    platform(lambda c: c.webhooks.delete(hook["id"]))
    assert platform(lambda c: c.webhooks.list()) == []
    platform(lambda c: c.messages.send("09120000001", "Hi"))
    assert [row["amount"] for row in platform(lambda c: c.account.ledger(kind="charge"))] == [-240]
    assert [row["kind"] for row in platform(lambda c: c.lines.list())] == ["service"]
    ApiRequest.objects.create(
        at=timezone.now(), key=account.api_keys.get(), account=account, method="POST", path="/api/v1/messages",
        status=201, duration_ms=1, request_id="a",
    )  # fmt: skip
    assert [row["request_id"] for row in platform(lambda c: c.account.requests(method="POST"))] == ["a"]
    assert platform(lambda c: c.account.requests(status=500)) == []


def test_signatures_of_webhooks():
    body, at = b'{"id":1}', 1_774_072_803
    header = "t=1774072803,v1=d02b8569d5fbaa4c4a988736beb0e41b33726b6f74f5eb58c488ac16fd194a05"
    assert events_of(body, header, "whsec_test", now=at + 299) == [{"id": 1}]
    assert events_of(body, header, ["new", "whsec_test"], now=at) == [{"id": 1}]
    two = f"t={at},v1={sign(body, 'new', at)},v1={sign(body, 'old', at)}"
    assert events_of(body, two, "old", now=at) == events_of(body, two, "new", now=at) == [{"id": 1}]
    batch = b'{"events":[{"id":1},{"id":2}]}'
    assert len(events_of(batch, f"t={at},v1={sign(batch, 's', at)}", "s", now=at)) == 2
    for bad, secrets, now in [
        (header, "other", at),
        (header, [], at),
        (header, "", at),
        (header, "whsec_test", at + 301),
        (header, "whsec_test", at - 301),
        (header[:-1], "whsec_test", at),
        (header.replace("v1", "v2"), "whsec_test", at),
        ("v1=é", "whsec_test", at),
        ("t=١,v1=x", "whsec_test", at),
        ("", "whsec_test", at),
        (None, "whsec_test", at),
    ]:
        with pytest.raises(InvalidSignature):
            events_of(body, bad, secrets, now=now)
    with pytest.raises(InvalidSignature):
        events_of(b'{"id":2}', header, "whsec_test", now=at)
