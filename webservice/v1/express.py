"""The fast lane of ``POST /messages``: one recipient, sent at once. Calls that come together are done together.

It answers only what is beyond doubt, and then exactly as the ordinary way does (a test holds the two together);
whatever is unusual, wrong or refused gets None here and is answered by webservice.v1.views. Nothing is answered
before the row and the charge are committed.
"""

import json
import logging
import time
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from accounts.addresses import client_address
from accounts.models import Account
from common import context
from common.combining import Combiner
from common.phones import normalise, normalise_line
from common.text import TextTooLong, has_opt_out_hint, measure
from messaging.models import Status
from messaging.services.express import Order, Sent, send_singles
from numbers.models import Line
from webservice import idempotency
from webservice.authentication import note_use, secret_in
from webservice.models import ApiKey
from webservice.problems import Problem, speaking_to
from webservice.services import digest_of
from webservice.throttling import Allowance, count_requests
from webservice.v1 import sending
from webservice.v1.parsers import parsed
from webservice.v1.words import CLASS_OF

log = logging.getLogger(__name__)

_KEPT_SECONDS = 5.0
_LONGEST_BODY = 16 * 1024
_FIELDS = {"to", "text", "line", "class", "validity", "reference", "tags"}
_keys: dict[str, tuple[ApiKey, list[Line], float]] = {}


class _Call(NamedTuple):
    key: ApiKey
    order: Order
    idempotency_key: str | None
    request_digest: str


class _Done(NamedTuple):
    """``body`` is None where the ordinary way shall answer; the request is counted already."""

    allowance: Allowance | None
    body: bytes | None


def answer(request: HttpRequest) -> HttpResponse | None:
    """The answer of a plain single send; None where the ordinary way shall decide."""
    try:
        request.get_host()
        found = _key_and_lines(request)
        data = found and _body(request)
    except (Problem, DisallowedHost):
        return None
    if not data:
        return None
    key, lines = found
    request.api_key = key
    order = _order(key, lines, data)
    name = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if order is None or not idempotency.is_well_formed(name):
        return None
    digest = idempotency.digest_of(request, data) if name else ""
    done = _combiner.submit(_Call(key, order, name, digest))
    request.allowance = done.allowance
    return done.body and _response(request, done)


def _response(request: HttpRequest, done: _Done) -> HttpResponse:
    response = HttpResponse(done.body, status=201, content_type="application/json")
    for name, value in (done.allowance.headers() if done.allowance else {}).items():
        response[name] = value
    response["Content-Length"] = str(len(done.body))
    response["Cache-Control"] = "no-store"
    with speaking_to(request):
        response["Content-Language"] = get_language()
    return response


# --- is it plain? ---------------------------------------------------------------------------------------------------


def _key_and_lines(request: HttpRequest) -> tuple[ApiKey, list[Line]] | None:
    """The key, kept for a few seconds (the charging transaction reads it again), and the lines it may send from."""
    digest = digest_of(secret_in(request))
    kept = _keys.get(digest)
    if kept is None or kept[2] < time.monotonic():
        key = ApiKey.objects.select_related("account").filter(digest=digest).first()
        if key is None:
            return None
        kept = key, list(Line.objects.usable_by(key.account)), time.monotonic() + _KEPT_SECONDS
        if len(_keys) > 10_000:
            _keys.clear()
        _keys[digest] = kept
    key, lines, _until = kept
    if key.is_test or ApiKey.Scope.SEND not in key.scopes or not _comes_from_home(key, request):
        return None
    return key, lines


def _comes_from_home(key: ApiKey, request: HttpRequest) -> bool:
    if not key.networks:
        return True
    address = ip_address(client_address(request))
    return any(address in ip_network(network) for network in key.networks)


def _body(request: HttpRequest) -> dict | None:
    meta = request.META
    length = meta.get("CONTENT_LENGTH") or ""
    plain = (
        meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() == "application/json"
        and meta.get("HTTP_ACCEPT", "*/*") in {"*/*", "application/json"}
        and not meta.get("QUERY_STRING")
        and length.isdecimal()
        and int(length) <= min(_LONGEST_BODY, settings.API_BODY_MAX_BYTES)
    )
    return parsed(request.body) if plain else None


