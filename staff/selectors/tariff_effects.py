"""What a draft of prices would change: its rows, sample messages, and the real traffic of the last thirty days with
what it costs us (the tariff editor's preview). Amounts are integer rials; nothing here changes anything."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from common.text import measure
from credit.models import Tariff, TariffPlan, TariffRevision
from credit.pricing import LANGUAGES, Price, PriceList
from messaging.routing import Costs
from numbers.models import Line, Operator
from numbers.selectors import operators

PERIOD = timedelta(days=30)
_NAMES = ("line_kind", "operator_id", "prefix_family", "language")


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is not as it was; None where it was not there, or will not be."""

    kind: str
    family: str
    operator: Operator | None
    language: str
    before: Price | None
    after: Price | None

    @property
    def is_dearer(self) -> bool:
        return bool(self.before and self.after and self.after.per_part > self.before.per_part)

    @property
    def kind_label(self) -> str:
        return Line.Kind(self.kind).label

    @property
    def language_label(self) -> str:
        return Tariff.Language(self.language).label


def changes(present: TariffRevision | None, draft: TariffRevision) -> list[Change]:
    """The rows in which the draft is not as what is in force."""
    old, new = _rows(present), _rows(draft)
    known = operators()
    keys = sorted(old.keys() | new.keys(), key=lambda key: (key[0], key[2], key[1] or 0, key[3]))
    return [
        Change(key[0], key[2], known.get(key[1]), key[3], old.get(key), new.get(key))
        for key in keys
        if old.get(key) != new.get(key)
    ]


def _rows(revision: TariffRevision | None) -> dict[tuple, Price]:
    rows = revision.tariffs.all() if revision else []
    return {
        tuple(getattr(row, name) for name in _NAMES): Price(row.price_per_part, row.refunds_undelivered) for row in rows
    }


SAMPLES = [
    (_("One-time password"), "کد ورود شما: ۱۲۳۴۵"),
    (_("A Persian text of three parts"), "مشتری گرامی، سفارش شما آماده است. " * 5),
    (_("A Latin text"), "Your order is ready. Thank you for your purchase."),
]


@dataclass(frozen=True, slots=True)
class Sample:
    """A text to one recipient: what it costs before and after, None where it cannot be sent."""

    label: str
    kind_label: str
    operator: Operator
    parts: int
    before: int | None
    after: int | None


def samples(present: TariffRevision | None, draft: TariffRevision) -> list[Sample]:
    """The sample messages from a line of each kind, of no particular family, to the largest networks."""
    old, new = PriceList(present.tariffs.all() if present else []), PriceList(draft.tariffs.all())
    networks = [operator for operator in operators().values() if operator.code in {"mci", "irancell", "rightel"}]
    found = []
    for kind in Line.Kind:
        for label, text in SAMPLES:
            measured = measure(text)
            language = LANGUAGES[int(measured.encoding)]
            for operator in networks:
                asked = {"kind": kind.value, "family": "", "operator": operator, "language": language}
                costs = [
                    price and price.per_part * measured.parts for price in (old.price(**asked), new.price(**asked))
                ]
                found.append(Sample(label, kind.label, operator, measured.parts, *costs))
    return found


