"""What the web service says when it refuses: RFC 9457 problem documents with a stable ``code`` (W8).

Every answer under /api/ with a status of 400 or more is one of these, whoever made it: a view, the framework, or the
server's last resort (webservice.middleware). docs/api.md lists them; a test compares the two.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.utils.translation.trans_real import parse_accept_lang_header

MEDIA_TYPE = "application/problem+json"
CATALOGUE = "/api/v1/problems"


class Code(StrEnum):
    """Names that programs may compare with; they never change their meaning."""

    BAD_REQUEST = "bad_request"
    MALFORMED_JSON = "malformed_json"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    KEY_MISSING = "key_missing"
    KEY_INVALID = "key_invalid"
    KEY_REVOKED = "key_revoked"
    KEY_EXPIRED = "key_expired"
    INSUFFICIENT_CREDIT = "insufficient_credit"
    FORBIDDEN = "forbidden"
    SCOPE_MISSING = "scope_missing"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    ACCOUNT_SUSPENDED = "account_suspended"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    QUOTE_EXPIRED = "quote_expired"
    QUOTE_USED = "quote_used"
    WRONG_STATE = "wrong_state"
    VERIFICATION_OVER = "verification_over"
    LENGTH_REQUIRED = "length_required"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    VALIDATION_FAILED = "validation_failed"
    SEND_REFUSED = "send_refused"
    NOTHING_TO_SEND = "nothing_to_send"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    RATE_LIMITED = "rate_limited"
    VERIFICATION_LIMITED = "verification_limited"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code's HTTP status, its short title, and the sentence that says what to do."""

    status: int
    title: Promise
    advice: Promise


MEANINGS: dict[Code, Meaning] = {
    Code.BAD_REQUEST: Meaning(
        400, _("The request cannot be understood"), _("Compare it with the examples of the documentation.")
    ),
    Code.MALFORMED_JSON: Meaning(
        400, _("The body is not JSON"), _("Send one JSON object, in UTF-8, with a Content-Length.")
    ),
    Code.IDEMPOTENCY_KEY_INVALID: Meaning(
        400, _("The Idempotency-Key is malformed"), _("Send 1 to 255 visible ASCII characters, for example a UUID.")
    ),
    Code.KEY_MISSING: Meaning(
        401, _("No key was given"), _("Send the header “Authorization: Bearer” followed by your key.")
    ),
    Code.KEY_INVALID: Meaning(
        401, _("The key is not known"), _("Check that the whole key was copied, or make a new one in the panel.")
    ),
    Code.KEY_REVOKED: Meaning(401, _("The key was revoked"), _("Make a new key in the panel and use it instead.")),
    Code.KEY_EXPIRED: Meaning(401, _("The key has expired"), _("Make a new key in the panel and use it instead.")),
    Code.INSUFFICIENT_CREDIT: Meaning(
        402, _("The credit is not enough"), _("Nothing was sent. Top up and send again with a new Idempotency-Key.")
    ),
    Code.FORBIDDEN: Meaning(403, _("Not allowed"), _("The owner of the account can allow it in the panel.")),
    Code.SCOPE_MISSING: Meaning(
        403, _("The key may not do this"), _("Use a key that has the scope named in “scope”; make it in the panel.")
    ),
    Code.ADDRESS_NOT_ALLOWED: Meaning(
        403, _("The key may not be used from this address"), _("Add the address to the key's allowed addresses.")
    ),
    Code.ACCOUNT_SUSPENDED: Meaning(403, _("The account is suspended"), _("Write to support to have it opened again.")),
    Code.NOT_FOUND: Meaning(
        404, _("There is no such thing"), _("Check the address and the id; ids belong to one account.")
    ),
    Code.METHOD_NOT_ALLOWED: Meaning(
        405, _("The method is not allowed here"), _("Use one of the methods in the Allow header.")
    ),
    Code.NOT_ACCEPTABLE: Meaning(
        406, _("The answer cannot be given in that form"), _("Answers are JSON: accept application/json.")
    ),
    Code.QUOTE_EXPIRED: Meaning(409, _("The quote has expired"), _("Nothing was sent. Ask for a new quote.")),
    Code.QUOTE_USED: Meaning(
        409, _("The quote was sent already"), _("Ask for a new quote to send the same messages once more.")
    ),
    Code.WRONG_STATE: Meaning(
        409,
        _("It is too late for this"),
        _("Read the present state; what was handed to the operator cannot be taken back."),
    ),
    Code.VERIFICATION_OVER: Meaning(
        409,
        _("This one-time password is over"),
        _("“state” says whether it was used, replaced, guessed at too often or expired. Send a new one."),
    ),
    Code.LENGTH_REQUIRED: Meaning(411, _("The length of the body is missing"), _("Send a Content-Length header.")),
    Code.BODY_TOO_LARGE: Meaning(413, _("The body is too large"), _("Send fewer recipients in one request.")),
    Code.UNSUPPORTED_MEDIA_TYPE: Meaning(
        415, _("The body is of another type"), _("Send JSON with the header “Content-Type: application/json”.")
    ),
    Code.VALIDATION_FAILED: Meaning(
        422, _("Some fields are wrong"), _("Nothing was done. Mend the fields listed in “errors” and send again.")
    ),
    Code.SEND_REFUSED: Meaning(
        422, _("The messages cannot be sent like this"), _("Nothing was sent. “errors” says what to change.")
    ),
    Code.NOTHING_TO_SEND: Meaning(
        422, _("No recipient is left"), _("Nothing was sent. “messages” says why each recipient was skipped.")
    ),
    Code.IDEMPOTENCY_KEY_REUSED: Meaning(
        422,
        _("The Idempotency-Key belongs to another request"),
        _("Use a new key for every new request, and the same key only to repeat the same request."),
    ),
    Code.RATE_LIMITED: Meaning(
        429,
        _("Too many requests"),
        _("Wait as many seconds as Retry-After says, or put more recipients in one request."),
    ),
    Code.VERIFICATION_LIMITED: Meaning(
        429,
        _("No more one-time passwords now"),
        _("“limit” says which limit was met. Nothing was sent; wait as many seconds as Retry-After says."),
    ),
    Code.INTERNAL_ERROR: Meaning(
        500,
        _("Something went wrong on our side"),
        _("Repeat the request with the same Idempotency-Key; nothing is sent twice."),
    ),
    Code.UNAVAILABLE: Meaning(
        503, _("The service is busy"), _("Repeat the request a little later with the same Idempotency-Key.")
    ),
}  # fmt: skip

