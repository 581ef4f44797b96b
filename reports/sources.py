"""What can be made into a file in the background: which rows, and how they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from billing.exporting import ledger_header, ledger_rows
from billing.forms import HistoryForm
from billing.selectors import history
from common import showing
from messaging.exporting import received_header, received_rows, sent_header, sent_rows
from messaging.forms import InboxFilterForm, SentFilterForm
from messaging.models import Campaign, Status
from messaging.selectors import SentFilter, inbox, sent_messages
from numbers.models import Line
from reports.models import Export

_MOMENTS = ("since", "until")


@dataclass(frozen=True, slots=True)
class Source:
    """``find`` gives the rows of kept filters, newest first, with a growing id; ``rows`` writes some of them."""

    find: Callable[[Account, dict], QuerySet]
    header: Callable[[], list[str]]
    rows: Callable[[Account, list], Iterator[list]]


def source_of(kind: str) -> Source:
    return _SOURCES[Export.Kind(kind)]


def filters_of(kind: str, account: Account, query) -> dict[str, Any]:
    """What a list's own form understands of a query string, as it is kept with the export."""
    if kind == Export.Kind.SENT:
        found = SentFilterForm(query, account=account).wanted()
    elif kind == Export.Kind.RECEIVED:
        found = InboxFilterForm(query, account=account).wanted()
    else:
        form = HistoryForm(query)
        form.is_valid()
        found = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
    return kept(found)


def kept(found: dict[str, Any]) -> dict[str, Any]:
    """Filters as JSON: objects by their ids, moments as RFC 3339."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else getattr(value, "pk", value)
        for name, value in found.items()
        if value not in (None, "", False)
    }


def described(export: Export) -> str:
    """The filters in words: "from 1405/08/01, until 1405/09/01, 30001234"."""
    filters = export.filters
    words = []
    if "since" in filters:
        words.append(_("from %(day)s") % {"day": showing.day(datetime.fromisoformat(filters["since"]))})
    if "until" in filters:
        until = datetime.fromisoformat(filters["until"])
        words.append(_("before %(day)s %(time)s") % {"day": showing.day(until), "time": showing.clock(until)})
    if "status" in filters:
        words.append(str(Status(filters["status"]).label))
    words += [
        showing.digits(filters[name]) for name in ("recipient", "sender", "text", "line_number") if name in filters
    ]
    return "، ".join(words) if showing.is_persian() else ", ".join(words)


def _moments(filters: dict) -> dict:
    given = {name: value for name, value in filters.items() if name != "line_number"}
    return given | {name: datetime.fromisoformat(given[name]) for name in _MOMENTS if name in given}


def _lined(account: Account, filters: dict) -> dict:
    given = _moments(filters)
    if "line" in given:
        given["line"] = Line.objects.filter(pk=given["line"]).first()
    if "campaign" in given:
        given["campaign"] = Campaign.objects.of(account).filter(pk=given["campaign"]).first()
    return given


def _sent(account: Account, filters: dict) -> QuerySet:
    return sent_messages(account, SentFilter(**_lined(account, filters)))


def _received(account: Account, filters: dict) -> QuerySet:
    return inbox(account, **_lined(account, filters))


def _ledger(account: Account, filters: dict) -> QuerySet:
    return history(account, **_moments(filters))


_SOURCES = {
    Export.Kind.SENT: Source(_sent, sent_header, lambda account, rows: sent_rows(rows)),
    Export.Kind.RECEIVED: Source(_received, received_header, received_rows),
    Export.Kind.LEDGER: Source(_ledger, ledger_header, lambda account, rows: ledger_rows(rows)),
}