def _order(key: ApiKey, lines: list[Line], data: dict) -> Order | None:
    """The order, if every field is as plain as can be; what is only nearly right is left to the serializer."""
    if not data.keys() <= _FIELDS or not all(_is_plain_text(data.get(name)) for name in ("to", "text")):
        return None
    message_class = CLASS_OF.get(data.get("class", "transactional")) if isinstance(data.get("class", ""), str) else None
    reference, tags, validity = data.get("reference", ""), data.get("tags", []), data.get("validity")
    line = _line(key, lines, data.get("line"))
    msisdn = normalise(data["to"]) if len(data["to"]) <= 64 else None
    size = _measure(data["text"])
    fits = (
        message_class is not None
        and line is not None
        and msisdn is not None
        and size is not None
        and (reference == "" or (_is_plain_text(reference) and len(reference) <= 120))
        and isinstance(tags, list)
        and len(tags) <= 10
        and all(_is_plain_text(tag) and len(tag) <= 40 for tag in tags)
        and ("validity" not in data or (type(validity) is int and 1 <= validity <= 7 * 24 * 60))
        and not (line.requires_opt_out_hint and not has_opt_out_hint(data["text"]))
    )
    if not fits:
        return None
    return Order(
        account=key.account, line=line, msisdn=msisdn, text=data["text"], encoding=int(size.encoding),
        parts=size.parts, message_class=message_class, created_by_id=key.created_by_id, validity_minutes=validity,
        reference=reference, tags=tuple(tags), call={"request": context.request_id(), "key": key.pk},
    )  # fmt: skip


def _is_plain_text(value) -> bool:
    return isinstance(value, str) and bool(value) and value == value.strip() and "\x00" not in value


def _line(key: ApiKey, lines: list[Line], number) -> Line | None:
    if number is None:
        mine = [line for line in lines if line.account_id == key.account_id] or lines
        return mine[0] if len(mine) == 1 else None
    wanted = normalise_line(number) if isinstance(number, str) and number == number.strip() else None
    return next((line for line in lines if line.number == wanted), None)


def _measure(text: str):
    try:
        size = measure(text)
    except TextTooLong:
        return None
    return size if size.parts <= settings.MESSAGE_MAX_PARTS else None


# --- all of a moment together ---------------------------------------------------------------------------------------


def _send_together(calls: list[_Call]) -> list[_Done]:
    """One transaction for all. Whatever fails before the commit takes everything back, and each goes its own way."""
    now = timezone.now()
    allowances = count_requests([call.key.pk for call in calls])
    places = [place for place, left in enumerate(allowances) if not (left and left.is_exceeded)]
    bodies: dict[int, bytes] = {}
    try:
        with transaction.atomic():
            try:
                bodies = _send({place: calls[place] for place in places}, now)
            except Exception as error:
                raise _Undone from error  # before the commit: nothing is kept, and nothing is in doubt
    except _Undone:
        log.exception("the fast lane fell back")
    for key in {calls[place].key.pk: calls[place].key for place in bodies}.values():
        note_use(key, now)
    return [_Done(allowance, bodies.get(place)) for place, allowance in enumerate(allowances)]


class _Undone(Exception):
    """The transaction was given up before its commit."""


def _send(calls: dict[int, _Call], now: datetime) -> dict[int, bytes]:
    """The answers by place, of those that were sent."""
    good = _good_keys({call.key.pk for call in calls.values()}, now)
    calls = {place: call for place, call in calls.items() if call.key.pk in good}
    calls = _claimed(calls, now)
    sent = send_singles([call.order for call in calls.values()], now=now) if calls else []
    bodies, answers = {}, []
    for (place, call), result in zip(calls.items(), sent, strict=True):
        body = _document(result) if result else None
        if body:
            bodies[place] = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if call.idempotency_key:
            answers.append((call.key.account_id, call.idempotency_key, body))
    idempotency.keep_all(answers, status=201)
    return bodies


def _claimed(calls: dict[int, _Call], now: datetime) -> dict[int, _Call]:
    """Those without an Idempotency-Key, and those whose key nobody used before: the first of each in one moment."""
    named = [call for call in calls.values() if call.idempotency_key]
    free = idempotency.claim_all(
        [(call.key.account_id, call.idempotency_key, call.request_digest) for call in named], now
    )
    chosen = {}
    for place, call in calls.items():
        claim = (call.key.account_id, call.idempotency_key)
        if call.idempotency_key is None or claim in free:
            free.discard(claim)
            chosen[place] = call
    return chosen


def _good_keys(ids: set[int], now: datetime) -> set[int]:
    """Those that may be used at this very moment."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    good = ApiKey.objects.filter(lasting, pk__in=ids, revoked_at=None, account__state=Account.State.ACTIVE)
    return set(good.values_list("pk", flat=True))


def _document(sent: Sent) -> dict:
    campaign = sent.campaign
    message = {
        "id": sent.message_id, "msisdn": sent.msisdn, "status": Status.QUEUED, "parts": campaign.parts,
        "price": campaign.price, "operator_id": sent.operator_id, "encoding": campaign.encoding, "error": None,
    }  # fmt: skip
    return sending.sent(campaign, [sending.row_of(message)], balance=sent.balance)


_combiner: Combiner[_Call, _Done] = Combiner(_send_together)


def forget_keys(**_signal) -> None:
    """Read keys and lines afresh, instead of after five seconds."""
    _keys.clear()


for _model in (ApiKey, Account, Line):
    for _signal in (post_save, post_delete):
        _signal.connect(forget_keys, sender=_model, dispatch_uid=f"fast_lane.{_model.__name__}")
