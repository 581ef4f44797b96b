"""Staff pages: wallets and the ledger. Nothing is edited; a balance moves by an entry with a reason."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.forms import AdjustForm
from billing.models import LedgerEntry, Wallet
from billing.reasons import reason_of
from billing.services import InsufficientCredit, InvalidAmount, ReferenceConflict, adjust, set_limits
from common import showing
from common.admin_months import MonthFilter


class WalletForm(ModelForm):
    class Meta:
        model = Wallet
        fields = ["account", "credit_limit", "low_balance_warning"]

    def clean(self) -> dict:
        cleaned = super().clean()
        if min(cleaned.get("credit_limit") or 0, cleaned.get("low_balance_warning") or 0) < 0:
            raise ValidationError(_("Limits cannot be negative."))
        if self.instance.pk and self.instance.balance < -(cleaned.get("credit_limit") or 0):
            raise ValidationError(_("The account already owes more than this limit."))
        return cleaned


@admin.register(Wallet)
class WalletAdmin(admin.ModelAdmin):
    form = WalletForm
    list_display = ["account", "balance_shown", "credit_limit", "low_balance_warning", "adjust_link"]
    list_select_related = ["account"]
    search_fields = ["account__name", "=account__id"]
    autocomplete_fields = ["account"]
    ordering = ["-id"]

    def get_fields(self, request: HttpRequest, obj: Wallet | None = None) -> list[str]:
        if obj is None:
            return ["account", "credit_limit", "low_balance_warning"]
        return ["account", "balance_shown", "adjust_link", "ledger_link", "credit_limit", "low_balance_warning"]

    def get_readonly_fields(self, request: HttpRequest, obj: Wallet | None = None) -> list[str]:
        return ["account", "balance_shown", "adjust_link", "ledger_link"] if obj else []

    @admin.display(description=gettext_lazy("balance (rials)"), ordering="balance")
    def balance_shown(self, wallet: Wallet) -> str:
        return showing.number(wallet.balance)

    @admin.display(description=gettext_lazy("adjustment"))
    def adjust_link(self, wallet: Wallet) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:billing_wallet_adjust", args=[wallet.pk]), _("Adjust…")
        )

    @admin.display(description=gettext_lazy("ledger"))
    def ledger_link(self, wallet: Wallet) -> str:
        url = reverse("admin:billing_ledgerentry_changelist")
        return format_html('<a href="{}?wallet__id__exact={}">{}</a>', url, wallet.pk, _("Entries"))

    def has_delete_permission(self, request: HttpRequest, obj: Wallet | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Wallet, form: WalletForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
        set_limits(
            account=obj.account,
            credit_limit=obj.credit_limit,
            low_balance_warning=obj.low_balance_warning,
            by=request.user,
        )

    def get_urls(self) -> list:
        adjusting = self.admin_site.admin_view(self.adjust_view)
        return [path("<int:pk>/adjust/", adjusting, name="billing_wallet_adjust"), *super().get_urls()]

    def adjust_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A form that adds one entry with a reason to the wallet."""
        wallet = get_object_or_404(Wallet.objects.select_related("account"), pk=pk)
        if not self.has_change_permission(request, wallet):
            raise PermissionDenied
        form = AdjustForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._adjusted(request, wallet, form):
            return redirect("admin:billing_wallet_change", wallet.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "wallet": wallet,
            "balance": showing.rials(wallet.balance),
            "form": form,
            "title": _("Adjust the balance of %(account)s") % {"account": wallet.account},
        }
        return TemplateResponse(request, "admin/billing/wallet/adjust.html", context)

    def _adjusted(self, request: HttpRequest, wallet: Wallet, form: AdjustForm) -> bool:
        try:
            entry = adjust(
                account=wallet.account,
                amount=form.cleaned_data["amount"],
                reference=f"adjust:{form.cleaned_data['reference']}",
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except (InsufficientCredit, InvalidAmount, ReferenceConflict) as refusal:
            form.add_error(None, str(refusal))
            return False
        balance = showing.rials(entry.balance_after)
        self.message_user(request, _("The balance is now %(balance)s.") % {"balance": balance}, messages.SUCCESS)
        return True


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin):
    list_display = ["created_at", "account", "kind", "amount_shown", "balance_shown", "words", "reference"]
    list_filter = ["kind", "created_at", ("created_at", MonthFilter)]
    list_select_related = ["wallet__account"]
    search_fields = ["reference", "reason", "wallet__account__name"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("account"), ordering="wallet__account__name")
    def account(self, entry: LedgerEntry) -> str:
        return str(entry.wallet.account)

    @admin.display(description=gettext_lazy("amount (rials)"), ordering="amount")
    def amount_shown(self, entry: LedgerEntry) -> str:
        return showing.number(entry.amount)

    @admin.display(description=gettext_lazy("balance after (rials)"), ordering="balance_after")
    def balance_shown(self, entry: LedgerEntry) -> str:
        return showing.number(entry.balance_after)

    @admin.display(description=gettext_lazy("reason"))
    def words(self, entry: LedgerEntry) -> str:
        return reason_of(entry)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "wallet__id__exact" or super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LedgerEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LedgerEntry | None = None) -> bool:
        return False
