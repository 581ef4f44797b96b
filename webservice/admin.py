"""Keys as staff see them: what they may do and when they were used, never the key; they can be revoked."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import AuditedAdmin
from webservice.models import Activation, ApiKey, DialectSettings
from webservice.services import revoke_key


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    list_display = [
        "prefix",
        "name",
        "account",
        "is_test",
        "scopes",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "created_at"]
    search_fields = ["prefix", "name", "account__name"]
    list_select_related = ["account"]
    fields = readonly_fields = [
        "account", "name", "is_test", "prefix", "scopes", "networks", "created_by", "created_at", "last_used_at",
        "expires_at", "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset) -> None:
        revoked = sum(revoke_key(key, by=request.user, request=request) for key in queryset.select_related("account"))
        sentence = ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", revoked)
        self.message_user(request, sentence % {"count": revoked}, messages.SUCCESS)


@admin.register(DialectSettings)
class DialectSettingsAdmin(AuditedAdmin):
    audit_name = "dialect_settings"
    list_display = ["account", "default_line", "is_debugging"]
    list_select_related = ["account", "default_line"]
    autocomplete_fields = ["account", "default_line"]
    search_fields = ["account__name"]


@admin.register(Activation)
class ActivationAdmin(AuditedAdmin):
    audit_name = "activation"
    list_display = ["account", "used_by", "networks", "purpose", "created_at", "changed_at"]
    list_select_related = ["account"]
    list_filter = ["created_at"]
    search_fields = ["account__name", "used_by", "purpose"]
    readonly_fields = ["account", "created_at", "changed_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
