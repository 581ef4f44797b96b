"""Staff publish announcements (1.1)."""

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import announcements, audit
from accounts.announcement_forms import AnnouncementForm
from accounts.models import Announcement
from common import showing


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):
    form = AnnouncementForm
    list_display = ["title", "severity", "tier", "starts", "ends", "readers_count"]
    list_filter = ["severity", "tier"]
    search_fields = ["title_fa", "title_en", "text_fa", "text_en"]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).annotate(put_away=Count("dismissals"))

    @admin.display(description=_("title"))
    def title(self, row: Announcement) -> str:
        return row.title

    @admin.display(description=_("shown from"), ordering="starts_at")
    def starts(self, row: Announcement) -> str:
        return f"{showing.day(row.starts_at)} {showing.clock(row.starts_at)}"

    @admin.display(description=_("shown until"), ordering="ends_at")
    def ends(self, row: Announcement) -> str:
        return f"{showing.day(row.ends_at)} {showing.clock(row.ends_at)}" if row.ends_at else "–"

    @admin.display(description=_("put away by"))
    def readers_count(self, row: Announcement) -> str:
        return showing.number(row.put_away)

    def save_model(self, request: HttpRequest, obj: Announcement, form, change: bool) -> None:
        announcements.publish(obj, by=request.user, request=request)

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        audit.record(action="announcement.deleted", target=obj.title_fa, request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for announcement in queryset:
            self.delete_model(request, announcement)
