"""The account's lines and its requests for lines as tables for files (12)."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from common import showing
from numbers.models import Line, LineRequest


def line_header() -> list[str]:
    return [_("Line"), _("Kind"), _("Prefix family"), _("State"), _("Active since")]


def line_rows(lines: Iterable[Line]) -> Iterator[list]:
    for line in lines:
        since = showing.day(line.activated_at) if line.activated_at else ""
        yield [line.number, line.get_kind_display(), line.prefix_family, line.get_state_display(), since]


def request_header() -> list[str]:
    names = [_("Line number"), _("Request"), _("State"), _("Reason"), _("Price (rials)")]
    return [*names, _("Submitted"), _("Time")]


def request_rows(requests: Iterable[LineRequest]) -> Iterator[list]:
    for row in requests:
        moment = (showing.day(row.created_at), showing.clock(row.created_at))
        yield [row.number, row.get_kind_display(), row.get_state_display(), row.reason, row.price, *moment]
