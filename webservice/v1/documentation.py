"""How each operation is described in the OpenAPI document: words, headers, answers, examples."""

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer

from webservice.problems import MEANINGS, MEDIA_TYPE, Code, Problem
from webservice.v1 import answers
from webservice.v1.serializers import MessageQuery, NewMessages, QuotedMessages


class BearerScheme(OpenApiAuthenticationExtension):
    """Found by drf-spectacular once this module is imported."""

    target_class = "webservice.authentication.BearerKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "description": "A key of the panel's web service page."}


ALWAYS = (
    Code.KEY_MISSING, Code.KEY_INVALID, Code.KEY_REVOKED, Code.KEY_EXPIRED, Code.SCOPE_MISSING,
    Code.ADDRESS_NOT_ALLOWED, Code.ACCOUNT_SUSPENDED, Code.NOT_ACCEPTABLE, Code.RATE_LIMITED,
    Code.INTERNAL_ERROR, Code.UNAVAILABLE,
)  # fmt: skip
OF_WRITES = (
    Code.BAD_REQUEST, Code.MALFORMED_JSON, Code.IDEMPOTENCY_KEY_INVALID, Code.LENGTH_REQUIRED, Code.BODY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE, Code.VALIDATION_FAILED, Code.IDEMPOTENCY_KEY_REUSED,
)  # fmt: skip
OF_BODIES = (*OF_WRITES, Code.SEND_REFUSED, Code.NOTHING_TO_SEND)

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Yours, for example a UUID. A repeat within 24 hours gets the first answer and sends nothing.",
)
LANGUAGE = OpenApiParameter(
    "Accept-Language", str, OpenApiParameter.HEADER, description="fa or en (the default): the language of sentences."
)
PREFER = OpenApiParameter("Prefer", str, OpenApiParameter.HEADER, description="“count” adds how many there are in all.")
RATE_HEADERS = [
    OpenApiParameter(name, int, OpenApiParameter.HEADER, response=[200, 201, 429], description=meaning)
    for name, meaning in (
        ("RateLimit-Limit", "Requests a minute."),
        ("RateLimit-Remaining", "Requests left in this minute."),
        ("RateLimit-Reset", "Seconds until the next minute."),
    )
]


def refusals(*codes: Code) -> dict:
    """Answers by status, each naming the codes that it may carry."""
    by_status: dict[int, list[Code]] = {}
    for code in sorted(codes, key=lambda code: MEANINGS[code].status):
        by_status.setdefault(MEANINGS[code].status, []).append(code)
    return {
        (status, MEDIA_TYPE): OpenApiResponse(
            answers.ProblemDocument,
            " or ".join(f"`{code}`" for code in members),
            [_refusal(code) for code in members],
        )
        for status, members in by_status.items()
    }


_MORE = {
    Code.VERIFICATION_OVER: {"state": "approved"},
    Code.VERIFICATION_LIMITED: {"limit": "too_soon"},
    Code.INSUFFICIENT_CREDIT: {"needed": 1450, "balance": 200},
    Code.SCOPE_MISSING: {"scope": "send"},
    Code.WRONG_STATE: {"state": "delivered"},
    Code.ADDRESS_NOT_ALLOWED: {"address": "203.0.113.7"},
    Code.VALIDATION_FAILED: {
        "errors": [{"field": "text", "code": "required", "detail": "This field is required."}],
    },
    Code.SEND_REFUSED: {
        "errors": [{"field": "send_at", "code": "send_at_past", "detail": "Choose a time in the future."}],
    },
    Code.NOTHING_TO_SEND: {
        "messages": [
            {"id": None, "to": "0912", "state": None, "skipped": "invalid"}
            | {"parts": 0, "price": 0, "operator": None, "encoding": None}
        ]
    },
}


def _refusal(code: Code) -> OpenApiExample:
    with override("en"):
        return OpenApiExample(str(code), value=Problem(code, more=_MORE.get(code, {})).document())


