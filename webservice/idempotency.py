"""A write that is repeated with the same Idempotency-Key is done once (W7)."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from webservice.models import IdempotentAnswer
from webservice.problems import Code, Problem, answer, written
from webservice.refusals import problem_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
# An update that changes nothing makes the statement wait for, lock and return a row that is already there.
_CLAIM = """
    INSERT INTO webservice_idempotentanswer (account_id, key, request_digest, created_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (account_id, key) DO UPDATE SET key = EXCLUDED.key
    RETURNING id, account_id, key, request_digest, status, body, created_at
"""


def answer_once(request: Request, work: Callable[[], Response]) -> HttpResponse:
    """``work()``'s answer; for a repeat within 24 hours the first answer, without doing the work.

    The row that holds the key is inserted first, in the transaction of the work. So a request that comes meanwhile
    with the same key waits at the unique index until the answer stands, and a crash leaves neither row nor work.
    Refusals are kept as answers; failures of ours (5xx) roll everything back and may be tried again.
    """
    key = _key_in(request)
    if key is None:
        return work()
    digest = digest_of(request, request.data)
    with transaction.atomic():
        kept = _claim(request.auth.account_id, _kept_under(key, is_test=request.auth.is_test), digest)
        if kept.status is not None:
            return _replay(kept, digest)
        response, body = _answer_of(work)
        kept.status, kept.body = response.status_code, body
        kept.save(update_fields=["status", "body"])
    return response


def _key_in(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not is_well_formed(key):
        raise Problem(Code.IDEMPOTENCY_KEY_INVALID)
    return key


def _kept_under(key: str, *, is_test: bool) -> str:
    """What a test key did never answers for a live one: the space is in no key that a request can bring."""
    return f"test {hashlib.sha256(key.encode()).hexdigest()}" if is_test else key


def is_well_formed(key: str | None) -> bool:
    """Whether a header's value may be kept as a key; without a header there is nothing to keep."""
    return key is None or (0 < len(key) <= 255 and all("!" <= letter <= "~" for letter in key))


def digest_of(request: Request | HttpRequest, data: dict) -> str:
    """The same for bodies that mean the same: the order of members and the white space do not count."""
    canonical = json.dumps(data, sort_keys=True, default=_digest_of_file)
    return hashlib.sha256(f"{request.method} {request.path} {canonical}".encode()).hexdigest()


def _digest_of_file(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _claim(account_id: int, key: str, digest: str) -> IdempotentAnswer:
    """The row of ``key``, new and empty or with the answer that was given; locked until the transaction ends."""
    now = timezone.now()
    (kept,) = IdempotentAnswer.objects.raw(_CLAIM, [account_id, key, digest, now])
    if kept.status is not None and kept.created_at <= now - KEPT:
        kept.request_digest, kept.status, kept.body, kept.created_at = digest, None, None, now
        kept.save(update_fields=["request_digest", "status", "body", "created_at"])
    return kept


_CLAIM_ALL = """
    INSERT INTO webservice_idempotentanswer (account_id, key, request_digest, created_at)
    SELECT account_id, key, digest, %s FROM unnest(%s::bigint[], %s::text[], %s::text[]) WITH ORDINALITY
        AS claims(account_id, key, digest, place)
    ORDER BY account_id, key, place
    ON CONFLICT (account_id, key) DO NOTHING RETURNING account_id, key
"""
_KEEP_ALL = """
    UPDATE webservice_idempotentanswer kept SET status = %s, body = answers.body::jsonb
    FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS answers(account_id, key, body)
    WHERE kept.account_id = answers.account_id AND kept.key = answers.key
"""
_GIVE_UP = """
    DELETE FROM webservice_idempotentanswer kept USING unnest(%s::bigint[], %s::text[]) AS given(account_id, key)
    WHERE kept.account_id = given.account_id AND kept.key = given.key
"""


def claim_all(claims: list[tuple[int, str, str]], now: datetime) -> set[tuple[int, str]]:
    """Claim many (account id, key, digest) in the caller's transaction: those (account id, key) that were free."""
    if not claims:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_ALL, [now, *map(list, zip(*claims, strict=True))])
        return set(cursor.fetchall())


def keep_all(answers: list[tuple[int, str, dict | None]], *, status: int) -> None:
    """Keep the answers of claimed (account id, key); one without an answer is claimed no longer."""
    given = [(account_id, key, json.dumps(body)) for account_id, key, body in answers if body is not None]
    without = [(account_id, key) for account_id, key, body in answers if body is None]
    with connection.cursor() as cursor:
        if given:
            cursor.execute(_KEEP_ALL, [status, *map(list, zip(*given, strict=True))])
        if without:
            cursor.execute(_GIVE_UP, [*map(list, zip(*without, strict=True))])


def _replay(kept: IdempotentAnswer, digest: str) -> HttpResponse:
    if kept.request_digest != digest:
        raise Problem(Code.IDEMPOTENCY_KEY_REUSED)
    headers = {REPLAYED: "true"}
    return written(kept.body, headers) if kept.status >= 400 else Response(kept.body, kept.status, headers=headers)


def _answer_of(work: Callable[[], Response]) -> tuple[HttpResponse, dict]:
    try:
        with transaction.atomic():
            response = work()
            return response, response.data
    except Exception as error:
        problem = problem_of(error)
        if problem is None or problem.status >= 500 or problem.status == 429:  # try later, with the same key
            raise
        return answer(problem), problem.document()
