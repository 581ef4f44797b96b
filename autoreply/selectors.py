"""What the pages of the auto-responder and the web service read."""

from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account
from autoreply.book import folded
from autoreply.models import Answer, Keyword, LineReply, Poll, Rule, Vote
from messaging.selectors.search import matching_number
from numbers.models import Line


def rules(account: Account, *, text: str = "", line: Line | None = None, is_enabled: bool | None = None) -> QuerySet:
    """The account's rules, the newest first, without those of polls; ``text`` is looked for in keywords and replies."""
    found = Rule.objects.of(account).filter(option=None)
    if text:
        keywords = Keyword.objects.filter(rule=OuterRef("pk"), folded__contains=folded(text))
        found = found.filter(Q(Exists(keywords)) | Q(reply__icontains=text))
    if line:
        found = found.filter(line=line)
    if is_enabled is not None:
        found = found.filter(is_enabled=is_enabled)
    return found.select_related("line", "joins", "leaves").prefetch_related("keywords").order_by("-id")


def answers(
    account: Account,
    *,
    sender: str = "",
    line: Line | None = None,
    outcome: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    rule: int | None = None,
) -> QuerySet[Answer]:
    """The log, the newest first; the times are [since, until)."""
    found = Answer.objects.of(account)
    if sender:
        found = found.filter(matching_number(sender))
    if line:
        found = found.filter(line=line)
    if outcome is not None:
        found = found.filter(outcome=outcome)
    if since:
        found = found.filter(received_at__gte=since)
    if until:
        found = found.filter(received_at__lt=until)
    if rule is not None:
        found = found.filter(rule_id=rule)
    return found.select_related("message", "line", "rule").prefetch_related("rule__keywords").order_by("-pk")


def own_lines(account: Account) -> QuerySet[Line]:
    """The lines whose messages the account receives."""
    return Line.objects.of(account).exclude(state=Line.State.CLOSED).order_by("number")


def line_replies(account: Account) -> list[tuple[Line, LineReply]]:
    """Every line of the account with what it answers by default; an unsaved row where nothing was set."""
    known = {row.line_id: row for row in LineReply.objects.of(account)}
    return [(line, known.get(line.pk) or LineReply(line=line, account=account)) for line in own_lines(account)]


def polls(account: Account) -> QuerySet[Poll]:
    """The account's polls, the newest first, each with ``size``, the count of its votes."""
    votes = Vote.objects.filter(poll=OuterRef("pk")).order_by().values("poll").annotate(count=Count("pk"))
    size = Coalesce(Subquery(votes.values("count")), 0)
    return Poll.objects.of(account).select_related("line").annotate(size=size).order_by("-id")
