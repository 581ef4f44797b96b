"""Accounts as the provider's people look for them, and what stands behind one."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from accounts import audit, finding
from accounts.models import Account, AuditEntry, User
from accounts.selectors import activity, members
from billing.models import BillingProfile, Invoice, LedgerEntry, Payment
from billing.selectors import days_left, unpaid_count, wallet_of
from common.patience import TookTooLong, patience
from common.text.folding import ascii_digits
from messaging.models import Campaign
from numbers.models import Line, LineRequest
from staff.access import may_look
from support.models import Ticket
from support.selectors.desk import PERMISSION as WORK_DESK
from webservice.models import Activation, ApiKey

MOST_FOUND = 200
SLOWEST_SECONDS = 2
LATEST = 5
LATEST_ENTRIES = 10
_WITH_REASON = {"account.suspended", "account.activated", "impersonation.begun", "wallet.adjusted"}  # staff's own words
_SEPARATORS = str.maketrans("", "", " -()./\u200c")


class TooVague(Exception):
    """So many accounts answer to this that looking for them takes too long."""


def accounts(*, text: str = "", state: str = "", kind: str = "") -> QuerySet[Account]:
    """Accounts with their wallets. ``text``: part of a name (the account's, its people's, the legal one), the beginning
    of an e-mail address or of a line, or a whole number: id, mobile, national ID. Of those, at most MOST_FOUND.

    Raises TooVague. However many accounts there are, each place to look costs one question of an index.
    """
    found = Account.objects.select_related("wallet")
    if text.strip():
        found = found.filter(pk__in=_ids(text.strip()))
    if state:
        found = found.filter(state=state)
    return found.filter(kind=kind) if kind else found


def _ids(text: str) -> set[int]:
    ids: set[int] = set()
    try:
        with patience(SLOWEST_SECONDS):
            for query in _places(text):
                ids |= {pk for pk in query if pk is not None}
    except TookTooLong as error:
        raise TooVague from error
    return set(sorted(ids, reverse=True)[:MOST_FOUND])


def _places(text: str) -> Iterator[QuerySet]:
    digits = ascii_digits(text).translate(_SEPARATORS)
    plain = digits.removeprefix("+")
    if plain.isdecimal():
        yield from finding.numbered(plain, MOST_FOUND)
        yield BillingProfile.objects.filter(national_id=plain).values_list("account_id", flat=True)[:MOST_FOUND]
        lines = Line.objects.filter(number__startswith=plain).order_by().values_list("account_id", flat=True)
        yield lines[:MOST_FOUND]
    elif "@" in text or (text.isascii() and len(text) >= finding.FEWEST_LETTERS):
        yield from finding.addressed(text, MOST_FOUND)
    if "@" not in text and len(text) >= finding.FEWEST_LETTERS:
        yield from finding.named(text, MOST_FOUND)
        legal = BillingProfile.objects.filter(finding.HoldsName("legal_name", text))
        yield legal.order_by().values_list("account_id", flat=True)[:MOST_FOUND]


def behind(account: Account, user: User, *, now: datetime) -> dict:
    """What ``user`` may see of an account, by section; a section that they may not see is not asked for."""
    sections: dict[str, tuple[bool, Callable[[], object]]] = {
        "people": (True, lambda: list(members(account))),
        "buyer": (True, lambda: BillingProfile.objects.of(account).first()),
        "money": (may_look(user, "billing.wallet"), lambda: _money(account, now)),
        "lines": (
            may_look(user, "numbers.line"),
            lambda: list(Line.objects.filter(account=account).order_by("number")[:20]),
        ),
        "requests": (
            may_look(user, "numbers.linerequest"),
            lambda: list(LineRequest.objects.of(account).order_by("-id")[:LATEST]),
        ),
        "keys": (may_look(user, "webservice.apikey"), lambda: list(ApiKey.objects.of(account).order_by("-id")[:20])),
        "activation": (
            may_look(user, "webservice.activation"),
            lambda: Activation.objects.filter(account=account).first(),
        ),
        "sends": (may_look(user, "messaging.campaign"), lambda: _sends(account)),
        "tickets": (user.has_perm(WORK_DESK), lambda: _tickets(account)),
        "activity": (may_look(user, "accounts.auditentry"), lambda: _activity(account)),
    }
    return {name: read() for name, (is_allowed, read) in sections.items() if is_allowed}


def _money(account: Account, now: datetime) -> dict:
    wallet = wallet_of(account)
    return {
        "wallet": wallet,
        "spendable": wallet.balance + wallet.credit_limit,
        "days_left": days_left(account, now),
        "unpaid": unpaid_count(account),
        "entries": list(LedgerEntry.objects.filter(wallet__account=account).order_by("-id")[:LATEST]),
        "invoices": list(Invoice.objects.of(account).select_related("proforma").order_by("-id")[:LATEST]),
        "payments": list(Payment.objects.of(account).order_by("-id")[:LATEST]),
    }


def _sends(account: Account) -> list[Campaign]:
    confirmed = Campaign.objects.of(account).filter(confirmed_at__isnull=False)
    return list(confirmed.select_related("line").order_by("-id")[:LATEST])


def _tickets(account: Account) -> dict:
    found = Ticket.objects.of(account)
    return {
        "open": found.aggregate(open=Count("pk", filter=~Q(state=Ticket.State.CLOSED)))["open"],
        "latest": list(found.select_related("unit").order_by("-id")[:LATEST]),
    }


def _activity(account: Account) -> list[AuditEntry]:
    entries = list(activity(account)[:LATEST_ENTRIES])
    for entry in entries:
        entry.label = audit.action_label(entry.action)
        entry.why = entry.details.get("reason", "") if entry.action in _WITH_REASON else ""
    return entries