def example(name: str, value: dict, *, request: bool = False, status: int = 200) -> OpenApiExample:
    where = {"request_only": True} if request else {"response_only": True, "status_codes": [str(status)]}
    return OpenApiExample(name, value=value, **where)


_ROW = {
    "id": 1834001, "to": "+989121234567", "state": "queued", "skipped": None, "parts": 1, "price": 1450,
    "operator": "mci", "encoding": "ucs2",
}  # fmt: skip
_DUPLICATE = {
    "id": None, "to": "+989121234567", "state": None, "skipped": "duplicate", "parts": 0, "price": 0,
    "operator": None, "encoding": None,
}  # fmt: skip
_PLAN = {
    "test": False, "state": "queued", "line": "30001234", "class": "transactional", "send_at": None, "validity": None,
    "reference": "order-1042", "tags": ["orders"], "recipients": 1, "parts": 1, "price": 1450, "currency": "IRR",
    "balance": 998550, "messages": [_ROW, _DUPLICATE],
}  # fmt: skip
_NEW = {
    "to": ["09121234567", "+98 912 123 4567"], "text": "سفارش شما فرستاده شد.", "line": "30001234",
    "reference": "order-1042", "tags": ["orders"],
}  # fmt: skip
_LISTED = {
    "id": 1834001, "campaign": 1834, "test": False, "to": "+989121234567", "line": "30001234", "class": "transactional",
    "state": "delivered", "error": None, "parts": 1, "encoding": "ucs2", "price": 1450, "returned": 0,
    "currency": "IRR", "operator": "mci", "reference": "order-1042", "tags": ["orders"], "send_at": None,
    "created_at": "2026-03-21T06:00:00.000Z", "submitted_at": "2026-03-21T06:00:00.240Z",
    "final_at": "2026-03-21T06:00:03.100Z",
}  # fmt: skip
_FULL = _LISTED | {
    "text": "سفارش شما فرستاده شد.",
    "validity": None,
    "timeline": [
        {"state": "queued", "at": "2026-03-21T06:00:00.000Z"},
        {"state": "submitted", "at": "2026-03-21T06:00:00.240Z"},
        {"state": "delivered", "at": "2026-03-21T06:00:03.100Z"},
    ],
    "submissions": [
        {
            "part": 1, "attempt": 0, "is_accepted": True, "command_status": 0, "operator_message_id": "7F00A1",
            "answered_at": "2026-03-21T06:00:00.240Z",
            "receipt": {"state": "delivered", "error": None, "received_at": "2026-03-21T06:00:03.100Z"},
        }
    ],
}  # fmt: skip
CANCELLED = _FULL | {
    "state": "cancelled",
    "error": {"code": "cancelled", "detail": "Cancelled before it was sent; its price was returned."},
    "returned": 1450, "submitted_at": None,
    "timeline": [
        {"state": "queued", "at": "2026-03-21T06:00:00.000Z"},
        {"state": "cancelled", "at": "2026-03-21T06:00:03.100Z"},
    ],
    "submissions": [],
}  # fmt: skip

