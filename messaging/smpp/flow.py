"""How hard one bind pushes: the window that gives way to throttling, and the pause before a new connection.

Pure arithmetic on the times it is given (seconds of any monotonic clock), so that tests need no clock.
"""

import random
from collections.abc import Callable


class AdaptiveWindow:
    """How many submit_sm may be unanswered: additive increase, multiplicative decrease.

    RTHROTTLED or RMSGQFUL halves the limit and holds all submitting until ``not_before``; answers to what was sent
    before the cut belong to the same congestion and cut nothing more. Every pause that follows on another without a
    full window of accepted messages between them is twice as long, up to ``longest_pause``. Accepted messages widen
    the limit by one a window.
    """

    def __init__(self, maximum: int, *, pause: float = 0.25, longest_pause: float = 8.0):
        self.maximum = maximum
        self.not_before = float("-inf")
        self._limit = float(maximum)
        self._first_pause = pause
        self._pause = pause
        self._longest_pause = longest_pause
        self._cut_at = float("-inf")
        self._accepted_since_cut = 0

    @property
    def limit(self) -> int:
        """Messages that may be unanswered at once, at least 1."""
        return int(self._limit)

    def on_throttled(self, sent_at: float, now: float) -> bool:
        """One throttled answer, for what was sent at ``sent_at``. True when it cut the window."""
        if sent_at <= self._cut_at:
            return False
        if self._accepted_since_cut >= self._limit:
            self._pause = self._first_pause
        self.not_before = now + self._pause
        self._pause = min(self._pause * 2, self._longest_pause)
        self._limit = max(1.0, self._limit / 2)
        self._cut_at = now
        self._accepted_since_cut = 0
        return True

    def on_accepted(self, count: int) -> None:
        self._accepted_since_cut += count
        if self._limit < self.maximum:
            self._limit = min(float(self.maximum), self._limit + count / self._limit)


class Backoff:
    """Seconds to wait before the next try: doubling from ``minimum`` to ``maximum``, each shortened by up to half at
    random, so that binds cut at the same moment do not come back at the same moment."""

    def __init__(self, minimum: float, maximum: float, rng: Callable[[], float] = random.random):
        self.minimum = minimum
        self.maximum = maximum
        self._rng = rng
        self._next = minimum

    def next(self) -> float:
        delay = self._next
        self._next = min(delay * 2, self.maximum)
        return delay * (0.5 + self._rng() / 2)

    def reset(self) -> None:
        self._next = self.minimum
