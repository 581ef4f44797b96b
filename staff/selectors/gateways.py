"""Gateways as they stand this moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from messaging.models import Bind, Gateway, MessageClass
from messaging.selectors.gateways import is_alive, last_receipts, waiting_messages


class Health(StrEnum):
    """Of a gateway: paused by staff; all binds up, some, none."""

    PAUSED = "paused"
    UP = "up"
    PARTLY = "partly"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class BindNow:
    """A bind, whether its process speaks, and whether the operator has cut its window (throttled)."""

    row: Bind
    is_alive: bool
    is_up: bool
    is_throttled: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One gateway: its binds up to the number wanted, what waits for it, parts a second of all its binds."""

    gateway: Gateway
    binds: Sequence[BindNow]
    waiting: Counter[MessageClass]
    last_receipt_at: datetime | None

    @property
    def up(self) -> int:
        return sum(bind.is_up for bind in self.binds)

    @property
    def rate(self) -> float:
        return sum(bind.row.rate for bind in self.binds if bind.is_up)

    @property
    def waiting_total(self) -> int:
        return self.waiting.total()

    @property
    def classes(self) -> list[tuple[str, int]]:
        return [(kind.label, self.waiting[kind]) for kind in MessageClass if self.waiting[kind]]

    @property
    def health(self) -> Health:
        if not self.gateway.is_enabled:
            return Health.PAUSED
        if not self.up:
            return Health.DOWN
        return Health.UP if self.up >= self.gateway.binds else Health.PARTLY


def standing(*, now: datetime, only: Gateway | None = None) -> list[Standing]:
    """Every gateway, or ``only`` one, as it stands. Four queries."""
    gateways = Gateway.objects.filter(pk=only.pk) if only else Gateway.objects.all()
    waiting, receipts = waiting_messages(), last_receipts()
    found = gateways.prefetch_related("bind_rows").order_by("is_sandbox", "name")
    return [
        Standing(
            gateway,
            [_of(bind, gateway, now) for bind in sorted(gateway.bind_rows.all(), key=lambda bind: bind.number)
             if bind.number <= gateway.binds or is_alive(bind, now=now)],
            waiting.get(gateway.pk, Counter()),
            receipts.get(gateway.pk),
        )
        for gateway in found
    ]  # fmt: skip


def _of(bind: Bind, gateway: Gateway, now: datetime) -> BindNow:
    alive = is_alive(bind, now=now)
    is_up = alive and bind.state == Bind.State.BOUND
    return BindNow(bind, alive, is_up, is_up and 0 < bind.window_limit < gateway.window)
