"""Files made in the background: exactly the filtered list, whatever is killed meanwhile (8.3)."""

import csv
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from common import uploads
from common.models import Notice
from messaging.models import Campaign, Message
from reports import exporting
from reports.exporting import delete_expired, order_export, run, unfinished
from reports.models import Export
from tests.factories import make_account, make_confirmed, make_gateway, make_line, make_received, make_user
from tests.pages import client_of

pytestmark = pytest.mark.django_db
NUMBERS = [f"0912123{place:04}" for place in range(25)]


@pytest.fixture
def account(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(exporting, "BATCH", 4)
    make_gateway()
    account = make_account(credit=1_000_000)
    make_confirmed(account, make_line(account, kind="service"), NUMBERS)
    return account


def order(account, **fields):
    wanted = {"by": None, "kind": "sent", "filters": {}, "form": "csv", "language": "en", "now": timezone.now()}
    return order_export(account=account, **(wanted | fields))


def rows_of(export) -> list[list[str]]:
    text = uploads.path_of(export.path).read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def newest_first() -> list[str]:
    return [f"0{msisdn % 10**10}" for msisdn in Message.objects.order_by("-id").values_list("msisdn", flat=True)]


def test_the_file_has_every_row_once(account):
    export = run(order(account).pk, now=timezone.now())
    assert (export.state, export.rows, export.rows_expected) == ("ready", 25, 25)
    header, *rows = rows_of(export)
    assert header[:2] == ["Recipient", "Text"]
    assert [row[0] for row in rows] == newest_first()
    assert export.size == uploads.path_of(export.path).stat().st_size


class Killed(BaseException):
    pass


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("killed_at", [1, 3, 6])
def test_a_killed_export_is_taken_up_and_complete(account, monkeypatch, form, killed_at):
    export, batches, keep = order(account, form=form), [], exporting._keep

    def dies(export, **values):
        if "cursor" in values:
            batches.append(1)
            if len(batches) == killed_at:
                raise Killed
        keep(export, **values)

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_keep", dies)
        with pytest.raises(Killed):
            run(export.pk, now=timezone.now())
    now = timezone.now()
    assert unfinished(now=now) == []
    assert run(export.pk, now=now) is None  # its lease has not run out
    later = now + exporting.LEASE + timedelta(seconds=1)
    assert unfinished(now=later) == [export.pk]
    export = run(export.pk, now=later)
    assert (export.state, export.rows) == ("ready", 25)
    if form == "csv":
        assert [row[0] for row in rows_of(export)[1:]] == newest_first()
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(uploads.path_of(export.path).read_bytes())).active
        assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == newest_first()


def test_one_at_a_time_of_an_account(account):
    first, second = order(account), order(account, form="xlsx")
    now = timezone.now()
    assert exporting._claim(first.pk, now).state == "running"
    assert run(second.pk, now=now) is None
    second.refresh_from_db()
    assert second.state == "waiting"
    Export.objects.filter(pk=first.pk).update(state="ready")
    assert run(second.pk, now=now).state == "ready"


def test_the_same_asked_for_twice_is_made_once_and_there_is_a_limit(account):
    assert order(account).pk == order(account).pk
    for place in range(exporting.MOST_WAITING - 1):
        order(account, filters={"text": str(place)})
    with pytest.raises(exporting.TooManyWaiting):
        order(account, filters={"text": "one more"})
    assert Export.objects.count() == exporting.MOST_WAITING


def test_numbers_of_the_bank_are_concealed(account):
    Campaign.objects.update(kind="bulk")
    export = run(order(account).pk, now=timezone.now())
    assert {row[0] for row in rows_of(export)[1:]} == {"0912*******"}


def test_a_csv_longer_than_a_sheet_is_packed(account, monkeypatch):
    monkeypatch.setattr(exporting, "ROWS_PER_SHEET", 20)
    export = run(order(account).pk, now=timezone.now())
    assert export.filename.endswith(".zip")
    with zipfile.ZipFile(uploads.path_of(export.path)) as archive:
        [name] = archive.namelist()
        assert len(archive.read(name).splitlines()) == 26


def test_what_comes_after_it_was_asked_for_is_left_out(account):
    export = order(account)
    exporting._measure(exporting._claim(export.pk, timezone.now()), Message.objects.all())
    Export.objects.update(state="waiting", lease_until=None)
    make_confirmed(account, make_line(account, kind="service"), ["09351111111"])
    assert run(export.pk, now=timezone.now()).rows == 25


def test_who_asked_is_told_and_the_file_goes_after_a_week(account, settings):
    by = make_user(account=account, email="sara@example.ir")
    export = run(order(account, by=by).pk, now=timezone.now())
    notice = Notice.objects.get(kind="export_ready")
    assert (notice.address, notice.account_id) == ("sara@example.ir", account.pk)
    path = uploads.path_of(export.path)
    assert delete_expired(now=timezone.now() + timedelta(days=settings.EXPORT_DAYS - 1)) == 0
    assert delete_expired(now=timezone.now() + timedelta(days=settings.EXPORT_DAYS, hours=1)) == 1
    export.refresh_from_db()
    assert (export.state, path.exists()) == ("expired", False)


@pytest.mark.parametrize(
    ("address", "kind"),
    [("messaging:sent_export", "sent"), ("messaging:inbox_export", "received"), ("billing:download", "ledger")],
)
def test_a_long_list_goes_to_the_background_by_itself(account, settings, address, kind):
    settings.EXPORT_AT_ONCE_MAX = 0
    line = make_line(account)
    make_received(account, line)
    client = client_of(account)
    answer = client.get(f"{reverse(address)}?since=1400/01/01")
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert 'hx-trigger="load' in page
    assert "made in the background" in page
    made = client.post(f"{reverse('reports:export_new')}?{answer.url.partition('?')[2]}", {"form": "csv"})
    assert made.url == reverse("reports:exports")
    export = Export.objects.get()
    assert (export.kind, list(export.filters), export.account) == (kind, ["since"], account)
    export = run(export.pk, now=timezone.now())
    assert export.rows == {"sent": 25, "received": 1, "ledger": 2}[kind]
    got = client.get(reverse("reports:export_file", args=[export.pk]))
    assert b"".join(got.streaming_content) == uploads.path_of(export.path).read_bytes()


def test_filters_narrow_the_file(account):
    export = run(order(account, filters={"recipient": NUMBERS[3]}).pk, now=timezone.now())
    assert [row[0] for row in rows_of(export)[1:]] == [NUMBERS[3]]


def test_deleting_stops_it(account):
    client = client_of(account)
    export = run(order(account).pk, now=timezone.now())
    path = uploads.path_of(export.path)
    client.post(reverse("reports:export_delete", args=[export.pk]))
    assert not Export.objects.exists()
    assert not path.exists()


def test_nobody_else_gets_the_file(account):
    export = run(order(account).pk, now=timezone.now())
    stranger = client_of(make_account())
    assert stranger.get(reverse("reports:export_file", args=[export.pk])).status_code == 404
    assert stranger.post(reverse("reports:export_delete", args=[export.pk])).status_code == 404
    assert Export.objects.count() == 1
