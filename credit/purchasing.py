"""Buying credit: the number of messages, the tariff's step that it reaches, the price, the proforma (13.3).

A message here is one part in Persian from the account's line, priced by the step's plan. Who reaches a step pays by its
plan from then on: what was bought is then as many messages as it was sold as.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Account, User
from billing.models import Invoice, Proforma
from billing.purposes import CREDIT
from billing.services import Item, in_both, issue_proforma
from billing.vat import vat_of, vat_percent
from common import showing
from common.jalali import in_tehran
from credit.models import AccountPlan, Tariff, TariffPlan, TariffRevision
from credit.pricing import all_in_force, plan_of
from numbers.models import Line


class PurchaseRefused(Exception):
    """Not an amount of credit that can be bought; the message says why in the reader's language."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What so many messages cost; rials. ``net`` becomes credit, ``total`` is paid."""

    plan: TariffPlan
    messages: int
    price: int
    net: int
    vat_percent: object
    vat: int

    @property
    def total(self) -> int:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Step:
    """A tariff's step: from how many messages on, at what price for each."""

    plan: TariffPlan
    minimum: int
    price: int


def steps(account: Account, at: datetime | None = None) -> list[Step]:
    """The steps that this account can buy by as of ``at`` (else now), the smallest first. A plan of its own that is
    better than a step takes the step's place. Raises PurchaseRefused where no plan has a price."""
    own, at = plan_of(account), at or timezone.now()
    wanted = [
        revision
        for revision in all_in_force(at)
        if revision.minimum_messages is not None or (own and revision.plan_id == own.pk)
    ]
    wanted.sort(key=lambda revision: (revision.minimum_messages is None, revision.minimum_messages))
    priced = [(revision, _price(account, revision)) for revision in wanted]
    prices = {revision.plan_id: price for revision, price in priced if price}
    best = prices.get(own.pk) if own else None
    found: list[Step] = []
    if best:
        found.append(Step(own, 0, best))
    for revision, price in priced:
        if price and revision.minimum_messages is not None and (not found or price < found[-1].price):
            found.append(Step(revision.plan, 0 if not found else revision.minimum_messages, price))
    if not found:
        raise PurchaseRefused(_("No tariff is set up to buy by; ask support."))
    return found


def offer_messages(*, account: Account, messages: int, now: datetime) -> Offer:
    """What ``messages`` messages cost. Raises PurchaseRefused."""
    step = [step for step in steps(account, now) if step.minimum <= messages or not step.minimum][-1]
    return _offer(step, messages, messages * step.price, now)


def offer_rials(*, account: Account, rials: int, now: datetime) -> Offer:
    """The credit of ``rials`` rials, VAT apart, and how many messages it is. Raises PurchaseRefused."""
    step = [step for step in steps(account, now) if step.minimum * step.price <= rials or not step.minimum][-1]
    return _offer(step, rials // step.price, rials, now)


def _offer(step: Step, messages: int, net: int, now: datetime) -> Offer:
    if not settings.TOP_UP_LEAST <= net <= settings.TOP_UP_MOST:
        raise PurchaseRefused(
            _("Credit is bought from %(least)s to %(most)s rials at once; this would be %(net)s.")
            % {
                "least": showing.number(settings.TOP_UP_LEAST),
                "most": showing.number(settings.TOP_UP_MOST),
                "net": showing.number(net),
            }
        )
    percent = vat_percent(in_tehran(now).date())
    return Offer(step.plan, messages, step.price, net, percent, vat_of(net, percent))


def order_credit(*, account: Account, offer: Offer, by: User | None, now: datetime) -> Proforma:
    """The offer as a proforma to be paid."""
    sells_messages = offer.net == offer.messages * offer.price
    quantity, unit = (offer.messages, offer.price) if sells_messages else (1, offer.net)
    titles = in_both(lambda: _("SMS credit, tariff “%(plan)s”") % {"plan": offer.plan})
    return issue_proforma(
        account=account,
        purpose=CREDIT,
        items=[Item(*titles, quantity, unit)],
        details={"plan": offer.plan.pk, "messages": offer.messages},
        by=by,
        now=now,
    )


def reach_step(invoice: Invoice) -> None:
    """After a purchase was paid: the account pays by the plan that it bought at, where that is a better one than it
    has. In the transaction of the invoice."""
    plan = TariffPlan.objects.filter(pk=invoice.proforma.details.get("plan")).first()
    own = plan_of(invoice.account)
    if plan is None or (own is not None and (plan.pk == own.pk or plan.tier <= own.tier)):
        return
    AccountPlan.objects.update_or_create(account=invoice.account, defaults={"plan": plan})
    audit.record(
        action="account_plan.changed", account=invoice.account, target=plan.name, details={"invoice": invoice.number}
    )


def _price(account: Account, revision: TariffRevision) -> int | None:
    """Rials of a Persian part from the account's line (an advertising one where it has none) to any operator; the
    dearest operator's where there is no such row. None where it has no price at all."""
    line = Line.objects.filter(account=account, state=Line.State.ACTIVE).order_by("activated_at", "pk").first()
    kind, family = (line.kind, line.prefix_family) if line else (Line.Kind.ADVERTISING, "")
    rows = revision.tariffs.filter(language=Tariff.Language.PERSIAN, line_kind=kind, prefix_family__in={family, ""})
    priced = [((row.operator_id is None, row.prefix_family == family, row.price_per_part)) for row in rows]
    return max(priced)[2] if priced else None
