"""Rows for tests: each with what it needs and nothing more."""

import uuid
from datetime import timedelta
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Account, Announcement, Membership, User
from billing.models import CreditNote, Invoice, MockBankSession, Payment, Proforma, Slip
from billing.services import Item, come_back, issue_proforma, start_payment, top_up
from billing.services.credit_notes import issue_credit_note
from billing.services.slips import SlipWords, submit_slip
from credit.models import TariffPlan, TariffRevision
from credit.reference import SINCE_EVER
from messaging.models import Campaign, Gateway, InboundMessage, RecurringSend, Route
from messaging.recurrence import Frequency, Rule
from messaging.services import compose, confirm
from messaging.services.recurring import create_recurring
from numbers.models import Line, LineOffer, LineRequest
from numbers.ordering import Paper, request_number, request_service
from phonebook.models import Contact, Group, GroupMember
from reports.exporting import order_export
from reports.exporting import run as run_export
from reports.models import Export
from support.files import keep
from support.models import Attachment, Ticket
from support.services import open_ticket

_numbers = count(1)


def make_account(*, credit: int = 0, **fields) -> Account:
    """An active account; with ``credit`` rials in its wallet."""
    serial = next(_numbers)
    account = Account.objects.create(**{"name": f"account {serial}", **fields})
    if credit:
        top_up(account=account, amount=credit, reference=f"test:{account.pk}:{serial}", reason="top_up")
    return account


def make_plan(*rows: dict, minimum_messages: int | None = None, **fields) -> TariffPlan:
    """A tariff plan whose first revision has these rows, in force since ever."""
    plan = TariffPlan.objects.create(**{"name": f"plan {next(_numbers)}", "tier": 9, **fields})
    make_prices(plan, *rows, minimum_messages=minimum_messages)
    return plan


def make_prices(plan: TariffPlan, *rows: dict, **fields) -> TariffRevision:
    """A new revision of the plan with these rows, in force before every test's now and after its other revisions."""
    last = plan.revisions.filter(state="published").order_by("effective_from").last()
    begins = last.effective_from + timedelta(minutes=1) if last else SINCE_EVER
    number = 1 + plan.revisions.count()
    revision = TariffRevision.objects.create(plan=plan, number=number, **fields)
    for row in rows:
        revision.tariffs.create(**{"line_kind": "advertising", "language": "fa", **row})
    revision.state, revision.effective_from, revision.published_at = "published", begins, begins
    revision.save()
    return revision


def change_prices(plan: TariffPlan, price: int, **where) -> TariffRevision:
    """A new revision in which the rows that match cost ``price`` a part."""
    present = plan.revisions.filter(state="published").order_by("effective_from").last()
    names = ("line_kind", "operator_id", "prefix_family", "language", "price_per_part", "refunds_undelivered")
    changed = set(present.tariffs.filter(**where).values_list("pk", flat=True))
    rows = [
        row | ({"price_per_part": price} if pk in changed else {})
        for row in present.tariffs.values("pk", *names)
        if (pk := row.pop("pk"))
    ]
    return make_prices(plan, *rows, minimum_messages=present.minimum_messages)


def make_proforma(account: Account, *, net: int = 1_000_000, purpose: str = "credit", **fields) -> Proforma:
    """An open proforma over ``net`` rials and VAT."""
    item = Item("اعتبار پیامک", "SMS credit", 1, net)
    return issue_proforma(account=account, purpose=purpose, items=[item], **{"now": timezone.now(), **fields})


def make_payment(account: Account, proforma: Proforma | None = None) -> Payment:
    """A payment that was begun at the mock bank, which the settings must name."""
    return start_payment(
        proforma=proforma or make_proforma(account), gateway_code="mockbank",
        callback_url="http://testserver/billing/payments/{token}/back/", by=None, now=timezone.now(),
    )  # fmt: skip


def pay_at_mockbank(payment: Payment, amount: int | None = None, state: str = "paid") -> dict[str, str]:
    """What the mock bank then knows, and the fields with which it sends the browser back."""
    paid = (amount or payment.amount) if state == "paid" else None
    MockBankSession.objects.filter(reference=payment.reference).update(state=state, paid_amount=paid)
    return {"reference": payment.reference, "status": "paid" if state == "paid" else "unpaid"}


def make_invoice(account: Account, proforma: Proforma | None = None) -> Invoice:
    """An invoice that was paid at the mock bank."""
    payment = make_payment(account, proforma)
    come_back(token=payment.token, fields=pay_at_mockbank(payment), now=timezone.now())
    return Invoice.objects.get(payment=payment)


def make_credit_note(invoice: Invoice, amount: int | None = None, **fields) -> CreditNote:
    """Money of an invoice that went back by bank transfer: all of it, or ``amount``."""
    return issue_credit_note(
        **{
            "invoice": invoice, "amount": amount or invoice.total, "reason": "اشتباه در خرید", "settled_by": "bank",
            "bank_reference": f"B{next(_numbers)}", "token": uuid.uuid4(), "by": None, "now": timezone.now(), **fields,
        }
    )  # fmt: skip


def make_slip(account: Account, proforma: Proforma | None = None, **words) -> Slip:
    """A slip over what its proforma asks, with a picture, waiting for review."""
    proforma = proforma or make_proforma(account)
    day = timezone.localdate()
    written = {"method": "branch", "bank": "ملی", "number": f"S{next(_numbers)}", "paid_date": day}
    words = SlipWords(**{**written, "amount": proforma.total, **words})
    picture = SimpleUploadedFile("فیش.png", b"\x89PNG\r\n\x1a\n slip")
    return submit_slip(proforma=proforma, words=words, picture=picture, accepts_less=True, by=None, now=timezone.now())


