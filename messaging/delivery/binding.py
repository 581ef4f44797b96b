"""Which bind a process is, and the settings that its session has from the gateway's row."""

import os

from django.db import connection
from django.utils import timezone

from messaging.delivery.recovery import recover_bind
from messaging.models import Bind, Gateway
from messaging.smpp.bind import BindConfig, BindType

_LOCK_SPACE = 0x534D  # advisory locks of binds


def take_number(gateway: Gateway, number: int = 0) -> int:
    """Become the first bind of the gateway that no living process is, or ``number`` again after the database was away;
    0 when it is taken. The database frees the number of a dead process; what that one held is recovered at once."""
    wanted = [number] if number else range(1, gateway.binds + 1)
    with connection.cursor() as cursor:
        for candidate in wanted:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, gateway.id * 64 + candidate])
            if cursor.fetchone()[0]:
                look_up_by_ids()
                if not number:
                    Bind.objects.get_or_create(gateway=gateway, number=candidate)
                    recover_bind(gateway_id=gateway.id, bind_number=candidate, now=timezone.now())
                return candidate
    return 0


def look_up_by_ids() -> None:
    """All that this connection does is look rows up by their ids. On a freshly grown table without statistics the
    planner would scan it whole (measured: 350 rows a second)."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")


def bind_config(gateway: Gateway) -> BindConfig:
    """The session's settings from the gateway's row. Raises ConfigurationError for what SMPP cannot carry."""
    password = os.environ.get(gateway.password_variable, "") if gateway.password_variable else gateway.password
    return BindConfig(
        host=gateway.host,
        port=gateway.port,
        system_id=gateway.system_id,
        password=password,
        system_type=gateway.system_type,
        bind_type=BindType(gateway.bind_type),
        address_range=gateway.address_range,
        window=gateway.window,
        id_base=gateway.id_base,
        enquire_link_seconds=gateway.enquire_link_seconds,
        response_timeout_seconds=gateway.response_timeout_seconds,
    )


_NOT_THE_SESSIONS = {
    "created_at", "failover_seconds", "failover_statuses", "failover_tries", "down_since", "out_since",
}  # fmt: skip


def settings_of(gateway: Gateway) -> tuple:
    """All that a change of makes the session begin anew."""
    fields = Gateway._meta.concrete_fields
    return tuple(getattr(gateway, field.attname) for field in fields if field.name not in _NOT_THE_SESSIONS)
