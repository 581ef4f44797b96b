"""What a part costs an account (R2)."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account
from credit.models import Tariff, TariffPlan
from numbers.models import Line, Operator
from numbers.selectors import operators

# SMPP's data_coding of a text: 0 is the GSM alphabet, 8 is UCS-2.
LANGUAGES = {0: Tariff.Language.LATIN, 8: Tariff.Language.PERSIAN}


@dataclass(frozen=True, slots=True)
class Price:
    """Rials for one part, and whether accepted but undelivered messages are returned too."""

    per_part: int
    returns_undelivered: bool


class NoTariff(Exception):
    """The account's price list says nothing of messages from this line to one of the operators."""

    def __init__(self, line: Line, plan: TariffPlan | None, operator: Operator | None = None) -> None:
        self.line, self.plan, self.operator = line, plan, operator
        super().__init__(line, plan, operator)

    def __str__(self) -> str:
        if self.plan is None:
            return _("No tariff plan is set up; ask support to set one.")
        return _(
            "The tariff plan “%(plan)s” has no price for line %(line)s (%(kind)s) to %(operator)s; ask support for one."
        ) % {"plan": self.plan, "line": self.line, "kind": self.line.get_kind_display(), "operator": self.operator}


def plan_of(account: Account) -> TariffPlan | None:
    """The price list that the account pays by: its own, else the default one."""
    plans = TariffPlan.objects.filter(Q(accounts__account=account) | Q(is_default=True)).distinct()
    return min(plans, key=lambda plan: plan.is_default, default=None) if len(plans) > 1 else next(iter(plans), None)


def prices(*, account: Account, line: Line) -> dict[int, dict[int, Price]]:
    """``{operator id: {encoding (0 GSM-7, 8 UCS-2): Price}}`` for every operator.

    The most particular row holds: one for the operator before one for the network that hosts it, before one for any
    operator; among these, one for the line's prefix family before one for any. Raises NoTariff.
    """
    plan = plan_of(account)
    if plan is None:
        raise NoTariff(line, None)
    rows = {
        (row.operator_id, row.language, row.prefix_family): Price(row.price_per_part, row.refunds_undelivered)
        for row in plan.tariffs.filter(line_kind=line.kind, prefix_family__in={line.prefix_family, ""})
    }
    result: dict[int, dict[int, Price]] = {}
    for operator in operators().values():
        networks = (operator.pk, operator.host_id, None) if operator.host_id else (operator.pk, None)
        keys = [(network, family) for network in networks for family in (line.prefix_family, "")]
        result[operator.pk] = {}
        for encoding, language in LANGUAGES.items():
            price = next((rows[key] for o, f in keys if (key := (o, str(language), f)) in rows), None)
            if price is None:
                raise NoTariff(line, plan, operator)
            result[operator.pk][encoding] = price
    return result


def nothing_to_pay() -> dict[int, dict[int, Price]]:
    """As ``prices``, for tests: they cost nothing, whatever the tariff (W1)."""
    free = Price(0, returns_undelivered=False)
    return {pk: dict.fromkeys(LANGUAGES, free) for pk in operators()}


def gaps(plan: TariffPlan) -> list[tuple[Line.Kind, Tariff.Language]]:
    """The kinds of line and languages for which the plan has no row for any operator and any family."""
    there = set(plan.tariffs.filter(operator=None, prefix_family="").values_list("line_kind", "language"))
    return [(kind, language) for kind in Line.Kind for language in Tariff.Language if (kind, language) not in there]
