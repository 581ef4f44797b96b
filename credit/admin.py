"""Staff pages: price lists, who pays by which, and the money set aside for campaigns (read only)."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import AuditedAdmin
from common import showing
from credit.models import AccountPlan, Reservation, Tariff, TariffPlan
from credit.pricing import gaps


class TariffForm(ModelForm):
    class Meta:
        model = Tariff
        fields = [
            "line_kind", "operator", "prefix_family", "language", "price_per_part", "refunds_undelivered"
        ]  # fmt: skip

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prefix_family"].validators.append(
            RegexValidator(r"^\d{3,6}$", _("Write digits such as 1000 or 021, or leave it empty."))
        )


class TariffFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """One row for each (operator, language, kind, family), also among the rows of this form."""
        super().clean()
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        names = ("line_kind", "operator_id", "prefix_family", "language")
        seen = set(self.instance.tariffs.exclude(pk__in=shown).values_list(*names)) if self.instance.pk else set()
        for form in self.forms:
            row = getattr(form, "cleaned_data", None)
            if not row or row.get("DELETE") or "price_per_part" not in row:
                continue
            operator = row.get("operator")
            key = (row.get("line_kind"), operator and operator.pk, row.get("prefix_family") or "", row.get("language"))
            if key in seen:
                raise ValidationError(_("There are two rows for the same operator, language, kind and family."))
            seen.add(key)


class TariffInline(admin.TabularInline):
    model = Tariff
    form = TariffForm
    formset = TariffFormSet
    extra = 0

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        if db_field.name == "operator":
            field.empty_label = _("Any operator")
        return field

    def get_formset(self, request: HttpRequest, obj=None, **options):
        """Operators are added on their own page, not from a price."""
        formset = super().get_formset(request, obj, **options)
        operator = formset.form.base_fields["operator"].widget
        operator.can_add_related = operator.can_change_related = operator.can_view_related = False
        operator.can_delete_related = False
        return formset


@admin.register(TariffPlan)
class TariffPlanAdmin(AuditedAdmin):
    audit_name = "tariff_plan"
    list_display = ["name", "tier", "minimum_messages", "is_default", "accounts_count", "rows_count"]
    search_fields = ["name"]
    readonly_fields = ["is_default"]
    inlines = [TariffInline]
    actions = ["make_default"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        counts = {"accounts_n": Count("accounts", distinct=True), "rows_n": Count("tariffs", distinct=True)}
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description=gettext_lazy("accounts"))
    def accounts_count(self, plan: TariffPlan) -> str:
        return showing.number(plan.accounts_n)

    @admin.display(description=gettext_lazy("rows"))
    def rows_count(self, plan: TariffPlan) -> str:
        return showing.number(plan.rows_n)

    def has_delete_permission(self, request: HttpRequest, obj: TariffPlan | None = None) -> bool:
        return (obj is None or not obj.is_default) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def delete_model(self, request: HttpRequest, obj: TariffPlan) -> None:
        self.record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form, formset, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        rows = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
        if rows or formset.deleted_objects:
            details = {
                "saved": {str(row): row.price_per_part for row in rows},
                "deleted": [str(row) for row in formset.deleted_objects],
            }
            self.record(request, form.instance, "prices_changed", details)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        missing = gaps(form.instance)
        if missing:
            lacking = "، ".join(f"{kind.label} – {language.label}" for kind, language in missing)
            sentence = _("This plan has no price for any operator for: %(lacking)s. Such messages may be refused.")
            self.message_user(request, sentence % {"lacking": lacking}, messages.WARNING)

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