def make_line_request(account: Account, number: str = "", **fields) -> LineRequest:
    """A request for a number of ten digits of the 3000 family."""
    offer, _ = LineOffer.objects.get_or_create(prefix_family="3000", length=10, defaults={"price": 1_000_000})
    number = number or f"30009{next(_numbers):05}"
    return request_number(account=account, offer=offer, number=number, by=None, now=timezone.now(), **fields)


def make_service_request(
    account: Account, line: Line | None = None, content: bytes = b"%PDF-1.7 letter"
) -> LineRequest:
    """A request that an advertising line becomes a service line, with a letter."""
    papers = [Paper("letter", SimpleUploadedFile("نامه.pdf", content))]
    return request_service(
        account=account, line=line or make_line(account), papers=papers, shipping="", tracking_code="", by=None,
        now=timezone.now(),
    )  # fmt: skip


def make_user(*, account: Account | None = None, role: str = Membership.Role.OWNER, **fields) -> User:
    """A user with the password "pass"; a member of ``account`` in ``role``."""
    user = User.objects.create_user(**{"username": f"user{next(_numbers)}", "password": "pass", **fields})
    if account:
        Membership.objects.create(account=account, user=user, role=role)
    return user


def make_line(account: Account | None, **fields) -> Line:
    """An active advertising line of the 3000 family."""
    return Line.objects.create(
        **{
            "account": account,
            "number": f"3000{next(_numbers):06}",
            "kind": Line.Kind.ADVERTISING,
            "prefix_family": "3000",
            **fields,
        }
    )


def make_contact(account: Account, msisdn: int | None = None, *groups: Group, **fields) -> Contact:
    """A contact in the given groups; the number is the next free one of 0912 000 ...."""
    contact = Contact.objects.create(account=account, msisdn=msisdn or 989_120_000_000 + next(_numbers), **fields)
    GroupMember.objects.bulk_create(GroupMember(group=group, contact=contact) for group in groups)
    return contact


def make_gateway(**fields) -> Gateway:
    """An enabled gateway, with a route to it for every line and operator."""
    gateway = Gateway.objects.create(
        **{"name": f"gateway{next(_numbers)}", "host": "127.0.0.1", "port": 2775, "system_id": "test", **fields}
    )
    Route.objects.create(gateway=gateway)
    return gateway


def make_campaign(account: Account, line: Line, numbers: list[str], **fields) -> Campaign:
    """A planned campaign of the panel in review, priced, nothing charged. Needs a gateway."""
    return compose(
        **{
            "account": account,
            "created_by": None,
            "line": line,
            "text": "سلام",
            "kind": Campaign.Kind.SIMPLE,
            "typed": "\n".join(numbers),
            "now": timezone.now(),
            **fields,
        }
    )


def make_confirmed(account: Account, line: Line, numbers: list[str], **fields) -> Campaign:
    """A paid campaign whose messages wait to leave (or, with ``send_at``, for their time)."""
    campaign = make_campaign(account, line, numbers, **fields)
    return confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=0)


def make_recurring(account: Account, line: Line, **fields) -> RecurringSend:
    """A text to 0912 123 4567 every day at ten."""
    return create_recurring(
        **{
            "account": account,
            "created_by": account.memberships.first().user if account.memberships.exists() else None,
            "line": line,
            "text": "سلام",
            "typed": "09121234567",
            "rule": Rule(Frequency.DAILY, 600),
            "form_token": uuid.uuid4(),
            "now": timezone.now(),
            **fields,
        }
    )


def make_announcement(**fields) -> Announcement:
    """Something that staff tell everybody."""
    return Announcement.objects.create(**{"title_fa": "تعرفهٔ تازه", "title_en": "New tariff", **fields})


def make_export(account: Account, **fields) -> Export:
    """A ready file of the sent messages."""
    export = order_export(
        **{
            "account": account, "by": None, "kind": "sent", "filters": {}, "form": "csv", "language": "en",
            "now": timezone.now(), **fields,
        }
    )  # fmt: skip
    return run_export(export.pk, now=timezone.now())


def make_received(account: Account, line: Line, text: str = "سلام", **fields) -> InboundMessage:
    """A received message from 0912 555 0000."""
    return InboundMessage.objects.create(
        **{
            "account": account,
            "line": line,
            "sender": "989125550000",
            "msisdn": 989125550000,
            "destination": line.number,
            "text": text,
            **fields,
        }
    )


def make_ticket(account: Account, **fields) -> Ticket:
    """A new ticket of ``account`` for the technical unit."""
    serial = next(_numbers)
    return open_ticket(
        **{
            "account": account,
            "unit": "technical",
            "title": f"پیامک‌های شماره {serial} ارسال نشد",
            "body": "پیام‌های امروز ما به مشترکان نرسیده است.",
            "now": timezone.now(),
            **fields,
        }
    )


def make_attachment(account: Account, **fields) -> Attachment:
    """A text file that came with a new ticket."""
    file = keep(SimpleUploadedFile("گزارش.txt", "متن گزارش".encode()))
    return make_ticket(account, files=[file], **fields).entries.get().attachments.get()
