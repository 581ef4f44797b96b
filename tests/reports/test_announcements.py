"""What staff tell the customers (1.1): published in the admin, shown on the desk, put away by each reader."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Announcement, AuditEntry, Dismissal
from credit.models import AccountPlan, TariffPlan
from tests.factories import make_account, make_announcement, make_line_request, make_ticket
from tests.pages import client_of, staff_client

pytestmark = pytest.mark.django_db


def shown(client) -> list[str]:
    return [row.title for row in client.get(reverse("reports:desk")).context["announcements"]]


def test_staff_publish_and_everybody_reads_it_in_their_language():
    staff = staff_client()
    fields = {
        "title_fa": "قطعی برنامه‌ریزی‌شده", "text_fa": "جمعه شب", "title_en": "Planned outage", "text_en": "",
        "severity": "wait", "tier": "", "starts_at": "", "ends_at": "1499/09/01 08:00",
    }  # fmt: skip
    answer = staff.post(reverse("admin:accounts_announcement_add"), fields)
    assert answer.status_code == 302
    account = make_account()
    assert shown(client_of(account, language="fa")) == ["قطعی برنامه‌ریزی‌شده"]
    assert shown(client_of(account, language="en")) == ["Planned outage"]
    assert AuditEntry.objects.filter(action="announcement.published", target="قطعی برنامه‌ریزی‌شده").exists()
    assert staff.get(reverse("admin:accounts_announcement_changelist")).status_code == 200
    one = Announcement.objects.get()
    assert staff.get(reverse("admin:accounts_announcement_change", args=[one.pk])).status_code == 200


def test_an_end_before_the_beginning_is_refused():
    fields = {
        "title_fa": "الف", "title_en": "a", "severity": "run", "starts_at": "1405/09/02 08:00",
        "ends_at": "1405/09/01 08:00",
    }  # fmt: skip
    answer = staff_client().post(reverse("admin:accounts_announcement_add"), fields)
    assert "ends before it begins" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_only_its_period_and_only_its_tier():
    now, account = timezone.now(), make_account()
    plan = TariffPlan.objects.create(name="gold", tier=7)
    make_announcement(title_en="over", starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
    make_announcement(title_en="not yet", starts_at=now + timedelta(days=1))
    make_announcement(title_en="gold only", tier=7)
    make_announcement(title_en="everybody")
    assert shown(client_of(account)) == ["everybody"]
    AccountPlan.objects.create(account=account, plan=plan)
    assert sorted(shown(client_of(account))) == ["everybody", "gold only"]


def test_put_away_by_one_reader_it_stays_for_the_other():
    account, one = make_account(), make_announcement()
    reader, other = client_of(account), client_of(account)
    address = reverse("reports:dismiss", args=[one.pk])
    assert reader.get(address).status_code == 405
    assert reader.post(address).url == reverse("reports:desk")
    assert reader.post(address, headers={"HX-Request": "true"}).content == b""
    assert Dismissal.objects.count() == 1
    assert (shown(reader), shown(other)) == ([], ["New tariff"])


def test_the_desk_shows_open_tickets_and_requests():
    account = make_account()
    client = client_of(account)
    ticket, request = make_ticket(account), make_line_request(account)
    make_ticket(make_account())
    context = client.get(reverse("reports:desk")).context
    assert list(context["tickets"]) == [ticket]
    assert list(context["requests"]) == [request]
