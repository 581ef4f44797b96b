"""A report as a table: what the page, its chart and its file show alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Account
from common import showing
from common.showing import digits, number, short_day
from messaging.errors import code_of, describe
from messaging.models import Campaign, Status
from numbers.models import Line
from numbers.selectors import operators
from reports.selectors import Row

MOST_BARS = 20
MOST_DAYS_DRAWN = 92


@dataclass(frozen=True, slots=True)
class Cell:
    """``shown`` for people, ``value`` for files; ``note`` beneath it."""

    shown: str
    value: object
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` begin with the name of their line; ``chart`` is what charts.js draws, ``summary`` says it in words."""

    header: list[str]
    rows: list[list[Cell]]
    chart: dict[str, Any] | None
    summary: str


def names_for(account: Account, by: str, keys: list) -> Callable[[object], Cell]:
    """How a breakdown's keys read; at most one query, whatever their number."""
    if by == "line":
        numbers = dict(Line.objects.filter(pk__in=keys).values_list("pk", "number"))
        return lambda key: Cell(digits(numbers.get(key, "—")), numbers.get(key, ""))
    if by == "operator":
        known = operators()
        return lambda key: _plain(str(known[key]) if key in known else "—")
    if by == "error":
        return lambda key: Cell(describe(key), describe(key), code_of(key))
    if by == "status":
        return lambda key: _plain(str(Status(key).label))
    if by == "kind":
        return lambda key: _plain(str(Campaign.Kind(key).label))
    return lambda key: Cell(showing.day(key), showing.day(key))


def sent_table(account: Account, rows: list[Row], *, by: str) -> Table:
    """Of statuses and errors, how many; of all else, what became of the messages as well."""
    name = names_for(account, by, [row.key for row in rows])
    is_plain = by in {"status", "error"}
    header = [_heading(by), *([_("Messages")] if is_plain else _outcomes()), _("Parts"), _("Cost (rials)")]
    cells = [
        [
            name(row.key),
            *(_counts([row.messages]) if is_plain else _outcome_cells(row)),
            *_counts([row.parts, row.cost]),
        ]
        for row in rows
    ]
    return Table(header, cells, _chart(rows, by, name), _summary(rows, name))


def received_table(account: Account, rows: list[tuple[object, int]], *, by: str) -> Table:
    name = names_for(account, by, [key for key, _messages in rows])
    cells = [[name(key), *_counts([messages])] for key, messages in rows]
    drawn = rows[-MOST_DAYS_DRAWN:] if by == "day" else rows[:MOST_BARS]
    values = [messages for _key, messages in drawn]
    chart = {"labels": [_label(key, by, name) for key, _messages in drawn]}
    chart["series"] = [{"label": _("Received"), "tone": "violet", "values": values}]
    summary = _("%(count)s messages came in.") % {"count": number(sum(count for _key, count in rows))}
    return Table([_heading(by), _("Received")], cells, chart if rows else None, summary)


def _outcomes() -> list[str]:
    return [_("Sent"), _("Delivered"), _("Delivered (%)"), _("Undelivered"), _("Failed"), _("Blocked"), _("Waiting")]


def _outcome_cells(row: Row) -> list[Cell]:
    counts = row.counts
    percent = counts.delivered_percent
    others = [counts.undelivered, counts.failed + counts.cancelled + counts.unknown, counts.blocked, counts.waiting]
    shown = showing.percent(percent) if counts.sent else "—"
    delivered = [*_counts([counts.sent, counts.delivered]), Cell(shown, percent if counts.sent else "")]
    return [*delivered, *_counts(others)]


def _chart(rows: list[Row], by: str, name: Callable[[object], Cell]) -> dict[str, Any] | None:
    if not rows:
        return None
    drawn = rows[-MOST_DAYS_DRAWN:] if by == "day" else rows[:MOST_BARS]
    labels = [_label(row.key, by, name) for row in drawn]
    if by in {"status", "error"}:
        tone = "bad" if by == "error" else "ok"
        return {"labels": labels, "series": [_series(_("Messages"), tone, [row.messages for row in drawn])]}
    failed = [row.counts.undelivered + row.counts.failed + row.counts.unknown for row in drawn]
    open_ = [row.counts.submitted + row.counts.waiting for row in drawn]
    return {
        "labels": labels,
        "series": [
            _series(_("Delivered"), "ok", [row.counts.delivered for row in drawn]),
            _series(_("Not known yet"), "wait", open_),
            _series(_("Undelivered or failed"), "bad", failed),
        ],
    }


def _series(label: str, tone: str, values: list[int]) -> dict[str, Any]:
    return {"label": label, "tone": tone, "values": values}


def _summary(rows: list[Row], name: Callable[[object], Cell]) -> str:
    """The chart for those who cannot see it; the table beside it has the rest."""
    if not rows:
        return ""
    largest = max(rows, key=lambda row: row.messages)
    return _("%(messages)s messages; the most, %(most)s, in “%(name)s”. The table below has every figure.") % {
        "messages": number(sum(row.messages for row in rows)),
        "most": number(largest.messages),
        "name": name(largest.key).shown,
    }


def _heading(by: str) -> str:
    return {
        "day": _("Day"), "line": _("Line"), "operator": _("Operator"), "kind": _("Kind"), "status": _("Status"),
        "error": _("Error"),
    }[by]  # fmt: skip


def _label(key: object, by: str, name: Callable[[object], Cell]) -> str:
    if by == "error":
        return name(key).note or name(key).shown[:24]
    return short_day(key) if isinstance(key, date) else name(key).shown


def _plain(text: str) -> Cell:
    return Cell(text, text)


def _counts(values: list[int]) -> list[Cell]:
    return [Cell(number(value), value) for value in values]
