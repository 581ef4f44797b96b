"""The rows of one message's story, each kind in one query by an index; never a scan of the big tables."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import Q

from autoreply.models.answers import ANSWERED, Answer
from billing.models import LedgerEntry
from credit.models import Tariff
from credit.pricing import LANGUAGES, in_force, plan_of
from messaging import routing
from messaging.models import Campaign, Chunk, Gateway, Message, Occurrence, Receipt, Submission
from webservice.models import ApiKey, ApiRequest
from webservice.webhooks.models import Attempt, Delivery, Event

MESSAGE_WITH = ("account", "campaign__reservation", "campaign__created_by", "line", "operator")
MOST = 200
_CALL_WITHIN = timedelta(seconds=60)
_MOST_RECEIPTS_READ = 200_000

# Receipts of one-part messages have no index by message. Their ids grow with time, so the time of the last one is found
# by halving the primary key, and a few seconds of receipts are read from there.
_FIRST_SINCE = """
WITH RECURSIVE halving AS (
    SELECT coalesce(min(id), 0) AS low, coalesce(max(id), 0) AS high FROM messaging_receipt
    UNION ALL
    SELECT CASE WHEN m.received_at < %(since)s THEN middle + 1 ELSE low END,
           CASE WHEN m.received_at < %(since)s THEN high ELSE middle END
    FROM (SELECT low, high, (low + high) / 2 AS middle FROM halving WHERE low < high) h
    LEFT JOIN LATERAL (SELECT received_at FROM messaging_receipt WHERE id >= middle ORDER BY id LIMIT 1) m ON true
)
SELECT low FROM halving WHERE low >= high LIMIT 1
"""


@dataclass(slots=True)
class Rows:
    """All that is stored of a message."""

    message: Message
    campaign: Campaign
    chunk: Chunk | None
    key: ApiKey | None = None
    occurrence: Occurrence | None = None
    answer: Answer | None = None
    tariffs: list[Tariff] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    routes: list[routing.Explained] = field(default_factory=list)
    gateways: dict[int, Gateway] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    calls: list[ApiRequest] = field(default_factory=list)


def read(message: Message) -> Rows:
    """At most nineteen queries; ``message`` comes with its campaign, line, operator and account."""
    campaign = message.campaign
    rows = Rows(message, campaign, Chunk.objects.filter(pk=message.pk // Chunk.SIZE).first())
    call = campaign.sources.get("call", {})
    rows.key = ApiKey.objects.filter(pk=call.get("key")).first() if call else None
    rows.occurrence = Occurrence.objects.filter(campaign=campaign).select_related("recurring").first()
    if campaign.kind == Campaign.Kind.AUTO:
        answers = Answer.objects.filter(line=message.line_id, msisdn=message.msisdn, outcome__in=ANSWERED)
        rows.answer = answers.filter(campaign_id=campaign.pk).select_related("message", "rule").first()
    rows.tariffs = _tariffs(message)
    rows.entries = _entries(campaign)
    rows.submissions = list(Submission.objects.filter(message_id=message.pk).order_by("answered_at", "part"))
    rows.receipts = _receipts(message)
    rows.routes = routing.explain(message.line, message.operator)
    wanted = {row.gateway_id for row in rows.submissions}
    wanted |= {rows.chunk.gateway_id, rows.chunk.moved_from} if rows.chunk else set()
    rows.gateways = Gateway.objects.in_bulk(wanted - {None})
    _read_webhooks(rows)
    rows.calls = _calls(campaign, call)
    return rows


def _tariffs(message: Message) -> list[Tariff]:
    """Rows that fit of the price list in force when the campaign was made, the most particular first."""
    plan = plan_of(message.account)
    revision = plan and in_force(plan, message.campaign.created_at)
    if revision is None or message.campaign.is_test:
        return []
    networks = [message.operator_id, message.operator.host_id, None]
    found = revision.tariffs.select_related("revision__plan", "operator").filter(
        Q(operator__in=[pk for pk in networks if pk]) | Q(operator=None),
        language=LANGUAGES[message.encoding],
        line_kind=message.line.kind,
        prefix_family__in={message.line.prefix_family, ""},
    )
    return sorted(found, key=lambda row: (networks.index(row.operator_id), row.prefix_family == ""))


def _entries(campaign: Campaign) -> list[LedgerEntry]:
    """By reference, which is indexed for prefixes: what was taken, and the last returns of the campaign."""
    if campaign.reservation_id is None:
        return []
    ours = Q(reference=f"reserve:{campaign.reservation.reference}")
    ours |= Q(reference__startswith=f"campaign:{campaign.pk}:return:")
    return sorted(LedgerEntry.objects.filter(ours).order_by("-id")[:MOST], key=lambda entry: entry.pk)


def _receipts(message: Message) -> list[Receipt]:
    if message.parts > 1:
        return list(Receipt.objects.filter(message_id=message.pk, parts__gt=1).order_by("id"))
    if message.final_at is None or message.submitted_at is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SINCE, {"since": message.final_at - timedelta(seconds=5)})
        found = cursor.fetchone()
    first = found[0] if found else 0
    near = Receipt.objects.filter(pk__range=(first, first + _MOST_RECEIPTS_READ), message_id=message.pk)
    return list(near.order_by("id"))


def _read_webhooks(rows: Rows) -> None:
    rows.events = list(Event.objects.filter(subject=rows.message.pk, account=rows.message.account_id).order_by("id"))
    ids = [event.pk for event in rows.events]
    rows.deliveries = list(Delivery.objects.filter(event__in=ids).select_related("endpoint").order_by("event", "id"))
    endpoints = {delivery.endpoint_id for delivery in rows.deliveries}
    attempts = Attempt.objects.filter(endpoint__in=endpoints, events__overlap=ids)
    if ids:
        attempts = attempts.filter(at__gte=rows.events[0].published_at)
    rows.attempts = list(attempts.order_by("at")[:MOST]) if ids else []


def _calls(campaign: Campaign, call: dict) -> list[ApiRequest]:
    if not call:
        return []
    around = (campaign.created_at - _CALL_WITHIN, campaign.created_at + _CALL_WITHIN)
    found = ApiRequest.objects.filter(account=campaign.account_id, at__range=around, request_id=call["request"])
    return list(found[:1])
