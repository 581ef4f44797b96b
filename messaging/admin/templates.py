"""Staff pages: templates, which staff write, approve and refuse."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import AuditedAdmin
from messaging.models import Template
from messaging.services import approve_template, refuse_template


@admin.register(Template)
class TemplateAdmin(AuditedAdmin):
    """A changed text waits for approval again."""

    audit_name = "template"
    list_display = ["id", "name", "account", "state", "text", "line", "created_at", "decided_at"]
    list_display_links = ["id", "name"]
    list_filter = ["state", "created_at"]
    list_select_related = ["account", "line"]
    search_fields = ["=id", "name", "text", "account__name"]
    autocomplete_fields = ["account", "line"]
    fields = ["account", "name", "text", "line", "reason", "state", "created_at", "decided_at"]
    readonly_fields = ["state", "created_at", "decided_at"]
    actions = ["approve", "refuse"]

    def save_model(self, request: HttpRequest, obj: Template, form, change: bool) -> None:
        if change and "text" in form.changed_data:
            obj.state, obj.decided_at = Template.State.PENDING, None
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("Approve the selected templates"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = self._decide(request, queryset, approve_template)
        sentence = ngettext("%(count)d template was approved.", "%(count)d templates were approved.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Refuse the selected templates"), permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = self._decide(request, queryset, refuse_template)
        sentence = ngettext("%(count)d template was refused.", "%(count)d templates were refused.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)

    def _decide(self, request: HttpRequest, queryset: QuerySet, decide: Callable) -> int:
        now = timezone.now()
        return sum(decide(template=template, by=request.user, now=now) for template in queryset.order_by("pk"))
