"""Putting the demo together. Made once, in one transaction; every start only brings it up to date."""

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from accounts import audit, services
from accounts.models import Account, AuditEntry, Membership, User
from billing.selectors import balance
from billing.services import top_up
from messaging.models import Campaign, InboundMessage, MessageClass, SampleMessage
from messaging.services import send
from numberbank import demo as number_bank
from numbers.models import Line
from numbers.services import add_line, carry_notices
from support.models import Ticket
from support.services import answer, close, open_ticket, rate, see
from webservice.demo import credentials, gateways, panel, people
from webservice.demo.history import sent
from webservice.demo.words import WORDS

MADE = "demo.made"
CREDIT = 50_000_000  # rials
CONTACTS = 2_500
SUBSCRIBERS = 50_000
SEED = 4554
ADVERTISING, SERVICE, SHARED, STRANGERS, NOTICES = "30004554", "5000211", "100020", "30009871", "500045"


class NotADemo(Exception):
    """There are users here, and none of them is the demo's."""


def make(*, now: datetime, is_forced: bool = False) -> dict:
    """Make the demo where it is not yet, and return its credentials:

    ``{"account_id", "login": {"username", "password"}, "api_key", "test_key", "staff": {"username", "password"}}``.
    Raises NotADemo, with nothing changed, in an installation that has users of its own, unless forced.
    """
    with transaction.atomic():
        made = AuditEntry.objects.filter(action=MADE).exists()
        if not made and not is_forced and User.objects.exists():
            raise NotADemo
        kept = credentials.load()
        gateways.connect()
        if not made:
            _make_everything(kept, now)
            if not is_forced:  # beside users of its own an installation has, or will have, real numbers
                number_bank.fill(SUBSCRIBERS, now=now)
        owner = User.objects.get(username="demo")
        account = owner.accounts.get()
        credentials.set_password(owner, kept["password"])
        credentials.set_password(User.objects.get(username="staff"), kept["staff_password"])
        kept["api_key"] = credentials.api_key(account, owner, kept.get("api_key"))
        kept["test_key"] = credentials.api_key(account, owner, kept.get("test_key"), is_test=True)
    credentials.keep(kept)
    return {
        "account_id": account.pk,
        "login": {"username": "demo", "password": kept["password"]},
        "api_key": kept["api_key"],
        "test_key": kept["test_key"],
        "staff": {"username": "staff", "password": kept["staff_password"]},
    }


def _make_everything(kept: dict[str, str], now: datetime) -> None:
    account, owner = _business(kept)
    advertising, service, shared = _lines(account, now)
    members = people.add_contacts(account, CONTACTS, groups=WORDS["groups"], seed=SEED)
    SampleMessage.objects.bulk_create(
        SampleMessage(account=account, title=sample["title"], text=sample["text"]) for sample in WORDS["samples"]
    )
    staff = User.objects.get(username="staff")
    panel.buy(account, owner, staff, now)
    top_up(account=account, amount=CREDIT - balance(account), reference="demo:top-up:1", reason="top_up")
    _history(account, owner, {"advertising": advertising, "service": service, "shared": shared}, members, now)
    _inbox(account, [advertising, service], members["مشتریان"], now)
    _stranger(now)
    panel.describe_contacts(account, owner, now)
    panel.answer(account, owner, [advertising, service], members["مشتریان"], now)
    panel.plan(account, owner, service, now)
    panel.ask_for_lines(account, owner, staff, now)
    panel.connect_programs(account, owner, now)
    _platform(now)
    panel.draft_prices(staff, now)
    _tickets(account, owner, now)
    if (spent := CREDIT - balance(account)) > 0:
        top_up(account=account, amount=spent, reference="demo:top-up:2", reason="top_up")
    audit.record(action=MADE)


def _business(kept: dict[str, str]) -> tuple[Account, User]:
    owner = services.create_user(
        username="demo",
        password=kept["password"],
        full_name="سارا احمدی",
        email="demo@example.ir",
        mobile="+989121114554",
    )
    account = services.create_account(
        name="فروشگاه آفتاب", owner=owner, mobile="+989121114554", email="demo@example.ir", by=owner
    )
    for username, name, role in (
        ("demo-sender", "علی رضایی", Membership.Role.SENDER),
        ("demo-viewer", "مریم کریمی", Membership.Role.VIEWER),
    ):
        member = services.create_user(username=username, password=kept["password"], full_name=name, by=owner)
        services.add_member(account, member, role, by=owner)
    services.create_user(
        username="staff",
        password=kept["staff_password"],
        full_name="پشتیبان سامانه",
        is_staff=True,
        is_superuser=True,
    )
    return account, owner


