"""Wallets and their ledger. Entries are added, never edited; every one carries a reference that is used once.

Who moves money locks the wallet first, through ``lock_wallet`` and nowhere else, after any message rows and never
before them. The entry, the new balance and whatever the money pays for commit together.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from accounts import audit
from accounts.models import Account, User
from billing.models import LedgerEntry, Wallet
from billing.signals import credit_low


class InsufficientCredit(Exception):
    """The wallet, with its credit limit, does not hold what is asked. Nothing was changed. Amounts in rials."""

    def __init__(self, *, balance: int, needed: int) -> None:
        self.balance, self.needed = balance, needed
        super().__init__(balance, needed)

    def __str__(self) -> str:
        return _("Your credit is not enough: %(needed)s rials are needed and you have %(balance)s.") % {
            "needed": f"{self.needed:,}",
            "balance": f"{self.balance:,}",
        }


class ReferenceConflict(Exception):
    """The reference belongs to another movement of money: another wallet, kind or amount. Nothing was changed."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)

    def __str__(self) -> str:
        return _("The reference %(reference)s was already used for another amount.") % {"reference": self.reference}


class InvalidAmount(ValueError):
    """Not an amount that such a movement can have."""


def open_wallet(account: Account) -> Wallet:
    """The account's wallet, made empty where it has none. Not locked."""
    return Wallet.objects.get_or_create(account=account)[0]


def lock_wallet(account_id: int) -> Wallet:
    """The account's wallet, locked until the transaction ends; made where it has none.

    Raises django.db.transaction.TransactionManagementError outside a transaction.
    """
    return lock_wallets([account_id])[account_id]


def lock_wallets(account_ids: Iterable[int]) -> dict[int, Wallet]:
    """Several accounts' wallets by account id, locked in the order of their keys so that two callers never deadlock."""
    wanted = set(account_ids)
    wallets = _locked(wanted)
    missing = wanted - wallets.keys()
    if missing:
        Wallet.objects.bulk_create([Wallet(account_id=pk) for pk in sorted(missing)], ignore_conflicts=True)
        wallets = _locked(wanted)
    return wallets


def _locked(account_ids: set[int]) -> dict[int, Wallet]:
    rows = Wallet.objects.select_for_update().filter(account_id__in=account_ids).order_by("pk")
    return {wallet.account_id: wallet for wallet in rows}


def enter(
    *,
    wallet: Wallet,
    kind: LedgerEntry.Kind,
    amount: int,
    reference: str,
    reason: str = "",
    details: dict | None = None,
    at: datetime | None = None,
) -> LedgerEntry:
    """Add an entry of ``amount`` rials (negative takes) to a wallet that ``lock_wallet`` gave, and move its balance.

    A repeat of a reference returns the entry that is there and moves nothing. Raises InsufficientCredit, and
    ReferenceConflict where the reference stands for another wallet, kind or amount; nothing is changed then.
    """
    if not amount:
        raise InvalidAmount("a ledger entry moves money")
    after = wallet.balance + amount
    if amount < 0 and after < -wallet.credit_limit:
        entry = _entered(wallet, kind, amount, reference)
        if entry is None:
            raise InsufficientCredit(balance=wallet.balance, needed=-amount)
        return entry
    at = at or timezone.now()
    pk = _insert(wallet, (kind, amount, after, reference, reason, Jsonb(details or {}), at))
    if pk is None:
        return _entered(wallet, kind, amount, reference)
    _announce_low_credit(wallet, after)
    wallet.balance = after
    return LedgerEntry(
        pk=pk, wallet=wallet, kind=kind, amount=amount, balance_after=after,
        reference=reference, reason=reason, details=details or {}, created_at=at,
    )  # fmt: skip


def _announce_low_credit(wallet: Wallet, after: int) -> None:
    """Once for each time that the balance falls through the account's own threshold (13.5)."""
    if wallet.balance >= wallet.low_balance_warning > after:
        credit_low.send(
            sender=Wallet, account_id=wallet.account_id, balance=after, threshold=wallet.low_balance_warning
        )


# One statement, so that the balance never moves without its entry. A reference being inserted elsewhere is waited for.
_INSERT = """
WITH entry AS (
    INSERT INTO billing_ledgerentry
        (wallet_id, kind, amount, balance_after, reference, reason, details, created_at)
    VALUES (%(wallet)s, %(kind)s, %(amount)s, %(after)s, %(reference)s, %(reason)s, %(details)s, %(at)s)
    ON CONFLICT (reference) DO NOTHING
    RETURNING id
)
UPDATE billing_wallet SET balance = balance + %(amount)s
WHERE id = %(wallet)s AND EXISTS (SELECT FROM entry)
RETURNING (SELECT id FROM entry)
"""


