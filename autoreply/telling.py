"""The account is told, once a day, that replies were not sent for want of credit (6.5)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import Membership
from autoreply.book import TEHRAN
from autoreply.models import Book
from common.notify import notify


def tell_no_credit(book: Book, *, now: datetime) -> None:
    """In the caller's transaction, under the book's lock: owners by SMS and e-mail, the activity
    log, and a banner for that day."""
    today = now.astimezone(TEHRAN).date()
    if book.told_no_credit_on == today:
        return
    book.told_no_credit_on = today
    book.save(update_fields=["told_no_credit_on"])
    audit.record(action="autoreply.no_credit", account=book.account)
    owners = book.account.memberships.filter(role=Membership.Role.OWNER, user__is_active=True).select_related("user")
    for user in [membership.user for membership in owners]:
        with override(user.language):
            notify(
                kind="autoreply.no_credit",
                key=f"autoreply.no_credit:{book.pk}:{today}:{user.pk}",
                subject=_("Auto-replies are not being sent"),
                text=_("The credit of “%(account)s” is not enough, so auto-replies are not sent. Please top up.")
                % {"account": book.account},
                account_id=book.pk,
                mobile=user.mobile,
                email=user.email,
            )


def lacks_credit(book: Book | None, *, now: datetime) -> bool:
    """Whether replies of today were not sent for want of credit."""
    return book is not None and book.told_no_credit_on == now.astimezone(TEHRAN).date()
