"""Staff pages: VAT rates, proformas, payments, invoices. Looked at; only rates are written."""

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import AuditedAdmin
from billing.gateways import label_of
from billing.models import BillingProfile, Invoice, Payment, Proforma, VatRate
from billing.services import ask_bank
from common import showing


@admin.register(VatRate)
class VatRateAdmin(AuditedAdmin):
    audit_name = "vat_rate"
    list_display = ["percent", "valid_from"]

    def has_delete_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return False


class ReadOnlyAdmin(admin.ModelAdmin):
    """What only services write."""

    show_full_result_count = False
    list_select_related = ["account"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    @admin.display(description=gettext_lazy("total (rials)"), ordering="total")
    def total_shown(self, row) -> str:
        return showing.number(row.total)


@admin.register(BillingProfile)
class BillingProfileAdmin(ReadOnlyAdmin):
    list_display = ["legal_name", "account", "national_id", "economic_code"]
    search_fields = ["legal_name", "national_id", "account__name"]


@admin.register(Proforma)
class ProformaAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "account", "purpose", "state", "total_shown", "created_at", "expires_at"]
    list_filter = ["state", "purpose", "created_at"]
    search_fields = ["=id", "account__name", "subject"]


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ["number", "account", "total_shown", "issued_at"]
    list_filter = ["year", "issued_at"]
    search_fields = ["=serial", "account__name"]
    date_hierarchy = "issued_at"


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "account", "gateway_shown", "state", "amount_shown", "bank_reference", "asked_at"]
    list_filter = ["state", "gateway", "created_at"]
    search_fields = ["=reference", "bank_reference", "account__name"]
    actions = ["ask"]

    @admin.display(description=gettext_lazy("bank gateway"), ordering="gateway")
    def gateway_shown(self, payment: Payment) -> str:
        return label_of(payment.gateway)

    @admin.display(description=gettext_lazy("asked (rials)"), ordering="amount")
    def amount_shown(self, payment: Payment) -> str:
        return showing.number(payment.amount)

    @admin.action(description=gettext_lazy("Ask the bank about the selected payments"), permissions=["view"])
    def ask(self, request: HttpRequest, queryset) -> None:
        settled = sum(
            ask_bank(payment_id=pk, now=timezone.now()).state == Payment.State.VERIFIED
            for pk in queryset.values_list("pk", flat=True)[:50]
        )
        sentence = _("Asked; %(count)s of them are paid.") % {"count": showing.number(settled)}
        self.message_user(request, sentence, messages.SUCCESS)