@dataclass(slots=True)
class Effect:
    """The traffic of an account, or of all: what was charged for it, what it costs by the prices in force and by the
    draft's, and what the routes ask for it (``cost``, of the ``parts_costed`` parts whose routes have a cost, which
    bring ``before_costed`` and ``after_costed``). ``unpriced`` parts have no price in the draft: they would be
    refused."""

    account: Account | None = None
    parts: int = 0
    charged: int = 0
    before: int = 0
    after: int = 0
    unpriced: int = 0
    parts_costed: int = 0
    before_costed: int = 0
    after_costed: int = 0
    _cost: Fraction = field(default_factory=Fraction)

    @property
    def difference(self) -> int:
        return self.after - self.before

    @property
    def loss(self) -> int:
        return -self.difference

    @property
    def cost(self) -> int:
        return round(self._cost)

    @property
    def margin_before(self) -> int:
        return self.before_costed - self.cost

    @property
    def margin_after(self) -> int:
        return self.after_costed - self.cost

    @property
    def parts_without_cost(self) -> int:
        return self.parts - self.parts_costed

    def add(self, parts: int, charged: int, before: Price | None, after: Price | None, cost: Fraction | None) -> None:
        old, new = before.per_part * parts if before else 0, after.per_part * parts if after else 0
        self.parts, self.charged = self.parts + parts, self.charged + charged
        self.before, self.after = self.before + old, self.after + new
        self.unpriced += 0 if after else parts
        if cost is not None:
            self.parts_costed, self._cost = self.parts_costed + parts, self._cost + cost * parts
            self.before_costed, self.after_costed = self.before_costed + old, self.after_costed + new


def effects(present: TariffRevision | None, draft: TariffRevision, *, now: datetime) -> tuple[list[Effect], Effect]:
    """The effect on each account that pays by the plan and sent something in the last thirty days, the largest change
    first, and on all of them together. Sends are counted as they were charged, whatever came back afterwards."""
    old, new = PriceList(present.tariffs.all() if present else []), PriceList(draft.tariffs.all())
    costs, known, lines = Costs(), operators(), Line.objects.in_bulk()
    cost_of = cache(lambda line_id, operator_id: costs.of(line_id, known[operator_id]))
    found: dict[int, Effect] = defaultdict(Effect)
    total = Effect()
    for account_id, line_id, operator_id, encoding, parts, charged in traffic(draft.plan, now - PERIOD, now):
        line, operator = lines.get(line_id), known.get(operator_id)
        if line is None or operator is None:
            continue
        asked = {"kind": line.kind, "family": line.prefix_family, "operator": operator}
        asked["language"] = LANGUAGES[encoding]
        row = (parts, charged, old.price(**asked), new.price(**asked), cost_of(line_id, operator_id))
        found[account_id].add(*row)
        total.add(*row)
    for pk, account in Account.objects.in_bulk(list(found)).items():
        found[pk].account = account
    return sorted(found.values(), key=lambda effect: (-abs(effect.difference), effect.account.pk)), total


# What campaigns were priced by, which stands in them; so no message is counted.
_TRAFFIC = """
SELECT campaign.account_id, campaign.line_id, (priced ->> 'id')::bigint, (priced ->> 'encoding')::int,
    sum((priced ->> 'parts')::bigint)::bigint, sum((priced ->> 'price')::bigint)::bigint
FROM messaging_campaign campaign, jsonb_array_elements(campaign.summary -> 'operators') priced
WHERE campaign.confirmed_at >= %(since)s AND campaign.confirmed_at < %(until)s AND NOT campaign.is_test
    AND (EXISTS (
            SELECT FROM credit_accountplan own WHERE own.account_id = campaign.account_id AND own.plan_id = %(plan)s)
        OR (%(is_default)s AND NOT EXISTS (
            SELECT FROM credit_accountplan own WHERE own.account_id = campaign.account_id)))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
"""


def traffic(plan: TariffPlan, since: datetime, until: datetime) -> Iterator[tuple]:
    """(account id, line id, operator id, encoding, parts, rials charged) of what the accounts that pay by the plan
    have sent and paid for."""
    with connection.cursor() as cursor:
        values = {"plan": plan.pk, "is_default": plan.is_default, "since": since, "until": until}
        cursor.execute(_TRAFFIC, values)
        yield from cursor.fetchall()


def accounts_of(plan: TariffPlan):
    """Every account that pays by the plan, whether it sends or not."""
    paying = Q(plan__plan=plan)
    return Account.objects.filter(paying | Q(plan__isnull=True) if plan.is_default else paying)
