"""Ctrl+K (issue 4, item 11): a few rows of everything that the reader may see, and nothing of others."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from messaging.models import Campaign, Message
from tests.factories import (
    make_account,
    make_confirmed,
    make_contact,
    make_gateway,
    make_invoice,
    make_line,
    make_ticket,
)
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    make_gateway()
    return make_account(credit=1_000_000)


def titles(client, text: str) -> list[str]:
    content = client.get(reverse("search"), {"q": text}).content.decode()
    return [re.sub(r"<[^>]+>", "", row).strip() for row in re.findall(r'class="find-title"[^>]*>(.*?)</span>', content)]


def found(client, text: str) -> list[str]:
    return [title for title in titles(client, text) if not title.startswith("“")]


def test_with_nothing_asked_it_lists_the_pages_of_the_menu(account):
    assert found(client_of(account), "")[:2] == ["Desk", "Send SMS"]


def test_pages_need_the_right_that_the_menu_asks_for(account):
    viewer = client_of(account, role=Membership.Role.VIEWER)
    assert found(viewer, "webhooks") == []
    assert found(client_of(account), "webhooks") == ["Webhooks"]


def test_pages_are_found_in_any_form_of_the_letters(account):
    assert titles(client_of(account, language="fa"), "گزارش‌گيري")[0] == "گزارش‌گیری"


def test_every_kind_is_found_by_what_it_is_known_by(account):
    line = make_line(account, kind="service")
    campaign = make_confirmed(account, line, ["09121234567"], title="یلدا")
    Campaign.objects.filter(pk=campaign.pk).update(reference="order-77")
    make_contact(account, 989355550000, first_name="سارا", last_name="احمدی")
    ticket = make_ticket(account)
    client = client_of(account)
    assert found(client, "سارا") == ["سارا احمدی"]
    assert found(client, "یلدا") == ["یلدا"]
    assert found(client, "۰۹۱۲۱۲۳۴۵۶۷") == ["0912 123 4567"]
    assert found(client, "order-77") == ["0912 123 4567"]
    assert "0912 123 4567" in found(client, str(Message.objects.get().pk))
    assert line.number in found(client, line.number)
    assert ticket.title in found(client, ticket.title)


def test_invoices_by_their_number(account, settings):
    settings.PAYMENT_GATEWAYS = ["mockbank"]
    invoice = make_invoice(account)
    assert invoice.number in found(client_of(account), invoice.number)


def test_nothing_of_another_account_and_no_number_of_the_bank(account):
    make_confirmed(account, make_line(account, kind="service"), ["09121234567"], title="یلدا")
    make_contact(account, 989355550000, first_name="سارا")
    stranger = client_of(make_account())
    for text in ("یلدا", "سارا", "09121234567", "09355550000"):
        assert found(stranger, text) == []
    Campaign.objects.update(kind="bulk")
    assert found(client_of(account), "09121234567") == []


def test_it_leads_further_and_says_when_nothing_was_found(account):
    client = client_of(account)
    content = client.get(reverse("search"), {"q": "<b>؟؟"}).content.decode()
    assert "/sent/?q=%3Cb%3E" in content
    assert "<b>" not in content


def test_a_constant_number_of_queries(account):
    line = make_line(account, kind="service")
    client = client_of(account)
    make_confirmed(account, line, ["09121234567"], title="یلدا ۱")
    client.get(reverse("search"), {"q": "یلدا"})
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("search"), {"q": "یلدا"})
    for place in range(4):
        make_confirmed(account, line, ["09121234567"], title=f"یلدا {place}")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("search"), {"q": "یلدا"})
    assert len(many) == len(few)
