"""The packages kavenegar and aio-kavenegar, unchanged but for the host, against the served application."""

import asyncio
import json
from datetime import timedelta

import pytest
from aio_kavenegar import AIOKavenegarAPI
from aio_kavenegar.exceptions import HTTPException as AsyncHTTPException
from django.utils import timezone
from kavenegar import APIException, KavenegarAPI

from billing.selectors import balance
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Message, Status, Template
from tests.factories import make_received

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "09120000001", "09350000002"


def test_kavenegar_sends_asks_cancels_and_reads(server, secret, account, line):
    api = KavenegarAPI(secret)
    api.host = server.host
    one = api.sms_send({"receptor": FIRST, "sender": line.number, "message": "سلام"})
    assert [(row["receptor"], row["message"], row["status"], row["cost"]) for row in one] == [(FIRST, "سلام", 1, 100)]
    many = api.sms_send({"receptor": [FIRST, SECOND], "message": "a", "localid": "7,8"})
    assert [row["receptor"] for row in many] == [FIRST, SECOND]
    assert api.sms_send({"receptor": f"{FIRST},{SECOND}", "message": "a", "localid": "7,8"}) == many
    arrays = api.sms_sendarray(
        {
            "receptor": json.dumps([FIRST, SECOND]),
            "sender": json.dumps([line.number] * 2),
            "message": json.dumps(["یک", "b"]),
        }
    )
    assert [(row["receptor"], row["message"]) for row in arrays] == [(FIRST, "یک"), (SECOND, "b")]
    assert balance(account) == 10_000 - 100 - 480 - 340

    pk = one[0]["messageid"]
    move([News(pk, Status.DELIVERED, timezone.now())])
    assert api.sms_status({"messageid": pk}) == [{"messageid": pk, "status": 10, "statustext": "رسیده به گیرنده"}]
    [local] = api.sms_statuslocalmessageid({"localid": "7"})
    assert (local["messageid"], local["localid"]) == (many[0]["messageid"], "7")
    assert [row["messageid"] for row in api.sms_select({"messageid": [pk]})] == [pk]
    assert len(api.sms_latestoutbox()) == 5
    day = int((timezone.now() - timedelta(hours=1)).timestamp())
    assert len(api.sms_selectoutbox({"startdate": day})) == 5
    assert api.sms_countoutbox({"startdate": day})[0]["sumcount"] == 5

    later = int((timezone.now() + timedelta(hours=1)).timestamp())
    [waiting] = api.sms_send({"receptor": FIRST, "message": "a", "date": later})
    assert waiting["status"] == 2
    assert api.sms_cancel({"messageid": waiting["messageid"]})[0]["status"] == 13

    make_received(account, line, "دریافتی")
    assert api.sms_countinbox({"startdate": day, "linenumber": line.number})[0]["sumcount"] == 1
    assert api.sms_receive({"linenumber": line.number, "isread": 0})[0]["message"] == "دریافتی"
    assert api.account_info()["remaincredit"] == balance(account) == 10_000 - 920
    assert api.account_config({})["defaultsender"] == line.number
    assert check_ledger() == []


def test_kavenegar_gets_refusals_as_its_own_exceptions(server, secret, account, line):
    api = KavenegarAPI(secret)
    api.host = server.host
    Template.objects.create(account=account, name="login", text="کد: %token", state="approved")
    body = {"receptor": FIRST, "template": "login", "type": "sms"}
    [row] = api.verify_lookup(body | {"token": "5566"})
    assert row["message"] == "کد: 5566"
    assert api.sms_countpostalcode({"postalcode": "13456"}) == []
    before = (balance(account), Message.objects.count())
    refusals = [
        (lambda: api.verify_lookup(body | {"token": "12 3"}), 431),
        (lambda: api.sms_send({"receptor": "x", "message": "a"}), 411),
        (lambda: api.sms_send({"receptor": FIRST, "message": "a", "sender": "1"}), 412),
        (lambda: api.call_maketts({"receptor": FIRST, "message": "a"}), 404),
        (lambda: api.call_status({"messageid": 1}), 404),
        (lambda: api.sms_sendbypostalcode({"postalcode": "13456", "sender": line.number, "message": "a"}), 400),
        (lambda: KavenegarAPI.account_info(_at(server, "BAD")), 403),
    ]
    for ask, code in refusals:
        with pytest.raises(APIException) as refused:
            ask()
        assert f"APIException[{code}]" in refused.value.args[0].decode()
    assert (balance(account), Message.objects.count()) == before


def _at(server, key: str) -> KavenegarAPI:
    api = KavenegarAPI(key)
    api.host = server.host
    return api


def test_aio_kavenegar_sends_lists_as_json_text(server, secret, account, line):
    api = AIOKavenegarAPI(secret)
    api.host = server.host

    async def talk():
        many = await api.sms_send({"receptor": [FIRST, SECOND], "message": "a"})
        ids = [row["messageid"] for row in many]
        arrays = {"receptor": [FIRST], "sender": [line.number], "message": ["سلام"], "localmessageids": [5]}
        [row] = await api.sms_sendarray(arrays)
        assert await api.sms_sendarray(arrays) == [row]
        assert [row["status"] for row in await api.sms_status({"messageid": ids})] == [1, 1]
        assert (await api.account_info())["type"] == "master"
        with pytest.raises(AsyncHTTPException, match="411"):
            await api.sms_send({"receptor": ["x"], "message": "a"})
        return many

    many = asyncio.run(talk())
    assert [row["receptor"] for row in many] == [FIRST, SECOND]
    assert balance(account) == 10_000 - 480 - 100
