"""Two of the staff who click at the same moment: one decides."""

from functools import partial

import pytest
from django.test import Client

from accounts.models import AuditEntry
from billing.models import Proforma
from billing.selectors import balance
from common.models import Notice
from messaging.models import Template
from tests.concurrency.together import run_together
from tests.factories import make_account, make_line_request, make_slip, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def staff() -> Client:
    client = Client()
    client.force_login(
        make_user(is_staff=True, is_superuser=True, language="en"), "django.contrib.auth.backends.ModelBackend"
    )
    return client


def clicks(page: str, accept: str, data: dict) -> list:
    """Three who accept and three who refuse, each in a browser of their own."""
    accepting = [partial(staff().post, f"{page}{accept}/", data) for _ in range(3)]
    refusing = [partial(staff().post, f"{page}refuse/", data | {"reason": "No."}) for _ in range(3)]
    return [*accepting, *refusing]


def where(outcomes: list) -> list[str]:
    return sorted(outcome.url for outcome in outcomes)


def test_a_request_is_decided_once():
    account = make_account(mobile="09121234567")
    request = make_line_request(account)
    page = f"/staff/requests/{request.pk}/"
    outcomes = run_together(clicks(page, "approve", {"price": "1000"}))
    assert where(outcomes) == ["/staff/requests/", *[page] * 5]
    request.refresh_from_db()
    is_approved = request.state == "approved"
    decisions = AuditEntry.objects.filter(action__in=["line_request.approved", "line_request.rejected"])
    assert decisions.get().user == request.decided_by
    assert (Proforma.objects.count(), bool(request.reason)) == ((1, False) if is_approved else (0, True))
    assert Notice.objects.filter(kind="line_request.decided", way="sms").count() == 1


def test_a_slip_is_decided_once():
    account = make_account(mobile="09121234567")
    slip = make_slip(account)
    page = f"/staff/slips/{slip.pk}/"
    outcomes = run_together(clicks(page, "confirm", {}))
    assert where(outcomes) == ["/staff/slips/", *[page] * 5]
    slip.refresh_from_db()
    assert balance(account) == (1_000_000 if slip.state == "confirmed" else 0)
    assert AuditEntry.objects.filter(action__in=["slip.confirmed", "slip.rejected"]).count() == 1
    assert Notice.objects.filter(kind="slip.decided", way="sms").count() == 1


def test_a_template_is_decided_once():
    """Approved and refused can follow each other; not from pages that both showed it waiting."""
    template = Template.objects.create(account=make_account(), name="code", text="{code}")
    page = f"/staff/templates/{template.pk}/"
    outcomes = run_together(clicks(page, "approve", {"seen": "pending"}))
    assert where(outcomes) == ["/staff/templates/", *[page] * 5]
    assert AuditEntry.objects.filter(action__in=["template.approved", "template.refused"]).count() == 1
