"""Kavenegar's readings: statuses, outbox, inbox, blocked numbers, the account."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from billing.models import Wallet
from billing.selectors import balance
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import InboundMessage, Message, Status
from phonebook.models import OptOut
from tests.factories import make_line, make_received
from tests.webservice.dialects.conftest import ADDRESS, Kavenegar
from webservice.models import ApiKey, DialectSettings
from webservice.services import create_key

pytestmark = pytest.mark.django_db
TO = "09120000001"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def sent(kavenegar: Kavenegar, **more) -> int:
    return kavenegar.rows("sms/send", {"receptor": TO, "message": "a"} | more)[0]["messageid"]


def unix(at: datetime) -> int:
    return int(at.timestamp())


@pytest.fixture
def bound(account, secret) -> Kavenegar:
    """A client whose key is bound to its address."""
    every = [scope.value for scope in ApiKey.Scope]
    return Kavenegar(create_key(account=account, name="bound", scopes=every, networks=[ADDRESS])[1])


@pytest.mark.parametrize(
    ("status", "number", "words"),
    [
        (Status.QUEUED, 1, "در صف ارسال"),
        (Status.SUBMITTING, 1, "در صف ارسال"),
        (Status.UNKNOWN, 4, "ارسال شده به مخابرات"),
        (Status.SUBMITTED, 4, "ارسال شده به مخابرات"),
        (Status.REJECTED, 6, "خطا در ارسال"),
        (Status.FAILED, 6, "خطا در ارسال"),
        (Status.DELIVERED, 10, "رسیده به گیرنده"),
        (Status.UNDELIVERED, 11, "نرسیده به گیرنده"),
        (Status.EXPIRED, 11, "نرسیده به گیرنده"),
        (Status.CANCELLED, 13, "لغو شده"),
        (Status.BLOCKED, 14, "بلاک شده"),
    ],
)
def test_each_fate_has_its_number(kavenegar, status, number, words):
    pk = sent(kavenegar)
    if status != Status.QUEUED:
        move([News(pk, status, timezone.now())])
    assert kavenegar.rows("sms/status", {"messageid": pk}) == [{"messageid": pk, "status": number, "statustext": words}]


@pytest.mark.parametrize("written", ["{0},{1}", "[{0}, {1}]", '["{0}","{1}"]', "{0}&messageid={1}"])
def test_status_of_several_in_their_order(kavenegar, written):
    ids = [sent(kavenegar), sent(kavenegar, message="b")]
    rows = kavenegar.rows("sms/status", "messageid=" + written.format(ids[1], ids[0]))
    assert [row["messageid"] for row in rows] == [ids[1], ids[0]]


def test_unknown_old_and_others_messages_are_status_100(kavenegar, stranger):
    theirs = sent(Kavenegar(stranger.secret))
    with time_machine.travel(timezone.now() - timedelta(hours=49), tick=False):
        old = sent(kavenegar)
    rows = kavenegar.rows("sms/status", {"messageid": [5, theirs, old, "x", "9" * 40]})
    assert [(row["messageid"], row["status"]) for row in rows] == [
        (5, 100), (theirs, 100), (old, 100), (0, 100), (0, 100),
    ]  # fmt: skip


def test_status_needs_ids_and_takes_500(kavenegar):
    kavenegar.refused(400, "sms/status")
    kavenegar.refused(406, "sms/status", {"messageid": ""})
    assert len(kavenegar.rows("sms/status", {"messageid": ",".join(["1"] * 500)})) == 500
    kavenegar.refused(414, "sms/status", {"messageid": ",".join(["1"] * 501)})


def test_status_by_local_id_is_text_and_lasts_12_hours(kavenegar):
    with time_machine.travel(timezone.now() - timedelta(hours=13), tick=False):
        sent(kavenegar, localid="449")
    pk = sent(kavenegar, localid="450")
    assert kavenegar.rows("sms/statuslocalmessageid", {"localid": "450,449,1"}) == [
        {"messageid": pk, "localid": "450", "status": 1, "statustext": "در صف ارسال"},
        {"messageid": 0, "localid": "449", "status": 100, "statustext": "شناسه نامعتبر"},
        {"messageid": 0, "localid": "1", "status": 100, "statustext": "شناسه نامعتبر"},
    ]


def test_status_by_receptor_within_a_day(kavenegar):
    pk = sent(kavenegar)
    sent(kavenegar, receptor="09350000002")
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        begin = unix(timezone.now() - timedelta(hours=1))
        body = {"receptor": TO, "startdate": begin}
        expected = [{"messageid": pk, "receptor": TO, "status": 1, "statustext": "در صف ارسال"}]
        assert kavenegar.rows("sms/statusbyreceptor", body) == expected
        assert kavenegar.rows("sms/statusbyreceptor", body | {"enddate": begin + 5}) == []
        kavenegar.refused(417, "sms/statusbyreceptor", {"receptor": TO, "startdate": begin - 86_400})
        kavenegar.refused(400, "sms/statusbyreceptor", {"receptor": TO})
        kavenegar.refused(411, "sms/statusbyreceptor", body | {"receptor": "x"})


# --- outbox -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sms/select", "sms/selectoutbox", "sms/latestoutbox"])
def test_texts_are_shown_only_to_keys_bound_to_addresses(kavenegar, method):
    body = {"messageid": sent(kavenegar), "startdate": unix(timezone.now()) - 60}
    kavenegar.refused(407, method, body)


def test_select_gives_whole_rows_of_the_accounts_own(bound, stranger):
    [row] = bound.rows("sms/send", {"receptor": TO, "message": "سلام"})
    theirs = sent(Kavenegar(stranger.secret))
    assert bound.rows("sms/select", {"messageid": [theirs, row["messageid"], 1]}) == [row]


def test_latest_outbox_is_newest_first(bound, account, line):
    rows = [bound.rows("sms/send", {"receptor": TO, "message": text})[0] for text in "abc"]
    assert bound.rows("sms/latestoutbox") == rows[::-1]
    assert bound.rows("sms/latestoutbox", {"pagesize": "2", "sender": line.number}) == [rows[2], rows[1]]
    bound.refused(400, "sms/latestoutbox", {"pagesize": "3000"})
    bound.refused(412, "sms/latestoutbox", {"sender": "99999"})


def test_select_outbox_within_its_limits(bound):
    [row] = bound.rows("sms/send", {"receptor": TO, "message": "a"})
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        now = unix(timezone.now())
        assert bound.rows("sms/selectoutbox", {"startdate": now - 60}) == [row]
        assert bound.rows("sms/selectoutbox", {"startdate": now - 60, "endate": "253402300800"}) == [row]
        assert bound.rows("sms/selectoutbox", {"startdate": now - 60, "enddate": "0"}) == [row]
        assert bound.rows("sms/selectoutbox", {"startdate": now - 60, "enddate": "-62135596800"}) == [row]
        assert bound.rows("sms/selectoutbox", {"startdate": now - 7200, "enddate": now - 3600}) == []
        bound.refused(417, "sms/selectoutbox", {"startdate": now - 60, "enddate": now - 3600})
        bound.refused(417, "sms/selectoutbox", {"startdate": now - 4 * 86_400, "enddate": now - 4 * 86_400 + 60})
        bound.refused(417, "sms/selectoutbox", {"startdate": "x"})
        bound.refused(417, "sms/selectoutbox", {"startdate": "0"})
        bound.refused(412, "sms/selectoutbox", {"startdate": now - 60, "sender": "99999"})


def test_count_outbox_sums(kavenegar):
    sent(kavenegar, message="a" * 200)
    pk = sent(kavenegar)
    move([News(pk, Status.REJECTED, timezone.now())])
    with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
        now = unix(timezone.now())
        [row] = kavenegar.rows("sms/countoutbox", {"startdate": now - 60})
        assert row == {"startdate": now - 60, "enddate": now, "sumpart": 3, "sumcount": 2, "cost": 480}
        [row] = kavenegar.rows("sms/countoutbox", {"startdate": now - 60, "status": "6"})
        assert (row["sumpart"], row["sumcount"], row["cost"]) == (1, 1, 0)
        [row] = kavenegar.rows("sms/countoutbox", {"startdate": now - 60, "status": "10", "linenumber": "x"})
        assert (row["sumpart"], row["sumcount"], row["cost"]) == (0, 0, 0)
        kavenegar.refused(400, "sms/countoutbox", {"startdate": now - 60, "status": "77"})
        kavenegar.refused(417, "sms/countoutbox", {"startdate": now - 2 * 86_400})


# --- inbox --------------------------------------------------------------------------------------------------------


def test_receive_gives_the_unread_and_makes_them_read(kavenegar, account, line):
    with time_machine.travel(NOW, tick=False):
        first = make_received(account, line, "سلام")
    make_received(account, line, "دو")
    make_received(account, make_line(account), "دیگر")
    body = {"linenumber": line.number, "isread": "0"}
    rows = kavenegar.rows("sms/receive", body)
    assert rows[0] == {
        "messageid": first.pk,
        "message": "سلام",
        "sender": "09125550000",
        "receptor": line.number,
        "date": unix(NOW),
    }
    assert [row["message"] for row in rows] == ["سلام", "دو"]
    assert kavenegar.rows("sms/receive", body) == []
    assert kavenegar.rows("sms/receive", body | {"isread": "1"}) == rows


def test_receive_gives_100_at_a_time(kavenegar, account, line):
    for _ in range(101):
        make_received(account, line)
    body = {"linenumber": line.number, "isread": "0"}
    assert [len(kavenegar.rows("sms/receive", body)) for _ in range(3)] == [100, 1, 0]


def test_receive_refuses(kavenegar, account, line, stranger):
    make_received(account, line)
    make_line(None, kind="shared", number="20001")
    kavenegar.refused(412, "sms/receive", {"linenumber": "99999", "isread": "0"})
    kavenegar.refused(412, "sms/receive", {"linenumber": "20001", "isread": "0"})
    kavenegar.refused(400, "sms/receive", {"linenumber": line.number})
    kavenegar.refused(400, "sms/receive", {"isread": "0"})
    kavenegar.refused(400, "sms/receive", {"linenumber": line.number, "isread": "2"})
    assert InboundMessage.objects.filter(read_at=None).count() == 1
    Kavenegar(stranger.secret).refused(403, "sms/receive", {"linenumber": line.number, "isread": "0"})


def test_inbox_paged_has_metadata_of_texts_and_leaves_them_unread(kavenegar, account, line):
    for number in range(201):
        make_received(account, line, str(number))
    document = kavenegar("sms/inboxpaged", {"linenumber": line.number, "isread": "0", "pagenumber": "2"}).json()
    assert document["metadata"] == {"totalcount": "201", "currentpage": "2", "totalpages": "2", "pagesize": "200"}
    assert [row["message"] for row in document["entries"]] == ["0"]
    now = unix(timezone.now())
    kavenegar.refused(417, "sms/inboxpaged", {"linenumber": line.number, "startdate": now - 3 * 86_400})
    assert kavenegar.rows("sms/inboxpaged", {"linenumber": line.number, "pagenumber": "9" * 15}) == []


def test_count_inbox(kavenegar, account, line):
    make_received(account, line)
    make_received(account, make_line(account))
    with time_machine.travel(timezone.now() + timedelta(seconds=2), tick=False):
        now = unix(timezone.now())
        body = {"startdate": now - 60}
        assert kavenegar.rows("sms/countinbox", body) == [{"startdate": now - 60, "enddate": now, "sumcount": 2}]
        assert kavenegar.rows("sms/countinbox", body | {"linenumber": line.number})[0]["sumcount"] == 1
        assert kavenegar.rows("sms/countinbox", body | {"isread": "1"})[0]["sumcount"] == 0
        kavenegar.refused(417, "sms/countinbox", {"startdate": now - 61 * 86_400, "enddate": now - 61 * 86_400 + 1})
        kavenegar.refused(412, "sms/countinbox", body | {"linenumber": "99999"})


# --- blocked ------------------------------------------------------------------------------------------------------


def test_blocked_numbers_are_added_once_listed_and_removed(kavenegar, account, line):
    body = {"linenumber": line.number, "receptor": "09120000001,09350000002"}
    assert kavenegar.rows("line/blocked/add", body | {"receptor": TO}) == [
        {"linenumber": line.number, "receptor": TO, "status": "Active"}
    ]
    assert [row["status"] for row in kavenegar.rows("line/blocked/add", body)] == ["AlreadyExists", "Active"]
    assert kavenegar.rows("sms/send", {"receptor": TO, "message": "a"})[0]["status"] == 14
    exists = kavenegar.rows("line/blocked/exists", body | {"receptor": "09120000001,09120000009"})
    assert [row["status"] for row in exists] == ["AlreadyExists", "NotExists"]
    answer = kavenegar.rows("line/blocked/remove", body, verb="DELETE")
    assert list(answer) == ["message"]
    assert not OptOut.objects.exists()
    assert kavenegar.rows("sms/send", {"receptor": TO, "message": "a"})[0]["status"] == 1


def test_the_list_says_why_and_keeps_what_subscribers_and_staff_asked(kavenegar, account, line):
    kavenegar.rows("line/blocked/add", {"linenumber": line.number, "receptor": TO})
    for place, reason in enumerate(["لغو۱۱", "complaint 12", "", "panel"]):
        OptOut.objects.create(account=account, line=line, msisdn=989350000000 + place, reason=reason)
    document = kavenegar("line/blocked/list", {"linenumber": line.number}).json()
    assert [row["blockreason"] for row in document["entries"]] == [1, 10, 3, 2, 0]
    assert list(document["entries"][0]) == ["number", "blockreason", "date"]
    assert document["metadata"]["totalcount"] == "5"
    [row] = kavenegar.rows("line/blocked/list", {"linenumber": line.number, "blockreason": "2"})
    assert row["number"] == "09350000000"
    for reason, count in ((0, 1), (1, 1), (3, 1), (10, 1), (7, 0)):
        rows = kavenegar.rows("line/blocked/list", {"linenumber": line.number, "blockreason": reason})
        assert [row["blockreason"] for row in rows] == [reason] * count
    every = ",".join(f"0935000000{place}" for place in range(4)) + "," + TO
    kavenegar.rows("line/blocked/remove", {"linenumber": line.number, "receptor": every}, verb="DELETE")
    assert sorted(OptOut.objects.values_list("reason", flat=True)) == ["", "complaint 12", "لغو۱۱"]


def test_blocked_refuses(kavenegar, line):
    many = ",".join(f"0912{n:07}" for n in range(201))
    some = ",".join(f"0912{n:07}" for n in range(51))
    kavenegar.refused(604, "line/blocked/add", {"linenumber": line.number, "receptor": many})
    kavenegar.refused(604, "line/blocked/remove", {"linenumber": line.number, "receptor": some}, verb="DELETE")
    kavenegar.refused(406, "line/blocked/add", {"linenumber": line.number})
    kavenegar.refused(412, "line/blocked/add", {"linenumber": "99999", "receptor": TO})
    kavenegar.refused(411, "line/blocked/add", {"linenumber": line.number, "receptor": "x"})
    kavenegar.refused(405, "line/blocked/remove", {"linenumber": line.number, "receptor": TO})
    assert not OptOut.objects.exists()


# --- account ------------------------------------------------------------------------------------------------------


def test_account_info_is_an_object_of_rials(kavenegar):
    info = kavenegar.rows("account/info")
    assert info == {"remaincredit": 10_000, "expiredate": 2_147_483_647, "type": "master"}


def test_the_date_needs_no_key():
    with time_machine.travel(NOW, tick=False):
        date = Kavenegar("0").rows("utils/getdate")
    assert date == {
        "datetime": "2026/11/22 12:30:00",
        "year": 2026,
        "month": 11,
        "day": 22,
        "hour": 12,
        "minute": 30,
        "second": 0,
        "unixtime": unix(NOW),
    }


def test_config_reads_and_sets_what_we_have(kavenegar, account, line):
    other = make_line(account, kind="service")
    assert kavenegar.rows("account/config") == {
        "apilogs": "justfaults",
        "dailyreport": "disabled",
        "debugmode": "disabled",
        "defaultsender": line.number,
        "mincreditalarm": "500000",
        "resendfailed": "disabled",
    }
    answer = kavenegar.rows(
        "account/config",
        {"defaultsender": other.number, "mincreditalarm": "70", "apilogs": "justforfault", "dailyreport": "null"},
    )
    assert (answer["defaultsender"], answer["mincreditalarm"]) == (other.number, "70")
    assert Wallet.objects.get(account=account).low_balance_warning == 70
    assert kavenegar.rows("sms/send", {"receptor": TO, "message": "a"})[0]["sender"] == other.number
    kavenegar.refused(402, "account/config", {"dailyreport": "enabled"})
    kavenegar.refused(412, "account/config", {"defaultsender": "99999"})
    kavenegar.refused(400, "account/config", {"debugmode": "maybe"})


def test_settings_are_changed_by_administrators_keys_only(account, line, kavenegar):
    reader = Kavenegar(create_key(account=account, name="reader", scopes=["read"])[1])
    reader.rows("account/config")
    reader.refused(403, "account/config", {"debugmode": "enabled"})
    assert not DialectSettings.objects.exists()


@pytest.mark.parametrize("name", ["debugmode", "debug"])
def test_debug_mode_accepts_and_never_sends(kavenegar, account, name):
    assert kavenegar.rows("account/config", {name: "enabled"})["debugmode"] == "enabled"
    pk = sent(kavenegar)
    assert kavenegar.rows("sms/status", {"messageid": pk})[0]["status"] == 13
    assert Message.objects.get().status == Status.CANCELLED
    assert balance(account) == 10_000
    assert check_ledger() == []
    kavenegar.rows("account/config", {name: "disabled"})
    assert kavenegar.rows("sms/status", {"messageid": sent(kavenegar)})[0]["status"] == 1


# --- the key, the method ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "method",
    ["sms/nothing", "call/maketts", "call/status", "x", "sms"],
)
def test_methods_that_are_not_offered_are_404(kavenegar, unchanged, method):
    kavenegar.refused(404, method, {"receptor": TO, "message": "a"})


def test_other_verbs_are_405(kavenegar):
    kavenegar.refused(405, "sms/send", verb="PUT")


@pytest.mark.parametrize("secret", ["BAD", "live_" + "x" * 43, "%00", "کلید"])
def test_an_unknown_key_is_403(secret, db):
    assert Kavenegar(secret).refused(403, "account/info") == "کد شناسائی API-Key معتبر نمی‌باشد"


def test_each_trouble_with_the_key_has_its_code(account, line, settings):
    def client(**fields) -> Kavenegar:
        return Kavenegar(create_key(account=account, name="k", **{"scopes": ["send", "read"], **fields})[1])

    body = {"receptor": TO, "message": "a"}
    client(networks=["203.0.113.0/24"]).refused(416, "sms/send", body)
    client(scopes=["read"]).refused(403, "sms/send", body)
    expiring = client(expires_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        expiring.refused(403, "sms/send", body)
    settings.API_RATE_PER_MINUTE = 1
    hurried = client()
    hurried.rows("account/info")
    hurried.refused(451, "sms/send", body)
    account.state = "suspended"
    account.save()
    client().refused(401, "sms/send", body)
    assert not Message.objects.exists()


def test_the_dialect_speaks_persian_whatever_the_browser_says(kavenegar, client):
    client.cookies["django_language"] = "en"
    answer = client.post("/v1/BAD/account/info.json", headers={"Accept-Language": "en"})
    assert answer.json()["return"]["message"] == "کد شناسائی API-Key معتبر نمی‌باشد"


def test_our_own_fault_is_409_in_the_envelope(kavenegar, monkeypatch, unchanged):
    from webservice.dialects.kavenegar import sending

    def fail(*_arguments, **_named):
        raise RuntimeError("a fault")

    monkeypatch.setattr(sending, "send_wishes", fail)
    kavenegar.refused(409, "sms/send", {"receptor": TO, "message": "a", "localid": "1"})
