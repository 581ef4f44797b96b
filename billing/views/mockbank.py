"""The page of the mock bank. It is somebody else's site: no account, no menu, only what was asked to be paid."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from billing.models import MockBankSession
from common.fields import WholeNumberField

State = MockBankSession.State
SLOW = timedelta(seconds=20)


class MockBankForm(forms.Form):
    """What the person does at the bank."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("pay", "other", "silent", "slow", "fail", "cancel")])
    amount = WholeNumberField(label=_("Another amount (rials)"), required=False, min_value=1, max_value=10**12)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mockbank(request: HttpRequest, reference: str) -> HttpResponse:
    """404 where PAYMENT_GATEWAYS does not name the mock bank."""
    if "mockbank" not in settings.PAYMENT_GATEWAYS:
        raise Http404
    visit = get_object_or_404(MockBankSession, reference=reference)
    form = MockBankForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        visit = _do(visit, form.cleaned_data["action"], form.cleaned_data["amount"], timezone.now())
        if form.cleaned_data["action"] != "silent":
            return redirect(_way_back(visit))
    return render(request, "billing/mockbank.html", {"visit": visit, "form": form})


@transaction.atomic
def _do(visit: MockBankSession, action: str, amount: int | None, now: datetime) -> MockBankSession:
    visit = MockBankSession.objects.select_for_update().get(pk=visit.pk)
    if visit.state != State.WAITING:
        return visit
    visit.state = {"fail": State.FAILED, "cancel": State.CANCELLED}.get(action, State.PAID)
    if visit.state == State.PAID:
        visit.paid_amount = amount if action == "other" and amount else visit.amount
    if action == "slow":
        visit.answers_at = now + SLOW
    visit.save()
    return visit


def _way_back(visit: MockBankSession) -> str:
    status = "paid" if visit.state == State.PAID else "unpaid"
    return f"{visit.callback_url}?{urlencode({'reference': visit.reference, 'status': status})}"
