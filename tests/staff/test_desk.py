"""The staff's desk, uses of the web service, announcements."""

import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Announcement, AuditEntry
from credit.tasks import LAST_CHECK, check_ledger
from messaging.models import Bind, Template
from numbers.models import LineRequest
from support.models import Unit
from tests.factories import (
    make_account,
    make_announcement,
    make_confirmed,
    make_gateway,
    make_line,
    make_line_request,
    make_payment,
    make_service_request,
    make_slip,
    make_ticket,
)
from tests.pages import client_of, staff_client, table_of
from tests.staff.test_queues import clerk
from webservice.models import Activation
from webservice.services import save_activation

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account(name="پخش آفتاب", credit=10_000_000)


def queues(client) -> dict[str, tuple[int, str]]:
    """label → (how many, where it leads)"""
    return {queue.label: (queue.count, queue.url) for queue in client.get("/staff/").context["queues"]}


def test_each_queue_says_how_much_waits_since_when_and_leads_there(account):
    old = make_line_request(account)
    LineRequest.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    make_line_request(account)
    make_service_request(account)
    make_slip(account)
    Template.objects.create(account=account, name="code", text="{code}")
    save_activation(account=account, used_by="shop.example.com", networks=[], purpose="orders")
    make_ticket(account)
    staff = staff_client()
    unit = Unit.objects.get(code="technical")
    found = queues(staff)
    assert {label: count for label, (count, _url) in found.items() if count} == {
        "Numbers asked for": 2, "Papers to check": 1, "Deposit slips": 1, "Templates to approve": 1,
        "Uses of the web service": 1, f"Tickets: {unit.name_en}": 1,
    }  # fmt: skip
    for label, (count, url) in found.items():
        page = staff.get(url)
        assert (label, page.status_code) == (label, 200)
        if "support" not in url:
            assert (label, len(table_of(page))) == (label, count)
    page = staff.get("/staff/").content.decode()
    assert "the oldest: 3 days ago" in page
    assert page.count("ticket-late") == 1


def test_everybody_sees_the_queues_that_are_theirs(account):
    make_slip(account)
    assert list(queues(clerk("view_slip"))) == ["Deposit slips"]
    page = clerk("change_template").get("/staff/").content.decode()
    for words in ("Gateways", "Last check of the ledger", "Payments that failed", "Deposit slips"):
        assert words not in page
    assert "No queue is yours" in clerk().get("/staff/").content.decode()


def test_health_at_a_glance(account, settings):
    settings.PAYMENT_GATEWAYS = ["mockbank"]
    gateway = make_gateway(name="mci", binds=2)
    make_confirmed(account, make_line(account), ["09121234567", "09121234568"])
    payment = make_payment(account)
    payment.state = payment.State.FAILED
    payment.save()
    staff = staff_client()
    page = staff.get("/staff/").content.decode()
    assert "The gateway mci has no connected bind; 2 messages wait for it." in page
    assert "not yet" in page
    check_ledger()
    now = timezone.now()
    Bind.objects.create(gateway=gateway, number=1, state="bound", heartbeat_at=now, rate=12.4)
    well = staff.get("/staff/").context["well"]
    assert (well.binds_up, well.binds_wanted, well.failed_payments, well.ledger.problems) == (1, 2, 1, 0)
    assert dict(well.waiting) == {"One-time password": 0, "Transactional": 0, "Bulk": 2}
    assert "1 of 2 binds · 12 parts/s" in staff.get("/staff/").content.decode()
    cache.set(LAST_CHECK, (time.time(), 3), None)
    assert "The ledger does not add up: 3 findings." in staff.get("/staff/").content.decode()


def test_fuller_queues_cost_no_more_queries(account, django_assert_max_num_queries):
    staff = staff_client()
    staff.get("/staff/")
    for _ in range(5):
        make_slip(account)
        make_ticket(make_account())
        make_gateway()
    with django_assert_max_num_queries(16):
        staff.get("/staff/")


# --- Uses of the web service ------------------------------------------------------------------------------------------


