"""Which gateway carries a line's messages to an operator, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import groupby

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from common import showing
from messaging.models import Gateway, Route
from numbers.models import Line, Operator

_USABLE = Q(is_enabled=True, gateway__is_enabled=True, gateway__is_sandbox=False)
_SPREAD = 0x9E3779B97F4A7C15  # 2**64 / the golden ratio: neighbouring numbers fall far apart


@dataclass(frozen=True, slots=True)
class Way:
    """The gateways that share a line's messages to an operator, with the weight of each."""

    gateways: tuple[Gateway, ...]
    weights: tuple[int, ...] = (1,)

    @property
    def is_shared(self) -> bool:
        return len(self.gateways) > 1

    def pick(self, numbers: np.ndarray) -> np.ndarray:
        """The gateway's id for each recipient. A number always takes the same one, so a plan made again is the same."""
        bounds = np.cumsum(self.weights)
        places = (numbers.astype(np.uint64) * np.uint64(_SPREAD) >> np.uint64(32)) % np.uint64(bounds[-1])
        ids = np.array([gateway.id for gateway in self.gateways], np.int64)
        return ids[np.searchsorted(bounds, places.astype(np.int64), side="right")]

    def gateway_of(self, number: int) -> Gateway:
        """The same for one recipient."""
        if not self.is_shared:
            return self.gateways[0]
        chosen = int(self.pick(np.array([number], np.int64))[0])
        return next(gateway for gateway in self.gateways if gateway.id == chosen)


def ways_by_operator(line: Line, *, is_test: bool = False) -> dict[int, Way]:
    """operator id → way, for every operator that ``line`` can reach. Tests go to the sandbox and nowhere else,
    whatever the routes; nothing else ever goes there (W1).

    A route of the line goes before a route of any line, then one that names the operator (a guest goes its host's way)
    before one that names none, then the lowest priority. Routes of the same rank share by weight, or the cheapest of
    them take all where one says so. A gateway that is out of order is passed over while another fits.
    """
    if is_test:
        sandbox = Gateway.objects.filter(is_sandbox=True, is_enabled=True).order_by("pk").first()
        return dict.fromkeys(Operator.objects.values_list("pk", flat=True), Way((sandbox,))) if sandbox else {}
    routes = _routes(line)
    found = {}
    for operator in Operator.objects.all():
        taking = _taking_now(_ranked(routes, operator))
        if taking:
            found[operator.id] = Way(tuple(route.gateway for route in taking), tuple(route.weight for route in taking))
    return found


def alternatives(line: Line, operator: Operator) -> list[Gateway]:
    """Every gateway that fits and is in order, the next best first."""
    groups = _ranked(_routes(line), operator)
    gateways = [route.gateway for group in groups for route in sorted(group, key=_cost)]
    return list(dict.fromkeys(gateway for gateway in gateways if gateway.out_since is None))


class Verdict(Enum):
    """What becomes of a route for a line and an operator."""

    TAKES = "takes"
    SHARES = "shares"
    OUT = "out"  # its gateway is out of order
    DEARER = "dearer"  # a route of the same rank costs less
    LATER = "later"  # another route goes before it


@dataclass(frozen=True, slots=True)
class Explained:
    """One route that fits; ``percent`` of the messages go by it."""

    route: Route
    verdict: Verdict
    percent: float

    @property
    def sentence(self) -> str:
        """The verdict in the reader's words."""
        sentences = {
            Verdict.TAKES: _("takes all messages"),
            Verdict.SHARES: _("takes %(percent)s percent of the messages, by its weight"),
            Verdict.OUT: _("passed over: its gateway has been down too long"),
            Verdict.DEARER: _("waits: a route of the same rank costs less"),
            Verdict.LATER: _("waits: another route goes before it"),
        }
        return sentences[self.verdict] % {"percent": showing.number(self.percent, 1)}


def explain(line: Line | None, operator: Operator) -> list[Explained]:
    """The routes that fit a line (None: any line without routes of its own) and an operator, in the order in which
    they are asked: which take the messages now, and why the others do not."""
    groups = _ranked(_routes(line), operator)
    taking = _taking_now(groups)
    total = sum(route.weight for route in taking)
    return [
        Explained(route, _verdict(route, group, taking), 100 * route.weight / total if route in taking else 0.0)
        for group in groups
        for route in group
    ]


class Costs:
    """What a part costs us, by line and operator, as the routes stand now. Reads every route once."""

    def __init__(self) -> None:
        self._all = list(Route.objects.filter(_USABLE).select_related("gateway"))
        self._of_any = [route for route in self._all if route.line_id is None]

    def of(self, line_id: int, operator: Operator) -> Fraction | None:
        """Rials a part, the mean over the routes that share it; None where no route takes it, or one has no cost."""
        fitting = [route for route in self._all if route.line_id == line_id] + self._of_any
        taking = _taking_now(_ranked(fitting, operator))
        if not taking or any(route.cost is None for route in taking):
            return None
        return Fraction(sum(route.cost * route.weight for route in taking), sum(route.weight for route in taking))


def _verdict(route: Route, group: Sequence[Route], taking: Sequence[Route]) -> Verdict:
    if route in taking:
        return Verdict.SHARES if len(taking) > 1 else Verdict.TAKES
    if route.gateway.out_since is not None:
        return Verdict.OUT
    return Verdict.DEARER if any(other in group for other in taking) else Verdict.LATER


def _routes(line: Line | None) -> list[Route]:
    whose = Q(line=line) | Q(line=None) if line else Q(line=None)
    return list(Route.objects.filter(whose, _USABLE).select_related("gateway", "operator", "line"))


def _ranked(routes: Sequence[Route], operator: Operator) -> list[list[Route]]:
    """The routes that fit an operator, in groups of the same rank, the first to be asked first."""
    fitting = [route for route in routes if route.operator_id in {operator.id, operator.host_id, None}]
    fitting.sort(key=lambda route: (*_rank(route, operator), route.id))
    return [list(group) for _, group in groupby(fitting, key=lambda route: _rank(route, operator))]


def _rank(route: Route, operator: Operator) -> tuple:
    names = 0 if route.operator_id == operator.id else 1 if route.operator_id else 2
    return (route.line_id is None, names, route.priority)


def _taking_now(groups: Sequence[Sequence[Route]]) -> list[Route]:
    in_order = [[route for route in group if route.gateway.out_since is None] for group in groups]
    group = next((group for group in [*in_order, *groups] if group), [])
    if any(route.choice == Route.Choice.COST for route in group):
        least = min(map(_cost, group))
        return [route for route in group if _cost(route) == least]
    return list(group)


def _cost(route: Route) -> float:
    """A route without a cost is the dearest: nobody has said what it costs."""
    return float("inf") if route.cost is None else route.cost
