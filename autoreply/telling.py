"""The account is told, once a day, that replies were not sent for want of credit (6.5)."""

from datetime import datetime

from accounts import audit
from autoreply.book import TEHRAN
from autoreply.models import Book


def tell_no_credit(book: Book, *, now: datetime) -> None:
    """In the caller's transaction, under the book's lock: an entry in the activity log, and a banner for that day."""
    today = now.astimezone(TEHRAN).date()
    if book.told_no_credit_on == today:
        return
    book.told_no_credit_on = today
    book.save(update_fields=["told_no_credit_on"])
    audit.record(action="autoreply.no_credit", account=book.account)


def lacks_credit(book: Book | None, *, now: datetime) -> bool:
    """Whether replies of today were not sent for want of credit."""
    return book is not None and book.told_no_credit_on == now.astimezone(TEHRAN).date()