def test_a_use_is_read_once_and_comes_again_when_it_is_changed(account):
    save_activation(account=account, used_by="shop.example.com", networks=["192.0.2.1"], purpose="Order notices.")
    found = Activation.objects.get()
    staff = staff_client()
    assert "Order notices." in staff.get("/staff/activations/").content.decode()
    read = {"seen": found.changed_at.isoformat()}
    staff.post(f"/staff/activations/{found.pk}/read/", read)
    staff_client().post(f"/staff/activations/{found.pk}/read/", read)
    assert table_of(staff.get("/staff/activations/")) == []
    assert len(table_of(staff.get("/staff/activations/?state=read"))) == 1
    assert AuditEntry.objects.filter(action="activation.read").count() == 1
    save_activation(account=account, used_by="shop.example.com", networks=[], purpose="Advertisements.")
    staff.post(f"/staff/activations/{found.pk}/read/", read)  # of a page that showed the old words
    for wrong in ({}, {"seen": "x"}, {"seen": "2026-99-99T00:00"}):
        staff.post(f"/staff/activations/{found.pk}/read/", wrong)
    assert len(table_of(staff.get("/staff/activations/?text=Advert"))) == 1
    assert b"".join(staff.get("/staff/activations/activations.xlsx"))[:2] == b"PK"


# --- Announcements ----------------------------------------------------------------------------------------------------


def desk_of(account) -> str:
    return client_of(account).get("/").content.decode()


def written(**more) -> dict:
    return {
        "title_fa": "اختلال", "title_en": "Disturbance in MCI", "severity": "bad", "text_fa": "",
        "text_en": "Until noon.", "tier": "", "starts_at": "", "ends_at": "", **more,
    }  # fmt: skip


def test_an_announcement_is_written_shown_changed_and_ended(account):
    staff = staff_client()
    assert staff.post("/staff/announcements/new/", written()).url == "/staff/announcements/"
    found = Announcement.objects.get()
    assert found.created_by is not None
    assert "Disturbance in MCI" in desk_of(account)
    staff.post(f"/staff/announcements/{found.pk}/", written(title_en="MCI is slow"))
    assert "MCI is slow" in desk_of(account)
    staff.post(f"/staff/announcements/{found.pk}/end/")
    assert "MCI is slow" not in desk_of(account)
    again = staff.post(f"/staff/announcements/{found.pk}/end/", follow=True)
    assert "has ended already" in again.content.decode()
    actions = AuditEntry.objects.filter(action__startswith="announcement.").order_by("id")
    assert [entry.action for entry in actions] == [
        "announcement.published", "announcement.changed", "announcement.ended"
    ]  # fmt: skip


def test_a_planned_announcement_is_shown_from_its_time_and_may_be_ended_before(account):
    staff = staff_client()
    staff.post("/staff/announcements/new/", written(starts_at="2099-01-01 08:00"))
    assert "Disturbance in MCI" not in desk_of(account)
    assert len(table_of(staff.get("/staff/announcements/?when=planned"))) == 1
    staff.post(f"/staff/announcements/{Announcement.objects.get().pk}/end/")
    assert len(table_of(staff.get("/staff/announcements/?when=over"))) == 1
    assert table_of(staff.get("/staff/announcements/?when=shown")) == []


@pytest.mark.parametrize(
    "wrong", [{"title_fa": ""}, {"starts_at": "soon"}, {"starts_at": "2099-02-01", "ends_at": "2099-01-01"}]
)
def test_a_wrong_announcement_is_refused_and_nothing_is_lost(wrong):
    answer = staff_client().post("/staff/announcements/new/", written(**wrong))
    assert answer.status_code == 422
    assert "Until noon." in answer.content.decode()
    assert not Announcement.objects.exists()


def test_who_may_look_may_not_write():
    found = make_announcement()
    looker = clerk("view_announcement")
    assert looker.get("/staff/announcements/").status_code == 200
    assert looker.post("/staff/announcements/new/", written()).status_code == 403
    assert looker.post(f"/staff/announcements/{found.pk}/end/").status_code == 403
    found.refresh_from_db()
    assert (found.ends_at, Announcement.objects.count()) == (None, 1)
