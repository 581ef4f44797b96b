"""Credit from one account to another (13.5). Both wallets are locked together, in the order of their keys."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Account, Membership, User
from billing.models import LedgerEntry, Transfer
from billing.selectors import balance
from billing.services.wallets import InsufficientCredit, enter, lock_wallets
from common import showing
from common.jalali import TEHRAN, in_tehran
from common.notify import notify


class TransferRefused(Exception):
    """Nothing was moved; the message says why in the reader's language. ``field`` names what is wrong."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


def receiver_numbered(sender: Account, number: int) -> Account:
    """The account that may receive credit from ``sender``, by its account number. Raises TransferRefused."""
    if number == sender.pk:
        raise TransferRefused(_("This is your own account; choose another."), "number")
    found = Account.objects.filter(pk=number, state=Account.State.ACTIVE).first()
    if found is None:
        raise TransferRefused(_("There is no active account with this number."), "number")
    return found


def own_accounts(user: User, besides: Account) -> list[Account]:
    """The other active accounts that the user owns: to these credit goes without asking for a number."""
    owned = Membership.objects.filter(user=user, role=Membership.Role.OWNER, account__state=Account.State.ACTIVE)
    return [place.account for place in owned.exclude(account=besides).select_related("account").order_by("account")]


def name_for(user: User | None, account: Account) -> str:
    """What a sender is shown of a receiver, to know that the number is right: the whole name of an account that they
    belong to, else its first letters."""
    if user and Membership.objects.filter(user=user, account=account).exists():
        return account.name
    return " ".join(f"{word[:2]}…" if len(word) > 2 else word for word in account.name.split())


@transaction.atomic
def transfer(
    *,
    sender: Account,
    receiver: Account,
    amount: int,
    note: str,
    token: uuid.UUID,
    by: User | None,
    now: datetime,
) -> Transfer:
    """Move ``amount`` rials, once for each ``token``; there is no fee, and no VAT, which was paid when it was bought.

    Only what is really there moves, never a credit limit. Raises TransferRefused: also where an account is not active,
    or more would leave in a day of Tehran's calendar than TRANSFER_DAY_MOST. A repeat returns the first transfer.
    """
    there = Transfer.objects.filter(sender=sender, token=token).first()
    if there:
        return _same(there, receiver, amount)
    if sender.pk == receiver.pk:
        raise TransferRefused(_("This is your own account; choose another."), "number")
    wallets = lock_wallets([sender.pk, receiver.pk])
    there = Transfer.objects.filter(sender=sender, token=token).first()
    if there:
        return _same(there, receiver, amount)
    _check(sender, receiver, amount, wallets[sender.pk].balance, now)
    shown = name_for(by, receiver)
    moved = Transfer.objects.create(
        sender=sender, receiver=receiver, receiver_shown=shown, amount=amount, note=note[:120], token=token,
        created_by=by, created_at=now,
    )  # fmt: skip
    for side, other, name, sign in ((sender, receiver, shown, -1), (receiver, sender, sender.name, 1)):
        enter(
            wallet=wallets[side.pk], kind=LedgerEntry.Kind.TRANSFER, amount=sign * amount,
            reference=f"transfer:{moved.pk}:{'out' if sign < 0 else 'in'}",
            reason="transfer_out" if sign < 0 else "transfer_in",
            details={"transfer": moved.pk, "account": other.pk, "name": name, "text": note[:120]}, at=now,
        )  # fmt: skip
    _tell(moved, by)
    return moved


def check_transfer(*, sender: Account, receiver: Account, amount: int, now: datetime) -> None:
    """Whether it would be moved now; nothing is locked. Raises TransferRefused."""
    _check(sender, receiver, amount, balance(sender), now)


def _check(sender: Account, receiver: Account, amount: int, there: int, now: datetime) -> None:
    _check_amount(amount)
    _check_accounts(sender, receiver)
    if amount > there:
        raise TransferRefused(str(InsufficientCredit(balance=there, needed=amount)), "amount")
    _check_day(sender, amount, now)


def _same(there: Transfer, receiver: Account, amount: int) -> Transfer:
    if (there.receiver_id, there.amount) != (receiver.pk, amount):
        raise TransferRefused(_("This form was used for another transfer already. Open it again."))
    return there


def _check_amount(amount: int) -> None:
    if not settings.TRANSFER_LEAST <= amount <= settings.TRANSFER_MOST:
        raise TransferRefused(
            _("From %(least)s to %(most)s rials are transferred at once.")
            % {"least": showing.number(settings.TRANSFER_LEAST), "most": showing.number(settings.TRANSFER_MOST)},
            "amount",
        )


def _check_accounts(sender: Account, receiver: Account) -> None:
    """As they stand now, not as they were when the page was opened."""
    states = dict(Account.objects.filter(pk__in=[sender.pk, receiver.pk]).values_list("pk", "state"))
    if states.get(sender.pk) != Account.State.ACTIVE:
        raise TransferRefused(_("This account is suspended, so no credit leaves it. Please contact support."))
    if states.get(receiver.pk) != Account.State.ACTIVE:
        raise TransferRefused(_("There is no active account with this number."), "number")


def _check_day(sender: Account, amount: int, now: datetime) -> None:
    midnight = in_tehran(now).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=TEHRAN)
    of_day = Transfer.objects.filter(sender=sender, created_at__gte=midnight, created_at__lt=midnight + timedelta(1))
    left = settings.TRANSFER_DAY_MOST - (of_day.aggregate(sum=Sum("amount"))["sum"] or 0)
    if amount > left:
        raise TransferRefused(
            _("Today %(left)s rials more may leave this account.") % {"left": showing.number(max(left, 0))}, "amount"
        )


def _tell(moved: Transfer, by: User | None) -> None:
    details = {"amount": moved.amount, "account": moved.receiver_id}
    audit.record(
        action="credit.transferred", user=by, account=moved.sender, target=moved.receiver_shown, details=details
    )
    details = {"amount": moved.amount, "account": moved.sender_id}  # who did it is not the receiver's business
    audit.record(action="credit.received", account=moved.receiver, target=moved.sender.name, details=details)
    with override("fa"):
        text = _("%(amount)s of credit came to you from “%(sender)s”.") % {
            "amount": showing.rials(moved.amount), "sender": moved.sender.name
        }  # fmt: skip
        notify(
            kind="credit.received", key=f"transfer:{moved.pk}", subject=_("Credit was transferred to you"), text=text,
            account_id=moved.receiver_id, mobile=moved.receiver.mobile, email=moved.receiver.email,
        )  # fmt: skip
