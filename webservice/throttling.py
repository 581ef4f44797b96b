"""How often a key may ask: a counter a minute in Valkey (W10)."""

import logging
import time
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings

from webservice.models import ApiKey

WINDOW_SECONDS = 60
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the present minute. ``reset`` is in seconds from now."""

    limit: int
    remaining: int
    reset: int
    is_exceeded: bool

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


def count_request(key: ApiKey) -> Allowance | None:
    """Count one request of ``key``. None while Valkey is away: a lost counter must not close the door."""
    now = int(time.time())
    window, passed = divmod(now, WINDOW_SECONDS)
    name = f"api-rate:{key.pk}:{window}"
    try:
        with _valkey().pipeline(transaction=False) as pipeline:
            count, _done = pipeline.incr(name).expire(name, WINDOW_SECONDS + 5).execute()
    except redis.RedisError:
        log.warning("requests are not counted: Valkey does not answer")
        return None
    limit = settings.API_RATE_PER_MINUTE
    return Allowance(limit, max(0, limit - count), WINDOW_SECONDS - passed, count > limit)


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
