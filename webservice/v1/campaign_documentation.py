"""How the operations on campaigns are described in the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from webservice.problems import Code
from webservice.v1 import campaign_bodies as bodies
from webservice.v1.documentation import (
    ALWAYS,
    IDEMPOTENCY_KEY,
    LANGUAGE,
    OF_WRITES,
    PREFER,
    RATE_HEADERS,
    example,
    refusals,
)
from webservice.v1.serializers import NoFields

_WRITE = [IDEMPOTENCY_KEY, LANGUAGE, *RATE_HEADERS]
_TAGS = ["Campaigns"]
_LISTED = {
    "id": 1901, "test": False, "kind": "advanced", "state": "review", "title": "Nowruz", "line": "30001234",
    "class": "bulk", "reference": "nowruz-1405", "tags": ["nowruz"], "send_at": None, "validity": None,
    "recipients": 996500, "parts": 996500, "price": 1444925000, "currency": "IRR",
    "quote_expires_at": "2026-03-21T06:15:00.000Z", "progress": None, "created_at": "2026-03-21T05:58:00.000Z",
    "confirmed_at": None, "started_at": None, "finished_at": None,
}  # fmt: skip
_SOURCE = {"file": "recipients.txt", "rows": 1000000, "rows_read": 1000000, "chunks": 0, "is_target": False}
_FULL = _LISTED | {
    "text": "نوروز مبارک\nلغو11",
    "problem": None,
    "source": _SOURCE,
    "summary": {
        "rows": 1000000, "valid": 996500, "duplicates": 2100, "invalid": 900, "opted_out": 300, "blocked": 200,
        "no_route": 0,
        "operators": [
            {
                "operator": "mci", "encoding": "ucs2", "recipients": 996500, "parts": 996500, "price_per_part": 1450,
                "price": 1444925000,
            }
        ],
    },
}  # fmt: skip
_DRAFT = _FULL | {
    "state": "draft", "recipients": 0, "parts": 0, "price": 0, "quote_expires_at": None, "summary": None,
    "source": {"file": None, "rows": 0, "rows_read": 0, "chunks": 0, "is_target": False},
}  # fmt: skip
_PLANNING = _DRAFT | {"state": "planning", "source": _SOURCE | {"rows_read": 350000}}
_PROGRESS = {
    "total": 996500, "waiting": 496500, "submitted": 20000, "delivered": 478000, "undelivered": 1500, "failed": 500,
    "cancelled": 0, "unknown": 0, "percent": 50,
}  # fmt: skip
_RUNNING = _FULL | {
    "state": "running", "progress": _PROGRESS, "quote_expires_at": None, "confirmed_at": "2026-03-21T06:01:00.000Z",
    "started_at": "2026-03-21T06:01:00.200Z",
}  # fmt: skip
_QUEUED = _RUNNING | {
    "state": "queued", "started_at": None,
    "progress": dict.fromkeys(_PROGRESS, 0) | {"total": 996500, "waiting": 996500},
}  # fmt: skip
_CANCELLED = _RUNNING | {
    "state": "cancelled", "finished_at": "2026-03-21T06:05:00.000Z",
    "progress": _PROGRESS | {"waiting": 0, "cancelled": 496500, "percent": 100},
}  # fmt: skip


def _step(name: str, summary: str, description: str, answer: dict, *codes: Code, example_name: str) -> dict:
    return {
        "operation_id": name,
        "summary": summary,
        "description": description,
        "tags": _TAGS,
        "parameters": _WRITE,
        "request": NoFields,
        "responses": {
            200: OpenApiResponse(bodies.FullCampaign, "The campaign as it then stands."),
            **refusals(*ALWAYS, *OF_WRITES, Code.NOT_FOUND, Code.WRONG_STATE, *codes),
        },
        "examples": [example("Nothing to say", {}, request=True), example(example_name, answer)],
    }


CREATE = {
    "operation_id": "create_campaign",
    "summary": "Make a campaign",
    "description": (
        "For more recipients than one request takes. Nothing is charged and nothing leaves before it is started. "
        "Without `target` the answer is a draft that waits for its recipients. With `target`, whose line must be an "
        "advertising line, it is priced at once where few match, else in the background: `state` says `planning`."
    ),
    "tags": _TAGS,
    "parameters": _WRITE,
    "request": bodies.NewCampaign,
    "responses": {
        201: OpenApiResponse(bodies.FullCampaign, "The campaign."),
        **refusals(*ALWAYS, *OF_WRITES, Code.SEND_REFUSED),
    },
    "examples": [
        example(
            "Recipients follow",
            {"text": "نوروز مبارک\nلغو11", "line": "30001234", "title": "Nowruz", "reference": "nowruz-1405"},
            request=True,
        ),
        example(
            "To the number bank",
            {
                "text": "نوروز مبارک\nلغو11",
                "line": "30001234",
                "target": {"provinces": [8], "genders": ["female"], "choice": "random", "amount": 5000},
            },
            request=True,
        ),
        example("A draft", _DRAFT, status=201),
    ],
}
LIST = {
    "operation_id": "list_campaigns",
    "summary": "List campaigns, newest first",
    "description": "Those of the panel too. What POST /messages sent is left out unless `kind` asks for `api`.",
    "tags": _TAGS,
    "parameters": [bodies.CampaignQuery, PREFER, LANGUAGE, *RATE_HEADERS],
    "responses": {
        200: OpenApiResponse(bodies.CampaignPage, "A page."),
        **refusals(*ALWAYS, Code.VALIDATION_FAILED),
    },
    "examples": [example("A page", {"campaigns": [_LISTED], "next": "MTkwMQ"})],
}
DETAIL = {
    "operation_id": "get_campaign",
    "summary": "One campaign: its price, then its progress",
    "description": "While it is planned `source.rows_read` says how far; in review `summary` says who is left out.",
    "tags": _TAGS,
    "parameters": [LANGUAGE, *RATE_HEADERS],
    "responses": {
        200: OpenApiResponse(bodies.FullCampaign, "The campaign."),
        **refusals(*ALWAYS, Code.NOT_FOUND),
    },
    "examples": [example("In review", _FULL), example("Being sent", _RUNNING)],
}
RECIPIENTS = {
    "operation_id": "add_recipients",
    "summary": "Upload the recipients of a draft",
    "description": (
        "Either chunks as JSON, numbered by you, as many as you like: one that comes again is not taken twice. Or one "
        "file as `multipart/form-data` (text, CSV, xls, xlsx); another one replaces it."
    ),
    "tags": _TAGS,
    "parameters": _WRITE,
    "request": {"application/json": bodies.RecipientsChunk, "multipart/form-data": bodies.RecipientsFile},
    "responses": {
        200: OpenApiResponse(bodies.StoredRecipients, "Stored; POST …/quote prices them."),
        **refusals(*ALWAYS, *OF_WRITES, Code.NOT_FOUND, Code.WRONG_STATE),
    },
    "examples": [
        OpenApiExample(
            "A file", {"file": "(the file)", "column": "mobile"}, request_only=True, media_type="multipart/form-data"
        ),
        example("A chunk", {"chunk": 1, "recipients": ["09121234567", "+989351234567"]}, request=True),
        example(
            "Stored",
            {
                "campaign": 1901,
                "is_repeat": False,
                "source": {"file": None, "rows": 2, "rows_read": 0, "chunks": 1, "is_target": False},
            },
        ),
    ],
}
PRICE = _step(
    "price_campaign",
    "Price a campaign",
    "Plans the recipients that were uploaded, or once more those of a campaign in review whose price has expired. A "
    "large one is planned in the background: the answer is 202 with the state `planning`; GET it until it is `review` "
    "(or `failed`, with `problem` in words).",
    _FULL,
    Code.SEND_REFUSED,
    example_name="In review",
)
PRICE["responses"] = {
    202: OpenApiResponse(bodies.FullCampaign, "It is being planned.", [example("Being planned", _PLANNING, status=202)])
} | PRICE["responses"]
START = _step(
    "start_campaign",
    "Pay a campaign and let it go",
    "Takes exactly the price that was shown, all or nothing. With `send_at` it waits for its time.",
    _QUEUED,
    Code.INSUFFICIENT_CREDIT,
    Code.QUOTE_EXPIRED,
    example_name="On its way",
)
PAUSE = _step(
    "pause_campaign",
    "Pause a campaign",
    "Nothing more is handed to the operators until it is resumed.",
    _RUNNING | {"state": "paused"},
    example_name="Paused",
)
RESUME = _step(
    "resume_campaign",
    "Resume a paused campaign",
    "It goes on from where it was paused.",
    _RUNNING,
    example_name="Going on",
)
CANCEL = _step(
    "cancel_campaign",
    "Cancel a campaign",
    "Stops it for good; the price of whatever was not handed over returns. One that was not started is thrown away: "
    "its state is then `discarded`.",
    _CANCELLED,
    example_name="Cancelled",
)
