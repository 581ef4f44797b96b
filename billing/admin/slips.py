"""Staff page: the queue of deposit slips, compared with the bank's statement and decided (ISP-7.8)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Slip
from billing.services.slips import SlipRefused, confirm_slip, reject_slip
from common import showing
from common.uploads import UploadGone, paper_response


class SlipReviewForm(forms.Form):
    """The decision about a slip."""

    decision = forms.ChoiceField(
        label=gettext_lazy("decision"), widget=forms.RadioSelect,
        choices=[("confirm", gettext_lazy("The money is there")), ("reject", gettext_lazy("Refuse"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("reason"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The customer reads it."),
    )  # fmt: skip


@admin.register(Slip)
class SlipAdmin(admin.ModelAdmin):
    list_display = ["number", "bank", "account", "amount_shown", "paid_date", "state", "created_at", "review_link"]
    list_filter = ["state", "method", "created_at"]
    list_select_related = ["account"]
    search_fields = ["number", "bank", "account__name"]

    @admin.display(description=gettext_lazy("amount (rials)"), ordering="amount")
    def amount_shown(self, slip: Slip) -> str:
        return showing.number(slip.amount)

    @admin.display(description=gettext_lazy("decision"))
    def review_link(self, slip: Slip) -> str:
        if slip.state != Slip.State.SUBMITTED:
            return "–"
        return format_html('<a href="{}">{}</a>', reverse("admin:billing_slip_review", args=[slip.pk]), _("Decide…"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Slip | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Slip | None = None) -> list[str]:
        return [field.name for field in Slip._meta.fields if field.editable]

    def get_urls(self) -> list:
        return [
            path("<int:pk>/review/", self.admin_site.admin_view(self.review), name="billing_slip_review"),
            path("<int:pk>/picture/", self.admin_site.admin_view(self.picture), name="billing_slip_picture"),
            *super().get_urls(),
        ]

    def picture(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The scan that came with a slip."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        slip = get_object_or_404(Slip.objects.exclude(picture=""), pk=pk)
        try:
            return paper_response(slip.picture, slip.picture_name)
        except UploadGone as error:
            raise Http404 from error

    def review(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One slip, and the decision."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        slip = get_object_or_404(Slip.objects.select_related("account", "proforma"), pk=pk)
        form = SlipReviewForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._decided(request, slip, form):
            return redirect("admin:billing_slip_changelist")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "slip": slip,
            "form": form,
            "title": _("Deposit slip %(number)s") % {"number": slip.number},
        }
        return TemplateResponse(request, "admin/billing/slip/review.html", context)

    def _decided(self, request: HttpRequest, slip: Slip, form: SlipReviewForm) -> bool:
        decision = {"slip": slip, "by": request.user, "now": timezone.now()}
        try:
            if form.cleaned_data["decision"] == "confirm":
                confirm_slip(**decision)
            else:
                reject_slip(reason=form.cleaned_data["reason"], **decision)
        except SlipRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return False
        self.message_user(request, _("The decision is kept, and the customer is told."), messages.SUCCESS)
        return True
