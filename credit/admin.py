"""Staff pages: who pays by which price list, and the money set aside for campaigns (read only). The prices themselves
are edited in the panel, /staff/tariffs/."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import AuditedAdmin
from common import showing
from credit.models import AccountPlan, Reservation, TariffPlan, TariffRevision


@admin.register(TariffPlan)
class TariffPlanAdmin(AuditedAdmin):
    audit_name = "tariff_plan"
    list_display = ["name", "tier", "is_default", "accounts_count"]
    search_fields = ["name"]
    fields = ["name", "tier", "is_default"]
    readonly_fields = ["is_default"]
    actions = ["make_default"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(accounts_n=Count("accounts"))

    @admin.display(description=gettext_lazy("accounts"))
    def accounts_count(self, plan: TariffPlan) -> str:
        return showing.number(plan.accounts_n)

    def has_delete_permission(self, request: HttpRequest, obj: TariffPlan | None = None) -> bool:
        """Only of a plan by which nothing was ever priced."""
        if obj and (obj.is_default or obj.revisions.exclude(state=TariffRevision.State.DRAFT).exists()):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: TariffPlan) -> None:
        self.record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    @admin.action(description=gettext_lazy("Make the selected plan the default one"), permissions=["change"])
    def make_default(self, request: HttpRequest, queryset: QuerySet) -> None:
        if queryset.count() != 1:
            self.message_user(request, _("Select one plan."), messages.ERROR)
            return
        plan = queryset.get()
        with transaction.atomic():
            TariffPlan.objects.filter(is_default=True).update(is_default=False)
            TariffPlan.objects.filter(pk=plan.pk).update(is_default=True)
            self.record(request, plan, "made_default", {})
        self.message_user(request, _("%(plan)s is now the default plan.") % {"plan": plan}, messages.SUCCESS)


@admin.register(AccountPlan)
class AccountPlanAdmin(AuditedAdmin):
    audit_name = "account_plan"
    list_display = ["account", "plan"]
    list_filter = ["plan"]
    list_select_related = ["account", "plan"]
    search_fields = ["account__name"]
    autocomplete_fields = ["account", "plan"]

    def get_readonly_fields(self, request: HttpRequest, obj: AccountPlan | None = None) -> list[str]:
        return ["account"] if obj else []


@admin.register(Reservation)
class ReservationAdmin(admin.ModelAdmin):
    list_display = ["created_at", "account", "reference", "charged_shown", "returned_shown"]
    list_filter = ["created_at"]
    list_select_related = ["account"]
    search_fields = ["reference", "account__name"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("charged (rials)"), ordering="charged")
    def charged_shown(self, reservation: Reservation) -> str:
        return showing.number(reservation.charged)

    @admin.display(description=gettext_lazy("returned (rials)"), ordering="returned")
    def returned_shown(self, reservation: Reservation) -> str:
        return showing.number(reservation.returned)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Reservation | None = None) -> bool:
        return False