def _lines(account: Account, now: datetime) -> list[Line]:
    since = now - timedelta(days=200)
    return [
        add_line(account=owner, number=number, kind=kind, now=since)
        for owner, number, kind in (
            (account, ADVERTISING, Line.Kind.ADVERTISING),
            (account, SERVICE, Line.Kind.SERVICE),
            (None, SHARED, Line.Kind.SHARED_SERVICE),
        )
    ]


def _history(
    account: Account, owner: User, lines: dict[str, Line], members: dict[str, list[int]], now: datetime
) -> None:
    random = Random(SEED)
    for old in WORDS["campaigns"]:
        at = now - timedelta(days=old["days_ago"])
        at = at.replace(hour=old["hour"], minute=random.randrange(5, 55), second=0, microsecond=0)
        sent(
            account=account, by=owner, line=lines[old["line"]], text=old["text"], recipients=members[old["group"]],
            title=old["title"], at=at, random=random,
        )  # fmt: skip
    ages = sorted((random.randrange(30, 1200) for _ in range(12)), reverse=True)
    for age, number in zip(ages, random.sample(members["مشتریان"], len(ages)), strict=True):
        sent(
            account=account, by=owner, line=lines["shared"], recipients=[number], title="",
            text=WORDS["code"].format(code=random.randrange(10000, 99999)), at=now - timedelta(minutes=age),
            random=random, kind=Campaign.Kind.API, message_class=MessageClass.OTP,
        )  # fmt: skip
    planned = WORDS["scheduled"]
    send_at = (now + timedelta(days=2)).replace(hour=7, minute=0, second=0, microsecond=0)
    send(
        account=account, created_by=owner, line=lines["advertising"], text=planned["text"], title=planned["title"],
        recipients=members[planned["group"]], kind=Campaign.Kind.SIMPLE, message_class=MessageClass.BULK,
        send_at=send_at, now=now,
    )  # fmt: skip


def _inbox(account: Account, lines: list[Line], numbers: list[int], now: datetime) -> None:
    for place, text in reversed(list(enumerate(WORDS["replies"]))):  # the oldest first, as they would have come in
        line, number = lines[place % len(lines)], numbers[place * 7]
        at = now - timedelta(hours=3 + place * 9, minutes=place * 11)
        InboundMessage.objects.create(
            account=account, line=line, sender=str(number), msisdn=number, destination=line.number, text=text,
            received_at=at, read_at=None if place < 3 else at + timedelta(hours=1),
        )  # fmt: skip


def _platform(now: datetime) -> None:
    """The platform's own account, from whose line people get their notices."""
    account = services.create_account(name="سامانه")
    line = add_line(account=account, number=NOTICES, kind=Line.Kind.SERVICE, now=now)
    top_up(account=account, amount=5_000_000, reference="demo:platform", reason="top_up")
    carry_notices(line=line, by=None)


def _tickets(account: Account, owner: User, now: datetime) -> None:
    """A ticket that waits for the desk, one that waits for the user, and one that is closed and rated."""
    staff = User.objects.get(username="staff")
    made = [
        open_ticket(
            account=account, by=owner, now=now - timedelta(days=ticket["days_ago"], hours=3), **ticket["fields"]
        )
        for ticket in WORDS["tickets"]
    ]
    for ticket, words in zip(made[1:], WORDS["tickets"][1:], strict=True):
        at = now - timedelta(days=words["days_ago"], hours=1)
        see(ticket=ticket, by=staff, now=at)
        answer(ticket=ticket, by=staff, body=words["answer"], asks=ticket is made[1], now=at)
    closed_at = now - timedelta(days=WORDS["tickets"][2]["days_ago"])
    close(ticket=made[2], reason=Ticket.Reason.RESOLVED, by=owner, now=closed_at)
    rate(ticket=made[2], stars=5, by=owner)


def _stranger(now: datetime) -> None:
    """Another business, whose rows the first must never see. Nobody knows its owner's password."""
    owner = services.create_user(username="stranger", password=None, full_name="کیان ملکی")
    account = services.create_account(name="نان سحر", owner=owner, by=owner)
    line = add_line(account=account, number=STRANGERS, kind=Line.Kind.ADVERTISING, now=now)
    top_up(account=account, amount=2_000_000, reference="demo:stranger", reason="top_up")
    members = people.add_contacts(account, 60, groups={"نانوایی‌ها": 60}, seed=SEED + 1)
    sent(
        account=account, by=owner, line=line, text=WORDS["strangers"], recipients=members["نانوایی‌ها"],
        title="خبر نانوایی‌ها", at=now - timedelta(days=1), random=Random(SEED + 1),
    )  # fmt: skip