OF_STATUS = {
    400: Code.BAD_REQUEST,
    401: Code.KEY_MISSING,
    403: Code.FORBIDDEN,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    406: Code.NOT_ACCEPTABLE,
    411: Code.LENGTH_REQUIRED,
    413: Code.BODY_TOO_LARGE,
    415: Code.UNSUPPORTED_MEDIA_TYPE,
    429: Code.RATE_LIMITED,
    503: Code.UNAVAILABLE,
}


class FieldCode(StrEnum):
    """What can be wrong with one field; ``errors[].code``."""

    REQUIRED = "required"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_A_CHOICE = "not_a_choice"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    NOT_APPROVED = "not_approved"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path (``to[3]``), a FieldCode or a code of messaging's, and a sentence."""

    field: str
    code: str
    detail: str | Promise

    def as_dict(self) -> dict:
        # A member's name comes back here, and PostgreSQL keeps no NUL in the answers of repeats.
        return {"field": self.field.replace("\0", "\ufffd"), "code": str(self.code), "detail": str(self.detail)}


@dataclass
class Problem(Exception):
    """Raise it to refuse a request. ``more`` are further members of the document, ``headers`` of the answer."""

    code: Code
    detail: str | Promise = ""
    errors: Iterable[FieldError] = ()
    more: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return MEANINGS[self.code].status

    def document(self) -> dict:
        """The problem document, in the language that is active."""
        meaning = MEANINGS[self.code]
        sentences = [str(self.detail), str(meaning.advice)]
        document = {
            "type": f"{CATALOGUE}#{self.code}",
            "title": str(meaning.title),
            "status": meaning.status,
            "code": str(self.code),
            "detail": " ".join(sentence for sentence in sentences if sentence),
        }
        if errors := [error.as_dict() for error in self.errors]:
            document["errors"] = errors
        return document | self.more


def answer(problem: Problem) -> HttpResponse:
    """The problem as an HTTP answer, in the language that is active."""
    return written(problem.document(), problem.headers)


def written(document: dict, headers: dict[str, str] | None = None) -> HttpResponse:
    """An HTTP answer of a ready problem document."""
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        content_type=MEDIA_TYPE,
        status=document["status"],
    )
    response.problem_code = document["code"]  # for the request log
    response["Content-Language"] = get_language() or "en"
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def language_of(request: HttpRequest) -> str:
    """English, unless Accept-Language prefers Persian: programs read codes, and their logs are English.

    The language cookie of a browser says nothing about a call to the web service.
    """
    for language, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        base = language.partition("-")[0]
        if base in {"fa", "en"}:
            return base
    return "en"


def speaking_to(request: HttpRequest) -> override:
    """A context in which sentences are in the caller's language."""
    return override(language_of(request))
