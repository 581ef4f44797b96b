"""Staff pages: lines, and the operators and prefixes of numbers."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin import AuditedAdmin
from common import showing
from common.phones import normalise
from common.uploads import UploadGone, paper_response
from numbers.forms import ReviewForm
from numbers.models import Line, LineDocument, LineOffer, LineRequest, Operator, PortedNumber, Prefix
from numbers.ordering import RequestRefused, approve, reject
from numbers.selectors import OTHER, forget_tables
from numbers.services import LineRefused, activate, family_of, suspend


class LineForm(ModelForm):
    class Meta:
        model = Line
        fields = [
            "number",
            "account",
            "kind",
            "prefix_family",
            "sending_hours",
            "requires_opt_out_hint",
            "carries_notices",
        ]

    def clean(self) -> dict:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind and not cleaned.get("account") and kind != Line.Kind.SHARED_SERVICE:
            self.add_error("account", _("A line without an account can only be a shared service line."))
        if kind and kind != Line.Kind.ADVERTISING and cleaned.get("sending_hours"):
            self.add_error("sending_hours", _("Only advertising lines have sending hours."))
        if cleaned.get("carries_notices") and not cleaned.get("account"):
            sentence = _("A shared line cannot carry the platform's notices: no account would pay for them.")
            self.add_error("carries_notices", sentence)
        if "number" in cleaned and not cleaned.get("prefix_family"):
            cleaned["prefix_family"] = family_of(cleaned["number"])
        return cleaned


@admin.register(Line)
class LineAdmin(AuditedAdmin):
    audit_name = "line"
    form = LineForm
    list_display = ["number", "account", "kind", "prefix_family", "state", "hours", "activated_at"]
    list_filter = ["state", "kind", "prefix_family", "requires_opt_out_hint", "activated_at"]
    list_select_related = ["account"]
    search_fields = ["number", "account__name"]
    autocomplete_fields = ["account"]
    readonly_fields = ["state", "activated_at"]
    actions = ["activate", "suspend"]

    def get_fields(self, request: HttpRequest, obj: Line | None = None) -> list[str]:
        return [*LineForm.Meta.fields, "state", "activated_at"]

    @admin.display(description=gettext_lazy("sending hours"))
    def hours(self, line: Line) -> str:
        return line.sending_hours

    def has_delete_permission(self, request: HttpRequest, obj: Line | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Activate the selected lines"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = self._move(request, queryset, activate)
        self._say(request, ngettext("%(count)s line activated.", "%(count)s lines activated.", count), count)

    @admin.action(description=gettext_lazy("Suspend the selected lines"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = self._move(request, queryset, suspend)
        self._say(request, ngettext("%(count)s line suspended.", "%(count)s lines suspended.", count), count)

    def _move(self, request: HttpRequest, queryset: QuerySet, service: Callable) -> int:
        moved = 0
        for line in queryset.order_by("pk"):
            try:
                moved += service(line=line, by=request.user, now=timezone.now())
            except LineRefused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        return moved

    def _say(self, request: HttpRequest, sentence: str, count: int) -> None:
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS if count else messages.WARNING)


class TableAdmin(AuditedAdmin):
    """Rows that the operators' tables are made of: a change counts at once in this process, in a minute elsewhere."""

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_tables()

    def delete_model(self, request: HttpRequest, obj) -> None:
        self.record(request, obj, "deleted", {})
        super().delete_model(request, obj)
        forget_tables()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


class OperatorForm(ModelForm):
    class Meta:
        model = Operator
        fields = ["code", "name_fa", "name_en", "host"]

    def clean_host(self) -> Operator | None:
        host = self.cleaned_data["host"]
        if host and (host == self.instance or host.host_id):
            raise ValidationError(_("Choose a network of its own, not a virtual operator."))
        return host


@admin.register(Operator)
class OperatorAdmin(TableAdmin):
    audit_name = "operator"
    form = OperatorForm
    list_display = ["code", "name_fa", "name_en", "host"]
    list_select_related = ["host"]
    search_fields = ["code", "name_fa", "name_en"]

    def has_delete_permission(self, request: HttpRequest, obj: Operator | None = None) -> bool:
        return (obj is None or obj.code != OTHER) and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Operator | None = None) -> list[str]:
        return ["code"] if obj else []

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(Prefix)
class PrefixAdmin(TableAdmin):
    audit_name = "prefix"
    list_display = ["prefix", "operator", "sim_type", "area_fa", "accepts_bulk"]
    list_filter = ["operator", "accepts_bulk", "sim_type"]
    list_select_related = ["operator"]
    search_fields = ["prefix", "area_fa", "area_en"]


