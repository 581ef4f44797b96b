"""Which gateway carries a line's messages to an operator."""

from django.db.models import Q

from messaging.models import Gateway, Route
from numbers.models import Line, Operator


def gateways_by_operator(line: Line) -> dict[int, Gateway]:
    """operator id → gateway, for every operator that ``line`` can reach.

    A route of the line goes before a route of any line, then one that names the operator (a guest goes its host's way)
    before one that names none, then the lowest priority.
    """
    routes = list(
        Route.objects.filter(Q(line=line) | Q(line=None), is_enabled=True, gateway__is_enabled=True)
        .select_related("gateway")
        .order_by("priority", "id")
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
