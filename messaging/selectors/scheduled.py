"""What was paid for and has not left yet (5.3): whole sends, and their single messages.

The pages are found by keys, through indexes of what waits alone: a million waiting sends cost them nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from accounts.models import Account
from common.paging import SIZE, Page, page_of, turned
from messaging.models import Campaign, Chunk, Message, Status
from messaging.selectors.concealing import OPEN_TO_SEARCH
from messaging.selectors.search import matching_number
from numbers.models import Line

_State = Campaign.State
_UNDER_WAY = (_State.SCHEDULED, _State.QUEUED, _State.RUNNING, _State.PAUSED)
_WAITS = Q(state=_State.SCHEDULED) | Q(state=_State.PAUSED, send_at__isnull=False, started_at__isnull=True)
_OWN = Chunk.objects.filter(campaign=OuterRef("pk"), state=Chunk.State.HELD, due_at__isnull=False)
_FIRST_OWN = Subquery(_OWN.order_by("due_at").values("due_at")[:1])
_WINDOW = """
    SELECT message.id FROM messaging_chunk chunk
    JOIN messaging_campaign campaign ON campaign.id = chunk.campaign_id
    JOIN messaging_message message ON message.id BETWEEN chunk.id * {size} AND chunk.id * {size} + {size} - 1
    WHERE chunk.account_id = %(account)s AND chunk.state = {held} AND message.status <= {queued}
    AND (
        campaign.state = 'scheduled'
        OR campaign.state = 'paused' AND campaign.send_at IS NOT NULL AND campaign.started_at IS NULL
        OR campaign.state IN ('queued', 'running', 'paused') AND EXISTS (
            SELECT FROM messaging_chunk own
            WHERE own.campaign_id = campaign.id AND own.state = {held} AND own.due_at IS NOT NULL
        )
    ) {further}
    ORDER BY chunk.id {direction}, message.id {direction} LIMIT %(limit)s