SEND = {
    "operation_id": "send_messages",
    "summary": "Send messages",
    "description": (
        "One or many recipients, one text or one for each. Everything is priced and charged before the answer, all or "
        "nothing: where the credit is not enough, nothing is sent. Recipients that cannot be sent to are skipped free "
        "of charge, and their row says why. With `quote`, sends what POST /quotes priced, at that price."
    ),
    "tags": ["Messages"],
    "parameters": [IDEMPOTENCY_KEY, LANGUAGE, *RATE_HEADERS],
    "request": PolymorphicProxySerializer("Send", [NewMessages, QuotedMessages], resource_type_field_name=None),
    "responses": {
        201: OpenApiResponse(answers.SentMessages, "The messages are stored, paid and on their way."),
        **refusals(*ALWAYS, *OF_BODIES, Code.INSUFFICIENT_CREDIT, Code.QUOTE_EXPIRED, Code.QUOTE_USED),
    },
    "examples": [
        example("One text to several", _NEW, request=True),
        example("A text for each", {"to": ["09121234567", "09351234567"], "text": ["Hi Sara", "Hi Ali"]}, request=True),
        example("A quote", {"quote": 1834}, request=True),
        example("Sent", {"campaign": 1834, **_PLAN}, status=201),
    ],
}
QUOTE = {
    "operation_id": "make_quote",
    "summary": "Price messages without sending",
    "description": "What would be sent and what it would cost. The price holds until `expires_at`.",
    "tags": ["Messages"],
    "parameters": [IDEMPOTENCY_KEY, LANGUAGE, *RATE_HEADERS],
    "request": NewMessages,
    "responses": {201: OpenApiResponse(answers.Quote, "The quote."), **refusals(*ALWAYS, *OF_BODIES)},
    "examples": [
        example("One text to several", _NEW, request=True),
        example(
            "Priced",
            {"quote": 1834, "expires_at": "2026-03-21T06:15:00.000Z", **_PLAN, "state": "review"},
            status=201,
        ),
    ],
}
LIST = {
    "operation_id": "list_messages",
    "summary": "List messages, newest first",
    "description": "Filters narrow it; `next` is the cursor of the following page.",
    "tags": ["Messages"],
    "parameters": [MessageQuery, PREFER, LANGUAGE, *RATE_HEADERS],
    "responses": {
        200: OpenApiResponse(answers.MessagePage, "A page."),
        **refusals(*ALWAYS, Code.VALIDATION_FAILED),
    },
    "examples": [example("A page", {"messages": [_LISTED], "next": "MTgzNDAwMQ"})],
}
DETAIL = {
    "operation_id": "get_message",
    "summary": "One message: state, price, parts, receipts",
    "description": "With its text, its timeline, and each part as it was handed to the operator.",
    "tags": ["Messages"],
    "parameters": [LANGUAGE, *RATE_HEADERS],
    "responses": {200: OpenApiResponse(answers.FullMessage, "The message."), **refusals(*ALWAYS, Code.NOT_FOUND)},
    "examples": [example("Delivered", _FULL)],
}
BALANCE = {
    "operation_id": "get_balance",
    "summary": "The balance",
    "description": "What the account may spend is the balance and the credit limit together.",
    "tags": ["Account"],
    "parameters": [LANGUAGE, *RATE_HEADERS],
    "responses": {200: OpenApiResponse(answers.Money, "Integer rials."), **refusals(*ALWAYS)},
    "examples": [example("Balance", {"balance": 998550, "credit_limit": 0, "currency": "IRR"})],
}
LINES = {
    "operation_id": "list_lines",
    "summary": "The lines to send from",
    "description": "The account's own active lines, and the shared service lines.",
    "tags": ["Account"],
    "parameters": [LANGUAGE, *RATE_HEADERS],
    "responses": {200: OpenApiResponse(answers.LineList, "Active lines."), **refusals(*ALWAYS)},
    "examples": [example("Lines", {"lines": [{"number": "30001234", "kind": "service"}]})],
}
PROBLEMS = {
    "operation_id": "list_problems",
    "summary": "Every problem code and what to do about it",
    "description": "No key is needed.",
    "tags": ["Problems"],
    "auth": [],
    "parameters": [LANGUAGE],
    "responses": {200: OpenApiResponse(answers.ProblemList, "The catalogue."), **refusals(Code.NOT_ACCEPTABLE)},
    "examples": [
        example(
            "The catalogue",
            {
                "problems": [
                    {
                        "code": "insufficient_credit", "status": 402, "title": "The credit is not enough",
                        "advice": "Nothing was sent. Top up and send again with a new Idempotency-Key.",
                    }
                ]
            },
        )
    ],
}  # fmt: skip
