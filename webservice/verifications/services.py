"""Checking codes, and forgetting old ones (W6). What sends is webservice.v1.verifications."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Account
from common.text import ascii_digits
from webservice.verifications import codes
from webservice.verifications.models import Verification

KEPT = timedelta(days=30)


class VerificationOver(Exception):
    """It was approved, replaced, guessed at too often, or its time is over: no code is right any more."""

    def __init__(self, verification: Verification, state: str) -> None:
        super().__init__(state)
        self.verification, self.state = verification, state


def state_of(verification: Verification, now: datetime) -> str:
    """A State, or "expired"."""
    is_pending = verification.state == Verification.State.PENDING
    return "expired" if is_pending and verification.expires_at <= now else str(verification.state)


def check_code(*, account: Account, verification_id: int, is_test: bool, code: str, now: datetime) -> Verification:
    """Try a code. Approved comes back for the right one, once: of requests at the same moment one is the first.

    Persian and Arabic digits and spaces around are fine. Raises Verification.DoesNotExist, and VerificationOver.
    """
    with transaction.atomic():
        mine = Verification.objects.of(account).filter(is_test=is_test).select_for_update(no_key=True)
        verification = mine.get(pk=verification_id)
        if verification.is_over(now):
            raise VerificationOver(verification, state_of(verification, now))
        if codes.is_right(ascii_digits(code).strip(), nonce=verification.nonce, digest=verification.digest):
            verification.state, verification.approved_at = Verification.State.APPROVED, now
        else:
            verification.wrong += 1
            if verification.wrong >= settings.VERIFICATION_ATTEMPTS:
                verification.state = Verification.State.FAILED
        verification.save(update_fields=["state", "approved_at", "wrong"])
    return verification


def forget_verifications(*, now: datetime) -> int:
    """Delete those past their month; how many."""
    deleted, _ = Verification.objects.filter(created_at__lt=now - KEPT).delete()
    return deleted
