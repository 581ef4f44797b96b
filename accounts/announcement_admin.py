"""Staff publish announcements (1.1)."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Announcement
from common import jalali, showing
from common.fields import MomentField


def _moment(label: str, help_text: str = "") -> MomentField:
    return MomentField(label=label, help_text=help_text, widget=forms.TextInput(attrs={"dir": "ltr", "size": 20}))


class AnnouncementForm(forms.ModelForm):
    starts_at = _moment(_("shown from"), _("Written 1405/09/01 08:00; empty: at once."))
    ends_at = _moment(_("shown until"), _("Written 1405/09/01 08:00; empty: until it is deleted."))

    class Meta:
        model = Announcement
        fields = ["title_fa", "text_fa", "title_en", "text_en", "severity", "tier", "starts_at", "ends_at"]

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for name in ("starts_at", "ends_at"):
            at = getattr(self.instance, name) if self.instance.pk else None
            self.initial[name] = jalali.to_jalali(at) if at else ""

    def clean_starts_at(self):
        return self.cleaned_data["starts_at"] or self.instance.starts_at or timezone.now()


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
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        verb = "changed" if change else "published"
        audit.record(action=f"announcement.{verb}", target=obj.title_fa, request=request)

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        audit.record(action="announcement.deleted", target=obj.title_fa, request=request)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for announcement in queryset:
            self.delete_model(request, announcement)
