"""When a call is made again, and after how long."""

import random
import uuid

import httpx

from smsplatform_client.errors import ApiError

FIRST_SECONDS, LONGEST_SECONDS, RATE_WINDOW_SECONDS = 0.25, 20.0, 60.0
OF_THE_RATE = {"rate_limited", "http_429"}
PASSING = {500, 502, 503, 504}
NEVER_PASSES = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


def new_key() -> str:
    """An Idempotency-Key for one call and all its repeats."""
    return str(uuid.uuid4())


def pause_after(attempt: int, error: ApiError | None = None) -> float | None:
    """Seconds to wait before the call is made again, counted from attempt 0; None: it is not to be made again.

    Without an error no answer came. Full jitter keeps many programs from coming back in step. A 429 of the rate is
    obeyed where it asks for no more than its window, a minute; any other limit is the caller's to know.
    """
    asked = error.retry_after if error else None
    if error and error.status == 429:
        if error.code not in OF_THE_RATE:
            return None
        if asked is not None:
            return asked + random.uniform(0, FIRST_SECONDS) if asked <= RATE_WINDOW_SECONDS else None
    elif error and error.status not in PASSING:
        return None
    backed_off = random.uniform(0, min(LONGEST_SECONDS, FIRST_SECONDS * 2**attempt))
    return max(backed_off, min(asked or 0.0, LONGEST_SECONDS))
