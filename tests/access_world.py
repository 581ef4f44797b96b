"""The people and rows that the access table speaks of."""

import re
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.invitations import invite, link
from accounts.models import Account, Invitation, LoginSession, Membership, User
from autoreply.services import FOLDER, Option, save_poll, save_rule
from autoreply.views.loading import SALT
from common.uploads import store
from credit.tariffs import draft_of
from messaging.models import Campaign, Gateway, SampleMessage, Template
from numberbank.models import Audience
from numbers.models import Line
from phonebook.importing import upload
from phonebook.models import Group, Import
from phonebook.own_fields import create_field
from tests.factories import (
    make_account,
    make_announcement,
    make_attachment,
    make_campaign,
    make_confirmed,
    make_contact,
    make_credit_note,
    make_export,
    make_gateway,
    make_invoice,
    make_line,
    make_line_request,
    make_payment,
    make_plan,
    make_proforma,
    make_received,
    make_recurring,
    make_service_request,
    make_slip,
    make_ticket,
    make_user,
)
from webservice.services import create_key, save_activation
from webservice.webhooks.services import create_endpoint

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_numbers = count(1)


@dataclass
class World:
    """One account with a member in each role, another with its owner, and staff."""

    account: Account = field(default_factory=lambda: make_account(credit=1_000_000))
    users: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in Membership.Role:
            self.users[role.value] = make_user(account=self.account, role=role)
        self.line = make_line(self.account, kind=Line.Kind.SERVICE)
        self.users["stranger"] = make_user(account=make_account(credit=1_000_000))
        self.users["staff"] = make_user(is_staff=True, is_superuser=True)

    def client(self, person: str) -> Client:
        client = Client()
        if person in self.users:
            client.force_login(self.users[person])
        return client

    def path(self, template: str) -> str:
        """The path with ids for ``{key}`` and the like, of rows made anew at every call."""
        return PLACEHOLDER.sub(lambda found: str(MAKERS[found[1]](self)), template)


def _invitation(world: World) -> Invitation:
    return invite(
        account=world.account, role="sender", email=f"{next(_numbers)}@example.ir", by=world.users["owner"],
        now=timezone.now(),
    )  # fmt: skip


def _webhook(world: World) -> int:
    endpoint = create_endpoint(
        account=world.account, url="https://example.com/hook", events=["message.status"], now=timezone.now()
    )
    return endpoint.pk


# What stands for {name} in a path: a function from the world to an id of the first account's row.
MAKERS = {
    "uid": lambda world: "MQ",
    "token": lambda world: "no-such-token",
    "member": lambda world: make_user(account=world.account, role=Membership.Role.VIEWER).memberships.get().pk,
    "account": lambda world: world.account.pk,
    "session": lambda world: (
        LoginSession.objects.create(user=world.users["owner"], session_key=f"key {next(_numbers)}").pk
    ),
    "invitation": lambda world: _invitation(world).pk,
    "join": lambda world: link(_invitation(world)).rstrip("/").rpartition("/")[2],
    "key": lambda world: create_key(account=world.account, name="key", scopes=["read"])[0].pk,
    "webhook": _webhook,
    "template": lambda world: (
        Template.objects.create(account=world.account, name=f"template{next(_numbers)}", text="{code}").pk
    ),
    "contact": lambda world: make_contact(world.account).pk,
    "deletion": lambda world: uuid4(),
    "group": lambda world: Group.objects.create(account=world.account, name=f"group {next(_numbers)}").pk,
    "field": lambda world: create_field(account=world.account, name=f"field {next(_numbers)}").pk,
    "import": lambda world: _uploaded(world).pk,
    "activation": lambda world: _activation(world),
    "gateway": lambda world: make_gateway().pk,
    "announcement": lambda world: make_announcement().pk,
    "report": lambda world: "sent",
    "form": lambda world: "xlsx",
    "export": lambda world: make_export(world.account).pk,
    "recurring": lambda world: make_recurring(world.account, world.line).pk,
    "sample": lambda world: SampleMessage.objects.create(account=world.account, text="سلام").pk,
    "received": lambda world: make_received(world.account, world.line).pk,
    "campaign": lambda world: _planned(world, make_confirmed).pk,  # paid for, not left yet
    "unpaid": lambda world: _planned(world, make_campaign).pk,
    "sent": lambda world: _planned(world, make_confirmed).first_id,
    "message": lambda world: 1000,
    "proforma": lambda world: make_proforma(world.account).pk,
    "invoice": lambda world: make_invoice(world.account).pk,
    "paid": lambda world: make_invoice(world.account).payment.token,
    "visit": lambda world: make_payment(world.account).reference,
    "rule": lambda world: save_rule(account=world.account, keywords=[f"rule {next(_numbers)}"], reply="سلام").pk,
    "line": lambda world: world.line.pk,
    "reply_file": lambda world: _reply_file(world),
    "poll": lambda world: (
        save_poll(account=world.account, title="نظرسنجی", options=[Option("یک", (f"poll {next(_numbers)}",))]).pk
    ),
    "credit_note": lambda world: make_credit_note(make_invoice(world.account)).pk,
    "slip": lambda world: make_slip(world.account).pk,
    "line_request": lambda world: make_line_request(world.account).pk,
    "paper": lambda world: make_service_request(world.account).documents.get().pk,
    "method": lambda world: "no-such-method",
    "sendsms": lambda world: "SendSMS",
    "ticket": lambda world: make_ticket(world.account, by=world.users["owner"]).pk,
    "ticket_message": lambda world: make_ticket(world.account, by=world.users["owner"]).entries.get().pk,
    "ticket_file": lambda world: make_attachment(world.account, by=world.users["owner"]).pk,
    "province": lambda world: 7,
    "plan": lambda world: make_plan({"price_per_part": 100}).pk,
    "revision": lambda world: make_plan({"price_per_part": 100}).revisions.get().pk,
    "draft": lambda world: (
        draft_of(plan=make_plan({"price_per_part": 100}), by=world.users["staff"], now=timezone.now()).pk
    ),
    "audience": lambda world: (
        Audience.objects.create(
            account=world.account, name=f"audience {next(_numbers)}", mode="regional", criteria={"districts": [5]}
        ).pk
    ),
}


def _reply_file(world: World) -> str:
    """The token of a file of auto-reply rules, of which one row is bad."""
    kept = store(SimpleUploadedFile("rules.csv", "قیمت,هزار\nنشانی,\n".encode()), folder=FOLDER)
    asked = {"account": world.account.pk, "name": kept.name, "filename": "rules.csv", "line": None, "match": 0}
    return signing.dumps(asked, salt=SALT)


def _activation(world: World) -> int:
    return save_activation(account=world.account, used_by="shop.example.com", networks=[], purpose="orders").pk


def _uploaded(world: World) -> Import:
    file = SimpleUploadedFile("people.csv", "موبایل,نام\n09121112233,سارا\n".encode())
    return upload(account=world.account, file=file, now=timezone.now())


def _planned(world: World, make) -> Campaign:
    if not Gateway.objects.exists():
        make_gateway()
    return make(world.account, world.line, ["09121234567", "not a number"])
