"""Parts a second: for one bind alone, or shared through Redis by all binds of a gateway.

Who answers `Handler.pull` asks ``take(room)`` how many parts may go now, and when that is less than it wants, tells the
session to come back: ``session.wake_at(time.monotonic() + rate.wait_seconds())``. A rate of 0 is no limit.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import Protocol

from redis.exceptions import RedisError

log = logging.getLogger("messaging.smpp")

_RETRY_REDIS_SECONDS = 1.0


class RateLimiter(Protocol):
    def take(self, n: int) -> int:
        """How many of ``n`` parts may go now; they count as gone."""

    def wait_seconds(self) -> float:
        """Seconds until asking again may give more."""


class LocalRate:
    """A token bucket. At most ``burst_seconds`` of the rate (but at least one part) may go at once after a rest, so any
    one second sees at most ``rate × (1 + burst_seconds)`` parts."""

    def __init__(
        self, parts_per_second: float, *, burst_seconds: float = 0.1, clock: Callable[[], float] = time.monotonic
    ):
        self.rate = parts_per_second
        self._capacity = max(1.0, parts_per_second * burst_seconds)
        self._clock = clock
        self._tokens = self._capacity
        self._at = clock()

    def take(self, n: int) -> int:
        if self.rate <= 0:
            return n
        self._refill()
        granted = min(n, int(self._tokens + 1e-9))  # 0.05 s of 100 a second is 5, not 4.999…
        self._tokens -= granted
        return granted

    def wait_seconds(self) -> float:
        if self.rate <= 0:
            return 0.0
        self._refill()
        return max(0.0, (1.0 - self._tokens) / self.rate)

    def _refill(self):
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self.rate)
        self._at = now


# One bucket for the gateway on Redis' own clock, and the binds that asked in the last two seconds.
# Returns what is granted, how many binds share, and the milliseconds until one token is there.
_LEASE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local rate, slice, member = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
redis.call('ZADD', KEYS[2], string.format('%.6f', now), member)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.6f', now - 2))
local binds = redis.call('ZCARD', KEYS[2])
local capacity = math.max(1, 2 * rate * slice)
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = capacity
if bucket[1] then
  local passed = math.max(0, now - tonumber(bucket[2]))
  tokens = math.min(capacity, tonumber(bucket[1]) + passed * rate)
end
local granted = math.min(math.floor(tokens), math.max(1, math.floor(capacity / binds)))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('EXPIRE', KEYS[1], 60)
redis.call('EXPIRE', KEYS[2], 60)
return {granted, binds, math.ceil(math.max(0, 1 - tokens) / rate * 1000)}
"""


class SharedRate:
    """The gateway's rate, shared through Redis by every bind that has the same ``key``.

    Each bind leases small slices (``slice_seconds`` of the rate) and asks at most once a slice, at slightly random
    moments, so hungry binds get equal shares on average and a bind that rests leaves its share to the others. A lease
    that is not used within two slices lapses. While Redis is away each bind goes on with an equal share of the rate, by
    the number of binds seen last, or ``binds`` of them before the first answer of Redis.
    """

    def __init__(
        self,
        redis,
        key: str,
        parts_per_second: float,
        *,
        binds: int = 1,
        slice_seconds: float = 0.05,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[], float] = random.random,
    ):
        self.rate = parts_per_second
        self._script = redis.register_script(_LEASE)
        self._keys = (f"{{{key}}}:bucket", f"{{{key}}}:binds")
        self._member = f"{random.getrandbits(64):016x}"
        self._slice = slice_seconds
        self._clock = clock
        self._rng = rng
        self._lease = 0
        self._lease_until = 0.0
        self._next_ask = 0.0
        self._binds = binds
        self._alone: LocalRate | None = None
        self._alone_until = 0.0

    def take(self, n: int) -> int:
        if self.rate <= 0:
            return n
        now = self._clock()
        if self._alone is not None and now < self._alone_until:
            return self._alone.take(n)
        if (not self._lease or now >= self._lease_until) and now >= self._next_ask:
            self._ask(now)
            if self._alone is not None:
                return self._alone.take(n)
        if now >= self._lease_until:
            self._lease = 0
        granted = min(n, self._lease)
        self._lease -= granted
        return granted

    def wait_seconds(self) -> float:
        if self.rate <= 0:
            return 0.0
        now = self._clock()
        if self._alone is not None and now < self._alone_until:
            return min(self._alone.wait_seconds(), self._alone_until - now)
        if self._lease and now < self._lease_until:
            return 0.0
        return max(0.0, self._next_ask - now)

    def _ask(self, now):
        try:
            granted, self._binds, wait = self._script(self._keys, (self.rate, self._slice, self._member))
        except RedisError as error:
            if self._alone is None:
                log.warning("the shared rate is out of reach (%s); going on with 1/%d of it", error, self._binds)
                self._alone = LocalRate(self.rate / self._binds, clock=self._clock)
            self._alone_until = now + _RETRY_REDIS_SECONDS
            return
        self._alone = None
        self._lease = granted
        self._lease_until = now + 2 * self._slice
        pause = max(self._slice, wait / 1000 if not granted else 0.0)
        self._next_ask = now + (pause if self._binds == 1 else pause * (0.75 + self._rng() / 2))
