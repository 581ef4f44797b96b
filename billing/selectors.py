"""What an account has, and what moved it. Amounts are integer rials."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from accounts.models import Account
from billing.models import CreditNote, Invoice, LedgerEntry, Payment, Proforma, Slip, Transfer, Wallet
from common.text.folding import ascii_digits


def wallet_of(account: Account) -> Wallet:
    """The account's wallet; an empty unsaved one where it has none yet."""
    return Wallet.objects.filter(account=account).first() or Wallet(account=account)


def balance(account: Account) -> int:
    """Rials in the wallet; 0 for an account that has none yet; negative where a credit limit is in use."""
    return Wallet.objects.filter(account=account).values_list("balance", flat=True).first() or 0


def spendable(account: Account) -> int:
    """Rials that may be spent now: the balance and what is left of the credit limit."""
    row = Wallet.objects.filter(account=account).values_list("balance", "credit_limit").first()
    return sum(row) if row else 0


def is_low(account: Account) -> bool:
    """Whether the balance is below the account's own warning (13.5). False for an account without a wallet."""
    row = Wallet.objects.filter(account=account).values_list("balance", "low_balance_warning").first()
    return bool(row) and row[0] < row[1]


def entry_of(reference: str) -> LedgerEntry | None:
    """The entry that bears ``reference``."""
    return LedgerEntry.objects.filter(reference=reference).first()


def history(
    account: Account,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str = "",
    text: str = "",
) -> QuerySet[LedgerEntry]:
    """The account's entries, the newest first (13.4): from ``since`` on, before ``until``, of a kind, with a text in
    their reference or reason."""
    entries = LedgerEntry.objects.filter(wallet__account=account)
    if since:
        entries = entries.filter(created_at__gte=since)
    if until:
        entries = entries.filter(created_at__lt=until)
    if kind:
        entries = entries.filter(kind=kind)
    if text:
        entries = entries.filter(Q(reference__icontains=text) | Q(reason__icontains=text))
    return entries.order_by("-id")


def sums(entries: QuerySet[LedgerEntry]) -> tuple[int, int]:
    """(rials added, rials taken) by some entries, both positive."""
    found = entries.order_by().aggregate(
        added=Sum("amount", filter=Q(amount__gt=0)), taken=Sum("amount", filter=Q(amount__lt=0))
    )
    return found["added"] or 0, -(found["taken"] or 0)


PACE_DAYS = 14


def days_left(account: Account, now: datetime) -> int | None:
    """Whole days that the credit lasts at the pace of the last 14 days (13.5): what messages took and was not
    returned, a day. None where nothing was spent; 0 where nothing is left."""
    moved = LedgerEntry.objects.filter(
        wallet__account=account, created_at__gte=now - timedelta(days=PACE_DAYS), created_at__lt=now,
        kind__in=[LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.REFUND],
    )  # fmt: skip
    spent = -(moved.aggregate(sum=Sum("amount"))["sum"] or 0)
    if spent <= 0:
        return None
    return max(spendable(account), 0) * PACE_DAYS // spent


def _dated(rows: QuerySet, field: str, since: datetime | None, until: datetime | None) -> QuerySet:
    if since:
        rows = rows.filter(**{f"{field}__gte": since})
    return rows.filter(**{f"{field}__lt": until}) if until else rows


def payments(
    account: Account, *, since: datetime | None = None, until: datetime | None = None, state: str = "", text: str = ""
) -> QuerySet[Payment]:
    """The account's online payments, the newest first (13.1)."""
    rows = _dated(Payment.objects.of(account).select_related("invoice"), "created_at", since, until)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(bank_reference__icontains=text) | Q(reference__icontains=text))
    return rows.order_by("-id")


def transfers(
    account: Account, *, since: datetime | None = None, until: datetime | None = None, way: str = ""
) -> QuerySet[Transfer]:
    """What the account gave ("out") and received ("in"), the newest first (13.5)."""
    ways = {"out": Q(sender=account), "in": Q(receiver=account)}
    rows = Transfer.objects.filter(ways.get(way) or Q(sender=account) | Q(receiver=account))
    return _dated(rows.select_related("sender", "receiver"), "created_at", since, until).order_by("-id")


def credit_notes(
    account: Account, *, since: datetime | None = None, until: datetime | None = None, text: str = ""
) -> QuerySet[CreditNote]:
    """What was given back of the account's invoices, the newest first; ``text`` is a number, or its end."""
    rows = _dated(CreditNote.objects.of(account).select_related("invoice__proforma"), "issued_at", since, until)
    return _numbered(rows, text.upper().strip().removeprefix("CN-")).order_by("-id")


def slips(
    account: Account, *, since: datetime | None = None, until: datetime | None = None, state: str = "", text: str = ""
) -> QuerySet[Slip]:
    """The account's deposit slips, the newest first; ``text`` is in their number or bank."""
    rows = _dated(Slip.objects.of(account).select_related("invoice"), "created_at", since, until)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(number__icontains=ascii_digits(text).strip()) | Q(bank__icontains=text.strip()))
    return rows.order_by("-id")


def invoices(
    account: Account, *, since: datetime | None = None, until: datetime | None = None, text: str = ""
) -> QuerySet[Invoice]:
    """The account's paid invoices, the newest first (14); ``text`` is a number such as 1405-000123, or its end."""
    rows = _dated(Invoice.objects.of(account).select_related("proforma"), "issued_at", since, until)
    return _numbered(rows, text).order_by("-id")


def _numbered(rows: QuerySet, text: str) -> QuerySet:
    """Those whose number is ``text``, or ends so."""
    if not text:
        return rows
    year, _dash, serial = ascii_digits(text).strip().rpartition("-")
    named = Q(serial=int(serial)) if serial.isdecimal() and len(serial) < 10 else Q(pk=None)
    return rows.filter(named & Q(year=int(year)) if year.isdecimal() and len(year) == 4 else named)


def proformas(
    account: Account,
    *,
    state: str = "unpaid",
    since: datetime | None = None,
    until: datetime | None = None,
    text: str = "",
) -> QuerySet[Proforma]:
    """The account's proformas that are to be paid, or with "closed" those that nobody paid; the newest first (14)."""
    closed = (Proforma.State.EXPIRED, Proforma.State.CANCELLED)
    rows = Proforma.objects.of(account).filter(state__in=closed if state == "closed" else [Proforma.State.OPEN])
    rows = _dated(rows, "created_at", since, until)
    if text:
        number = ascii_digits(text).strip().upper().removeprefix("P-")
        rows = rows.filter(pk=int(number) if number.isdecimal() and len(number) < 19 else None)
    return rows.order_by("-id")


def unpaid_count(account: Account) -> int:
    """How many proformas wait to be paid."""
    return Proforma.objects.of(account).filter(state=Proforma.State.OPEN).count()
