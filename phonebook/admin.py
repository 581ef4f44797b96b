"""Staff pages: opt-outs and the operators' block list; customers' contacts can be looked at, not changed."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import AuditedAdmin
from common import showing
from common.phones import normalise
from phonebook.models import BlockedNumber, Contact, Group, OptOut


class ByNumber(admin.ModelAdmin):
    """A list searched by mobile numbers, in whatever way they are written."""

    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        return super().get_search_results(request, queryset, str(normalise(search_term) or search_term))

    @admin.display(description=gettext_lazy("mobile"), ordering="msisdn")
    def number(self, row: Contact | OptOut | BlockedNumber) -> str:
        return showing.phone(row.msisdn)


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(Contact)
class ContactAdmin(ReadOnly, ByNumber):
    list_display = ["number", "first_name", "last_name", "account", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["account"]
    search_fields = ["=msisdn", "first_name", "last_name", "account__name"]
    ordering = ["-id"]


@admin.register(Group)
class GroupAdmin(ReadOnly):
    list_display = ["name", "account", "contacts_count", "created_at"]
    list_select_related = ["account"]
    search_fields = ["name", "account__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(members_n=Count("members"))

    @admin.display(description=gettext_lazy("contacts"))
    def contacts_count(self, group: Group) -> str:
        return showing.number(group.members_n)


class NumberForm(ModelForm):
    msisdn = CharField(label=gettext_lazy("Mobile"), max_length=30)

    def clean_msisdn(self) -> int:
        msisdn = normalise(self.cleaned_data["msisdn"])
        if msisdn is None:
            raise ValidationError(_("Write a mobile number such as 09121234567."))
        return msisdn


class OptOutForm(NumberForm):
    class Meta:
        model = OptOut
        fields = ["account", "line", "msisdn", "reason"]

    def clean(self) -> dict:
        cleaned = super().clean()
        there = OptOut.objects.filter(
            account=cleaned.get("account"), line=cleaned.get("line"), msisdn=cleaned.get("msisdn")
        )
        if not self.errors and there.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("This number has opted out already."))
        return cleaned


class NumberListAdmin(AuditedAdmin, ByNumber):
    """Numbers that are added and taken off again, never changed."""

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj) -> None:
        self.record(request, obj, "deleted", {})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(OptOut)
class OptOutAdmin(NumberListAdmin):
    audit_name = "opt_out"
    form = OptOutForm
    list_display = ["number", "account", "line", "reason", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["account", "line"]
    search_fields = ["=msisdn", "account__name", "line__number", "reason"]
    autocomplete_fields = ["account", "line"]


class BlockedNumberForm(NumberForm):
    class Meta:
        model = BlockedNumber
        fields = ["msisdn"]

    def clean_msisdn(self) -> int:
        msisdn = super().clean_msisdn()
        if BlockedNumber.objects.filter(pk=msisdn).exists():
            raise ValidationError(_("This number is on the list already."))
        return msisdn


@admin.register(BlockedNumber)
class BlockedNumberAdmin(NumberListAdmin):
    audit_name = "blocked_number"
    form = BlockedNumberForm
    list_display = ["number", "created_at"]
    search_fields = ["=msisdn"]
    ordering = ["msisdn"]
