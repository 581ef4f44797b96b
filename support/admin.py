"""Staff pages: how the desk is arranged. Tickets themselves have the desk's own pages."""

from django.contrib import admin

from accounts.admin import AuditedAdmin
from support.models import CannedAnswer, Holiday, ServiceLevel, Unit


@admin.register(Unit)
class UnitAdmin(AuditedAdmin):
    audit_name = "support_unit"
    list_display = ["code", "name_fa", "name_en", "position", "is_active"]
    filter_horizontal = ["members"]


@admin.register(ServiceLevel)
class ServiceLevelAdmin(AuditedAdmin):
    audit_name = "service_level"
    list_display = ["priority", "response_minutes", "resolution_minutes"]


@admin.register(Holiday)
class HolidayAdmin(AuditedAdmin):
    audit_name = "holiday"
    list_display = ["day", "name"]


@admin.register(CannedAnswer)
class CannedAnswerAdmin(AuditedAdmin):
    audit_name = "canned_answer"
    list_display = ["title", "unit"]
    search_fields = ["title", "body"]
