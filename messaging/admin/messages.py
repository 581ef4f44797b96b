"""Staff pages: one recipient's message and its story, found by id, number or campaign."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import showing
from common.phones import normalise
from common.text import ascii_digits
from messaging.admin.base import LookOnlyAdmin, ShortCountPaginator, moment
from messaging.errors import code_of, describe
from messaging.models import Campaign, Message
from messaging.selectors import message_text, story


class CampaignFilter(admin.SimpleListFilter):
    """``?campaign=12``: its messages by the range of their ids, since the campaign of a message is not indexed."""

    title = gettext_lazy("campaign")
    parameter_name = "campaign"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, f"#{chosen}")] if chosen.isascii() and chosen.isdecimal() else []

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        campaign = Campaign.objects.filter(pk=self.value(), first_id__isnull=False).first()
        if campaign is None:
            return queryset.none()
        return queryset.filter(campaign=campaign, id__range=(campaign.first_id, campaign.last_id))


@admin.register(Message)
class MessageAdmin(LookOnlyAdmin):
    list_display = ["id", "number", "account", "line", "status", "reason", "price", "created_at"]
    list_filter = [CampaignFilter, "status"]
    list_select_related = ["account", "line"]
    search_fields = ["id"]
    search_help_text = gettext_lazy("A message's id, or a whole mobile number.")
    ordering = ["-id"]
    sortable_by = []
    paginator = ShortCountPaginator
    fields = readonly_fields = [
        "id", "number", "account", "campaign", "line", "operator", "status", "reason", "written_text", "encoding",
        "parts", "price", "returned", "attempts", "created_at", "submitted_at", "final_at", "events", "whole_story",
    ]  # fmt: skip

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        written = ascii_digits(search_term).strip()
        mobile = normalise(written)
        if mobile is not None:
            return queryset.filter(msisdn=mobile), False
        is_id = written.isascii() and written.isdecimal() and len(written) < 19
        return queryset.filter(pk=int(written)) if is_id else queryset.none(), False

    @admin.display(description=gettext_lazy("recipient"))
    def number(self, message: Message) -> str:
        return format_html('<bdi dir="ltr">{}</bdi>', showing.phone(message.msisdn))

    @admin.display(description=gettext_lazy("error"))
    def reason(self, message: Message) -> str:
        return f"{describe(message.error)} {code_of(message.error)}".strip() or "–"

    @admin.display(description=gettext_lazy("text"))
    def written_text(self, message: Message) -> str:
        return message_text(message)

    @admin.display(description=gettext_lazy("story"))
    def events(self, message: Message) -> str:
        rows = (
            (moment(event.at), event.title, _("part %(number)s") % {"number": event.part} if event.part else "",
             event.detail, event.code)
            for event in story(message)
        )  # fmt: skip
        lines = format_html_join("", "<li>{} — <b>{}</b> {} {} <code>{}</code></li>", rows)
        return format_html("<ol>{}</ol>", lines)

    @admin.display(description=gettext_lazy("whole story"))
    def whole_story(self, message: Message) -> str:
        try:
            address = reverse("staff:message", args=[message.pk])
        except NoReverseMatch:
            return "–"
        return format_html('<a href="{}">{}</a>', address, _("Money, chunk, route, PDUs, receipts, webhooks"))
