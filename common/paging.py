"""Pages of a long list by the key of a row, so that the thousandth page costs as much as the first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the keys for ``?before=`` the first and ``?after=`` the last, None where the list ends."""

    rows: list
    previous: Any
    next: Any

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def counted(queryset: QuerySet, most: int) -> int:
    """How many rows there are, at most ``most``: a figure for people that costs no more than reading so many."""
    return queryset.order_by().values("pk")[:most].count()


def page_of(
    queryset: QuerySet,
    query: QueryDict | dict,
    *,
    size: int = SIZE,
    key: str = "id",
    descending: bool = True,
    ties: bool = False,
) -> Page:
    """The page of ``queryset`` that ``query`` (request.GET) asks for with ``after`` or ``before``, ordered by ``key``,
    which must be unique in the list; one that has ``ties`` is ordered by the id too, and the page is asked for by that.
    A key that cannot be read, or an id that is not in the list any more, asks for the first page."""
    asked_by = "id" if ties else key
    field = queryset.model._meta.get_field(asked_by)
    before, after = _read(field, query.get("before")), _read(field, query.get("after"))
    backwards = before is not None
    towards_smaller = descending != backwards
    sign = "-" if towards_smaller else ""
    rows = queryset.order_by(f"{sign}{key}", *([f"{sign}id"] if ties else []))
    place = before if backwards else after
    if place is not None and ties:
        rows = _beyond(rows, key, place, "<" if towards_smaller else ">")
    elif place is not None:
        rows = rows.filter(**{f"{key}__lt" if towards_smaller else f"{key}__gt": place})
    rows = list(rows[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if place is not None and (not rows or (backwards and not more)):
        # Nothing is left there, or too little to fill the page: the list's beginning instead of a dead end.
        return page_of(queryset, {}, size=size, key=key, descending=descending, ties=ties)
    if not rows:
        return Page([], None, None)
    first, last = getattr(rows[0], asked_by), getattr(rows[-1], asked_by)
    return Page(rows, first if place is not None else None, last if backwards or more else None)


def turned(read: Callable[[int | None, bool], list], query: QueryDict | dict, *, size: int = SIZE) -> Page:
    """``page_of`` for rows that no single queryset orders: ``read(id, backwards)`` gives at least ``size`` + 1 rows,
    where there are so many, that stand after that id, or before it, the nearest first; from None, the list's beginning.
    Rows beyond those are passed over."""
    before, after = _id(query.get("before")), _id(query.get("after"))
    backwards = before is not None
    place = before if backwards else after
    rows = read(place, backwards)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if place is not None and (not rows or (backwards and not more)):
        return turned(read, {}, size=size)
    if not rows:
        return Page([], None, None)
    return Page(rows, rows[0].pk if place is not None else None, rows[-1].pk if backwards or more else None)


def _id(written: str | None) -> int | None:
    return int(written) if written and written.isascii() and written.isdecimal() and len(written) <= 18 else None


def _beyond(rows: QuerySet, key: str, pk: int, sign: str) -> QuerySet:
    """Those that stand after the row ``pk``: one comparison of pairs, which an index of (key, id) answers in place."""
    place = rows.filter(pk=pk).values_list(key, "pk").first()
    if place is None:
        return rows.none()
    table, column = rows.model._meta.db_table, rows.model._meta.get_field(key).column
    sql = f'(("{table}"."{column}", "{table}"."id") {sign} (%s, %s))'
    return rows.filter(RawSQL(sql, place, output_field=BooleanField()))  # noqa: S611 - names of the model, parameters


def _read(field, value: str | None):
    if not value:
        return None
    try:
        return field.to_python(value)
    except ValidationError:
        return None
