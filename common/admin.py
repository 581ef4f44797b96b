"""Staff pages: what the platform told people, and what it could not."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.models import Notice
from common.showing import number
from common.tasks import deliver_notices


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    list_display = ["id", "kind", "way", "address", "state", "attempts", "problem", "created_at", "sent_at"]
    list_filter = ["state", "way", "kind"]
    search_fields = ["key", "address"]
    actions = ["again"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Notice | None = None) -> list[str]:
        return [field.name for field in Notice._meta.fields if field.name != "wire_text"]

    @admin.action(description=_("Try again those that failed"), permissions=["change"])
    def again(self, request: HttpRequest, queryset: QuerySet) -> None:
        failed = queryset.filter(state=Notice.State.FAILED, expires_at=None)  # a code is forgotten when it is given up
        count = failed.update(state=Notice.State.WAITING, due_at=timezone.now(), created_at=timezone.now())
        deliver_notices.delay()
        sentence = ngettext("%(count)s notice is tried again.", "%(count)s notices are tried again.", count)
        messages.success(request, sentence % {"count": number(count)})
