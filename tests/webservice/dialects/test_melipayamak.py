"""Melipayamak's dialect: HTTP 200 always, Value as text, ids known by their length, refusals that change nothing."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from billing.selectors import balance
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Message, MessageClass, Status, Template
from phonebook.models import OptOut
from tests.factories import make_line, make_received
from tests.webservice.dialects.conftest import Melipayamak
from webservice.services import create_key

pytestmark = pytest.mark.django_db
TO = "09120000001"
BASE = 10**15


def send(client: Melipayamak, line, **more) -> str:
    return client.value("SendSMS", **{"to": TO, "from": line.number, "text": "سلام", "isFlash": "False"} | more)


def test_a_sent_message_has_an_id_of_16_digits_as_text(melipayamak, account, line):
    document = melipayamak("SendSMS", **{"to": TO, "from": line.number, "text": "سلام", "isFlash": "False"})
    assert list(document) == ["Value", "RetStatus", "StrRetStatus"]
    assert re.fullmatch(r"\d{16}", document["Value"])
    assert (document["RetStatus"], document["StrRetStatus"]) == (1, "Ok")
    assert int(document["Value"]) == BASE + Message.objects.get().pk
    assert balance(account) == 9_900
    assert check_ledger() == []


def test_several_have_their_ids_joined_in_order(melipayamak, line):
    value = send(melipayamak, line, to="09350000002,09120000001")
    to = dict(Message.objects.values_list("pk", "msisdn"))
    assert [to[int(pk) - BASE] for pk in value.split(",")] == [989350000002, 989120000001]


@pytest.mark.parametrize("path", ["/api/SendSMS/", "/api/sendsms/", "/API/SENDSMS/"])
def test_the_paths_letter_case(melipayamak, line, path):
    if path.startswith("/API"):
        assert Client().post(f"{path}SendSMS").status_code == 404
        return
    document = melipayamak("sendSMS/", path=path, **{"to": TO, "from": line.number, "text": "a"})
    assert document["RetStatus"] == 1


def test_names_in_csharps_case(melipayamak, line):
    body = {"UserName": "shop", "PassWord": melipayamak.secret, "To": TO, "From": line.number, "Text": "a"}
    answer = Client().post("/api/SendSMS/SendSMS", body | {"IsFlash": "false"})
    assert answer.json()["RetStatus"] == 1


def test_json_bodies(melipayamak, line):
    body = {"username": "shop", "password": melipayamak.secret, "to": [TO], "from": line.number, "text": "a"}
    answer = Client().post("/api/SendSMS/SendSMS", json.dumps(body | {"isFlash": False}), "application/json")
    assert answer.json()["RetStatus"] == 1


def test_values_that_java_does_not_escape(melipayamak, line):
    body = f"username=shop&password={melipayamak.secret}&to={TO}&from={line.number}&text=سلام ۵۰% دوست&isFlash=false"
    answer = Client().generic("POST", "/api/SendSMS/SendSMS", body.encode(), "application/x-www-form-urlencoded")
    assert answer.json()["RetStatus"] == 1
    assert Message.objects.select_related("campaign").get().campaign.text == "سلام ۵۰% دوست"


def test_the_header_apikey_stands_for_the_pair(melipayamak, line):
    answer = Client().post("/api/SendSMS/GetCredit", headers={"apikey": melipayamak.secret})
    assert answer.json() == {"Value": "100", "RetStatus": 1, "StrRetStatus": "Ok"}
    assert Client().post("/api/SendSMS/GetCredit", headers={"apikey": "x"}).json()["Value"] == "0"


def test_base_service_number_fills_a_template(melipayamak, account, line):
    template = Template.objects.create(account=account, name="t", text="سلام {0}، کد {1}", state="approved")
    value = melipayamak.value("BaseServiceNumber", text="علی;5566", to=TO, bodyId=template.pk)
    message = Message.objects.select_related("campaign").get(pk=int(value) - BASE)
    assert message.campaign.text == "سلام علی، کد 5566"
    assert message.campaign.message_class == MessageClass.OTP


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (-2, {"to": "09120000001,09120000002"}),
        (-4, {"bodyId": "77"}),
        (-4, {"bodyId": "x"}),
        (-4, {"bodyId": "waiting"}),
        (-5, {"text": "a"}),
        (-5, {"text": "a;b;c"}),
        (35, {"to": "x"}),
        (35, {"to": ""}),
        (0, {"password": "wrong"}),
    ],
)
def test_base_service_number_refuses(melipayamak, account, line, unchanged, code, body):
    approved = Template.objects.create(account=account, name="t", text="{0} {1}", state="approved")
    waiting = Template.objects.create(account=account, name="w", text="{0} {1}")
    if body.get("bodyId") == "waiting":
        body = {"bodyId": waiting.pk}
    words = melipayamak.refused(code, "BaseServiceNumber", **{"text": "a;b", "to": TO, "bodyId": approved.pk} | body)
    assert words == ("InvalidUserPass" if code == 0 else "InvalidData")


def test_base_service_number_without_a_line_or_the_right(melipayamak, account, line):
    template = Template.objects.create(account=account, name="t", text="{0}", state="approved")
    body = {"text": "a", "to": TO, "bodyId": template.pk}
    reader = Melipayamak(create_key(account=account, name="shop", scopes=["read"])[1])
    reader.refused(-1, "BaseServiceNumber", **body)
    line.state = "suspended"
    line.save()
    melipayamak.refused(-3, "BaseServiceNumber", **body)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("status", "number"),
    [
        (Status.QUEUED, "400"),
        (Status.SUBMITTED, "8"),
        (Status.UNKNOWN, "5"),
        (Status.DELIVERED, "1"),
        (Status.UNDELIVERED, "2"),
        (Status.EXPIRED, "2"),
        (Status.REJECTED, "3"),
        (Status.FAILED, "16"),
        (Status.CANCELLED, "500"),
        (Status.BLOCKED, "35"),
    ],
)
@pytest.mark.parametrize("name", ["recId", "recID"])
def test_each_fate_has_its_number(melipayamak, line, status, number, name):
    value = send(melipayamak, line)
    if status != Status.QUEUED:
        move([News(int(value) - BASE, status, timezone.now())])
    assert melipayamak.value("GetDeliveries2", **{name: value}) == number


def test_deliveries_of_several_unknown_and_others(melipayamak, line, stranger):
    value = send(melipayamak, line)
    assert melipayamak.value("GetDeliveries2", recId=f"{value},{BASE + 5},77,x") == "400,100,100,100"
    assert Melipayamak(stranger.secret, "other").value("GetDeliveries2", recId=value) == "100"
    melipayamak.refused(35, "GetDeliveries2")


def test_get_messages_reads_inbox_outbox_and_both(melipayamak, account, line):
    with time_machine.travel(datetime(2026, 11, 22, 9, 0, tzinfo=UTC), tick=False):
        received = make_received(account, line, "دریافتی")
    value = send(melipayamak, line)
    body = {"location": "1", "from": "", "index": "0", "count": "10"}
    document = melipayamak("GetMessages", **body)
    assert document["MyBase"] == {"Value": "", "RetStatus": 1, "StrRetStatus": "Ok"}
    assert {name: document[name] for name in ("Value", "RetStatus", "StrRetStatus")} == document["MyBase"]
    assert document["Data"] == [
        {
            "MsgID": received.pk,
            "Body": "دریافتی",
            "SendDate": "2026-11-22T12:30:00",
            "Sender": "09125550000",
            "Receiver": line.number,
            "IsRead": False,
        }
    ]
    [sent] = melipayamak("GetMessages", **body | {"location": "2", "from": line.number})["Data"]
    assert (sent["MsgID"], sent["Body"], sent["Sender"], sent["Receiver"]) == (int(value), "سلام", line.number, TO)
    both = melipayamak("GetMessages", **body | {"location": "-1"})["Data"]
    assert {row["MsgID"] for row in both} == {received.pk, int(value)}
    assert len(melipayamak("GetMessages", **body | {"location": "-1", "index": "1", "count": "1"})["Data"]) == 1
    assert melipayamak("GetMessages", **body | {"index": "1"})["Data"] == []


@pytest.mark.parametrize(
    "wrong", [{"count": "101"}, {"count": "0"}, {"count": "x"}, {"index": "-1"}, {"location": "7"}]
)
def test_get_messages_refuses(melipayamak, line, wrong):
    melipayamak.refused(35, "GetMessages", **{"location": "1", "index": "0", "count": "10"} | wrong)
    melipayamak.refused(5, "GetMessages", location="1", **{"from": "99999"})


def test_credit_price_and_numbers(melipayamak, account, line):
    assert melipayamak.value("GetCredit") == "100"
    assert melipayamak.value("GetBasePrice") == "100"
    document = melipayamak("GetUserNumbers")
    assert document["Data"] == [{"Number": line.number}]
    assert document["MyBase"]["RetStatus"] == 1


def test_who_opted_out_has_an_id_and_is_blacklisted(melipayamak, account, line):
    OptOut.objects.create(account=account, msisdn=989120000001)
    value = send(melipayamak, line)
    assert melipayamak.value("GetDeliveries2", recId=value) == "35"
    assert balance(account) == 10_000


@pytest.mark.parametrize(
    ("code", "words", "body"),
    [
        (5, "InvalidSender", {"from": "99999"}),
        (5, "InvalidSender", {"from": ""}),
        (35, "InvalidData", {"to": "x"}),
        (35, "InvalidData", {"to": ""}),
        (35, "InvalidData", {"text": ""}),
        (35, "InvalidData", {"text": "ا" * 5000}),
        (35, "InvalidData", {"isFlash": "maybe"}),
        (11, "NotSent", {"isFlash": "true"}),
        (4, "VolumeLimit", {"to": ",".join(f"0912{n:07}" for n in range(101))}),
        (2, "NoCredit", {"to": ",".join(f"0912{n:07}" for n in range(99)), "text": "ا" * 80}),
        (0, "InvalidUserPass", {"password": "wrong"}),
        (0, "InvalidUserPass", {"username": "other"}),
    ],
)
def test_send_refuses_and_changes_nothing(melipayamak, line, unchanged, code, words, body):
    whole = {"to": TO, "from": line.number, "text": "سلام", "isFlash": "False"} | body
    assert melipayamak.refused(code, "SendSMS", **whole) == words


def test_a_text_that_must_say_how_to_leave_is_15(melipayamak, account, unchanged):
    strict = make_line(account, requires_opt_out_hint=True)
    melipayamak.refused(15, "SendSMS", **{"to": TO, "from": strict.number, "text": "a"})


def test_each_trouble_with_the_key_has_its_code(account, line, settings):
    def client(**fields) -> Melipayamak:
        return Melipayamak(create_key(account=account, name="shop", **{"scopes": ["send", "read"], **fields})[1])

    client(networks=["203.0.113.0/24"]).refused(0, "GetCredit")
    client(scopes=["send"]).refused(0, "GetCredit")
    client().refused(0, "GetMessages")
    expiring = client(expires_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        expiring.refused(0, "GetCredit")
    settings.API_RATE_PER_MINUTE = 1
    hurried = client()
    hurried.value("GetCredit")
    hurried.refused(6, "GetCredit")
    account.state = "suspended"
    account.save()
    client().refused(10, "GetCredit")


def test_unknown_methods_verbs_and_bodies_are_invalid_data(melipayamak):
    melipayamak.refused(35, "Nothing")
    assert Client().get("/api/SendSMS/GetCredit").json()["Value"] == "35"
    answer = Client().post("/api/SendSMS/GetCredit", "{", "application/json")
    assert answer.json() == {"Value": "35", "RetStatus": 35, "StrRetStatus": "InvalidData"}
    query = f"/api/SendSMS/GetCredit?username=shop&password={melipayamak.secret}"
    assert Client().post(query).json()["Value"] == "0"


def test_our_own_fault(melipayamak, account, monkeypatch, line, unchanged):
    from webservice.dialects.melipayamak import methods

    template = Template.objects.create(account=account, name="t", text="{0}", state="approved")
    monkeypatch.setattr(methods, "send_wishes", lambda **_named: 1 / 0)
    melipayamak.refused(6, "SendSMS", **{"to": TO, "from": line.number, "text": "a"})
    melipayamak.refused(-6, "BaseServiceNumber", text="a", to=TO, bodyId=template.pk)
