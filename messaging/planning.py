"""From recipients to priced rows: drop what may not be sent to, route by operator, price, and write chunk by chunk.

What is written is inert: its chunks are *held* until messaging.services.confirm takes the money and lets them go. So
the price that the review page shows is the sum of rows that already stand in the table.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from django.conf import settings
from django.db import connection

from common.phones import Seen
from common.text import measure
from credit.pricing import nothing_to_pay, prices
from messaging.batches import Rows, SeenRows, Totals, chunk_sizes, chunked
from messaging.merging import merger_of
from messaging.models import Campaign, Chunk, Status, StatusCount
from messaging.p2p import BadRow, append_bad
from messaging.recipients import Batch
from messaging.routing import ways_by_operator
from messaging.rows import copy_messages, copy_messages_with_texts, new_chunk_ids
from numbers.models import Line, Operator
from numbers.selectors import operator_ids, sending_hours
from phonebook.selectors import blocked, opted_out

INVALID_SHOWN = 10
BAD_SHOWN = 20
MOST_WAITING = 100_000
"""Rows kept back for fuller chunks, for each gateway: with a time for each row, most chunks never fill."""
BLOCKED_IN_TESTS = 18  # a test message to a number that ends in 0018 is blocked (docs/api.md, the sandbox)


class Planner:
    """Plans one campaign. Feed it batches with ``add``, then call ``finish``; each call writes in the caller's
    transaction, so a caller may commit between them."""

    def __init__(self, campaign: Campaign, *, now: datetime):
        self.campaign = campaign
        self.now = now
        self.totals = Totals()
        self._merger = merger_of(campaign)
        self._seen = Seen()
        self._seen_rows = SeenRows()
        self._waiting: dict[int, Rows] = {}
        self._status = Status.SCHEDULED if campaign.send_at else Status.QUEUED
        self._counts: Counter = Counter()
        self._first = self._last = None
        self._hours = _hours(campaign, now) or (None, None)
        is_confirmation = campaign.confirms_opt_out  # to one who has just left, that he has
        self._opted_out = np.zeros(0, np.int64) if is_confirmation else opted_out(campaign.account, campaign.line)
        self._is_advertising = campaign.line.kind == Line.Kind.ADVERTISING
        self._ways = ways_by_operator(campaign.line, is_test=campaign.is_test)
        self._prices = (
            nothing_to_pay() if campaign.is_test else prices(account=campaign.account, line=campaign.line, at=now)
        )
        size = max(self._prices, default=0) + 1
        self._gateway_of = np.zeros(size, np.int64)
        self._price_of = {encoding: np.zeros(size, np.int64) for encoding in (0, 8)}
        self._returns_of = {encoding: np.zeros(size, bool) for encoding in (0, 8)}
        for operator_id, by_encoding in self._prices.items():
            way = self._ways.get(operator_id)
            self._gateway_of[operator_id] = way.gateways[0].id if way else 0
            for encoding, price in by_encoding.items():
                self._price_of[encoding][operator_id] = price.per_part
                self._returns_of[encoding][operator_id] = price.returns_undelivered

    @property
    def cells_of(self) -> list[int]:
        """The columns of the file that the text's placeholders name."""
        return self._merger.columns if self._merger else []

    def add(self, batch: Batch) -> None:
        """Plan one batch. Where it brings texts of its own, a number may come again with another text or time."""
        totals = self.totals
        totals.rows += batch.rows
        self._note_invalid(batch.invalid)
        self._note_bad(batch.bad)
        first = self._first_occurrences(batch)
        totals.duplicates += len(first) - int(first.sum())
        rows = self._priced(
            batch.numbers[first], self._texts(batch, first), None if batch.due is None else batch.due[first]
        )
        if self._merger:
            too_long = rows.parts > settings.MESSAGE_MAX_PARTS
            rows = self._without(rows, too_long | (rows.parts == 0), "unfit_text")
        rows = self._without(rows, np.isin(rows.numbers, self._opted_out), "opted_out")
        if self._is_advertising:
            rows = self._without(rows, blocked(rows.numbers), "blocked")
        if self.campaign.is_test:
            rows = self._without(rows, rows.numbers % 10_000 == BLOCKED_IN_TESTS, "blocked")
        rows = self._without(rows, self._gateway_of[rows.operators] == 0, "no_route")
        self._count(rows)
        gateways = self._gateways_for(rows)
        for gateway_id in np.unique(gateways).tolist():
            mine = rows.take(gateways == gateway_id)
            if gateway_id in self._waiting:
                mine = self._waiting.pop(gateway_id) + mine
            whole, rest = chunked(mine)
            if len(rest) > MOST_WAITING:
                whole, rest = chunked(mine, to_the_end=True)
            self._write(whole, gateway_id)
            if len(rest):
                self._waiting[gateway_id] = rest

    def finish(self) -> None:
        """Write what is left over and put the quote on the campaign (which the caller saves)."""
        for gateway_id, rows in self._waiting.items():
            self._write(chunked(rows, to_the_end=True)[0], gateway_id)
        self._waiting.clear()
        StatusCount.objects.bulk_create(
            StatusCount(campaign=self.campaign, status=status, messages=count, parts=self._counts[status, "parts"])
            for status, count in list(self._counts.items())
            if not isinstance(status, tuple)
        )
        campaign, totals = self.campaign, self.totals
        campaign.recipients, campaign.parts, campaign.price = totals.valid, totals.parts, totals.price
        campaign.first_id, campaign.last_id = self._first, self._last
        campaign.rows_read = totals.rows
        campaign.summary = self._summary()
        if totals.timed and totals.timed == totals.valid:
            campaign.send_at = datetime.fromtimestamp(totals.first_due * 60, UTC)

    # --- one batch --------------------------------------------------------------------------------------------------

    def _first_occurrences(self, batch: Batch) -> np.ndarray:
        if batch.texts is None:
            return self._seen.add_many(batch.numbers)
        due = np.zeros(len(batch.numbers), np.int64) if batch.due is None else batch.due
        return self._seen_rows.add_many(zip(batch.numbers.tolist(), batch.texts, due.tolist(), strict=True))

    def _texts(self, batch: Batch, chosen: np.ndarray) -> np.ndarray | None:
        if self._merger:
            places = np.flatnonzero(chosen).tolist()
            cells = batch.cells and {place: [column[row] for row in places] for place, column in batch.cells.items()}
            return _objects(self._merger.texts(batch.numbers[chosen], cells))
        return None if batch.texts is None else _objects(batch.texts)[chosen]

    def _priced(self, numbers: np.ndarray, texts: np.ndarray | None, due: np.ndarray | None) -> Rows:
        operators = operator_ids(numbers).astype(np.int64)
        if texts is None:
            encodings = np.full(len(numbers), self.campaign.encoding, np.int16)
            parts = np.full(len(numbers), self.campaign.parts_each, np.int64)
        else:
            measures = [measure(text) for text in texts]
            encodings = np.array([one.encoding for one in measures], np.int16)
            parts = np.array([one.parts for one in measures], np.int64)
        is_gsm = encodings == 0
        per_part = np.where(is_gsm, self._price_of[0][operators], self._price_of[8][operators])
        returns = np.where(is_gsm, self._returns_of[0][operators], self._returns_of[8][operators])
        return Rows(numbers, operators, encodings, parts, per_part * parts, returns, texts, due)

    def _gateways_for(self, rows: Rows) -> np.ndarray:
        gateways = self._gateway_of[rows.operators]
        for operator_id in np.unique(rows.operators).tolist():
            if (way := self._ways[operator_id]).is_shared:
                mine = rows.operators == operator_id
                gateways[mine] = way.pick(rows.numbers[mine])
        return gateways

    def _without(self, rows: Rows, refused: np.ndarray, reason: str) -> Rows:
        """Those not refused; the refused are written too, blocked and free of charge, so that the sender sees why."""
        if not refused.any():
            return rows
        dropped = rows.take(refused)
        dropped.due = None
        dropped.parts = np.clip(dropped.parts, 1, 255)
        setattr(self.totals, reason, getattr(self.totals, reason) + len(dropped))
        self._write(dropped, None, error=reason)
        return rows.take(~refused)

    def _count(self, rows: Rows) -> None:
        totals = self.totals
        if rows.due is not None:
            totals.note_times(rows.due)
        if rows.texts is not None and len(rows):
            totals.note_texts(rows.texts, rows.parts)
        totals.valid += len(rows)
        totals.parts += int(rows.parts.sum())
        totals.price += int(rows.prices.sum())
        keys = rows.operators * 16 + rows.encodings
        kinds, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
        sums = np.bincount(places, weights=rows.parts, minlength=len(kinds))
        for kind, count, parts in zip(kinds.tolist(), counts.tolist(), sums.tolist(), strict=True):
            totals.operators[divmod(kind, 16)] += count
            totals.operator_parts[divmod(kind, 16)] += int(parts)

    def _note_invalid(self, invalid: list[str]) -> None:
        if not invalid:
            return
        totals = self.totals
        totals.invalid += len(invalid)
        totals.invalid_sample += [value[:40] for value in invalid[: INVALID_SHOWN - len(totals.invalid_sample)]]
        path = rejects_path(self.campaign)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([value[:200]] for value in invalid)

    def _note_bad(self, bad: Sequence[BadRow]) -> None:
        if not bad:
            return
        totals = self.totals
        totals.invalid += len(bad)
        shown = bad[: BAD_SHOWN - len(totals.bad_sample)]
        totals.bad_sample += [[one.row, one.column, one.reason, one.value[:40]] for one in shown]
        append_bad(rejects_path(self.campaign), bad)

    # --- writing ----------------------------------------------------------------------------------------------------

    def _write(self, rows: Rows, gateway_id: int | None, error: str | None = None) -> None:
        if not len(rows):
            return
        campaign = self.campaign
        sizes = chunk_sizes(rows)
        chunk_ids = new_chunk_ids(len(sizes))
        ids = np.concatenate(
            [np.arange(size) + chunk * Chunk.SIZE for chunk, size in zip(chunk_ids, sizes, strict=True)]
        )
        status = np.full(len(rows), Status.BLOCKED if error else self._status, np.int16)
        if rows.due is not None and not error:
            status[rows.due > 0] = Status.SCHEDULED
        columns = {
            "id": ids,
            "campaign_id": campaign.id,
            "account_id": campaign.account_id,
            "line_id": campaign.line_id,
            "operator_id": rows.operators,
            "msisdn": rows.numbers,
            "price": 0 if error else rows.prices,
            "status": status,
            "encoding": rows.encodings,
            "parts": rows.parts,
            "returns_undelivered": rows.returns,
        }
        if rows.texts is None and error is None:
            copy_messages(columns, count=len(rows), created_at=self.now)
        else:
            texts = [None] * len(rows) if rows.texts is None else rows.texts.tolist()
            copy_messages_with_texts(columns, texts, error=error, created_at=self.now)
        self._write_chunks(chunk_ids, sizes, rows, gateway_id)
        for one in np.unique(status).tolist():
            self._counts[Status(one)] += int((status == one).sum())
            self._counts[Status(one), "parts"] += int(rows.parts[status == one].sum())
        self._first = min(self._first or chunk_ids[0] * Chunk.SIZE, chunk_ids[0] * Chunk.SIZE)
        self._last = max(self._last or 0, int(ids[-1]))

    def _write_chunks(self, chunk_ids: list[int], sizes: list[int], rows: Rows, gateway_id: int | None) -> None:
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        due = np.zeros(len(sizes), np.int64) if rows.due is None or not gateway_id else rows.due[starts]
        parts = np.add.reduceat(rows.parts, starts).tolist()
        opens, closes = self._hours
        state = Chunk.State.HELD if gateway_id else Chunk.State.DONE
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO messaging_chunk (id, campaign_id, account_id, gateway_id, message_class, state, turn,
                                             opens_minute, closes_minute, size, parts, cursor, due_at)
                SELECT n.id, %s, %s, %s, %s, %s, 0, %s, %s, n.size, n.parts, n.id * %s - 1,
                       to_timestamp(NULLIF(n.due, 0) * 60)
                FROM unnest(%s::bigint[], %s::smallint[], %s::int[], %s::bigint[]) AS n(id, size, parts, due)
                """,
                [
                    self.campaign.id,
                    self.campaign.account_id,
                    gateway_id,
                    self.campaign.message_class,
                    state,
                    opens,
                    closes,
                    Chunk.SIZE,
                    chunk_ids,
                    sizes,
                    parts,
                    due.tolist(),
                ],
            )

    def _summary(self) -> dict:
        totals = self.totals
        operators = Operator.objects.in_bulk({operator_id for operator_id, _ in totals.operators})
        rows = []
        for (operator_id, encoding), recipients in totals.operators.most_common():
            operator = operators[operator_id]
            parts = totals.operator_parts[operator_id, encoding]
            per_part = self._prices[operator_id][encoding].per_part
            rows.append(
                {"id": operator.id, "code": operator.code, "name_fa": operator.name_fa, "name_en": operator.name_en}
                | {"encoding": encoding, "recipients": recipients, "parts": parts}
                | {"price_per_part": per_part, "price": parts * per_part}
            )
        names = ("rows", "valid", "duplicates", "invalid", "opted_out", "blocked", "no_route", "invalid_sample")
        if self.campaign.kind == Campaign.Kind.P2P:
            names += ("bad_sample", "timed", "first_due", "last_due")
        if totals.most_parts:
            names += ("least_parts", "most_parts", "longest")
        if self._merger:
            totals.missing = self._merger.missing
            names += ("missing", "unfit_text")
        return {name: getattr(totals, name) for name in names} | {"operators": rows}


def _hours(campaign: Campaign, now: datetime) -> tuple[int, int] | None:
    """The line's hours (R4) and the account's quiet ones (2.5)."""
    if campaign.is_test:  # the sandbox wakes nobody
        return None
    return sending_hours(campaign.line, now, campaign.account if campaign.heeds_quiet_hours else None)


def _objects(texts: Sequence[str]) -> np.ndarray:
    array = np.empty(len(texts), object)
    array[:] = texts
    return array


def rejects_path(campaign: Campaign):
    """Where the cells that are no mobile number are kept for download: one a line, CSV, UTF-8."""
    return settings.MEDIA_ROOT / "rejects" / f"{campaign.pk}.csv"
