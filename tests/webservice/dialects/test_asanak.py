"""Asanak's dialect: envelope, types, every spelling, refusals that change nothing."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from billing.selectors import balance
from credit.models import TariffPlan
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Message, MessageClass, Status, Template
from phonebook.models import BlockedNumber, OptOut
from tests.factories import make_line, make_prices, make_user
from tests.webservice.dialects.conftest import Asanak
from webservice.services import create_key

pytestmark = pytest.mark.django_db
TO = "09120000001"
TWO = "09120000001,09350000002"


def send(asanak: Asanak, line, **more) -> list[int]:
    return asanak.data("sendsms", **{"source": line.number, "destination": TWO, "message": "سلام"} | more)


def test_sendsms_gives_an_integer_for_each_destination_in_order(asanak, account, line):
    response = asanak("sendsms", source=line.number, destination="09350000002,09120000001", message="سلام")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    document = response.json()
    assert list(document) == ["meta", "data"]
    assert document["meta"] == {"status": 200, "code": 200, "message": "success"}
    to = dict(Message.objects.values_list("pk", "msisdn"))
    assert [to[pk] for pk in document["data"]] == [989350000002, 989120000001]
    assert balance(account) == 10_000 - 200
    assert check_ledger() == []


@pytest.mark.parametrize("written", [TWO, "9120000001, +989350000002", TWO.split(","), json.dumps(TWO.split(","))])
@pytest.mark.parametrize("form", [False, True])
def test_destinations_however_they_are_written(asanak, line, written, form):
    assert len(send(asanak, line, destination=written, form=form)) == 2


def test_names_in_any_case_and_multipart(asanak, line):
    body = {"Source": line.number, "Destination": TO, "Message": "a", "Username": "Shop", "Password": asanak.secret}
    answer = Client().post("/webservice/v2rest/SendSms/", body)
    assert answer.status_code == 200
    assert len(answer.json()["data"]) == 1


@pytest.mark.parametrize("number", ["9821001234", "021001234", "21001234", "+9821001234"])
@pytest.mark.parametrize("stored", ["9821001234", "21001234"])
def test_the_source_is_found_with_and_without_98(asanak, account, number, stored):
    line = make_line(account, number=stored, kind="service")
    send(asanak, line, source=number)
    assert set(Message.objects.values_list("line_id", flat=True)) == {line.pk}


@pytest.mark.parametrize("name", ["send_to_black_list", "send_to_blacklist"])
@pytest.mark.parametrize(("value", "sends"), [(1, True), ("true", True), (0, False), ("0", False), (False, False)])
def test_the_operators_block_list_is_heeded_when_asked(asanak, line, account, name, value, sends):
    BlockedNumber.objects.create(msisdn=989350000002)
    if sends:
        assert len(send(asanak, line, **{name: value})) == 2
        return
    body = {"source": line.number, "destination": TWO, "message": "a", name: value}
    assert asanak.refused(406, 1010, "sendsms", **body)["Invalids"] == ["09350000002"]
    assert balance(account) == 10_000
    assert send(asanak, line, destination=TO, **{name: value})


def test_p2p_sends_each_its_text_from_its_line(asanak, account, line):
    other = make_line(account, kind="service")
    rows = [
        {"source": line.number, "destination": TO, "message": "a", "send_to_black_list": 1},
        {"source": other.number, "destination": "09350000002", "message": "سلام", "send_to_black_list": 1},
    ]
    ids = asanak.data("p2psendsms", data=rows)
    assert all(type(pk) is int for pk in ids)
    found = Message.objects.in_bulk(ids)
    assert [(found[pk].msisdn, found[pk].line_id) for pk in ids] == [(989120000001, line.pk), (989350000002, other.pk)]
    assert balance(account) == 10_000 - 340
    assert len(asanak.data("p2psendsms", data=json.dumps(rows), form=True)) == 2


def test_p2p_is_all_or_nothing(asanak, line, unchanged):
    good = {"source": line.number, "destination": TO, "message": "a"}
    assert asanak.refused(406, 1010, "p2psendsms", data=[good, good | {"destination": "0Invalid"}])["Invalids"] == [
        "0Invalid"
    ]
    asanak.refused(406, 1002, "p2psendsms", data=[good, good | {"source": "9999"}])
    asanak.refused(400, 1008, "p2psendsms", data=[good, good | {"message": ""}])
    asanak.refused(400, 1008, "p2psendsms", data=[good, 5])
    asanak.refused(400, 1008, "p2psendsms", data="x")
    asanak.refused(400, 1008, "p2psendsms")


@pytest.mark.parametrize(
    "parameters", [{"code": "5566", "name": "علی"}, ["5566", "علی"], '{"code": 5566, "name": "علی"}']
)
def test_a_template_is_filled_by_name_or_place(asanak, account, line, parameters):
    template = Template.objects.create(account=account, name="t", text="{code} برای {name}", state="approved")
    ids = asanak.data("template", template_id=template.pk, parameters=parameters, destination=TO)
    message = Message.objects.select_related("campaign").get(pk=ids[0])
    assert message.campaign.text == "5566 برای علی"
    assert message.campaign.message_class == MessageClass.OTP


def test_templates_refuse(asanak, account, line, stranger):
    template = Template.objects.create(account=account, name="t", text="{code}")
    body = {"template_id": template.pk, "parameters": {"code": "1"}, "destination": TO}
    asanak.refused(403, 1001, "template", **body)
    template.state = "approved"
    template.save()
    asanak.refused(403, 1001, "template", **body | {"template_id": template.pk + 1})
    asanak.refused(400, 1008, "template", **body | {"template_id": "x"})
    asanak.refused(400, 1008, "template", **body | {"parameters": {"other": "1"}})
    asanak.refused(400, 1008, "template", **body | {"parameters": ["1", "2"]})
    asanak.refused(400, 1008, "template", **body | {"parameters": "x"})
    asanak.refused(406, 1010, "template", **body | {"destination": ""})
    Asanak(stranger.secret, "other").refused(403, 1001, "template", **body)
    assert not Message.objects.exists()


def test_template_list(asanak, account):
    row = Template.objects.create(account=account, name="login", text="کد شما: {code}", state="approved")
    assert asanak.data("templatelist") == [
        {
            "template_id": row.pk,
            "title": "login",
            "text": "کد شما: {code}",
            "parameters": ["code"],
            "status": "approved",
        }
    ]


@pytest.mark.parametrize(
    ("status", "number"),
    [
        (Status.QUEUED, "1"),
        (Status.SUBMITTED, "2"),
        (Status.UNKNOWN, "7"),
        (Status.DELIVERED, "6"),
        (Status.UNDELIVERED, "5"),
        (Status.EXPIRED, "5"),
        (Status.REJECTED, "8"),
        (Status.FAILED, "5"),
        (Status.BLOCKED, "8"),
    ],
)
def test_each_fate_has_its_number_as_text(asanak, line, status, number):
    [pk] = send(asanak, line, destination=TO)
    if status != Status.QUEUED:
        move([News(pk, status, timezone.now())])
    [row] = asanak.data("msgstatus", msgid=str(pk))
    assert list(row) == ["MsgID", "Status", "SendTime", "DeliverTime"]
    assert (row["MsgID"], row["Status"]) == (str(pk), number)


def test_status_rows_have_tehran_times_and_the_order_asked_for(asanak, line, stranger):
    with time_machine.travel(datetime(2026, 8, 17, 19, 25, 30, tzinfo=UTC), tick=False):
        first, second = send(asanak, line)
    move([News(first, Status.DELIVERED, datetime(2026, 8, 17, 19, 25, 35, tzinfo=UTC))])
    Message.objects.filter(pk=first).update(submitted_at=datetime(2026, 8, 17, 19, 25, 31, tzinfo=UTC))
    rows = asanak.data("msgstatus", msgid=f"{second},{first},77,x")
    assert rows == [
        {"MsgID": str(second), "Status": "1", "SendTime": "2026-08-17 22:55:30", "DeliverTime": "0000-00-00 00:00:00"},
        {"MsgID": str(first), "Status": "6", "SendTime": "2026-08-17 22:55:31", "DeliverTime": "2026-08-17 22:55:35"},
        {"MsgID": "77", "Status": "-1", "SendTime": "0000-00-00 00:00:00", "DeliverTime": "0000-00-00 00:00:00"},
        {"MsgID": "x", "Status": "11", "SendTime": "0000-00-00 00:00:00", "DeliverTime": "0000-00-00 00:00:00"},
    ]
    theirs = Asanak(stranger.secret, "other").data("msgstatus", msgid=first)
    assert theirs[0]["Status"] == "-1"
    asanak.refused(400, 1008, "msgstatus")
    asanak.refused(400, 1008, "msgstatus", msgid=[1] * 1001)


def test_credit_in_messages_and_in_rials(asanak):
    assert asanak.data("getcredit") == {"credit": 100}
    assert asanak.data("getrialcredit") == {"credit": 10_000}
    make_prices(TariffPlan.objects.get(is_default=True))
    assert asanak.data("getcredit") == {"credit": 0}


def test_who_opted_out_has_an_id_and_is_rejected(asanak, account, line):
    OptOut.objects.create(account=account, msisdn=989120000001)
    ids = send(asanak, line)
    assert [row["Status"] for row in asanak.data("msgstatus", msgid=ids)] == ["8", "1"]
    assert balance(account) == 9_900


# --- v1 -----------------------------------------------------------------------------------------------------------


def test_v1_answers_bare(asanak, line):
    body = {"source": line.number, "destination": TWO, "message": "a"}
    ids = asanak("sendsms", version=1, form=True, **body).json()
    assert [type(pk) for pk in ids] == [int, int]
    rows = asanak("msgstatus", version=1, form=True, msgid=ids[0]).json()
    assert rows[0]["Status"] == "1"
    assert asanak("getcredit", version=1, form=True).json() == {"credit": 95}
    assert asanak("template", version=1, form=True).status_code == 404


def test_v1_takes_a_query_string_and_v2_does_not(asanak, line):
    query = {"Username": "shop", "Password": asanak.secret, "Source": line.number, "Destination": TO, "Message": "سلام"}
    answer = Client().get("/webservice/v1rest/sendsms", query)
    assert (answer.status_code, len(answer.json())) == (200, 1)
    assert Client().get("/webservice/v2rest/sendsms", query).json()["meta"]["status"] == 405
    refused = Client().post("/webservice/v2rest/getcredit?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert refused.json()["meta"]["status"] == 1008


def test_v1_refusals_have_the_envelope(asanak):
    answer = Asanak("wrong")("sendsms", version=1, form=True)
    assert (answer.status_code, answer.json()["meta"]["code"], answer.json()["data"]) == (401, 1008, [])


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("http_status", "code", "body"),
    [
        (406, 1002, {"source": "9999"}),
        (406, 1002, {"source": ""}),
        (406, 1002, {"source": "9999", "destination": "x"}),  # the source is looked at first
        (406, 1010, {"destination": "0Invalid"}),
        (406, 1010, {"destination": ""}),
        (406, 1010, {"destination": ",".join(f"0912{n:07}" for n in range(1001))}),
        (400, 1008, {"message": ""}),
        (400, 1008, {"message": "ا" * 4001}),
        (400, 1008, {"message": "ا" * 1500}),
        (400, 1008, {"send_to_black_list": "maybe"}),
        (402, 1006, {"destination": ",".join(f"0912{n:07}" for n in range(101))}),
    ],
)
def test_send_refuses_and_changes_nothing(asanak, line, unchanged, http_status, code, body):
    asanak.refused(http_status, code, "sendsms", **{"source": line.number, "destination": TO, "message": "سلام"} | body)


def test_invalid_destinations_are_listed(asanak, line, unchanged):
    body = {"source": line.number, "destination": f"{TO},0Invalid,12", "message": "a"}
    assert asanak.refused(406, 1010, "sendsms", **body)["Invalids"] == ["0Invalid", "12"]


def test_each_trouble_with_the_key_has_its_code(account, line, settings):
    def client(**fields) -> Asanak:
        return Asanak(create_key(account=account, name="shop", **{"scopes": ["send", "read"], **fields})[1])

    Asanak("wrong").refused(401, 1008, "getcredit")
    Asanak("").refused(401, 1008, "getcredit")
    client(networks=["203.0.113.0/24"]).refused(403, 403, "getcredit")
    client(scopes=["send"]).refused(403, 403, "getcredit")
    expiring = client(expires_at=timezone.now() + timedelta(hours=1))
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        expiring.refused(401, 1015, "getcredit")
    settings.API_RATE_PER_MINUTE = 1
    hurried = client()
    hurried.data("getcredit")
    hurried.refused(429, 429, "getcredit")
    account.state = "suspended"
    account.save()
    client().refused(403, 403, "getcredit")


def test_the_user_name_is_the_keys_name_or_a_members_login(account, line, asanak, stranger):
    make_user(account=account, username="maryam")
    for name in ("shop", "SHOP ", "maryam"):
        Asanak(asanak.secret, name).data("getcredit")
    for name in ("other", "", "null"):
        Asanak(asanak.secret, name).refused(401, 1008, "getcredit")


@pytest.mark.parametrize("method", ["checkdeliverystatus", "getmessages", "blacklist", "report", "x"])
def test_invented_methods_are_404(asanak, method):
    asanak.refused(404, 404, method)


def test_bodies_that_are_no_json_object(asanak):
    for body in (b"{", b"[1]", b"\xff", b"5", b"[" * 100_000):
        answer = Client().generic("POST", "/webservice/v2rest/getcredit", body, "application/json")
        assert answer.json()["meta"]["status"] == 1008


def test_our_own_fault_is_1004_in_the_envelope(asanak, monkeypatch, line, unchanged):
    from webservice.dialects.asanak import methods

    monkeypatch.setattr(methods, "send_wishes", lambda **_named: 1 / 0)
    asanak.refused(500, 1004, "sendsms", source=line.number, destination=TO, message="a")