class PortedNumberForm(ModelForm):
    class Meta:
        model = PortedNumber
        fields = ["msisdn", "operator"]

    def clean_msisdn(self) -> int:
        msisdn = normalise(self.cleaned_data["msisdn"])
        if msisdn is None:
            raise ValidationError(_("Write a mobile number such as 09121234567."))
        return msisdn


@admin.register(PortedNumber)
class PortedNumberAdmin(TableAdmin):
    audit_name = "ported_number"
    form = PortedNumberForm
    list_display = ["msisdn", "operator"]
    list_filter = ["operator"]
    list_select_related = ["operator"]
    search_fields = ["=msisdn"]
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: PortedNumber | None = None) -> list[str]:
        return ["msisdn"] if obj else []

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        return super().get_search_results(request, queryset, str(normalise(search_term) or search_term))


@admin.register(LineOffer)
class LineOfferAdmin(AuditedAdmin):
    audit_name = "line_offer"
    list_display = ["prefix_family", "length", "price_shown", "is_active"]
    list_filter = ["prefix_family", "is_active"]

    @admin.display(description=gettext_lazy("price (rials)"), ordering="price")
    def price_shown(self, offer: LineOffer) -> str:
        return showing.number(offer.price)

    def has_delete_permission(self, request: HttpRequest, obj: LineOffer | None = None) -> bool:
        return False


@admin.register(LineRequest)
class LineRequestAdmin(admin.ModelAdmin):
    """The queue of requests (12.3): looked at, then approved with a price or refused with a reason."""

    list_display = ["number", "account", "kind", "state", "price_shown", "shipping", "created_at", "review_link"]
    list_filter = ["state", "kind", "shipping", "created_at"]
    list_select_related = ["account"]
    search_fields = ["number", "account__name", "tracking_code"]

    @admin.display(description=gettext_lazy("price (rials)"), ordering="price")
    def price_shown(self, row: LineRequest) -> str:
        return showing.number(row.price)

    @admin.display(description=gettext_lazy("decision"))
    def review_link(self, row: LineRequest) -> str:
        if row.state != LineRequest.State.SUBMITTED:
            return "–"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:numbers_linerequest_review", args=[row.pk]), _("Decide…")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LineRequest | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: LineRequest | None = None) -> list[str]:
        return [field.name for field in LineRequest._meta.fields]

    def get_urls(self) -> list:
        return [
            path("<int:pk>/review/", self.admin_site.admin_view(self.review), name="numbers_linerequest_review"),
            path("papers/<int:pk>/", self.admin_site.admin_view(self.paper), name="numbers_linerequest_paper"),
            *super().get_urls(),
        ]

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A scan that came with a request."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(LineDocument, pk=pk)
        try:
            return paper_response(found.file, found.name)
        except UploadGone as error:
            raise Http404 from error

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One request with its papers, and the decision."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = get_object_or_404(LineRequest.objects.select_related("account"), pk=pk)
        form = ReviewForm(request.POST or None, initial={"price": found.price})
        if request.method == "POST" and form.is_valid() and self._decided(request, found, form):
            return redirect("admin:numbers_linerequest_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "found": found,
            "papers": found.documents.all(),
            "form": form,
            "title": _("Request for %(number)s") % {"number": found.number},
        }
        return TemplateResponse(request, "admin/numbers/linerequest/review.html", context)

    def _decided(self, request: HttpRequest, found: LineRequest, form: ReviewForm) -> bool:
        cleaned = form.cleaned_data
        try:
            if cleaned["decision"] == "approve":
                approve(request=found, price=cleaned["price"], by=request.user, now=timezone.now())
            else:
                reject(request=found, reason=cleaned["reason"], by=request.user, now=timezone.now())
        except (RequestRefused, LineRefused) as refusal:
            form.add_error(None, str(refusal))
            return False
        self.message_user(request, _("The decision is kept, and the customer is told."), messages.SUCCESS)
        return True
