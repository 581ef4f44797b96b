"""What the staff pages of messaging share: rows that are only looked at, and lists too long to count."""

from functools import cached_property

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest

from common import showing

MOST_COUNTED = 10_000


class LookOnlyAdmin(admin.ModelAdmin):
    """Staff look and search; nobody adds, changes or deletes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class ShortCountPaginator(Paginator):
    """Counts up to ten thousand rows and stops: a table of fifty million is searched, not leafed through."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:MOST_COUNTED].count()


def moment(value) -> str:
    """A moment as pages show it; "–" for none."""
    return f"{showing.day(value)} {showing.clock(value)}" if value else "–"
