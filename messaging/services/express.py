"""Single messages that come many at a time: planned, charged and let go together, in a dozen statements in all.

What the ordinary way (compose, plan, confirm) does for one campaign in some thirty statements is done here for all
the messages of a moment; the rows that come of it are the same. Only what needs nothing particular goes this way: one
recipient who may be written to, from a usable line, at once, with the money there. Everything else is left to the
ordinary way, which refuses it in words.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db.models.signals import post_delete, post_save

from accounts.models import Account
from common.bulk import copy_in
from credit.models import AccountPlan, TariffPlan, TariffRevision
from credit.pricing import NoTariff, Price, next_change, prices
from credit.services import Charge, reserve_all
from messaging.dispatch import write_ready
from messaging.models import Campaign, Chunk, Gateway, MessageClass, Route, Status, StatusCount
from messaging.routing import Way, ways_by_operator
from messaging.rows import copy_messages, new_ids
from numbers.models import Line, Operator, QuietHours
from numbers.selectors import operator_ids, operators, sending_hours
from phonebook.selectors import blocked, opted_out_each

_KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Order:
    """One message to be sent at once. ``encoding`` and ``parts`` are the text's measure, checked by the caller."""

    account: Account
    line: Line
    msisdn: int
    text: str
    encoding: int
    parts: int
    message_class: int
    created_by_id: int | None
    validity_minutes: int | None
    reference: str
    tags: tuple[str, ...]
    call: dict | None = None  # which call of the web service it was


class Sent(NamedTuple):
    """A campaign that was let go, its one message's id and operator, and the account's balance after it (rials)."""

    campaign: Campaign
    message_id: int
    msisdn: int
    operator_id: int
    balance: int


class _Rules(NamedTuple):
    """What holds for every message of an account from a line."""

    prices: dict[int, dict[int, Price]]
    ways: dict[int, Way]
    hours: tuple[int, int] | tuple[None, None]
    hours_of_passwords: tuple[int, int] | tuple[None, None]
    good_until: float
    prices_change_at: datetime | None

    def hold(self, now: datetime) -> bool:
        """Kept for seconds, but never beyond the moment at which published prices begin to hold."""
        changed = self.prices_change_at is not None and now >= self.prices_change_at
        return not changed and time.monotonic() <= self.good_until


_rules: dict[tuple[int, int], _Rules] = {}


def send_singles(orders: Sequence[Order], *, now: datetime) -> list[Sent | None]:
    """Send what can be sent without further ado, in the caller's transaction. None: take the ordinary way instead.

    Routes and prices may be five seconds old; lines, opt-outs and the money are read in this transaction.
    """
    results: list[Sent | None] = [None] * len(orders)
    planned = _plan(orders, now)
    if not planned:
        return results
    ids = new_ids(len(planned))
    charges = [
        Charge(order.account.pk, price.per_part * order.parts, f"campaign:{campaign_id}",
               {"campaign": campaign_id, "recipients": 1, "parts": order.parts})
        for (_place, order, _operator, _gateway, price, _hours), (campaign_id, _chunk) in zip(planned, ids, strict=True)
    ]  # fmt: skip
    reserved = reserve_all(charges=charges, reason="messages", at=now)
    kept = [_Row(*plan, *ids, *money) for plan, ids, money in zip(planned, ids, reserved, strict=True) if money]
    if not kept:
        return results
    campaigns = [_campaign(row, now) for row in kept]
    copy_in(campaigns)
    _write_messages(kept, now)
    copy_in(
        [
            StatusCount(campaign_id=row.campaign_id, status=Status.QUEUED, messages=1, parts=row.order.parts)
            for row in kept
        ]
    )
    write_ready(_chunks(kept, now), (row.gateway for row in kept), now=now)
    for row, campaign in zip(kept, campaigns, strict=True):
        results[row.place] = Sent(campaign, row.message_id, row.order.msisdn, row.operator_id, row.balance)
    return results


class _Row(NamedTuple):
    place: int
    order: Order
    operator_id: int
    gateway: Gateway
    price: Price
    hours: tuple
    campaign_id: int
    chunk_id: int
    reservation_id: int
    balance: int

    @property
    def message_id(self) -> int:
        return self.chunk_id * Chunk.SIZE


