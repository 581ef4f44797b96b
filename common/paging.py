"""Pages of a long list by the key of a row, so that the thousandth page costs as much as the first."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
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
    queryset: QuerySet, query: QueryDict | dict, *, size: int = SIZE, key: str = "id", descending: bool = True
) -> Page:
    """The page of ``queryset`` that ``query`` (request.GET) asks for with ``after`` or ``before``, ordered by ``key``,
    which must be unique in the list. A key that cannot be read asks for the first page."""
    field = queryset.model._meta.get_field(key)
    before, after = _read(field, query.get("before")), _read(field, query.get("after"))
    backwards = before is not None
    towards_smaller = descending != backwards
    rows = queryset.order_by(f"-{key}" if towards_smaller else key)
    place = before if backwards else after
    if place is not None:
        rows = rows.filter(**{f"{key}__lt" if towards_smaller else f"{key}__gt": place})
    rows = list(rows[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    if place is not None and (not rows or (backwards and not more)):
        # Nothing is left there, or too little to fill the page: the list's beginning instead of a dead end.
        return page_of(queryset, {}, size=size, key=key, descending=descending)
    if not rows:
        return Page([], None, None)
    first, last = getattr(rows[0], key), getattr(rows[-1], key)
    return Page(rows, first if place is not None else None, last if backwards or more else None)


def _read(field, value: str | None):
    if not value:
        return None
    try:
        return field.to_python(value)
    except ValidationError:
        return None
