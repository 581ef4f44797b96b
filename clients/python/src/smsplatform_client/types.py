"""The bodies of the web service, as its OpenAPI document describes them. Written by generate.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AttemptPage(TypedDict):
    attempts: list[WebhookAttempt]
    next: str | None
    count: NotRequired[int]


class AutoReply(TypedDict):
    id: int
    keywords: list[str]
    reply: str
    match: MatchEnum
    line: str | None
    priority: int
    is_enabled: bool
    active_from: str | None
    active_until: str | None
    weekdays: list[int]
    hours: str
    joins_group: int | None
    leaves_group: int | None
    forward_to: str | None
    forward_url: str
    created_at: str


class AutoReplyPage(TypedDict):
    auto_replies: list[AutoReply]
    next: str | None
    count: NotRequired[int]


class AutoReplyTrial(TypedDict):
    outcome: str
    rule: int | None
    keyword: str | None
    reply: str
    parts: int
    problem: str | None
    others: list[OtherRule]


class BankValue(TypedDict):
    value: int | str
    name: str
    group: str | None
    subscribers: int


class BankValues(TypedDict):
    values: list[BankValue]


class BulkContact(TypedDict):
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    values: NotRequired[dict[str, Any | None]]
    mobile: str
    groups: NotRequired[list[str]]


class BulkContacts(TypedDict):
    contacts: list[BulkContact]
    on_duplicate: NotRequired[OnDuplicateEnum]
    group: NotRequired[int]


CampaignKind = Literal["simple", "advanced", "p2p", "bulk", "api", "test", "reply", "notice", "auto"]


class CampaignPage(TypedDict):
    campaigns: list[ListedCampaign]
    next: str | None
    count: NotRequired[int]


CampaignState = Literal["review", "scheduled", "queued", "running", "finished"]


class Cancelled(TypedDict):
    cancelled: int
    returned: int
    currency: str
    balance: int
    messages: list[CancelledMessage]


class CancelledMessage(TypedDict):
    id: int
    state: MessageState | None
    is_cancelled: bool


class CancelledMessages(TypedDict):
    ids: list[int]


class Changed(TypedDict):
    changed: int


class ChangedAnswer(TypedDict):
    changed: int


class CheckedVerification(TypedDict):
    id: int
    to: str
    template: str
    state: State90dEnum
    attempts_left: int
    message: int
    created_at: str
    expires_at: str
    is_valid: bool


ChoiceEnum = Literal["all", "rows", "random"]


ClassEnum = Literal["otp", "transactional", "bulk"]


CodeEnum = Literal[
    "bad_request",
    "malformed_json",
    "idempotency_key_invalid",
    "key_missing",
    "key_invalid",
    "key_revoked",
    "key_expired",
    "insufficient_credit",
    "forbidden",
    "scope_missing",
    "address_not_allowed",
    "account_suspended",
    "not_found",
    "method_not_allowed",
    "not_acceptable",
    "quote_expired",
    "quote_used",
    "wrong_state",
    "verification_over",
    "length_required",
    "body_too_large",
    "unsupported_media_type",
    "validation_failed",
    "send_refused",
    "nothing_to_send",
    "idempotency_key_reused",
    "rate_limited",
    "verification_limited",
    "internal_error",
    "unavailable",
]


class ContactAnswer(TypedDict):
    id: int
    mobile: str
    first_name: str
    last_name: str
    values: dict[str, str]
    groups: list[GroupName]
    created_at: str


class ContactPage(TypedDict):
    contacts: list[ContactAnswer]
    next: str | None
    count: NotRequired[int]


CountingEnum = Literal["first", "last", "all"]


DailyReport = TypedDict(
    "DailyReport",
    {
        "from": "str",
        "to": "str",
        "as_of": "str | None",
        "final_until": "str",
        "currency": "str",
        "rows": "list[DailyRow]",
    },
)


class DailyRow(TypedDict):
    messages: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    blocked: int
    waiting: int
    parts: int
    price: int
    returned: int
    day: str


class DefaultReplies(TypedDict):
    default_replies: list[DefaultReply]


class DefaultReply(TypedDict):
    line: str
    default_reply: str
    is_enabled: bool
    per_hour: int
    per_day: int


EncodingEnum = Literal["gsm7", "ucs2"]


class Entry(TypedDict):
    id: int
    kind: EntryKindEnum
    amount: int
    balance_after: int
    reason: str
    reference: str
    campaign: int | None
    created_at: str


EntryKindEnum = Literal["top_up", "charge", "refund", "adjustment", "transfer", "credit_note"]


class EntryPage(TypedDict):
    entries: list[Entry]
    next: str | None
    count: NotRequired[int]


ErrorReport = TypedDict(
    "ErrorReport",
    {
        "from": "str",
        "to": "str",
        "as_of": "str | None",
        "final_until": "str",
        "currency": "str",
        "rows": "list[ErrorRow]",
    },
)


class ErrorRow(TypedDict):
    messages: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    blocked: int
    waiting: int
    parts: int
    price: int
    returned: int
    code: str
    detail: str


class EventPage(TypedDict):
    events: list[KnownEvent]
    next: int
    has_more: bool


EventsEnum = Literal["message.status", "message.received", "campaign.finished", "credit.low", "invoice.paid"]


class ExportAnswer(TypedDict):
    id: int
    list: ExportList
    format: ExportFormat
    state: ExportState
    rows: int
    rows_expected: int | None
    size: int
    file: str | None
    filename: str
    created_at: str
    ready_at: str | None
    expires_at: str | None


ExportFormat = Literal["xlsx", "csv"]


ExportList = Literal["sent", "received", "ledger"]


ExportState = Literal["waiting", "running", "ready", "failed", "expired"]


class FieldAnswer(TypedDict):
    id: int
    key: str
    name: str
    kind: Kind177Enum
    choices: list[str]
    is_required: bool


class FieldList(TypedDict):
    fields: list[FieldAnswer]


FullCampaign = TypedDict(
    "FullCampaign",
    {
        "id": "int",
        "test": "bool",
        "kind": "CampaignKind",
        "state": "FullCampaignState",
        "title": "str",
        "line": "str",
        "class": "ClassEnum",
        "reference": "str",
        "tags": "list[str]",
        "send_at": "str | None",
        "validity": "int | None",
        "recipients": "int",
        "parts": "int",
        "price": "int",
        "currency": "str",
        "quote_expires_at": "str | None",
        "progress": "Progress | None",
        "created_at": "str",
        "confirmed_at": "str | None",
        "started_at": "str | None",
        "finished_at": "str | None",
        "text": "str",
        "problem": "str | None",
        "source": "Source",
        "summary": "Summary | None",
    },
)


FullCampaignState = Literal[
    "draft",
    "planning",
    "review",
    "scheduled",
    "queued",
    "running",
    "paused",
    "finished",
    "cancelled",
    "failed",
    "discarded",
]


FullInvoice = TypedDict(
    "FullInvoice",
    {
        "id": "int",
        "number": "str",
        "for": "str",
        "net": "int",
        "vat": "int",
        "total": "int",
        "currency": "str",
        "issued_at": "str",
        "lines": "list[InvoiceRow]",
        "vat_percent": "str",
        "tracking_number": "str | None",
    },
)


class FullLine(TypedDict):
    number: str
    kind: Kind29bEnum
    state: FullLineStateEnum
    prefix_family: str
    sending_hours: str | None
    needs_opt_out_hint: bool
    activated_at: str | None


FullLineStateEnum = Literal["pending", "active", "suspended", "closed"]


FullMessage = TypedDict(
    "FullMessage",
    {
        "id": "int",
        "campaign": "int",
        "test": "bool",
        "to": "str",
        "line": "str",
        "class": "ClassEnum",
        "state": "MessageState",
        "error": "MessageError | None",
        "parts": "int",
        "encoding": "EncodingEnum",
        "price": "int",
        "returned": "int",
        "currency": "str",
        "operator": "str | None",
        "reference": "str",
        "tags": "list[str]",
        "send_at": "str | None",
        "created_at": "str",
        "submitted_at": "str | None",
        "final_at": "str | None",
        "text": "str",
        "validity": "int | None",
        "timeline": "list[TimelineStep]",
        "submissions": "list[PartSubmission]",
    },
)


GendersEnum = Literal["female", "male"]


class GroupAnswer(TypedDict):
    id: int
    name: str
    size: int
    created_at: str


class GroupName(TypedDict):
    id: int
    name: str


class GroupPage(TypedDict):
    groups: list[GroupAnswer]
    next: str | None
    count: NotRequired[int]


class InquiryAnswer(TypedDict):
    number: str
    is_free: bool


class InvoicePage(TypedDict):
    invoices: list[ListedInvoice]
    next: str | None
    count: NotRequired[int]


class InvoiceRow(TypedDict):
    title: str
    quantity: int
    unit_price: int
    amount: int


Kind177Enum = Literal["text", "number", "date", "choice"]


Kind29bEnum = Literal["advertising", "service", "shared"]


class KnownEvent(TypedDict):
    id: int
    type: TypeEnum
    created_at: str
    data: dict[str, Any]


class KnownProblem(TypedDict):
    code: str
    status: int
    title: str
    advice: str


class KnownTemplate(TypedDict):
    id: int
    name: str
    text: str
    places: list[str]
    line: str | None
    state: KnownTemplateStateEnum
    reason: str
    created_at: str
    decided_at: str | None


KnownTemplateStateEnum = Literal["pending", "approved", "refused"]


class KnownVerification(TypedDict):
    id: int
    to: str
    template: str
    state: State90dEnum
    attempts_left: int
    message: int
    created_at: str
    expires_at: str


class LineList(TypedDict):
    lines: list[SenderLine]


LineReport = TypedDict(
    "LineReport",
    {
        "from": "str",
        "to": "str",
        "as_of": "str | None",
        "final_until": "str",
        "currency": "str",
        "rows": "list[LineRow]",
    },
)


class LineRow(TypedDict):
    messages: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    blocked: int
    waiting: int
    parts: int
    price: int
    returned: int
    line: str


ListedCampaign = TypedDict(
    "ListedCampaign",
    {
        "id": "int",
        "test": "bool",
        "kind": "CampaignKind",
        "state": "FullCampaignState",
        "title": "str",
        "line": "str",
        "class": "ClassEnum",
        "reference": "str",
        "tags": "list[str]",
        "send_at": "str | None",
        "validity": "int | None",
        "recipients": "int",
        "parts": "int",
        "price": "int",
        "currency": "str",
        "quote_expires_at": "str | None",
        "progress": "Progress | None",
        "created_at": "str",
        "confirmed_at": "str | None",
        "started_at": "str | None",
        "finished_at": "str | None",
    },
)


ListedInvoice = TypedDict(
    "ListedInvoice",
    {
        "id": "int",
        "number": "str",
        "for": "str",
        "net": "int",
        "vat": "int",
        "total": "int",
        "currency": "str",
        "issued_at": "str",
    },
)


ListedMessage = TypedDict(
    "ListedMessage",
    {
        "id": "int",
        "campaign": "int",
        "test": "bool",
        "to": "str",
        "line": "str",
        "class": "ClassEnum",
        "state": "MessageState",
        "error": "MessageError | None",
        "parts": "int",
        "encoding": "EncodingEnum",
        "price": "int",
        "returned": "int",
        "currency": "str",
        "operator": "str | None",
        "reference": "str",
        "tags": "list[str]",
        "send_at": "str | None",
        "created_at": "str",
        "submitted_at": "str | None",
        "final_at": "str | None",
    },
)


class LoggedRequest(TypedDict):
    id: int
    at: str
    key: int
    method: str
    path: str
    status: int
    code: str | None
    meaning: str
    duration_ms: int
    address: str
    request_id: str


class LoggedRequestPage(TypedDict):
    requests: list[LoggedRequest]
    next: str | None
    count: NotRequired[int]


MatchEnum = Literal["exact", "first_word", "contains"]


class Members(TypedDict):
    contacts: list[int]


class MessageError(TypedDict):
    code: str
    detail: str


class MessagePage(TypedDict):
    messages: list[ListedMessage]
    next: str | None
    count: NotRequired[int]


MessageState = Literal[
    "scheduled",
    "queued",
    "submitting",
    "unknown",
    "submitted",
    "delivered",
    "undelivered",
    "expired",
    "rejected",
    "failed",
    "cancelled",
    "blocked",
]


class Money(TypedDict):
    balance: int
    credit_limit: int
    currency: str


class NamedGroup(TypedDict):
    name: str


class NewAnswer(TypedDict):
    text: str


class NewAutoReply(TypedDict):
    keywords: list[str]
    reply: NotRequired[str]
    match: NotRequired[MatchEnum]
    line: NotRequired[str | None]
    priority: NotRequired[int]
    is_enabled: NotRequired[bool]
    active_from: NotRequired[str | None]
    active_until: NotRequired[str | None]
    weekdays: NotRequired[list[int]]
    hours: NotRequired[str]
    joins_group: NotRequired[int | None]
    leaves_group: NotRequired[int | None]
    forward_to: NotRequired[str | None]
    forward_url: NotRequired[str]


NewCampaign = TypedDict(
    "NewCampaign",
    {
        "line": "NotRequired[str]",
        "class": "NotRequired[ClassEnum]",
        "send_at": "NotRequired[str]",
        "validity": "NotRequired[int]",
        "reference": "NotRequired[str]",
        "tags": "NotRequired[list[str]]",
        "text": "str",
        "title": "NotRequired[str]",
        "target": "NotRequired[TargetFields]",
    },
)


class NewContact(TypedDict):
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    values: NotRequired[dict[str, Any | None]]
    mobile: str
    groups: NotRequired[list[int]]


class NewDefaultReply(TypedDict):
    line: str
    default_reply: NotRequired[str]
    is_enabled: NotRequired[bool]
    per_hour: NotRequired[int]
    per_day: NotRequired[int]


class NewDraw(TypedDict):
    count: int
    only_right: NotRequired[bool]


NewExport = TypedDict(
    "NewExport",
    {
        "list": "ExportList",
        "format": "NotRequired[ExportFormat]",
        "from": "NotRequired[str]",
        "until": "NotRequired[str]",
        "to": "NotRequired[str]",
        "sender": "NotRequired[str]",
        "text": "NotRequired[str]",
        "line": "NotRequired[str]",
        "state": "NotRequired[MessageState]",
    },
)


class NewField(TypedDict):
    name: str
    kind: NotRequired[Kind177Enum]
    key: NotRequired[str]
    choices: NotRequired[list[str]]
    is_required: NotRequired[bool]


NewMessages = TypedDict(
    "NewMessages",
    {
        "line": "NotRequired[str]",
        "class": "NotRequired[ClassEnum]",
        "send_at": "NotRequired[str]",
        "validity": "NotRequired[int]",
        "reference": "NotRequired[str]",
        "tags": "NotRequired[list[str]]",
        "to": "str | list[str]",
        "text": "NotRequired[str | list[str]]",
        "template": "NotRequired[str]",
        "parameters": "NotRequired[dict[str, str] | list[dict[str, str]]]",
    },
)


class NewOptOuts(TypedDict):
    mobiles: list[str]
    line: NotRequired[str]
    note: NotRequired[str]


class NewOption(TypedDict):
    title: str
    keywords: list[str]
    is_right: NotRequired[bool]


class NewPoll(TypedDict):
    title: str
    options: list[NewOption]
    line: NotRequired[str | None]
    counting: NotRequired[CountingEnum]
    opens_at: NotRequired[str | None]
    closes_at: NotRequired[str | None]
    thanks: NotRequired[str]
    again: NotRequired[str]


class NewRequest(TypedDict):
    number: str


class NewSample(TypedDict):
    text: str
    title: NotRequired[str]
    category: NotRequired[str]


class NewTemplate(TypedDict):
    name: str
    text: str
    line: NotRequired[str]


class NewTopUp(TypedDict):
    messages: NotRequired[int]
    rials: NotRequired[int]
    gateway: NotRequired[str]


class NewTrial(TypedDict):
    text: str
    line: str


class NewVerification(TypedDict):
    to: str
    template: str
    parameters: NotRequired[dict[str, str]]
    length: NotRequired[int]
    expiry: NotRequired[int]
    line: NotRequired[str]
    reference: NotRequired[str]


class NewWebhook(TypedDict):
    url: str
    events: list[EventsEnum]
    batch_size: NotRequired[int]
    name: NotRequired[str]


NullEnum = None


OnDuplicateEnum = Literal["skip", "fill", "overwrite"]


OperatorReport = TypedDict(
    "OperatorReport",
    {
        "from": "str",
        "to": "str",
        "as_of": "str | None",
        "final_until": "str",
        "currency": "str",
        "rows": "list[OperatorRow]",
    },
)


class OperatorRow(TypedDict):
    messages: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    blocked: int
    waiting: int
    parts: int
    price: int
    returned: int
    operator: str | None


class OperatorShare(TypedDict):
    operator: str
    encoding: EncodingEnum
    recipients: int
    parts: int
    price_per_part: int
    price: int


class OptOutAnswer(TypedDict):
    id: int
    mobile: str
    line: str | None
    reason: ReasonEnum
    note: str
    created_at: str


class OptOutPage(TypedDict):
    opt_outs: list[OptOutAnswer]
    next: str | None
    count: NotRequired[int]


class OptOutsAdded(TypedDict):
    added: int


class OtherRule(TypedDict):
    rule: int
    keyword: str
    why: str


class PartReceipt(TypedDict):
    state: MessageState
    error: str | None
    received_at: str | None


class PartSubmission(TypedDict):
    part: int
    attempt: int
    is_accepted: bool
    command_status: int
    operator_message_id: str | None
    answered_at: str
    receipt: PartReceipt | None


class PatchedContactChange(TypedDict):
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    values: NotRequired[dict[str, Any | None]]
    mobile: NotRequired[str]
    groups: NotRequired[list[int]]


class PatchedFieldChange(TypedDict):
    name: NotRequired[str]
    choices: NotRequired[list[str]]
    is_required: NotRequired[bool]


class PatchedNamedGroup(TypedDict):
    name: NotRequired[str]


class PatchedReadMark(TypedDict):
    is_read: NotRequired[bool]


class PatchedWebhookChanges(TypedDict):
    url: NotRequired[str]
    events: NotRequired[list[EventsEnum]]
    batch_size: NotRequired[int]
    name: NotRequired[str]


PauseReasonEnum = Literal["by_hand", "failing", "refused", "gone"]


class PollAnswer(TypedDict):
    id: int
    title: str
    line: str | None
    counting: CountingEnum
    opens_at: str | None
    closes_at: str | None
    votes: int
    created_at: str
    thanks: str
    again: str
    options: list[PollResult]
    draws: list[PollDraw]
    seed_sha256: str
    seed: str | None


class PollDraw(TypedDict):
    number: int
    only_right: bool
    participants: int
    winners: list[str]
    participants_sha256: str
    drawn_at: str


class PollHead(TypedDict):
    id: int
    title: str
    line: str | None
    counting: CountingEnum
    opens_at: str | None
    closes_at: str | None
    votes: int
    created_at: str


class PollPage(TypedDict):
    polls: list[PollHead]
    next: str | None
    count: NotRequired[int]


class PollResult(TypedDict):
    id: int
    title: str
    keywords: list[str]
    is_right: bool
    votes: int
    percent: int


class ProblemDocument(TypedDict):
    type: str
    title: str
    status: int
    code: CodeEnum
    detail: str
    errors: NotRequired[list[WrongField]]
    needed: NotRequired[int]
    balance: NotRequired[int]
    scope: NotRequired[str]
    address: NotRequired[str]
    limit: NotRequired[str]
    state: NotRequired[str]
    messages: NotRequired[list[Recipient]]


class ProblemList(TypedDict):
    problems: list[KnownProblem]


class Progress(TypedDict):
    total: int
    waiting: int
    submitted: int
    delivered: int
    undelivered: int
    failed: int
    cancelled: int
    unknown: int
    percent: int


Quote = TypedDict(
    "Quote",
    {
        "test": "bool",
        "state": "CampaignState",
        "line": "str",
        "class": "ClassEnum",
        "send_at": "str | None",
        "validity": "int | None",
        "reference": "str",
        "tags": "list[str]",
        "recipients": "int",
        "parts": "int",
        "price": "int",
        "currency": "str",
        "balance": "int",
        "messages": "list[Recipient]",
        "quote": "int",
        "expires_at": "str",
    },
)


class QuotedMessages(TypedDict):
    quote: int


class ReadMarks(TypedDict):
    is_read: NotRequired[bool]
    ids: list[int]


ReasonEnum = Literal["subscriber", "panel", "web_service", "other"]


class ReceivedMessage(TypedDict):
    id: int
    sender: str
    line: str
    text: str
    missing_parts: int
    received_at: str
    read_at: str | None
    deleted_at: str | None


class ReceivedPage(TypedDict):
    messages: list[ReceivedMessage]
    next: str | None
    count: NotRequired[int]


class Recipient(TypedDict):
    id: int | None
    to: str
    state: MessageState | None
    skipped: SkippedEnum | None
    parts: int
    price: int
    operator: str | None
    encoding: EncodingEnum | None


class RecipientsChunk(TypedDict):
    chunk: int
    recipients: list[str]


class RecipientsFile(TypedDict):
    file: str
    column: NotRequired[str]


class Replay(TypedDict):
    events: list[int]


class Replayed(TypedDict):
    replayed: int


class RequestOfLine(TypedDict):
    id: int
    kind: RequestOfLineKindEnum
    number: str
    state: RequestOfLineStateEnum
    reason: str | None
    price: int
    to_pay: int | None
    created_at: str
    decided_at: str | None
    finished_at: str | None


RequestOfLineKindEnum = Literal["number", "service"]


RequestOfLineStateEnum = Literal["submitted", "approved", "done", "rejected", "lapsed", "cancelled"]


class RequestPage(TypedDict):
    requests: list[RequestOfLine]
    next: str | None
    count: NotRequired[int]


class Sample(TypedDict):
    id: int
    title: str
    category: str
    text: str
    places: list[str]
    created_at: str


class SamplePage(TypedDict):
    samples: list[Sample]
    next: str | None
    count: NotRequired[int]


Send = "NewMessages | QuotedMessages"


class SenderLine(TypedDict):
    number: str
    kind: Kind29bEnum


SentMessages = TypedDict(
    "SentMessages",
    {
        "test": "bool",
        "state": "CampaignState",
        "line": "str",
        "class": "ClassEnum",
        "send_at": "str | None",
        "validity": "int | None",
        "reference": "str",
        "tags": "list[str]",
        "recipients": "int",
        "parts": "int",
        "price": "int",
        "currency": "str",
        "balance": "int",
        "messages": "list[Recipient]",
        "campaign": "int",
    },
)


SkippedEnum = Literal["invalid", "duplicate", "opted_out", "blocked", "no_route"]


class Source(TypedDict):
    file: str | None
    rows: int
    rows_read: int
    chunks: int
    is_target: bool


State90dEnum = Literal["pending", "approved", "failed", "replaced", "expired"]


StatusReport = TypedDict(
    "StatusReport",
    {
        "from": "str",
        "to": "str",
        "as_of": "str | None",
        "final_until": "str",
        "currency": "str",
        "rows": "list[StatusRow]",
    },
)


class StatusRow(TypedDict):
    messages: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    blocked: int
    waiting: int
    parts: int
    price: int
    returned: int
    state: MessageState


class StoredRecipients(TypedDict):
    campaign: int
    is_repeat: bool
    source: Source


class Summary(TypedDict):
    rows: int
    valid: int
    duplicates: int
    invalid: int
    opted_out: int
    blocked: int
    no_route: int
    operators: list[OperatorShare]


class TargetFields(TypedDict):
    provinces: NotRequired[list[int]]
    cities: NotRequired[list[int]]
    districts: NotRequired[list[int]]
    suburbs: NotRequired[list[int]]
    guilds: NotRequired[list[int]]
    prefixes: NotRequired[list[str]]
    genders: NotRequired[list[GendersEnum]]
    postal: NotRequired[list[str]]
    choice: NotRequired[ChoiceEnum]
    first: NotRequired[int]
    last: NotRequired[int]
    amount: NotRequired[int]
    seed: NotRequired[int]
    reached_days: NotRequired[int]


class TemplateList(TypedDict):
    templates: list[KnownTemplate]


class TimelineStep(TypedDict):
    state: MessageState
    at: str


class TopUp(TypedDict):
    id: int
    state: TopUpStateEnum
    messages: int | None
    net: int
    vat: int
    total: int
    currency: str
    payment_url: str | None
    expires_at: str
    invoice: int | None


TopUpStateEnum = Literal["open", "paid", "expired", "cancelled"]


TypeEnum = Literal[
    "message.status",
    "message.received",
    "campaign.finished",
    "credit.low",
    "invoice.paid",
    "webhook.test",
    "webhook.paused",
]


class UpsertAnswer(TypedDict):
    added: int
    changed: int
    unchanged: int
    contacts: list[UpsertedContact]


class UpsertedContact(TypedDict):
    id: int
    mobile: str


class Webhook(TypedDict):
    id: int
    url: str
    name: str
    events: list[EventsEnum]
    batch_size: int
    is_paused: bool
    pause_reason: PauseReasonEnum | None
    failing_since: str | None
    previous_secret_until: str | None
    created_at: str


class WebhookAttempt(TypedDict):
    id: int
    at: str
    events: list[int]
    status: int | None
    reason: str | None
    milliseconds: int
    answer: str


class WebhookList(TypedDict):
    webhooks: list[Webhook]


class WebhookWithSecret(TypedDict):
    id: int
    url: str
    name: str
    events: list[EventsEnum]
    batch_size: int
    is_paused: bool
    pause_reason: PauseReasonEnum | None
    failing_since: str | None
    previous_secret_until: str | None
    created_at: str
    secret: str


class WrittenCode(TypedDict):
    code: str


class WrongField(TypedDict):
    field: str
    code: str
    detail: str