def _plan(orders: Sequence[Order], now: datetime) -> list[tuple]:
    """(place, order, operator id, gateway, price, hours) of those that may be sent to, over a route, at a price."""
    accounts, lines = [order.account.pk for order in orders], [order.line.pk for order in orders]
    numbers = np.array([order.msisdn for order in orders], np.int64)
    account_now, line_now = Account.objects.in_bulk(set(accounts)), Line.objects.in_bulk(set(lines))
    refused = np.array(opted_out_each(accounts, lines, numbers.tolist()))
    advertising = np.array([line_now[line].kind == Line.Kind.ADVERTISING for line in lines])
    if advertising.any():
        refused |= advertising & blocked(numbers)
    planned = []
    for place, (order, operator_id) in enumerate(zip(orders, operator_ids(numbers).tolist(), strict=True)):
        account, line = account_now[order.account.pk], line_now[order.line.pk]
        if refused[place] or not (account.is_active and line.serves(account)):
            continue
        rules = _rules_of(account, line, now)
        way = rules and rules.ways.get(operator_id)
        if way is None:
            continue
        gateway = way.gateway_of(order.msisdn)
        hours = rules.hours_of_passwords if order.message_class == MessageClass.OTP else rules.hours
        planned.append((place, order, operator_id, gateway, rules.prices[operator_id][order.encoding], hours))
    return planned


def _rules_of(account: Account, line: Line, now: datetime) -> _Rules | None:
    key = (account.pk, line.pk)
    rules = _rules.get(key)
    if rules is None or not rules.hold(now):
        if len(_rules) > 10_000:
            _rules.clear()
        try:
            priced = prices(account=account, line=line, at=now)
        except NoTariff:
            return None
        hours = [sending_hours(line, now, whose) or (None, None) for whose in (account, None)]
        rules = _Rules(priced, ways_by_operator(line), *hours, time.monotonic() + _KEPT_SECONDS, next_change(now))
        _rules[key] = rules
    return rules


def forget_rules(**_signal) -> None:
    """Read routes and prices afresh, instead of after five seconds."""
    _rules.clear()


for _model in (Gateway, Route, TariffRevision, TariffPlan, AccountPlan, Operator, Line, QuietHours):
    for _signal in (post_save, post_delete):
        _signal.connect(forget_rules, sender=_model, dispatch_uid=f"express.{_model.__name__}")


def _campaign(row: _Row, now: datetime) -> Campaign:
    order, price = row.order, row.price.per_part * row.order.parts
    return Campaign(
        pk=row.campaign_id,
        account=order.account,
        created_by_id=order.created_by_id,
        line=order.line,
        kind=Campaign.Kind.API,
        message_class=order.message_class,
        state=Campaign.State.QUEUED,
        text=order.text,
        encoding=order.encoding,
        parts_each=order.parts,
        validity_minutes=order.validity_minutes,
        sources={"call": order.call} if order.call else {},
        reference=order.reference,
        tags=list(order.tags),
        recipients=1,
        parts=order.parts,
        price=price,
        summary=_summary(row, price),
        reservation_id=row.reservation_id,
        first_id=row.message_id,
        last_id=row.message_id,
        rows_read=1,
        created_at=now,
        confirmed_at=now,
    )


def _summary(row: _Row, price: int) -> dict:
    """What planning.Planner notes of a campaign, for one recipient."""
    operator = operators()[row.operator_id]
    operator_row = {"id": operator.id, "code": operator.code, "name_fa": operator.name_fa, "name_en": operator.name_en}
    operator_row |= {"encoding": row.order.encoding, "recipients": 1, "parts": row.order.parts}
    operator_row |= {"price_per_part": row.price.per_part, "price": price}
    none = dict.fromkeys(("duplicates", "invalid", "opted_out", "blocked", "no_route"), 0)
    return {"rows": 1, "valid": 1} | none | {"invalid_sample": [], "operators": [operator_row]}


def _write_messages(rows: list[_Row], now: datetime) -> None:
    columns = {
        "id": [row.message_id for row in rows],
        "campaign_id": [row.campaign_id for row in rows],
        "account_id": [row.order.account.pk for row in rows],
        "line_id": [row.order.line.pk for row in rows],
        "operator_id": [row.operator_id for row in rows],
        "msisdn": [row.order.msisdn for row in rows],
        "price": [row.price.per_part * row.order.parts for row in rows],
        "status": Status.QUEUED,
        "encoding": [row.order.encoding for row in rows],
        "parts": [row.order.parts for row in rows],
        "returns_undelivered": [row.price.returns_undelivered for row in rows],
    }
    copy_messages(columns, count=len(rows), created_at=now)


def _chunks(rows: list[_Row], now: datetime) -> dict[str, list]:
    return {
        "ids": [row.chunk_id for row in rows],
        "campaigns": [row.campaign_id for row in rows],
        "accounts": [row.order.account.pk for row in rows],
        "gateways": [row.gateway.pk for row in rows],
        "classes": [int(row.order.message_class) for row in rows],
        "parts": [row.order.parts for row in rows],
        "expire": [row.order.validity_minutes and now + timedelta(minutes=row.order.validity_minutes) for row in rows],
        "open": [row.hours[0] for row in rows],
        "close": [row.hours[1] for row in rows],
    }
