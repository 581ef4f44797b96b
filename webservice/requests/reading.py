"""What the request log shows, to people and to programs (W10)."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from webservice.models import ApiKey, ApiRequest
from webservice.problems import MEANINGS, Code

OK, REFUSED, FAILED = "ok", "refused", "failed"
_RANGES = {OK: Q(status__lt=400), REFUSED: Q(status__range=(400, 499)), FAILED: Q(status__gte=500)}


def requests_of(
    account: Account,
    *,
    key: ApiKey | None = None,
    outcome: str = "",
    method: str = "",
    status: int | None = None,
    code: str = "",
    text: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[ApiRequest]:
    """The account's calls; ``text`` is a part of the path, or a request's id."""
    found = ApiRequest.objects.of(account)
    if key:
        found = found.filter(key=key)
    if outcome:
        found = found.filter(_RANGES[outcome])
    if method:
        found = found.filter(method=method)
    if status is not None:
        found = found.filter(status=status)
    if code:
        found = found.filter(code=code)
    if text:
        found = found.filter(Q(request_id=text.lower()) | Q(path__icontains=text))
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found


def meaning(row: ApiRequest) -> str:
    """What a line means and what to do, in a sentence."""
    if row.code in set(Code):
        known = MEANINGS[Code(row.code)]
        return f"{known.title}. {known.advice}"
    if row.status < 400:
        return _("Done as asked.")
    if row.status < 500:
        return _("Refused; the answer says why.")
    return _("Something went wrong on our side.")


def tone(row: ApiRequest) -> str:
    return "ok" if row.status < 400 else "wait" if row.status < 500 else "bad"
