"""Staff load a file: upload, columns, progress, rejects, counts (3.6)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from numberbank import tasks
from numberbank.models import Load, Subscriber
from numberbank.selection import count
from numberbank.targets import Criteria
from tests.factories import make_account, make_user
from tests.numberbank.bank import fill_bank, people
from tests.pages import client_of, staff_client

pytestmark = pytest.mark.django_db
CSV = "موبایل,منطقه,صنف\n09120000001,5,سوپرمارکت\n09120000002,99,\n09120000003,5,\nx,5,\n".encode()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def started(monkeypatch) -> list[int]:
    """The loads that the worker was told of."""
    told: list[int] = []
    monkeypatch.setattr(tasks.load, "delay", told.append)
    return told


def upload(client: Client, content: bytes = CSV, name: str = "bank.csv"):
    return client.post(reverse("admin:numberbank_load_add"), {"file": SimpleUploadedFile(name, content)})


def test_a_file_goes_from_upload_to_counts(started, django_capture_on_commit_callbacks):
    client = staff_client()
    answer = upload(client)
    load = Load.objects.get()
    page = reverse("admin:numberbank_load_change", args=[load.pk])
    assert answer.headers["Location"] == page
    shown = client.get(page)
    assert shown.context["form"].initial == {"number": 0, "district": 1, "guild": 2}
    assert "سوپرمارکت" in shown.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"number": "0", "district": "1", "guild": "2"})
    assert started == [load.pk]
    tasks.load(load.pk)
    load.refresh_from_db()
    assert (load.state, load.rows_read, load.added, load.rejected) == ("done", 4, 2, 2)
    assert count(Criteria(districts=(5,))) == 2
    assert "4 / 4" in client.get(page).content.decode()
    rejects = b"".join(client.get(reverse("admin:numberbank_load_rejects", args=[load.pk])).streaming_content)
    rows = rejects.decode("utf-8-sig").splitlines()
    assert rows[1:] == ["3,District,09120000002,99,", "5,Mobile number,x,5,"]
    assert (
        "2 subscribers in the number bank" in client.get(reverse("admin:numberbank_load_changelist")).content.decode()
    )
    assert AuditEntry.objects.filter(action="bank.load_started").count() == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", b"<html><body></body></html>"])
def test_what_is_no_table_is_refused_with_its_reason(content, media):
    answer = upload(staff_client(), content)
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    assert not Load.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("columns", [{}, {"district": "1"}, {"number": "0", "district": "0"}, {"number": "9"}])
def test_columns_that_cannot_be_are_refused(columns, started):
    client = staff_client()
    upload(client)
    answer = client.post(reverse("admin:numberbank_load_change", args=[Load.objects.get().pk]), columns)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Load.objects.get().state == "mapping"
    assert started == []


def test_a_load_is_cancelled(started):
    client = staff_client()
    upload(client)
    page = reverse("admin:numberbank_load_change", args=[Load.objects.get().pk])
    client.post(page, {"number": "0"})
    client.post(page, {"cancel": "1"})
    assert Load.objects.get().state == "cancelled"
    tasks.load(Load.objects.get().pk)
    assert not Subscriber.objects.exists()


def test_a_subscriber_is_found_by_the_whole_number_and_taken_out():
    fill_bank(people(3, 0, district="5"))
    client = staff_client()
    listed = reverse("admin:numberbank_subscriber_changelist")
    assert client.get(listed).context["cl"].result_list.count() == 0
    found = client.get(listed, {"q": "09120000001"})
    assert [row.msisdn for row in found.context["cl"].result_list] == [989120000001]
    client.post(reverse("admin:numberbank_subscriber_delete", args=[989120000001]), {"post": "yes"})
    assert count(Criteria(districts=(5,))) == 2


def test_businesses_and_staff_without_the_right_see_nothing():
    fill_bank(people(3, 0, district="5"))
    clerk = Client()
    clerk.force_login(make_user(is_staff=True))
    for client in (client_of(make_account()), clerk):
        for name in ("load_changelist", "load_add", "subscriber_changelist"):
            assert client.get(reverse(f"admin:numberbank_{name}")).status_code in {302, 403}
        assert upload(client).status_code in {302, 403}
    assert not Load.objects.exists()
