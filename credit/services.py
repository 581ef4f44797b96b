"""The money of what is being sent: taken before anything is queued, returned where nothing was sent (R2, R3).

Callers may hold locks on message rows; the order is messages → wallet → reservation.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import LedgerEntry
from billing.selectors import entry_of
from billing.services import InvalidAmount, Movement, ReferenceConflict, enter, enter_all, lock_wallet, lock_wallets
from common.bulk import copy_in, new_keys
from credit.ledger import Problem, check_ledger
from credit.models import Reservation

__all__ = ["Charge", "Problem", "Reserved", "ReturnsTooMuch", "check_ledger", "give_back", "reserve", "reserve_all"]


class Charge(NamedTuple):
    """What ``reserve_all`` shall take; ``amount`` in rials, 0 or more."""

    account_id: int
    amount: int
    reference: str
    details: dict


class Reserved(NamedTuple):
    """A reservation's id, and the balance after it in rials."""

    reservation_id: int
    balance: int


class ReturnsTooMuch(Exception):
    """More would come back than was charged. Nothing was changed. Amounts in rials."""

    def __init__(self, reservation: Reservation, amount: int) -> None:
        self.reservation, self.amount = reservation, amount
        super().__init__(reservation.pk, amount)

    def __str__(self) -> str:
        return _("%(amount)s rials cannot be returned: %(left)s of what was charged are left.") % {
            "amount": f"{self.amount:,}",
            "left": f"{self.reservation.charged - self.reservation.returned:,}",
        }


@transaction.atomic
def reserve(*, account_id: int, amount: int, reference: str, reason: str, details: dict | None = None) -> Reservation:
    """Take ``amount`` rials from the account for what is about to be sent. 0 makes a reservation without an entry.

    A repeat of a reference returns the reservation that is there and takes nothing. Raises
    billing.services.InsufficientCredit; ReferenceConflict where the reference stands for another account or amount.
    """
    if amount < 0:
        raise InvalidAmount("a charge is not negative")
    wallet = lock_wallet(account_id)
    there = Reservation.objects.filter(reference=reference).first()
    if there:
        if (there.account_id, there.charged) != (account_id, amount):
            raise ReferenceConflict(reference)
        return there
    if amount:
        enter(
            wallet=wallet,
            kind=LedgerEntry.Kind.CHARGE,
            amount=-amount,
            reference=f"reserve:{reference}",
            reason=reason,
            details=details,
        )
    return Reservation.objects.create(account_id=account_id, reference=reference, charged=amount)


@transaction.atomic
def reserve_all(*, charges: Sequence[Charge], reason: str, at: datetime) -> list[Reserved | None]:
    """``reserve`` for many sends that come together, of any accounts, in a few statements. None where the money is
    not there; nothing is taken for it. The references must be new: IntegrityError otherwise."""
    wallets = lock_wallets(charge.account_id for charge in charges)
    movements = [
        Movement(charge.account_id, -charge.amount, f"reserve:{charge.reference}", charge.details) for charge in charges
    ]
    balances = enter_all(wallets=wallets, kind=LedgerEntry.Kind.CHARGE, movements=movements, reason=reason, at=at)
    keys = new_keys(Reservation, len(charges))
    copy_in(
        [
            Reservation(
                pk=key, account_id=charge.account_id, reference=charge.reference, charged=charge.amount, created_at=at
            )
            for key, charge, balance in zip(keys, charges, balances, strict=True)
            if balance is not None
        ]
    )
    return [None if balance is None else Reserved(key, balance) for key, balance in zip(keys, balances, strict=True)]


@transaction.atomic
def give_back(
    *, reservation_id: int, amount: int, reference: str, reason: str, details: dict | None = None
) -> LedgerEntry | None:
    """Return ``amount`` rials of a reservation to its wallet, once for each ``reference``; None for 0.

    Raises ReturnsTooMuch where more would come back than was charged, ReferenceConflict, Reservation.DoesNotExist.
    """
    if amount < 0:
        raise InvalidAmount("a return is not negative")
    if not amount:
        return None
    account_id = Reservation.objects.values_list("account_id", flat=True).get(pk=reservation_id)
    wallet = lock_wallet(account_id)
    reservation = Reservation.objects.select_for_update().get(pk=reservation_id)
    there = entry_of(reference)
    if there is None:
        if reservation.returned + amount > reservation.charged:
            raise ReturnsTooMuch(reservation, amount)
        reservation.returned += amount
        reservation.save(update_fields=["returned"])
    elif there.details.get("reservation") != reservation_id:
        raise ReferenceConflict(reference)
    return enter(
        wallet=wallet,
        kind=LedgerEntry.Kind.REFUND,
        amount=amount,
        reference=reference,
        reason=reason,
        details={**(details or {}), "reservation": reservation_id},
    )
