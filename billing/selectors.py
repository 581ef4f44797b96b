"""What an account has, and what moved it. Amounts are integer rials."""

from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from accounts.models import Account
from billing.models import LedgerEntry, Wallet


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
