"""One gateway per demo operator, each to the simulator, and the routes that lead there."""

from django.conf import settings

from messaging.models import Gateway, Route
from numbers.models import Operator

OPERATORS = ("mci", "irancell", "rightel")
FALLBACK_PRIORITY = 100
COST = 900  # rials a part, so that the preview of a tariff has a margin to show


def connect() -> dict[str, Gateway]:
    """The gateways by operator code, pointed at where the simulator listens now."""
    gateways = {}
    for code in OPERATORS:
        gateway, _ = Gateway.objects.get_or_create(
            name=code,
            defaults={
                "host": settings.SIMULATOR_HOST,
                "port": settings.SIMULATOR_PORT,
                "system_id": f"demo-{code}",
                "password": "demo",
            },
        )
        if (gateway.host, gateway.port) != (settings.SIMULATOR_HOST, settings.SIMULATOR_PORT):
            gateway.host, gateway.port = settings.SIMULATOR_HOST, settings.SIMULATOR_PORT
            gateway.save(update_fields=["host", "port"])
        Route.objects.get_or_create(
            operator=Operator.objects.get(code=code), line=None, gateway=gateway, defaults={"cost": COST}
        )
        gateways[code] = gateway
    # Whoever is a guest of none of them, and prefixes that nobody knows, go by the largest.
    Route.objects.get_or_create(
        operator=None, line=None, gateway=gateways["mci"], defaults={"priority": FALLBACK_PRIORITY, "cost": COST}
    )
    return gateways
