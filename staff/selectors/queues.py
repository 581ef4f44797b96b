"""What waits for the provider's people, and what they decided."""

from datetime import datetime

from django.db.models import Q, QuerySet

from billing.models import Slip
from common.text.folding import ascii_digits
from messaging.models import Template
from numbers.models import LineRequest
from webservice.models import Activation


def line_requests(
    *, state: str | None, kind: str = "", text: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[LineRequest]:
    """Requests for lines (12.3): by number, parcel, account's name or id."""
    rows = LineRequest.objects.select_related("account", "line", "decided_by")
    if kind:
        rows = rows.filter(kind=kind)
    return _narrowed(rows, state, text, since, until, "number__contains", "tracking_code")


def slips(
    *, state: str | None, text: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Slip]:
    """Deposit slips (ISP-7.8): by number, bank, account's name or id."""
    rows = Slip.objects.select_related("account", "proforma", "decided_by")
    return _narrowed(rows, state, text, since, until, "number__contains", "bank")


def templates(
    *, state: str | None, text: str = "", since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Template]:
    """Templates (W5): by name, words of the text, account's name or id."""
    rows = Template.objects.select_related("account", "line")
    return _narrowed(rows, state, text, since, until, "name__icontains", "text__icontains")


def activations(*, state: str = "", text: str = "") -> QuerySet[Activation]:
    """What accounts use the web service for (S1): not read yet, "read", or "all"."""
    rows = Activation.objects.select_related("account", "read_by")
    if state != "all":
        rows = rows.filter(read_at__isnull=state != "read")
    return _narrowed(rows, None, text, None, None, "used_by__icontains", "purpose__icontains")


def _narrowed(rows: QuerySet, state: str | None, text: str, since, until, *fields: str) -> QuerySet:
    if state is not None:
        rows = rows.filter(state=state)
    if text:
        digits = ascii_digits(text).strip()
        found = Q(account__name__icontains=text)
        for field in fields:
            found |= Q(**{field: digits})
        if digits.isdecimal() and len(digits) < 18:
            found |= Q(account_id=int(digits))
        rows = rows.filter(found)
    if since:
        rows = rows.filter(created_at__gte=since)
    if until:
        rows = rows.filter(created_at__lt=until)
    return rows
