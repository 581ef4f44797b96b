"""Kavenegar's sends: rows and types, every way of writing lists, local ids, refusals that change nothing."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from billing.selectors import balance
from credit.models import TariffPlan
from credit.services import check_ledger
from messaging.models import Campaign, Message, MessageClass, Status, Template
from phonebook.models import BlockedNumber, OptOut
from tests.factories import change_prices, make_account, make_line, make_prices
from tests.webservice.dialects.conftest import Kavenegar
from webservice.services import create_key

pytestmark = pytest.mark.django_db
TO = "09120000001"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_a_row_has_exactly_the_providers_keys_and_types(kavenegar, account, line):
    with time_machine.travel(NOW, tick=False):
        response = kavenegar("sms/send", {"receptor": TO, "message": "سلام", "sender": line.number})
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert int(response["Content-Length"]) == len(response.content)
    document = response.json()
    assert list(document) == ["return", "entries"]
    message = Message.objects.get()
    assert document["entries"] == [
        {
            "messageid": message.pk,
            "message": "سلام",
            "status": 1,
            "statustext": "در صف ارسال",
            "sender": line.number,
            "receptor": TO,
            "date": int(NOW.timestamp()),
            "cost": 100,
        }
    ]
    assert 0 < message.pk < 9_000_000_000_000_000
    assert balance(account) == 9_900
    assert message.campaign.kind == Campaign.Kind.API
    assert message.campaign.message_class == MessageClass.TRANSACTIONAL
    assert check_ledger() == []


def test_rows_come_in_the_order_of_the_receptors_and_a_repeat_is_one_message(kavenegar, account):
    rows = kavenegar.rows("sms/send", {"receptor": "09350000002,09120000001,09350000002", "message": "a"})
    assert [row["receptor"] for row in rows] == ["09350000002", "09120000001", "09350000002"]
    assert rows[0]["messageid"] == rows[2]["messageid"] != rows[1]["messageid"]
    assert balance(account) == 10_000 - 2 * 240


@pytest.mark.parametrize(
    "written",
    ["09121234567", "9121234567", "+989121234567", "00989121234567", "۰۹۱۲۱۲۳۴۵۶۷"],
)
def test_receptors_in_every_form_are_echoed_as_09(kavenegar, written):
    [row] = kavenegar.rows("sms/send", {"receptor": written, "message": "a"})
    assert row["receptor"] == "09121234567"


@pytest.mark.parametrize("before", ["", "+98", "0098"])
def test_senders_in_every_form(kavenegar, line, before):
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "sender": before + line.number})
    assert row["sender"] == line.number


TWO = ["09120000001", "09350000002"]


@pytest.mark.parametrize(
    "body",
    [
        {"receptor": ",".join(TWO), "message": "a"},
        {"receptor": TWO, "message": "a"},
        {"receptor": json.dumps(TWO), "message": "a"},
        {"RECEPTOR": ",".join(TWO), "Message": "a"},
        {"receptor[]": TWO, "message": "a"},
        "receptor=09120000001,09350000002&message=a&",
    ],
    ids=["comma list", "repeated name", "JSON text", "letter case", "PHP brackets", "stray ampersand"],
)
def test_lists_however_they_are_written(kavenegar, body):
    rows = kavenegar.rows("sms/send", body)
    assert [row["receptor"] for row in rows] == TWO


def test_get_with_a_query_works_as_well(kavenegar):
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "سلام"}, verb="GET")
    assert row["message"] == "سلام"


@pytest.mark.parametrize("path", ["sms/send.json/", "SMS/Send.json", "Sms/Send.JSON"])
def test_a_slash_after_json_does_not_redirect_and_case_does_not_count(kavenegar, path):
    response = Client().post(f"/v1/{kavenegar.secret}/{path}", {"receptor": TO, "message": "a"})  # multipart
    assert response.status_code == 200
    assert response.json()["entries"][0]["receptor"] == TO


def test_percent_u_escapes_of_dotnet(kavenegar):
    [row] = kavenegar.rows("sms/send", "receptor=09120000001&message=%u0633%u0644%u0627%u0645+%ud83d%ude00%2b&sender=&")
    assert row["message"] == "سلام 😀+"


def test_optional_parameters_that_say_null_are_absent(kavenegar):
    body = {"receptor": TO, "message": "a", "sender": "null", "date": "null", "type": "null", "localmessageid": "null"}
    assert len(kavenegar.rows("sms/send", body)) == 1


def test_the_default_sender_is_the_first_own_line(kavenegar, account, line):
    make_line(None, kind="shared", number="20001")
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a"})
    assert row["sender"] == line.number


def test_an_advertising_line_sends_bulk(kavenegar, account):
    advertising = make_line(account)
    kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "sender": advertising.number})
    assert Campaign.objects.get().message_class == MessageClass.BULK


def test_who_may_not_be_sent_to_is_blocked_and_free(kavenegar, account):
    OptOut.objects.create(account=account, msisdn=989120000001)
    rows = kavenegar.rows("sms/send", {"receptor": ",".join(TWO), "message": "a"})
    assert [(row["status"], row["cost"]) for row in rows] == [(14, 0), (1, 240)]
    assert balance(account) == 10_000 - 240
    only = kavenegar.rows("sms/send", {"receptor": TO, "message": "b"})
    assert [(row["status"], row["statustext"], row["cost"]) for row in only] == [(14, "بلاک شده", 0)]
    assert kavenegar.rows("sms/status", {"messageid": only[0]["messageid"]})[0]["status"] == 14
    assert balance(account) == 10_000 - 240


def test_the_operators_block_list_holds_for_advertising_lines_only(kavenegar, account, line):
    BlockedNumber.objects.create(msisdn=989120000001)
    advertising = make_line(account)
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "sender": advertising.number})
    assert row["status"] == 14
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "sender": line.number})
    assert row["status"] == 1


def test_a_later_date_schedules(kavenegar, account):
    with time_machine.travel(NOW, tick=False):
        at = int((NOW + timedelta(hours=1)).timestamp())
        [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "date": at})
    assert (row["status"], row["statustext"], row["date"]) == (2, "زمان بندی شده", at)
    assert Campaign.objects.get().state == Campaign.State.SCHEDULED


@pytest.mark.parametrize("date", ["0", "", "null"])
def test_no_date_is_now(kavenegar, date):
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "date": date})
    assert row["status"] == 1


def test_a_tag_is_kept(kavenegar):
    kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "tag": "yalda", "hide": "1", "policy": "x"})
    assert Campaign.objects.get().tags == ["yalda"]


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_kinds_of_memory_are_taken(kavenegar, kind):
    assert kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "type": kind})


# --- sendarray ----------------------------------------------------------------------------------------------------


def arrays(line, **more) -> dict:
    return {
        "receptor": json.dumps(TWO),
        "sender": json.dumps([line.number, line.number]),
        "message": json.dumps(["یک, دو", "b"], ensure_ascii=False),
        **more,
    }


def test_sendarray_sends_each_its_text(kavenegar, account, line):
    rows = kavenegar.rows("sms/sendarray", arrays(line))
    assert [(row["receptor"], row["message"], row["cost"]) for row in rows] == [
        ("09120000001", "یک, دو", 100),
        ("09350000002", "b", 240),
    ]
    assert balance(account) == 10_000 - 340


def test_sendarray_from_several_lines_is_all_or_nothing(kavenegar, account, line):
    other = make_line(account, kind="service")
    body = arrays(line, sender=json.dumps([other.number, line.number]))
    rows = kavenegar.rows("sms/sendarray", body)
    assert [row["sender"] for row in rows] == [other.number, line.number]
    assert Campaign.objects.count() == 2
    poor = make_account(credit=150)
    mine, second = make_line(poor, kind="service"), make_line(poor, kind="service")
    client = Kavenegar(create_key(account=poor, name="k", scopes=["send"])[1])
    client.refused(418, "sms/sendarray", arrays(mine, sender=json.dumps([mine.number, second.number])))
    assert balance(poor) == 150
    assert not Campaign.objects.of(poor).exists()
    assert not Message.objects.of(poor).exists()


@pytest.mark.parametrize("name", ["localmessageids", "localmessageid", "localid", "localids"])
@pytest.mark.parametrize("written", ["7,8", "[7, 8]", '["7","8"]'])
def test_sendarray_knows_local_ids_by_four_names(kavenegar, account, line, name, written):
    first = kavenegar.rows("sms/sendarray", arrays(line, **{name: written}))
    again = kavenegar.rows("sms/sendarray", arrays(line, **{name: written}))
    assert first == again
    assert balance(account) == 10_000 - 340


def test_sendarray_of_csharp_is_raw_json_in_a_form(kavenegar, line):
    body = f'receptor=["{TWO[0]}","{TWO[1]}"]&sender=["{line.number}","{line.number}"]&message=["۱+۱ & ۲","b 50%25"]&'
    rows = kavenegar.rows("sms/sendarray", body.encode())
    assert [row["message"] for row in rows] == ["۱+۱ & ۲", "b 50%25"]


def test_sendarray_with_repeated_names_as_requests_writes_lists(kavenegar, line):
    body = {"receptor": TWO, "sender": [line.number] * 2, "message": ["a, b", "c"]}
    assert [row["message"] for row in kavenegar.rows("sms/sendarray", body)] == ["a, b", "c"]


# --- local ids ----------------------------------------------------------------------------------------------------


def test_a_known_local_id_is_not_sent_again(kavenegar, account):
    """compat, section 8: the same request gives the same two rows and sends nothing."""
    body = {"receptor": ",".join(TWO), "message": "تست", "localid": "7,8"}
    first = kavenegar.rows("sms/send", body)
    assert kavenegar.rows("sms/send", body) == first
    assert Message.objects.count() == 2
    mixed = kavenegar.rows("sms/send", body | {"localid": "8,9", "receptor": "09350000002,09120000003"})
    assert mixed[0] == first[1]
    assert mixed[1]["messageid"] not in {row["messageid"] for row in first}
    assert balance(account) == 10_000 - 300


def test_a_refused_send_leaves_its_local_ids_free(kavenegar, account):
    body = {"receptor": TO, "message": "a" * 900, "localid": "5"}
    change_prices(TariffPlan.objects.get(is_default=True), 100_000)
    kavenegar.refused(418, "sms/send", body)
    change_prices(TariffPlan.objects.get(is_default=True), 1)
    assert kavenegar.rows("sms/send", body)[0]["status"] == 1


def test_local_ids_belong_to_the_account(kavenegar, stranger):
    first = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "localid": "7"})
    others = Kavenegar(stranger.secret).rows("sms/send", {"receptor": TO, "message": "a", "localid": "7"})
    assert first[0]["messageid"] != others[0]["messageid"]


def test_a_local_id_twice_in_one_call_is_one_message(kavenegar):
    rows = kavenegar.rows("sms/send", {"receptor": ",".join(TWO), "message": "a", "localid": "7,7"})
    assert rows[0] == rows[1]
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_local_id_at_once_send_once(kavenegar, account):
    answers = []

    def ask():
        answers.append(kavenegar.rows("sms/send", {"receptor": ",".join(TWO), "message": "a", "localid": "2,1"}))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({json.dumps(rows) for rows in answers}) == 1
    assert len(answers) == 4
    assert Message.objects.count() == 2
    assert balance(account) == 10_000 - 480


# --- cancel -------------------------------------------------------------------------------------------------------


def test_cancel_takes_scheduled_messages_back_one_by_one(kavenegar, account):
    later = int((timezone.now() + timedelta(hours=1)).timestamp())
    body = {"receptor": "09120000001,09350000002,09120000003", "message": "a", "date": later}
    ids = [row["messageid"] for row in kavenegar.rows("sms/send", body)]
    now = kavenegar.rows("sms/send", {"receptor": TO, "message": "b"})[0]["messageid"]
    rows = kavenegar.rows("sms/cancel", {"messageid": [ids[0], 12345, now]})
    assert rows == [
        {"messageid": ids[0], "status": 13, "statustext": "لغو شده"},
        {"messageid": 12345, "status": 100, "statustext": "شناسه نامعتبر"},
        {"messageid": now, "status": 1, "statustext": "در صف ارسال"},
    ]
    assert balance(account) == 10_000 - 3 * 240
    campaign = Message.objects.get(pk=ids[0]).campaign
    assert campaign.state == Campaign.State.SCHEDULED
    kavenegar.rows("sms/cancel", {"messageid": ids})
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CANCELLED
    assert balance(account) == 10_000 - 240
    assert set(Message.objects.filter(pk__in=ids).values_list("status", flat=True)) == {Status.CANCELLED}
    assert check_ledger() == []


def test_a_strangers_message_is_no_message(kavenegar, stranger):
    later = int((timezone.now() + timedelta(hours=1)).timestamp())
    [row] = kavenegar.rows("sms/send", {"receptor": TO, "message": "a", "date": later})
    [answer] = Kavenegar(stranger.secret).rows("sms/cancel", {"messageid": row["messageid"]})
    assert answer["status"] == 100
    assert Message.objects.get(pk=row["messageid"]).status == Status.SCHEDULED


# --- verify/lookup ------------------------------------------------------------------------------------------------


def test_lookup_fills_an_approved_template_and_overtakes_everything(kavenegar, template):
    rows = kavenegar.rows("verify/lookup", {"receptor": TO, "template": "LOGIN", "token": "5566", "type": "Sms"})
    assert [row["message"] for row in rows] == ["کد ورود: 5566"]
    assert Campaign.objects.get().message_class == MessageClass.OTP


def test_lookup_prefers_the_templates_line_then_a_shared_one(kavenegar, account, line, template):
    body = {"receptor": TO, "template": "login", "token": "1"}
    assert kavenegar.rows("verify/lookup", body)[0]["sender"] == line.number
    shared = make_line(None, kind="shared", number="20001")
    assert kavenegar.rows("verify/lookup", body)[0]["sender"] == shared.number
    template.line = line
    template.save()
    assert kavenegar.rows("verify/lookup", body)[0]["sender"] == line.number


def test_lookup_takes_five_tokens_with_their_spaces(kavenegar, account):
    Template.objects.create(
        account=account, name="order", text="%token %token2 %token3 %token10 %token20", state="approved"
    )
    body = {"token": "1", "token2": "a-b", "token3": "ج", "token10": "a b c d e f", "token20": "a b c d e f g h i"}
    [row] = kavenegar.rows("verify/lookup", {"receptor": TO, "template": "order", **body})
    assert row["message"] == "1 a-b ج a b c d e f a b c d e f g h i"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (431, {"token": "12 3"}),
        (431, {"token": "12\n3"}),
        (431, {"token": "12_3"}),
        (431, {"token": "1" * 101}),
        (431, {"token": "1", "token2": "a b"}),
        (431, {"token": "1", "token10": "a b c d e f g"}),
        (431, {"token": "1", "token20": "a b c d e f g h i j"}),
        (424, {"token": "1", "template": "other"}),
        (424, {"token": "1", "template": "waiting"}),
        (428, {"token": "1", "type": "call"}),
        (428, {"token": "a", "type": "Call"}),
        (432, {"token": "1", "template": "tokenless"}),
        (400, {}),
        (406, {"token": ""}),
        (406, {"token": "1", "template": ""}),
        (411, {"token": "1", "receptor": "02188888888"}),
        (411, {"token": "1", "receptor": "09120000001,09120000002"}),
        (400, {"token": "1", "type": "fax"}),
        (400, {"token": "1", "template": "two"}),
    ],
)
def test_lookup_refuses(kavenegar, account, template, unchanged, code, body):
    for name, text, state in (
        ("waiting", "%token", "pending"),
        ("tokenless", "{code}", "approved"),
        ("two", "%token %token2", "approved"),
    ):
        Template.objects.create(account=account, name=name, text=text, state=state)
    kavenegar.refused(code, "verify/lookup", {"receptor": TO, "template": "login"} | body)


def test_another_accounts_template_is_unknown(stranger, template):
    client = Kavenegar(stranger.secret)
    client.refused(424, "verify/lookup", {"receptor": TO, "template": "login", "token": "1"})


# --- refusals -----------------------------------------------------------------------------------------------------

MANY = ",".join(f"0912{n:07}" for n in range(201))


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (400, {"message": "a"}),
        (400, {"receptor": TO}),
        (406, {"receptor": "", "message": "a"}),
        (411, {"receptor": "123", "message": "a"}),
        (411, {"receptor": "09120000001,x", "message": "a"}),
        (412, {"receptor": TO, "message": "a", "sender": "99999"}),
        (413, {"receptor": TO, "message": ""}),
        (413, {"receptor": TO, "message": "  "}),
        (413, {"receptor": TO, "message": "a" * 901}),
        (414, {"receptor": MANY, "message": "a"}),
        (417, {"receptor": TO, "message": "a", "date": "1"}),
        (417, {"receptor": TO, "message": "a", "date": "tomorrow"}),
        (417, {"receptor": TO, "message": "a", "date": "99999999999"}),
        (417, {"receptor": TO, "message": "a", "date": "9" * 30}),
        (419, {"receptor": TO, "message": "a", "localid": "1,2"}),
        (400, {"receptor": TO, "message": "a", "localid": "x"}),
        (607, {"receptor": TO, "message": "a", "tag": "t" * 41}),
        (402, {"receptor": TO, "message": "a", "type": "0"}),
        (400, {"receptor": TO, "message": "a", "type": "9"}),
    ],
)
def test_send_refuses_and_changes_nothing(kavenegar, unchanged, code, body):
    assert kavenegar.refused(code, "sms/send", body)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (419, {"message": '["a"]'}),
        (419, {"sender": '["1"]'}),
        (419, {"localids": "[1,2,3]"}),
        (419, {"type": "[1,1,1]"}),
        (412, {"sender": '["99999","99999"]'}),
        (413, {"message": '["a",""]'}),
        (411, {"receptor": '["09120000001","x"]'}),
        (414, {"receptor": json.dumps(MANY.split(","))}),
        (400, {"message": ""}),
    ],
)
def test_sendarray_refuses_and_changes_nothing(kavenegar, line, unchanged, code, body):
    whole = arrays(line) | body
    if whole["message"] == "":
        del whole["message"]
    kavenegar.refused(code, "sms/sendarray", whole)


def test_sendarray_by_get_is_405(kavenegar, line, unchanged):
    kavenegar.refused(405, "sms/sendarray", arrays(line), verb="GET")


def test_no_credit_is_418(kavenegar, account, unchanged):
    words = kavenegar.refused(418, "sms/send", {"receptor": MANY[: 12 * 199 - 1], "message": "a"})
    assert words == "اعتبار شما کافی نمی‌باشد"


def test_a_text_that_must_say_how_to_leave(kavenegar, account, unchanged):
    strict = make_line(account, requires_opt_out_hint=True)
    kavenegar.refused(413, "sms/send", {"receptor": TO, "message": "a", "sender": strict.number})


def test_a_line_without_a_price_is_412(kavenegar, line, unchanged):
    make_prices(TariffPlan.objects.get(is_default=True))
    kavenegar.refused(412, "sms/send", {"receptor": TO, "message": "a"})


def test_a_body_beyond_the_limit(kavenegar, settings, unchanged):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    kavenegar.refused(400, "sms/send", {"receptor": TO, "message": "a" * 2000})


def test_nulls_and_half_surrogates_do_no_harm(kavenegar):
    [row] = kavenegar.rows("sms/send", "receptor=09120000001&message=a%00b%ud83d&tag=%00t")
    assert row["message"] == "ab�"
