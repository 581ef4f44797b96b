"""The packages asanak-sms-client and melipayamak, unchanged but for the host; and requests as other languages write."""

import asyncio
import json
import socket

import pytest
import requests
from asanak_sms_client import AsanakSmsClient
from django.utils import timezone
from melipayamak import Api
from melipayamak.sms.rest import Rest
from melipayamak.sms.restAsync import RestAsync

from billing.selectors import balance
from credit.services import check_ledger
from messaging.lifecycle import News, move
from messaging.models import Message, Status, Template
from tests.factories import make_received

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, SECOND = "09120000001", "09350000002"


def test_asanak(server, secret, account, line):
    client = AsanakSmsClient("shop", secret, base_url=server.url)
    ids = client.send_sms(line.number, f"{FIRST},{SECOND}", "سلام")
    assert [type(pk) for pk in ids] == [int, int]
    assert len(client.send_p2p([line.number] * 2, [FIRST, SECOND], ["a", "سلام"])) == 2
    template = Template.objects.create(account=account, name="login", text="کد: {code}", state="approved")
    [filled] = client.send_template(template.pk, {"code": "5566"}, FIRST)
    assert Message.objects.select_related("campaign").get(pk=filled).campaign.text == "کد: 5566"
    move([News(ids[0], Status.DELIVERED, timezone.now())])
    assert [int(row["Status"]) for row in client.msg_status([str(pk) for pk in ids])] == [6, 1]
    assert client.get_rial_credit() == {"credit": balance(account)} == {"credit": 10_000 - 640}
    assert client.get_credit() == {"credit": 93}
    assert [row["template_id"] for row in client.get_templates()] == [template.pk]

    before = (balance(account), Message.objects.count())
    for source, destination, status in (("1", FIRST, 406), (line.number, "0Invalid", 406)):
        with pytest.raises(requests.HTTPError) as refused:
            client.send_sms(source, destination, "a")
        assert refused.value.response.status_code == status
    with pytest.raises(requests.HTTPError, match="401"):
        AsanakSmsClient("shop", "wrong", base_url=server.url).get_credit()
    assert (balance(account), Message.objects.count()) == before
    assert check_ledger() == []


def test_melipayamak(serve, secret, account, line, monkeypatch):
    server = serve(tls=False)  # aiohttp reads what it trusts when it is imported
    monkeypatch.setattr(Rest, "PATH", f"{server.url}/api/SendSMS/%s")
    monkeypatch.setattr(RestAsync, "PATH", f"{server.url}/api/SendSMS/%s")
    sms = Api("shop", secret).sms()
    sent = sms.send(FIRST, line.number, "سلام")
    assert (sent["RetStatus"], sent["StrRetStatus"], len(sent["Value"])) == (1, "Ok", 16)
    assert sms.is_delivered(sent["Value"])["Value"] == "400"
    template = Template.objects.create(account=account, name="login", text="{0}: {1}", state="approved")
    assert sms.send_by_base_number("علی;5566", FIRST, template.pk)["RetStatus"] == 1
    assert sms.send_by_base_number("علی", FIRST, template.pk)["Value"] == "-5"
    assert sms.get_credit()["Value"] == "98"
    assert sms.get_base_price()["Value"] == "100"
    assert [row["Number"] for row in sms.get_numbers()["Data"]] == [line.number]
    make_received(account, line, "دریافتی")
    assert [row["Body"] for row in sms.get_messages(1, 0, 10)["Data"]] == ["دریافتی"]
    assert sms.send(FIRST, "1", "a") == {"Value": "5", "RetStatus": 5, "StrRetStatus": "InvalidSender"}
    assert Api("shop", "wrong").sms().get_credit()["Value"] == "0"

    async def talk():
        # isFlash is a truth value, which aiohttp's forms refuse: its users give text
        return await Api("shop", secret).sms("rest", "async").send(SECOND, line.number, "a", "false")

    assert json.loads(asyncio.run(talk()))["RetStatus"] == 1
    assert balance(account) == 10_000 - 100 - 100 - 240
    assert check_ledger() == []


def exchanged(host: str, request: bytes) -> tuple[str, dict]:
    """The status line and the JSON of the answer to raw octets."""
    name, _colon, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=20) as peer:
        peer.sendall(request)
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
    head, _blank, body = answer.partition(b"\r\n\r\n")
    assert b"content-length: %d" % len(body) in head.lower()
    return head.split(b"\r\n")[0].decode(), json.loads(body)


def test_what_node_java_and_csharp_write(serve, secret, account, line):
    """npm kavenegar 2.0.2 over plain HTTP in absolute form; Java's chunked, unescaped body; C#'s %u escapes."""
    host = serve(tls=False).host
    form = b"receptor=09120000001&message=%D8%B3%D9%84%D8%A7%D9%85"
    head = f"POST http://api.kavenegar.com/v1/{secret}/sms/send.json HTTP/1.1\r\nHost: api.kavenegar.com\r\n"
    head += (
        f"Content-Length: {len(form)}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    )
    status, document = exchanged(host, head.encode() + form)
    assert (status, document["entries"][0]["message"]) == ("HTTP/1.1 200 OK", "سلام")

    pieces = [f"username=shop&password={secret}&to={SECOND}&from={line.number}&te", "xt=سلام دوست&isFlash=false"]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece.encode()), piece.encode()) for piece in pieces) + b"0\r\n\r\n"
    head = f"POST /api/SendSMS/SendSMS HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    status, document = exchanged(host, head.encode() + chunks)
    assert (status, document["RetStatus"]) == ("HTTP/1.1 200 OK", 1)

    form = f"sender={line.number}&receptor=09120000003&message=%u0633%u0644%u0627%u0645&".encode()
    head = f"POST /v1/{secret}/sms/send.json/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(form)}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n"
    status, document = exchanged(host, head.encode() + form)
    assert (status, document["entries"][0]["message"]) == ("HTTP/1.1 200 OK", "سلام")

    texts = set(Message.objects.values_list("campaign__text", flat=True))
    assert texts == {"سلام", "سلام دوست"}
    assert balance(account) == 10_000 - 300
