"""Staff pages: campaigns, which staff may pause, resume and cancel; samples and uploads, to look at."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import showing
from messaging import services
from messaging.admin.base import LookOnlyAdmin, ShortCountPaginator
from messaging.models import Campaign, SampleMessage, Upload
from messaging.selectors import progress
from messaging.services import WrongState


@admin.register(Campaign)
class CampaignAdmin(LookOnlyAdmin):
    list_display = ["id", "account", "title", "line", "kind", "state", "recipients_shown", "price_shown", "created_at"]
    list_display_links = ["id", "title"]
    list_filter = ["state", "kind", "message_class", "created_at"]
    list_select_related = ["account", "line"]
    search_fields = ["=id", "title", "account__name", "=line__number", "=reference"]
    ordering = ["-id"]
    paginator = ShortCountPaginator
    actions = ["pause", "resume", "cancel"]
    fields = [
        "account", "created_by", "line", "kind", "message_class", "state", "problem", "title", "text", "encoding",
        "parts_each", "recipients", "parts", "price", "returned", "reservation", "counts", "messages_link", "summary",
        "upload", "send_at", "validity_minutes", "reference", "tags", "rows_read", "quote_expires_at", "undo_until",
        "created_at", "confirmed_at", "started_at", "finished_at",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=gettext_lazy("recipients"), ordering="recipients")
    def recipients_shown(self, campaign: Campaign) -> str:
        return showing.number(campaign.recipients)

    @admin.display(description=gettext_lazy("price (rials)"), ordering="price")
    def price_shown(self, campaign: Campaign) -> str:
        return showing.number(campaign.price)

    @admin.display(description=gettext_lazy("returned (rials)"))
    def returned(self, campaign: Campaign) -> str:
        return showing.number(campaign.reservation.returned if campaign.reservation else 0)

    @admin.display(description=gettext_lazy("counts"))
    def counts(self, campaign: Campaign) -> str:
        rows = progress(campaign).by_status.items()
        return format_html_join(" · ", "{}: {}", ((status.label, showing.number(count)) for status, count in rows))

    @admin.display(description=gettext_lazy("messages"))
    def messages_link(self, campaign: Campaign) -> str:
        url = reverse("admin:messaging_message_changelist")
        return format_html('<a href="{}?campaign={}">{}</a>', url, campaign.pk, _("Look at its messages"))

    def has_control_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messaging.change_campaign")

    @admin.action(description=gettext_lazy("Pause the selected campaigns"), permissions=["control"])
    def pause(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._control(request, queryset, lambda campaign: services.pause(campaign=campaign, by=request.user))

    @admin.action(description=gettext_lazy("Resume the selected campaigns"), permissions=["control"])
    def resume(self, request: HttpRequest, queryset: QuerySet) -> None:
        now = timezone.now()
        self._control(request, queryset, lambda campaign: services.resume(campaign=campaign, by=request.user, now=now))

    @admin.action(
        description=gettext_lazy("Cancel the selected campaigns and return what has not left"), permissions=["control"]
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet) -> None:
        now = timezone.now()
        self._control(request, queryset, lambda campaign: services.cancel(campaign=campaign, by=request.user, now=now))

    def _control(self, request: HttpRequest, queryset: QuerySet, change: Callable[[Campaign], object]) -> None:
        done = 0
        for campaign in queryset.order_by("pk"):
            try:
                change(campaign)
                done += 1
            except WrongState as error:
                self.message_user(request, f"#{campaign.pk}: {error}", messages.WARNING)
        if done:
            sentence = ngettext("Done for %(count)s campaign.", "Done for %(count)s campaigns.", done)
            self.message_user(request, sentence % {"count": showing.number(done)}, messages.SUCCESS)


@admin.register(SampleMessage)
class SampleMessageAdmin(LookOnlyAdmin):
    list_display = ["__str__", "account", "created_at"]
    list_select_related = ["account"]
    list_filter = ["created_at"]
    search_fields = ["title", "text", "account__name"]
    fields = readonly_fields = ["account", "title", "text", "created_at"]


@admin.register(Upload)
class UploadAdmin(LookOnlyAdmin):
    list_display = ["filename", "account", "rows", "size", "created_at"]
    list_select_related = ["account"]
    list_filter = ["created_at"]
    search_fields = ["filename", "account__name"]
    fields = readonly_fields = ["account", "filename", "size", "rows", "columns", "phone_column", "created_at"]