def _insert(wallet: Wallet, values: tuple) -> int | None:
    names = ("kind", "amount", "after", "reference", "reason", "details", "at")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"wallet": wallet.pk, **dict(zip(names, values, strict=True))})
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry to be added by ``enter_all``; ``amount`` in rials, negative takes."""

    account_id: int
    amount: int
    reference: str
    details: dict = field(default_factory=dict)


# Entries in the order in which they are given, so that each one's balance follows from the one before.
_INSERT_ALL = """
WITH entry AS (
    INSERT INTO billing_ledgerentry
        (wallet_id, kind, amount, balance_after, reference, reason, details, created_at)
    SELECT wallet, %(kind)s, amount, after, reference, %(reason)s, details::jsonb, %(at)s
    FROM unnest(%(wallets)s::bigint[], %(amounts)s::bigint[], %(after)s::bigint[], %(references)s::text[],
                %(details)s::text[]) WITH ORDINALITY AS given(wallet, amount, after, reference, details, place)
    ORDER BY place
    RETURNING wallet_id, amount
)
UPDATE billing_wallet SET balance = balance + moved.amount
FROM (SELECT wallet_id, sum(amount) AS amount FROM entry GROUP BY wallet_id) AS moved
WHERE billing_wallet.id = moved.wallet_id
"""


def enter_all(
    *, wallets: dict[int, Wallet], kind: LedgerEntry.Kind, movements: Sequence[Movement], reason: str, at: datetime
) -> list[int | None]:
    """Add many entries, whose references are new, to wallets that ``lock_wallets`` gave: the balance after each.

    None for one that would overspend: it is left out, and those after it are weighed without it. Movements of nothing
    make no entry. Raises django.db.IntegrityError where a reference is there already.
    """
    balances: list[int | None] = []
    rows = []
    for movement in movements:
        wallet = wallets[movement.account_id]
        after = wallet.balance + movement.amount
        if movement.amount < 0 and after < -wallet.credit_limit:
            balances.append(None)
            continue
        balances.append(after)
        if not movement.amount:
            continue
        _announce_low_credit(wallet, after)
        wallet.balance = after
        rows.append((wallet.pk, movement.amount, after, movement.reference, json.dumps(movement.details)))
    if rows:
        names = ("wallets", "amounts", "after", "references", "details")
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_ALL, columns | {"kind": kind, "reason": reason, "at": at})
    return balances


def _entered(wallet: Wallet, kind: str, amount: int, reference: str) -> LedgerEntry | None:
    entry = LedgerEntry.objects.filter(reference=reference).first()
    if entry and (entry.wallet_id, entry.kind, entry.amount) != (wallet.pk, str(kind), amount):
        raise ReferenceConflict(reference)
    return entry


@transaction.atomic
def top_up(*, account: Account, amount: int, reference: str, reason: str, by: User | None = None) -> LedgerEntry:
    """Add ``amount`` rials of bought credit, once however often it is asked for with this reference.

    Raises InvalidAmount unless the amount is positive, ReferenceConflict.
    """
    if amount <= 0:
        raise InvalidAmount(_("The amount of a top-up must be positive."))
    return _move(account, LedgerEntry.Kind.TOP_UP, amount, reference, reason, by, "wallet.topped_up")


@transaction.atomic
def adjust(*, account: Account, amount: int, reference: str, reason: str, by: User | None = None) -> LedgerEntry:
    """A correction by staff, up or down, with the reason in their own words. Raises as ``enter`` does, and
    InvalidAmount where there is no amount or no reason."""
    if not amount:
        raise InvalidAmount(_("Write an amount other than zero."))
    if not reason.strip():
        raise InvalidAmount(_("Write why the balance is adjusted."))
    return _move(account, LedgerEntry.Kind.ADJUSTMENT, amount, reference, reason.strip(), by, "wallet.adjusted")


def _move(account, kind, amount, reference, reason, by, action) -> LedgerEntry:
    wallet = lock_wallet(account.pk)
    balance = wallet.balance
    short = LedgerEntry._meta.get_field("reason").max_length
    entry = enter(
        wallet=wallet,
        kind=kind,
        amount=amount,
        reference=reference,
        reason=reason[:short],
        details={"note": reason} if len(reason) > short else {},
    )
    if wallet.balance != balance:
        audit.record(
            action=action, user=by, account=account, target=reference, details={"amount": amount, "reason": reason}
        )
    return entry


def set_limits(*, account: Account, credit_limit: int, low_balance_warning: int, by: User | None = None) -> Wallet:
    """How far below zero the account may go, and the balance under which it is warned; rials.

    Raises InvalidAmount for a negative one, or a limit that the present balance already exceeds.
    """
    with transaction.atomic():
        wallet = lock_wallet(account.pk)
        if min(credit_limit, low_balance_warning) < 0:
            raise InvalidAmount(_("Limits cannot be negative."))
        if wallet.balance < -credit_limit:
            raise InvalidAmount(_("The account already owes more than this limit."))
        before = {"credit_limit": wallet.credit_limit, "low_balance_warning": wallet.low_balance_warning}
        wallet.credit_limit, wallet.low_balance_warning = credit_limit, low_balance_warning
        wallet.save(update_fields=["credit_limit", "low_balance_warning"])
        after = {"credit_limit": credit_limit, "low_balance_warning": low_balance_warning}
        if before != after:
            audit.record(action="wallet.limits_changed", user=by, account=account, details={"was": before, "is": after})
        return wallet
