"""What a part costs an account (R2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from credit.models import Tariff, TariffPlan, TariffRevision
from numbers.models import Line, Operator
from numbers.selectors import operators

# SMPP's data_coding of a text: 0 is the GSM alphabet, 8 is UCS-2.
LANGUAGES = {0: Tariff.Language.LATIN, 8: Tariff.Language.PERSIAN}
PUBLISHED = TariffRevision.State.PUBLISHED


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


def in_force(plan: TariffPlan, at: datetime) -> TariffRevision | None:
    """The revision by which the plan prices at a moment; None before its first begins."""
    begun = TariffRevision.objects.filter(plan=plan, state=PUBLISHED, effective_from__lte=at)
    return begun.order_by("-effective_from").first()


def all_in_force(at: datetime) -> list[TariffRevision]:
    """The revision by which each plan prices at a moment, with its plan."""
    begun = TariffRevision.objects.filter(state=PUBLISHED, effective_from__lte=at).select_related("plan")
    return list(begun.order_by("plan_id", "-effective_from").distinct("plan_id"))


def next_change(at: datetime) -> datetime | None:
    """When prices change next, of any plan: until then, what ``prices`` said at ``at`` holds."""
    coming = TariffRevision.objects.filter(state=PUBLISHED, effective_from__gt=at)
    return coming.order_by("effective_from").values_list("effective_from", flat=True).first()


class PriceList:
    """The rows of a revision, asked for the price of a part."""

    def __init__(self, rows: Iterable[Tariff]) -> None:
        self._rows = {
            (row.line_kind, row.operator_id, str(row.language), row.prefix_family): Price(
                row.price_per_part, row.refunds_undelivered
            )
            for row in rows
        }

    def price(self, *, kind: str, family: str, operator: Operator, language: str) -> Price | None:
        """The most particular row holds: one for the operator before one for the network that hosts it, before one for
        any operator; among these, one for the line's prefix family before one for any. None where there is none."""
        networks = (operator.pk, operator.host_id, None) if operator.host_id else (operator.pk, None)
        keys = ((kind, network, str(language), place) for network in networks for place in (family, ""))
        return next((self._rows[key] for key in keys if key in self._rows), None)


def prices(*, account: Account, line: Line, at: datetime | None = None) -> dict[int, dict[int, Price]]:
    """``{operator id: {encoding (0 GSM-7, 8 UCS-2): Price}}`` for every operator, as of ``at`` (else now): what the
    revision in force says. Raises NoTariff."""
    plan = plan_of(account)
    if plan is None:
        raise NoTariff(line, None)
    begun = TariffRevision.objects.filter(plan=plan, state=PUBLISHED, effective_from__lte=at or timezone.now())
    rows = Tariff.objects.filter(revision=begun.order_by("-effective_from").values("pk")[:1], line_kind=line.kind)
    listed = PriceList(rows.filter(prefix_family__in={line.prefix_family, ""}))
    result: dict[int, dict[int, Price]] = {}
    for operator in operators().values():
        result[operator.pk] = {}
        for encoding, language in LANGUAGES.items():
            price = listed.price(kind=line.kind, family=line.prefix_family, operator=operator, language=language)
            if price is None:
                raise NoTariff(line, plan, operator)
            result[operator.pk][encoding] = price
    return result


def nothing_to_pay() -> dict[int, dict[int, Price]]:
    """As ``prices``, for tests: they cost nothing, whatever the tariff (W1)."""
    free = Price(0, returns_undelivered=False)
    return {pk: dict.fromkeys(LANGUAGES, free) for pk in operators()}


def gaps(revision: TariffRevision) -> list[tuple[Line.Kind, Tariff.Language]]:
    """The kinds of line and languages for which it has no row for any operator and any family."""
    there = set(revision.tariffs.filter(operator=None, prefix_family="").values_list("line_kind", "language"))
    return [(kind, language) for kind in Line.Kind for language in Tariff.Language if (kind, language) not in there]
