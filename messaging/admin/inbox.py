"""Staff pages: what came in, also to lines that belong to nobody."""

from django.contrib import admin

from messaging.admin.base import LookOnlyAdmin, ShortCountPaginator
from messaging.models import InboundMessage


@admin.register(InboundMessage)
class InboundMessageAdmin(LookOnlyAdmin):
    list_display = ["sender", "destination", "account", "text_beginning", "received_at", "read_at", "deleted_at"]
    list_filter = ["received_at", ("account", admin.EmptyFieldListFilter), "gateway"]
    list_select_related = ["account"]
    search_fields = ["=sender", "=destination", "=msisdn", "text", "account__name"]
    ordering = ["-id"]
    paginator = ShortCountPaginator
    fields = readonly_fields = [
        "account", "line", "gateway", "sender", "destination", "text", "received_at", "read_at", "deleted_at",
    ]  # fmt: skip

    @admin.display(description=InboundMessage._meta.get_field("text").verbose_name)
    def text_beginning(self, message: InboundMessage) -> str:
        return message.text if len(message.text) <= 60 else f"{message.text[:60]}…"
