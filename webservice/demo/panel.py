"""What fills the rest of the demo's panel: answers, own fields, purchases, webhooks and what else has a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Account, User
from autoreply.handlers import fingerprint
from autoreply.models import Answer, Match, Outcome, Poll, Vote
from autoreply.services import Option, draw, save_poll, save_rule, set_line_reply
from billing.models import BillingProfile
from billing.services.credit_notes import issue_credit_note
from billing.services.slips import SlipWords, confirm_slip, submit_slip
from billing.services.transfers import transfer
from common.jalali import in_tehran
from credit.models import TariffPlan
from credit.purchasing import offer_messages, order_credit
from credit.tariffs import PriceRow, draft_of, write_draft
from messaging.models import InboundMessage, Template
from messaging.recurrence import Frequency, Rule
from messaging.services.recurring import create_recurring
from numbers.models import Line, LineOffer
from numbers.ordering import reject, request_number
from phonebook import importing
from phonebook.models import Contact, Group, Import, OptOut
from phonebook.opt_outs import PANEL, SUBSCRIBER, opt_out
from phonebook.own_fields import create_field
from phonebook.selectors import date_fields
from phonebook.trash import delete_contacts
from webservice.demo.words import WORDS
from webservice.models import ApiKey, ApiRequest
from webservice.services import create_key
from webservice.webhooks.models import Attempt
from webservice.webhooks.services import create_endpoint, pause_endpoint

BOUGHT = 5_000  # messages


def buy(account: Account, owner: User, staff: User, now: datetime) -> None:
    """An invoice that was paid by a slip and given back in part, a slip that waits, and a proforma that is open; credit
    that went to a branch and came back."""
    words = WORDS["buyer"]
    BillingProfile.objects.create(account=account, **words)
    for messages, days, is_confirmed in ((BOUGHT, 9, True), (BOUGHT // 2, 1, False)):
        at = now - timedelta(days=days)
        offer = offer_messages(account=account, messages=messages, now=at)
        proforma = order_credit(account=account, offer=offer, by=owner, now=at)
        written = SlipWords("transfer", "ملی", f"14050{messages}", in_tehran(at).date(), proforma.total)
        slip = submit_slip(
            proforma=proforma, words=written, picture=None, accepts_less=False, by=owner, now=at
        )  # fmt: skip
        if is_confirmed:
            slip = confirm_slip(slip=slip, by=staff, now=at + timedelta(hours=2))
            issue_credit_note(
                invoice=slip.invoice, amount=slip.invoice.total // 10, reason=WORDS["given_back"], settled_by="bank",
                bank_reference="140509020", token=uuid4(), by=staff, now=at + timedelta(days=1),
            )  # fmt: skip
    offer = offer_messages(account=account, messages=BOUGHT * 2, now=now)
    order_credit(account=account, offer=offer, by=owner, now=now)
    branch = Account.objects.create(name=WORDS["branch"])
    for sender, receiver, amount, days in ((account, branch, 2_000_000, 6), (branch, account, 350_000, 2)):
        transfer(
            sender=sender, receiver=receiver, amount=amount, note=WORDS["transfer"], token=uuid4(),
            by=owner if sender == account else None, now=now - timedelta(days=days),
        )  # fmt: skip


def draft_prices(staff: User, now: datetime) -> None:
    """A draft of the default tariff that is about a twelfth dearer."""
    plan = TariffPlan.objects.get(is_default=True)
    draft = draft_of(plan=plan, by=staff, now=now)
    rows = [
        PriceRow(
            row.line_kind, row.operator_id, row.prefix_family, row.language, row.price_per_part * 13 // 120 * 10,
            row.refunds_undelivered,
        )
        for row in draft.tariffs.all()
    ]  # fmt: skip
    write_draft(
        draft=draft, rows=rows, minimum_messages=draft.minimum_messages, note=WORDS["prices"], edits=draft.edits,
        by=staff,
    )  # fmt: skip


def ask_for_lines(account: Account, owner: User, staff: User, now: datetime) -> None:
    """A request for a number that waits, and one that was refused."""
    offer = LineOffer.objects.filter(prefix_family="3000", is_active=True).order_by("length").last()
    if offer is None:
        return
    for ending, days, reason in (("4555", 2, ""), ("1111", 12, WORDS["line_refused"])):
        number = "3000" + ending.rjust(offer.length - 4, "2")
        at = now - timedelta(days=days)
        asked = request_number(account=account, offer=offer, number=number, by=owner, now=at)
        if reason:
            reject(request=asked, reason=reason, by=staff, now=at + timedelta(hours=5))


def describe_contacts(account: Account, owner: User, now: datetime) -> None:
    """Own fields with values, an import with rejects, opt-outs."""
    random = Random(account.pk)
    fields = [create_field(account=account, by=owner, **field) for field in WORDS["fields"]]
    birthday, city, points = (field.key for field in fields)
    contacts = list(Contact.objects.of(account).order_by("-pk")[:600])
    for contact in contacts:
        born = f"{random.randrange(1960, 2006)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
        contact.values = {birthday: born, city: random.choice(fields[1].choices), points: str(random.randrange(900))}
    Contact.objects.bulk_update(contacts, ["values"])
    rows = [
        f"0912{random.randrange(300, 900)}{random.randrange(1000, 10_000)},{name}"
        for name in WORDS["first_names"].split()[:18]
    ]
    lines = ["موبایل,نام", *rows, "0912,بدون شماره", "تلفن ثابت,02188776655"]
    file = SimpleUploadedFile("نمایشگاه.csv", "\n".join(lines).encode())
    one = importing.upload(account=account, file=file, by=owner, now=now - timedelta(days=3))
    columns = importing.guess_columns(importing.table_of(one), account)
    Import.objects.filter(pk=one.pk).update(
        state=Import.State.WAITING, columns={str(place): target for place, target in columns.items()}
    )
    importing.run(one.pk, now=now)
    gone = [contact.pk for contact in contacts[40:47]]
    delete_contacts(account=account, contact_ids=gone, deletion=uuid4(), now=now - timedelta(days=2), by=owner)
    left = [contact.msisdn for contact in contacts[:9]]
    opt_out(account=account, line=None, msisdns=left[:4], reason=PANEL, note=WORDS["left"], by=owner, now=now)
    OptOut.objects.bulk_create(
        OptOut(account=account, msisdn=number, reason=SUBSCRIBER, created_at=now - timedelta(days=place))
        for place, number in enumerate(left[4:])
    )


def answer(account: Account, owner: User, lines: Sequence[Line], numbers: Sequence[int], now: datetime) -> None:
    """Rules, a default reply, a poll that has ended with its winners and one that runs, the log."""
    random = Random(account.pk)
    group = Group.objects.of(account).get(name=WORDS["joins"])
    rules = []
    for words in WORDS["rules"]:
        rule = save_rule(
            account=account, keywords=words["keywords"], reply=words["reply"], match=Match[words["match"].upper()],
            joins=group if words.get("joins") else None, is_enabled=words.get("on", True), by=owner,
        )  # fmt: skip
        rules.append((words["keywords"], rule))
    set_line_reply(account=account, line=lines[0], default_reply=WORDS["default_reply"], by=owner)
    for message in InboundMessage.objects.of(account).order_by("received_at"):
        rule = next((rule for keywords, rule in rules if any(word in message.text for word in keywords)), None)
        Answer.objects.create(
            message=message, account=account, line=message.line, msisdn=message.msisdn,
            fingerprint=fingerprint(message.text), rule=rule, reply=rule.reply if rule else "",
            outcome=Outcome.ANSWERED if rule else Outcome.NO_RULE, received_at=message.received_at,
            decided_at=message.received_at + timedelta(seconds=1),
        )  # fmt: skip
    for words, ended in zip(WORDS["polls"], (True, False), strict=True):
        poll = save_poll(
            account=account, title=words["title"], line=lines[0], thanks=words["thanks"], by=owner,
            opens_at=now - timedelta(days=8), closes_at=now + timedelta(days=-1 if ended else 6),
            options=[Option(title, (key,), is_right=right) for title, key, right in words["options"]],
        )  # fmt: skip
        _vote(poll, numbers, random, now)
        if ended:
            draw(poll=poll, count=3, only_right=True, by=owner, now=now)


def _vote(poll: Poll, numbers: Sequence[int], random: Random, now: datetime) -> None:
    options = list(poll.options.all())
    Vote.objects.bulk_create(
        Vote(
            poll=poll, option=random.choices(options, range(len(options), 0, -1))[0], msisdn=number,
            at=now - timedelta(days=2, minutes=random.randrange(7000)),
        )
        for number in numbers[:240]
    )  # fmt: skip


def plan(account: Account, owner: User, line: Line, now: datetime) -> None:
    """Recurring sends, one of them on birthdays, and templates in each of their states."""
    group = Group.objects.of(account).get(name=WORDS["joins"])
    words = WORDS["recurring"]
    create_recurring(
        account=account, created_by=owner, line=line, text=words["text"], title=words["title"], groups=[group.pk],
        rule=Rule(Frequency.WEEKLY, 10 * 60, frozenset({5, 2})), form_token=uuid4(), now=now,
    )  # fmt: skip
    words = WORDS["birthday"]
    create_recurring(
        account=account, created_by=owner, line=line, text=words["text"], title=words["title"],
        rule=Rule(Frequency.DATES, 9 * 60), date_key=date_fields(account)[0].key, form_token=uuid4(), now=now,
    )  # fmt: skip
    Template.objects.bulk_create(
        Template(account=account, created_at=now - timedelta(days=4), **template) for template in WORDS["templates"]
    )


def connect_programs(account: Account, owner: User, now: datetime) -> None:
    """A webhook with its calls, paused: the demo calls nobody. And what a key's programs asked for."""
    random = Random(account.pk)
    endpoint = create_endpoint(
        account=account, url="https://shop.example.com/sms/events", name=WORDS["webhook"], by=owner, now=now,
        events=["message.status", "message.received"],
    )  # fmt: skip
    Attempt.objects.bulk_create(
        Attempt(
            endpoint=endpoint, at=now - timedelta(minutes=9 * place), events=[1000 + place],
            status=None if place in {4, 5} else 503 if place == 6 else 200, reason="time" if place in {4, 5} else "",
            milliseconds=10_000 if place in {4, 5} else random.randrange(40, 400),
            answer="" if place in {4, 5} else "Service Unavailable" if place == 6 else "OK",
        )
        for place in range(24, 0, -1)
    )  # fmt: skip
    pause_endpoint(endpoint=endpoint, by=owner, now=now)
    key, _text = create_key(account=account, name=WORDS["key"], scopes=["read", "send"], created_by=owner)
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=now)
    calls = [("POST", "/api/v1/messages", 201, ""), ("GET", "/api/v1/balance", 200, ""),
             ("GET", "/api/v1/campaigns", 200, ""), ("POST", "/api/v1/messages", 422, "invalid_request")]  # fmt: skip
    for place in range(40):
        method, path, status, code = calls[random.choices(range(4), (8, 3, 3, 1))[0]]
        ApiRequest.objects.create(
            at=now - timedelta(minutes=400 - 9 * place), key=key, account=account, method=method, path=path,
            status=status, code=code, duration_ms=random.randrange(4, 60), address="192.0.2.14",
            request_id=uuid4().hex,
        )  # fmt: skip