"""


def scheduled(account: Account, **wanted) -> QuerySet[Campaign]:
    """Sends that wait for their time or were paused before it, and those of which rows with times of their own still
    wait (2.3), each with ``leaves_at``; the next to leave first. ``wanted``: see ``scheduled_page``."""
    found = Campaign.objects.of(account).filter(_WAITS | Q(Exists(_OWN), state__in=_UNDER_WAY))
    found = found.annotate(leaves_at=Coalesce(F("send_at"), _FIRST_OWN), next_own_at=_FIRST_OWN)
    return _chosen(found, **wanted).order_by("leaves_at", "id")


def scheduled_page(account: Account, query: Mapping[str, str], **wanted) -> Page:
    """The page of ``scheduled`` that ``query`` (request.GET) asks for with ``after`` or ``before``, ids of sends; one
    that has left meanwhile asks for the first page. ``wanted``: ``text`` of the title or message, ``line``, and
    ``since`` ≤ leaves_at < ``until``. Four queries at most."""
    sends = Campaign.objects.of(account)
    # Those with a time come from an index in their order; the rest, few, are those that have begun to leave.
    timed = sends.filter(_WAITS, state__in=(_State.SCHEDULED, _State.PAUSED)).annotate(leaves_at=F("send_at"))
    others = sends.filter(Exists(_OWN), state__in=(_State.QUEUED, _State.RUNNING, _State.PAUSED)).exclude(_WAITS)
    others = others.annotate(leaves_at=Coalesce(F("send_at"), _FIRST_OWN))
    legs = [_chosen(leg.annotate(next_own_at=_FIRST_OWN), **wanted) for leg in (timed, others)]

    def read(place: int | None, backwards: bool) -> list[Campaign]:
        key = None
        if place is not None:
            key = scheduled(account, **wanted).filter(pk=place).values_list("leaves_at", "pk").first()
            if key is None:
                return []
        sign, beyond = ("-", "<") if backwards else ("", ">")
        rows: list[Campaign] = []
        for leg, column in zip(legs, ("send_at", None), strict=True):
            some = leg.filter(_beyond(key, beyond, column)) if key else leg
            rows += some.order_by(f"{sign}leaves_at", f"{sign}id")[: SIZE + 1]
        rows.sort(key=lambda campaign: (campaign.leaves_at, campaign.pk), reverse=backwards)
        return rows

    return turned(read, query)


def _beyond(key: tuple[datetime, int], sign: str, column: str | None) -> Q | RawSQL:
    if column:  # a comparison of pairs is found in the index, however many leave at one moment
        pair = f'("messaging_campaign"."{column}", "messaging_campaign"."id") {sign} (%s, %s)'
        return RawSQL(f"({pair})", key, output_field=BooleanField())  # noqa: S611 - parameters only
    name = "gt" if sign == ">" else "lt"
    return Q(**{f"leaves_at__{name}": key[0]}) | Q(leaves_at=key[0], **{f"pk__{name}": key[1]})


def _chosen(
    found: QuerySet[Campaign],
    *,
    text: str = "",
    line: Line | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Campaign]:
    if text:
        found = found.filter(Q(title__icontains=text) | Q(text__icontains=text))
    if line:
        found = found.filter(line=line)
    if since:
        found = found.filter(leaves_at__gte=since)
    if until:
        found = found.filter(leaves_at__lt=until)
    return found.select_related("line", "created_by")


def scheduled_messages(
    account: Account, *, recipient: str = "", campaign: Campaign | None = None, line: Line | None = None
) -> QuerySet[Message]:
    """One row a recipient of those sends, as long as it waits; each with ``leaves_at``, the newest first. Found by the
    range of the ids of the chunks that wait, so the rest of the sent messages costs nothing."""
    chunks = Chunk.objects.filter(account=account, state=Chunk.State.HELD)
    if campaign:
        chunks = chunks.filter(campaign=campaign)
    ids = chunks.aggregate(first=Min("pk"), last=Max("pk"))
    if ids["first"] is None:
        return Message.objects.none()
    of_waiting = Campaign.objects.filter(_WAITS | Q(Exists(_OWN), state__in=_UNDER_WAY), pk=OuterRef("campaign"))
    held = Chunk.objects.filter(pk=OuterRef("id") / Chunk.SIZE, state=Chunk.State.HELD)
    found = Message.objects.of(account).filter(
        Exists(held.filter(Exists(of_waiting))),
        id__range=(ids["first"] * Chunk.SIZE, (ids["last"] + 1) * Chunk.SIZE - 1),
        status__lte=Status.QUEUED,
    )
    if campaign:
        found = found.filter(campaign=campaign)
    if recipient:
        found = found.filter(matching_number(recipient), OPEN_TO_SEARCH)
    if line:
        found = found.filter(line=line)
    return _to_read(found).order_by("-id")


def scheduled_message_page(
    account: Account,
    query: Mapping[str, str],
    *,
    recipient: str = "",
    campaign: Campaign | None = None,
    line: Line | None = None,
) -> Page:
    """The page of ``scheduled_messages`` that ``query`` asks for with ``after`` or ``before``, ids of messages: walked
    from chunk to waiting chunk, whatever lies between them."""
    if recipient:
        return page_of(scheduled_messages(account, recipient=recipient, campaign=campaign, line=line), query)

    def read(place: int | None, backwards: bool) -> list[Message]:
        further = []
        if place is not None:
            sign = ">" if backwards else "<"
            further = [f"AND chunk.id {sign}= %(place)s / {Chunk.SIZE} AND message.id {sign} %(place)s"]
        if campaign:
            further.append("AND campaign.id = %(campaign)s")
        if line:
            further.append("AND message.line_id = %(line)s")
        window = _WINDOW.format(
            size=Chunk.SIZE,
            held=Chunk.State.HELD.value,
            queued=Status.QUEUED.value,
            direction="ASC" if backwards else "DESC",
            further=" ".join(further),
        )
        asked = {"account": account.pk, "place": place, "limit": SIZE + 1}
        asked |= {"campaign": campaign and campaign.pk, "line": line and line.pk}
        with connection.cursor() as cursor:
            cursor.execute(window, asked)
            ids = [row[0] for row in cursor]
        return list(_to_read(Message.objects.filter(pk__in=ids)).order_by("id" if backwards else "-id"))

    return turned(read, query)


def _to_read(messages: QuerySet[Message]) -> QuerySet[Message]:
    held = Chunk.objects.filter(pk=OuterRef("id") / Chunk.SIZE, state=Chunk.State.HELD)
    own_time = Subquery(held.values("due_at")[:1])
    return messages.annotate(leaves_at=Coalesce(own_time, F("campaign__send_at"))).select_related("campaign", "line")
