"""An account whose events are told to a real receiver on loopback, and a clock that the test moves."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from billing.services import top_up
from messaging.lifecycle import News, move
from messaging.models import Campaign, Message, Status
from messaging.services import send
from tests.receiver import Receiver, receiver  # noqa: F401
from webservice.webhooks import delivering, publishing
from webservice.webhooks.listening import forget_listeners
from webservice.webhooks.models import SUBSCRIBABLE, Endpoint
from webservice.webhooks.services import create_endpoint

ALL = [kind.value for kind in SUBSCRIBABLE]


@pytest.fixture(autouse=True)
def _listeners_anew():
    forget_listeners()
    yield
    forget_listeners()


@pytest.fixture(autouse=True)
def _impatient(settings):
    settings.WEBHOOK_TIMEOUT_SECONDS = 1


class World:
    """``now`` is the deliverer's time; ``pass_time`` moves it."""

    def __init__(self, account, line, receiver: Receiver) -> None:  # noqa: F811
        self.account, self.line, self.receiver = account, line, receiver
        self.now: datetime = timezone.now()

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **amount) -> None:
        self.now += timedelta(**amount)

    def endpoint(self, **fields) -> Endpoint:
        made = create_endpoint(
            **{"account": self.account, "url": self.receiver.url, "events": ALL, "now": self.now, **fields}
        )
        forget_listeners()
        return made

    def send(self, count: int = 1) -> list[int]:
        """Messages on their way; their ids."""
        campaign = send(
            account=self.account, line=self.line, text="Hello", now=timezone.now(),
            recipients=[f"0912{number:07}" for number in range(count)],
        )  # fmt: skip
        return self.ids(campaign)

    def ids(self, campaign: Campaign) -> list[int]:
        return list(Message.objects.filter(campaign=campaign).order_by("id").values_list("id", flat=True))

    def tell(self, status: Status, *message_ids: int, error: str | None = None) -> None:
        """News of messages, as a bind brings them, published at once."""
        move([News(message_id, status, timezone.now(), error) for message_id in message_ids])
        publishing.publish(now=self.now)

    def deliver(self) -> bool:
        return delivering.deliver_next(clock=self.clock)

    def deliver_all(self) -> None:
        while self.deliver():
            pass


@pytest.fixture
def account(account):
    top_up(account=account, amount=1_000_000, reference="webhooks", reason="top_up")
    return account


@pytest.fixture
def world(account, line, receiver) -> World:  # noqa: F811
    return World(account, line, receiver)
