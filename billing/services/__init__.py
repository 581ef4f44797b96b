"""What moves money and what sells: the only ways in."""

from billing.services.payments import PaymentRefused, ask_again, ask_bank, come_back, start_payment
from billing.services.sales import (
    Item,
    ProformaClosed,
    cancel_proforma,
    expire_proformas,
    in_both,
    issue_proforma,
    settle,
)
from billing.services.wallets import (
    InsufficientCredit,
    InvalidAmount,
    Movement,
    ReferenceConflict,
    adjust,
    enter,
    enter_all,
    lock_wallet,
    lock_wallets,
    open_wallet,
    set_limits,
    top_up,
)

__all__ = [
    "InsufficientCredit",
    "InvalidAmount",
    "Item",
    "Movement",
    "PaymentRefused",
    "ProformaClosed",
    "ReferenceConflict",
    "adjust",
    "ask_again",
    "ask_bank",
    "cancel_proforma",
    "come_back",
    "enter",
    "enter_all",
    "expire_proformas",
    "in_both",
    "issue_proforma",
    "lock_wallet",
    "lock_wallets",
    "open_wallet",
    "set_limits",
    "settle",
    "start_payment",
    "top_up",
]
