"""The people and rows that the access table speaks of."""

from dataclasses import dataclass, field

from django.test import Client

from accounts.models import Account, Membership, User
from messaging.models import Campaign, Message, SampleMessage
from numbers.models import Line
from tests.factories import (
    make_account,
    make_campaign,
    make_confirmed,
    make_contact,
    make_gateway,
    make_line,
    make_received,
    make_user,
)
from webservice.services import create_key


@dataclass
class World:
    """One account with a member in each role, another with its owner, and staff. Objects are made when asked for."""

    account: Account = field(default_factory=lambda: make_account(credit=1_000_000))
    users: dict[str, User] = field(default_factory=dict)
    _made: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in Membership.Role:
            self.users[role.value] = make_user(account=self.account, role=role)
        self.users["stranger"] = make_user(account=make_account(credit=1_000_000))
        self.users["staff"] = make_user(is_staff=True, is_superuser=True)

    def client(self, person: str) -> Client:
        client = Client()
        if person in self.users:
            client.force_login(self.users[person])
        return client

    def path(self, template: str) -> str:
        """The path with the ids of this world's rows for ``{key}`` and the like."""
        return template.format_map(_Lazily(self))

    def object_id(self, name: str) -> object:
        if name not in self._made:
            self._made[name] = MAKERS[name](self)
        return self._made[name]


class _Lazily(dict):
    def __init__(self, world: World) -> None:
        self.world = world

    def __missing__(self, name: str) -> object:
        return self.world.object_id(name)


def _sending_line(world: World) -> Line:
    make_gateway()
    return make_line(world.account, kind=Line.Kind.SERVICE)


def _paid(world: World) -> Campaign:
    return make_confirmed(world.account, _sending_line(world), ["09121234567"])


# What stands for {name} in a path: a function from the world to an id of the first account's row.
MAKERS = {
    "uid": lambda world: "MQ",
    "token": lambda world: "no-such-token",
    "key": lambda world: create_key(account=world.account, name="key", scopes=["read"])[0].pk,
    "message": lambda world: 1000,
    "line": lambda world: make_line(world.account).pk,
    "campaign": lambda world: _paid(world).pk,
    "unpaid": lambda world: make_campaign(world.account, _sending_line(world), ["09121234567", "x"]).pk,
    "sent": lambda world: Message.objects.get(campaign=_paid(world)).pk,
    "received": lambda world: make_received(world.account, make_line(world.account)).pk,
    "sample": lambda world: SampleMessage.objects.create(account=world.account, text="سلام").pk,
    "contact": lambda world: make_contact(world.account).pk,
}
