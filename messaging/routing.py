"""Which gateway carries a line's messages to an operator."""

from django.db.models import Q

from messaging.models import Gateway, Route
from numbers.models import Line, Operator


def gateways_by_operator(line: Line, *, is_test: bool = False) -> dict[int, Gateway]:
    """operator id → gateway, for every operator that ``line`` can reach. Tests go to the sandbox and nowhere else,
    whatever the routes; nothing else ever goes there (W1).

    A route of the line goes before a route of any line, then one that names the operator (a guest goes its host's way)
    before one that names none, then the lowest priority.
    """
    if is_test:
        sandbox = Gateway.objects.filter(is_sandbox=True, is_enabled=True).order_by("pk").first()
        return dict.fromkeys(Operator.objects.values_list("pk", flat=True), sandbox) if sandbox else {}
    usable = Q(is_enabled=True, gateway__is_enabled=True, gateway__is_sandbox=False)
    routes = list(
        Route.objects.filter(Q(line=line) | Q(line=None), usable).select_related("gateway").order_by("priority", "id")
    )
    found = {}
    for operator in Operator.objects.all():
        fitting = [route for route in routes if route.operator_id in {operator.id, operator.host_id, None}]
        if fitting:
            found[operator.id] = min(fitting, key=lambda route, operator=operator: _rank(route, operator)).gateway
    return found


def _rank(route: Route, operator: Operator) -> tuple:
    names = 0 if route.operator_id == operator.id else 1 if route.operator_id else 2
    return (route.line_id is None, names, route.priority, route.id)
