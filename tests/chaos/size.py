"""How large the chaos tests are: small in CI, ``CHAOS_SCALE=100`` by hand."""

import os

SCALE = int(os.environ.get("CHAOS_SCALE") or "1")


def scaled(count: int) -> int:
    """So many messages, times the scale."""
    return count * SCALE


def patience(seconds: float) -> float:
    """A deadline that grows with the scale, less than in proportion."""
    return seconds * (1 + (SCALE - 1) / 4)
