"""Campaigns as the native API shows them (W4)."""

from django.db.models import Q, QuerySet

from messaging.models import Campaign
from messaging.selectors import progress_of
from messaging.selectors.progress import Progress
from messaging.services.gathering import gathered
from numbers.selectors import operators
from webservice.models import ApiKey
from webservice.problems import Code, Problem
from webservice.v1.paging import page_of
from webservice.v1.serializers import LARGEST_ID
from webservice.v1.words import CLASSES, CURRENCY, ENCODINGS, moment

Kind, State = Campaign.Kind, Campaign.State
_USUAL = (Kind.SIMPLE, Kind.ADVANCED, Kind.P2P, Kind.BULK)
_FIGURES = ("rows", "valid", "duplicates", "invalid", "opted_out", "blocked", "no_route")
_COUNTS = ("total", "waiting", "submitted", "delivered", "undelivered", "failed", "cancelled", "unknown", "percent")


def page(key: ApiKey, query: dict, *, counted: bool) -> dict:
    """A page of campaigns, the newest first (W9); those thrown away are left out. Raises Problem."""
    found = _of_key(key).exclude(state=State.DISCARDED)
    found = found.filter(kind=query["kind"]) if "kind" in query else found.filter(kind__in=_USUAL)
    for name in ("state", "reference"):
        if name in query:
            found = found.filter(**{name: query[name]})
    if "tag" in query:
        found = found.exclude(tags=[]).filter(tags__contains=[query["tag"]])
    if "from" in query:
        found = found.filter(created_at__gte=query["from"])
    if "until" in query:
        found = found.filter(created_at__lt=query["until"])
    shown, members = page_of(found.select_related("line"), query, counted=counted)
    counts = progress_of(campaign for campaign in shown if campaign.confirmed_at)
    return {"campaigns": [listed(campaign, counts.get(campaign.pk)) for campaign in shown], **members}


def campaign_of(key: ApiKey, campaign_id: int) -> Campaign:
    """A campaign that the key may see. Raises Problem."""
    rows = _of_key(key).select_related("line", "upload", "account")
    found = rows.filter(pk=campaign_id).first() if campaign_id <= LARGEST_ID else None
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def full(campaign: Campaign) -> dict:
    """All that is known of one campaign."""
    counts = progress_of([campaign])[campaign.pk] if campaign.confirmed_at else None
    return listed(campaign, counts) | {
        "text": campaign.text,
        "problem": campaign.problem or None,
        "source": source(campaign),
        "summary": _summary(campaign.summary) if campaign.summary else None,
    }


def listed(campaign: Campaign, counts: Progress | None) -> dict:
    """A campaign as lists show it."""
    in_review = campaign.state == State.REVIEW
    return {
        "id": campaign.pk,
        "test": campaign.is_test,
        "kind": str(campaign.kind),
        "state": str(campaign.state),
        "title": campaign.title,
        "line": campaign.line.number,
        "class": CLASSES[campaign.message_class],
        "reference": campaign.reference,
        "tags": campaign.tags,
        "send_at": moment(campaign.send_at),
        "validity": campaign.validity_minutes,
        "recipients": campaign.recipients,
        "parts": campaign.parts,
        "price": campaign.price,
        "currency": CURRENCY,
        "quote_expires_at": moment(campaign.quote_expires_at) if in_review else None,
        "progress": counts and {name: getattr(counts, name) for name in _COUNTS},
        "created_at": moment(campaign.created_at),
        "confirmed_at": moment(campaign.confirmed_at),
        "started_at": moment(campaign.started_at),
        "finished_at": moment(campaign.finished_at),
    }


def source(campaign: Campaign) -> dict:
    """Where the recipients come from, and how far they are read."""
    chunks, rows = gathered(campaign) if campaign.state == State.DRAFT else (0, 0)
    upload = campaign.upload
    return {
        "file": upload.filename if upload else None,
        "rows": upload.rows if upload else rows,
        "rows_read": campaign.rows_read,
        "chunks": chunks,
        "is_target": bool(campaign.sources.get("target")),
    }


def _of_key(key: ApiKey) -> QuerySet[Campaign]:
    """The campaigns of the key's account, a test key's only tests; the quotes of POST /quotes are none."""
    mine = Campaign.objects.of(key.account).filter(is_test=key.is_test)
    return mine.exclude(Q(kind=Kind.API) & Q(confirmed_at=None))


def _summary(kept: dict) -> dict:
    return {name: kept[name] for name in _FIGURES} | {"operators": [_share(row) for row in kept["operators"]]}


def _share(row: dict) -> dict:
    operator = operators().get(row["id"])
    return {
        "operator": operator.code if operator else row["code"],
        "encoding": ENCODINGS[row["encoding"]],
        "recipients": row["recipients"],
        "parts": row["parts"],
        "price_per_part": row["price_per_part"],
        "price": row["price"],
    }
