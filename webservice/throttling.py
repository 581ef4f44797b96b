"""How often a key may ask: a counter a minute in Valkey (W10)."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
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
    return count_requests([key.pk])[0]


def count_requests(key_ids: Sequence[int]) -> list[Allowance | None]:
    """Count requests that came together, each of one key: what is left after each of them."""
    window, passed = divmod(int(time.time()), WINDOW_SECONDS)
    fresh = Counter(key_ids)
    try:
        with _valkey().pipeline(transaction=False) as pipeline:
            for key_id, requests in fresh.items():
                name = f"api-rate:{key_id}:{window}"
                pipeline.incrby(name, requests).expire(name, WINDOW_SECONDS + 5)
            counted = dict(zip(fresh, pipeline.execute()[::2], strict=True))
    except redis.RedisError:
        log.warning("requests are not counted: Valkey does not answer")
        return [None] * len(key_ids)
    limit = settings.API_RATE_PER_MINUTE
    allowances: list[Allowance | None] = []
    for key_id in key_ids:
        fresh[key_id] -= 1
        count = counted[key_id] - fresh[key_id]
        allowances.append(Allowance(limit, max(0, limit - count), WINDOW_SECONDS - passed, count > limit))
    return allowances


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
