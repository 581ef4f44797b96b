"""Peer to peer (2.3): a file of messages, each with its own number, text and time."""

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from billing.services import top_up
from common.jalali import to_jalali
from common.tables import open_table, write_xlsx
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Chunk, Message, Status, Upload
from messaging.p2p import Columns, Reader
from messaging.services import cancel_messages, confirm, plan, release_due, send_now
from numbers.models import Line
from tests.factories import make_line

pytestmark = pytest.mark.usefixtures("media")

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # 1405/09/01 11:30 in Tehran
HEADER = ["شماره", "متن", "زمان"]
AT_SIX = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)  # 18:00 in Tehran


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def workbook(rows, name="sms.xlsx") -> SimpleUploadedFile:
    file = BytesIO()
    write_xlsx(file, HEADER, rows)
    return SimpleUploadedFile(name, file.getvalue())


def upload(business, file) -> Upload:
    answer = business.client.post(reverse("messaging:p2p_upload"), {"file": file}, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content.decode()
    return Upload.objects.latest("pk")


def send(business, stored: Upload, **fields):
    data = {"token": str(uuid.uuid4()), "line": business.line.pk, "upload": stored.pk, "number_column": 0}
    return business.client.post(reverse("messaging:p2p"), data | {"text_column": 1, "time_column": 2} | fields)


def planned(business, rows, **fields) -> Campaign:
    answer = send(business, upload(business, workbook(rows)), **fields)
    campaign = Campaign.objects.latest("pk")
    assert answer.headers["Location"] == reverse("messaging:review", args=[campaign.pk])
    return plan(campaign.pk, now=NOW)


def texts(campaign: Campaign) -> list[tuple]:
    rows = Message.objects.filter(campaign=campaign).order_by("id")
    return list(rows.values_list("msisdn", "text", "parts", "price", "status"))


def test_the_columns_are_recognised_and_the_first_rows_shown(business):
    rows = [["۰۹۱۲۱۲۳۴۵۶۷", "سلام سارا", "1405/09/01 18:00"], ["09351234567", "سلام رضا", ""]]
    answer = business.client.post(reverse("messaging:p2p_upload"), {"file": workbook(rows)})
    assert [choice["chosen"] for choice in answer.context["choices"]] == [0, 1, 2]
    assert [row["text"] for row in answer.context["samples"]] == ["سلام سارا", "سلام رضا"]


def test_columns_without_names_are_recognised_by_what_they_hold(business):
    content = "1405/09/02 10:00;09121234567;سلام سارا\n;09351234567;سلام رضا\n".encode()
    answer = business.client.post(reverse("messaging:p2p_upload"), {"file": SimpleUploadedFile("sms.csv", content)})
    assert [choice["chosen"] for choice in answer.context["choices"]] == [1, 2, 0]


def test_a_file_of_one_column_is_refused(business):
    file = SimpleUploadedFile("n.txt", b"09121234567\n")
    answer = business.client.post(reverse("messaging:p2p_upload"), {"file": file})
    assert "یک ستون" in answer.context["problem"]


def test_every_row_has_its_own_text_parts_and_price(business):
    rows = [["09121234567", "سلام", ""], ["0935 123 4567", "ب" * 71, ""], ["09121234567", "hello", ""]]
    campaign = planned(business, [*rows, rows[0], ["", "", ""]])
    assert texts(campaign) == [
        (989121234567, "سلام", 1, 1_800, Status.QUEUED),
        (989351234567, "ب" * 71, 2, 3_600, Status.QUEUED),
        (989121234567, "hello", 1, 4_320, Status.QUEUED),
    ]
    assert (campaign.state, campaign.recipients, campaign.parts, campaign.price) == ("review", 3, 4, 9_720)
    assert campaign.summary["duplicates"] == 1
    assert (campaign.summary["least_parts"], campaign.summary["most_parts"]) == (1, 2)
    assert balance(business.account) == 1_000_000


def test_bad_rows_are_listed_and_downloadable_and_nothing_is_charged_before_the_choice(business):
    rows = [
        ["09121234567", "خوب", ""],
        ["12345", "متن", ""],
        ["09121234568", "  ", ""],
        ["09121234569", "متن", "فردا"],
        ["09121234569", "متن", "۱۴۰۵/۰۷/۳۱ ۱۰:۰۰"],
        ["09121234569", "متن", "1405/09/01 11:30"],
        ["09121234569", "متن", "1406/09/05 11:30"],
        ["09121234570", "ب" * 2000, ""],
    ]
    campaign = planned(business, rows)
    answer = business.client.get(reverse("messaging:review", args=[campaign.pk]))
    found = [(row, column) for row, column, _, _ in answer.context["campaign"].summary["bad_sample"]]
    assert found == [(3, "شماره"), (4, "متن"), (5, "زمان"), (6, "زمان"), (7, "زمان"), (8, "زمان"), (9, "متن")]
    assert len({reason for _, _, reason, _ in campaign.summary["bad_sample"]}) == 7
    assert (campaign.recipients, campaign.summary["invalid"]) == (1, 7)
    file = business.client.get(reverse("messaging:rejects", args=[campaign.pk]))
    written = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert written[0] == ["ردیف", "ستون", "شرح", "شمارهٔ موبایل", "متن", "زمان ارسال"]
    assert [row[0] for row in written[1:]] == ["3", "4", "5", "6", "7", "8", "9"]
    assert written[1][3:5] == ["12345", "متن"]
    assert balance(business.account) == 1_000_000
    business.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    assert balance(business.account) == 1_000_000 - 1_800
    assert [row[0] for row in texts(campaign)] == [989121234567]


def test_the_whole_file_may_be_cancelled_instead(business):
    campaign = planned(business, [["09121234567", "خوب", ""], ["12345", "متن", ""]])
    business.client.post(reverse("messaging:discard", args=[campaign.pk]))
    assert Campaign.objects.get().state == "discarded"
    assert not Message.objects.exists()
    assert balance(business.account) == 1_000_000


def test_a_file_without_a_good_row_says_so(business):
    answer = send(business, upload(business, workbook([["09121234567", "", ""]])))
    campaign = plan(Campaign.objects.get().pk, now=NOW)
    assert (campaign.state, campaign.summary["invalid"]) == ("failed", 1)
    page = business.client.get(answer.headers["Location"])
    assert page.context["campaign"].summary["bad_sample"]


def test_texts_of_a_line_that_asks_for_the_hint_must_have_it(business):
    business.line = make_line(business.account, kind=Line.Kind.ADVERTISING, requires_opt_out_hint=True)
    campaign = planned(business, [["09121234567", "حراج\nلغو ۱۱", ""], ["09121234568", "حراج", ""]])
    assert [row[0] for row in texts(campaign)] == [989121234567]
    assert campaign.summary["bad_sample"][0][:2] == [3, "متن"]


def test_rows_of_a_minute_share_chunks_and_leave_at_their_time(business):
    later = [[f"0912123{n:04}", "سلام", "۱۴۰۵/۰۹/۰۱ ۱۸:۰۰"] for n in range(1500)]
    campaign = planned(business, [["09351234567", "اکنون", ""], *later, ["09351234568", "فردا", "1405/09/02 9:05"]])
    held = sorted(campaign.chunks.values_list("due_at", "size"), key=str)
    tomorrow = datetime(2026, 11, 23, 5, 35, tzinfo=UTC)
    assert held == sorted([(None, 1), (AT_SIX, 1000), (AT_SIX, 500), (tomorrow, 1)], key=str)
    assert campaign.send_at is None
    assert _confirm_with_credit(business, campaign).state == "queued"
    assert _states(campaign) == {None: {"READY"}, AT_SIX: {"HELD"}, tomorrow: {"HELD"}}
    assert release_due(now=AT_SIX - timedelta(seconds=1)) == 0
    assert release_due(now=AT_SIX) == 1
    assert release_due(now=AT_SIX) == 0
    ready = campaign.chunks.filter(state=Chunk.State.READY, due_at=AT_SIX).count()
    assert ready == 2
    assert campaign.chunks.filter(state=Chunk.State.HELD).count() == 1


def _confirm_with_credit(business, campaign):
    top_up(account=business.account, amount=10_000_000, reference="test:p2p", reason="top_up")
    return confirm(campaign=campaign, by=business.owner, now=NOW, hold_seconds=0)


def _states(campaign) -> dict:
    states: dict = {}
    for due_at, state in campaign.chunks.values_list("due_at", "state"):
        key = None if state == Chunk.State.READY else due_at
        states.setdefault(key, set()).add(Chunk.State(state).name)
    return states


def test_when_every_row_has_a_time_the_campaign_waits_for_the_first(business):
    campaign = planned(business, [["09121234567", "دو", "1405/09/01 19:00"], ["09121234568", "یک", "1405/09/01 18:00"]])
    assert campaign.send_at == AT_SIX
    assert confirm(campaign=campaign, by=None, now=NOW).state == "scheduled"
    assert release_due(now=AT_SIX) == 1
    assert sorted(campaign.chunks.values_list("state", flat=True)) == [Chunk.State.HELD, Chunk.State.READY]
    assert release_due(now=AT_SIX + timedelta(hours=1)) == 1
    assert set(campaign.chunks.values_list("state", flat=True)) == {Chunk.State.READY}


def test_sending_now_sends_every_row_now(business):
    campaign = planned(business, [["09121234567", "دو", "1405/09/01 19:00"], ["09121234568", "یک", "1405/09/01 18:00"]])
    confirm(campaign=campaign, by=None, now=NOW)
    send_now(campaign=campaign, by=business.owner, now=NOW)
    assert set(campaign.chunks.values_list("state", "due_at")) == {(Chunk.State.READY, NOW)}


def test_a_row_that_waits_is_cancelled_alone_and_its_price_comes_back(business):
    at_six = "1405/09/01 18:00"
    rows = [["09121234567", "اکنون", ""], ["09121234568", "بعد", at_six], ["09121234569", "هم", at_six]]
    campaign = planned(business, rows)
    confirm(campaign=campaign, by=None, now=NOW, hold_seconds=0)
    now_id, later_id, other_id = Message.objects.order_by("msisdn").values_list("id", flat=True)
    asked = {"account": business.account, "by": business.owner, "only_scheduled": True}
    assert cancel_messages(ids=[now_id, later_id], now=NOW, **asked) == {later_id}
    assert balance(business.account) == 1_000_000 - 2 * 1_800
    assert cancel_messages(ids=[other_id], now=AT_SIX, **asked) == set()
    assert cancel_messages(ids=[other_id], now=NOW, **asked) == {other_id}
    assert Message.objects.filter(pk__in=[later_id, other_id], status=Status.CANCELLED).count() == 2
    assert check_ledger() == check_charges() == []


def test_planning_killed_in_mid_file_begins_again_and_loses_and_doubles_nothing(business, monkeypatch):
    rows = [[f"0912{n:07}", f"سلام {n}", "" if n % 2 else "1405/09/01 18:00"] for n in range(2_500)] + [["x", "y", ""]]
    send(business, upload(business, workbook(rows)))
    campaign = Campaign.objects.get()
    monkeypatch.setattr("messaging.recipients.BATCH", 1_000)
    read = Reader._read

    def dies(self, rows, first_row):
        if first_row > 2_000:
            raise KeyboardInterrupt
        return read(self, rows, first_row)

    with monkeypatch.context() as patch:
        patch.setattr(Reader, "_read", dies)
        with pytest.raises(KeyboardInterrupt):
            plan(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.rows_read) == ("planning", 1_999)  # and the header
    plan(campaign.pk, now=NOW)
    campaign.refresh_from_db()
    assert (campaign.state, campaign.recipients, campaign.summary["invalid"]) == ("review", 2_500, 1)
    assert Message.objects.count() == 2_500
    assert Message.objects.values("msisdn", "text").distinct().count() == 2_500
    file = business.client.get(reverse("messaging:rejects", args=[campaign.pk]))
    assert len(b"".join(file.streaming_content).splitlines()) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"upload": ""}, "upload"),
        ({"upload": "999999"}, "upload"),
        ({"text_column": ""}, "upload"),
        ({"text_column": "0"}, "upload"),
        ({"text_column": "9"}, "upload"),
        ({"line": "999999"}, "line"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_the_file_stays(business, fields, field):
    stored = upload(business, workbook([["09121234567", "سلام", ""]]))
    answer = send(business, stored, title="پاییزه", **fields)
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["title"].value() == "پاییزه"
    assert not Campaign.objects.exists()
    if "upload" not in fields:
        assert answer.context["upload"] == stored


def test_back_to_the_form_brings_the_file_and_its_columns(business):
    campaign = planned(business, [["09121234567", "سلام", "1405/09/01 18:00"]], time_column="")
    answer = business.client.post(reverse("messaging:edit", args=[campaign.pk]), follow=True)
    assert answer.context["upload"] == campaign.upload
    assert [choice["chosen"] for choice in answer.context["choices"]] == [0, 1, None]


def test_an_expired_price_is_worked_out_again(business):
    campaign = planned(business, [["09121234567", "سلام", ""]])
    Campaign.objects.update(quote_expires_at=NOW - timedelta(minutes=1))
    business.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    renewed = plan(Campaign.objects.latest("pk").pk, now=NOW)
    assert renewed.pk != campaign.pk
    assert (renewed.state, renewed.recipients) == ("review", 1)


def test_the_sample_file_can_be_sent_as_it_is(business, tmp_path):
    content = business.client.get(reverse("messaging:p2p_sample")).content
    book = openpyxl.load_workbook(BytesIO(content))
    assert [cell.value for cell in book.active[1]] == ["شمارهٔ موبایل", "متن", "زمان ارسال"]
    stored = upload(business, SimpleUploadedFile("sample.xlsx", content))
    send(business, stored)
    campaign = plan(Campaign.objects.get().pk, now=NOW)
    assert (campaign.recipients, campaign.summary["invalid"], campaign.summary["timed"]) == (2, 0, 1)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 11, 22, 18, 0),  # noqa: DTZ001 - a cell of Excel has no zone
        "2026-11-22 18:00",
        "1405/9/1 18:00",
        "۱۴۰۵-۰۹-۰۱ ۱۸:۰۰",
    ],
)
def test_a_time_may_be_a_cell_of_excel_or_written_in_either_calendar(business, cell):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["09121234567", "سلام", cell])
    file = BytesIO()
    book.save(file)
    send(business, upload(business, SimpleUploadedFile("sms.xlsx", file.getvalue())))
    assert plan(Campaign.objects.get().pk, now=NOW).send_at == AT_SIX


MINUTES = st.integers(1, 366 * 24 * 60)


@given(minutes=MINUTES, persian=st.booleans())
def test_any_future_minute_is_read_as_it_was_written(tmp_path_factory, minutes, persian):
    moment = NOW + timedelta(minutes=minutes)
    written = to_jalali(moment)
    if persian:
        written = written.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    path = tmp_path_factory.getbasetemp() / "times.csv"
    path.write_text(f"number,text,time\n09121234567,hi,{written}\n", encoding="utf-8")
    reader = Reader(open_table(path), Columns(0, 1, 2), line=Line(), now=NOW)
    (good, bad), *_ = reader.batches(100)
    assert bad == []
    assert good.due.tolist() == [int(moment.timestamp()) // 60]
