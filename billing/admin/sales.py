"""Staff pages: VAT rates, proformas, payments, invoices, what was given back. Looked at; only rates are written, and
money is given back by credit notes."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import AuditedAdmin
from billing.forms import CreditNoteForm
from billing.gateways import label_of
from billing.models import BillingProfile, CreditNote, Invoice, Payment, Proforma, Transfer, VatRate
from billing.services import ask_bank
from billing.services.credit_notes import CreditNoteRefused, issue_credit_note, left_of
from common import showing
from common.admin_months import MonthFilter


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


def _give_back(invoice: Invoice) -> str:
    address = reverse("admin:billing_invoice_give_back", args=[invoice.pk])
    return format_html('<a href="{}">{}</a>', address, _("Give back…"))


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
    list_display = ["number", "account", "total_shown", "issued_at", "give_back_link"]
    list_filter = ["year", ("issued_at", MonthFilter)]
    search_fields = ["=serial", "account__name"]

    @admin.display(description=gettext_lazy("give back"))
    def give_back_link(self, invoice: Invoice) -> str:
        return _give_back(invoice)

    def get_urls(self) -> list:
        giving = self.admin_site.admin_view(self.give_back)
        return [path("<int:pk>/give-back/", giving, name="billing_invoice_give_back"), *super().get_urls()]

    def give_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Money of an invoice, wholly or in part, by a credit note."""
        if not request.user.has_perm("billing.add_creditnote"):
            raise PermissionDenied
        invoice = get_object_or_404(Invoice.objects.select_related("account", "payment", "slip"), pk=pk)
        _net, left = left_of(invoice)
        form = CreditNoteForm(request.POST or None, initial={"amount": left, "settled_by": CreditNote.Way.BANK})
        if request.method == "POST" and form.is_valid() and self._is_given(request, invoice, form):
            return redirect("admin:billing_creditnote_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "invoice": invoice,
            "left": showing.rials(left),
            "is_nothing_left": not left,
            "notes": invoice.credit_notes.order_by("id"),
            "form": form,
            "title": _("Give back money of invoice %(number)s") % {"number": invoice.number},
        }
        return TemplateResponse(request, "admin/billing/invoice/give_back.html", context)

    def _is_given(self, request: HttpRequest, invoice: Invoice, form: CreditNoteForm) -> bool:
        try:
            note = issue_credit_note(invoice=invoice, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CreditNoteRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
            return False
        sentence = _("Credit note %(number)s is issued, and the customer is told.")
        self.message_user(request, sentence % {"number": note.number}, messages.SUCCESS)
        return True


@admin.register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    list_display = ["number", "account", "invoice", "total_shown", "settled_by", "bank_reference", "issued_at"]
    list_filter = ["year", "settled_by", "issued_at"]
    list_select_related = ["account", "invoice"]
    search_fields = ["=serial", "account__name", "bank_reference"]


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "sender", "receiver", "amount_shown", "note", "created_by"]
    list_filter = ["created_at"]
    list_select_related = ["sender", "receiver", "created_by"]
    search_fields = ["sender__name", "receiver__name", "note"]

    @admin.display(description=gettext_lazy("amount (rials)"), ordering="amount")
    def amount_shown(self, transfer: Transfer) -> str:
        return showing.number(transfer.amount)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at", "account", "gateway_shown", "state", "amount_shown", "bank_reference", "asked_at",
        "give_back_link",
    ]  # fmt: skip
    list_select_related = ["account", "invoice"]
    list_filter = ["state", "gateway", "created_at"]
    search_fields = ["=reference", "bank_reference", "account__name"]
    actions = ["ask"]

    @admin.display(description=gettext_lazy("bank gateway"), ordering="gateway")
    def gateway_shown(self, payment: Payment) -> str:
        return label_of(payment.gateway)

    @admin.display(description=gettext_lazy("asked (rials)"), ordering="amount")
    def amount_shown(self, payment: Payment) -> str:
        return showing.number(payment.amount)

    @admin.display(description=gettext_lazy("give back"))
    def give_back_link(self, payment: Payment) -> str:
        invoice = getattr(payment, "invoice", None)
        return _give_back(invoice) if invoice else "–"

    @admin.action(description=gettext_lazy("Ask the bank about the selected payments"), permissions=["view"])
    def ask(self, request: HttpRequest, queryset) -> None:
        settled = sum(
            ask_bank(payment_id=pk, now=timezone.now()).state == Payment.State.VERIFIED
            for pk in queryset.values_list("pk", flat=True)[:50]
        )
        sentence = _("Asked; %(count)s of them are paid.") % {"count": showing.number(settled)}
        self.message_user(request, sentence, messages.SUCCESS)
