"""One message's whole story (issue 3, 6): the command, the owner's page, the page of staff."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.selectors import balance
from messaging.lifecycle import News, move
from messaging.models import Bind, Campaign, Chunk, Message, Receipt, Status, Submission
from tests.factories import make_user
from tests.webservice.conftest import LATIN, PERSIAN
from webservice.models import ApiRequest
from webservice.requests import recording
from webservice.tasks import keep_requests
from webservice.webhooks.models import Attempt, Delivery, Event
from webservice.webhooks.services import create_endpoint

pytestmark = pytest.mark.django_db
NUMBER = 989121234567


@pytest.fixture
def sent(api, gateway) -> Message:
    """A message of two parts that the operator took at its second try and delivered, all rows of it stored."""
    answer = api.post("messages", {"to": "09121234567", "text": "سلام " * 20, "class": "transactional"})
    recording.flush()
    keep_requests()
    message = Message.objects.get(pk=answer.json()["messages"][0]["id"])
    now = timezone.now()
    Chunk.objects.filter(pk=message.pk // 1000).update(cursor=message.pk, state=Chunk.State.DONE, bind_number=3)
    for part, attempt, status, smsc_id in ((0, 0, 0x58, ""), (0, 1, 0, "id-1"), (1, 0, 0, "id-2")):
        Submission.objects.create(
            message_id=message.pk, part=part, attempt=attempt, gateway_id=gateway.pk, bind_number=3,
            command_status=status, smsc_id=smsc_id, answered_at=now + timedelta(seconds=attempt),
        )  # fmt: skip
    for part in (0, 1):
        Receipt.objects.create(
            gateway_id=gateway.pk, smsc_id=f"id-{part + 1}", state=2, message_id=message.pk, part=part, parts=2,
            raw=f"id:id-{part + 1} sub:001 dlvrd:001 stat:DELIVRD err:000 to 09121234567 text:secret words",
            received_at=now + timedelta(seconds=5),
        )  # fmt: skip
    move([News(message.pk, Status.SUBMITTED, now)])
    move([News(message.pk, Status.DELIVERED, now + timedelta(seconds=5))])
    return message


def told(message: Message, *options: str) -> dict:
    out = StringIO()
    call_command("explain", str(message.pk), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_tells_everything(sent, account, key, gateway, line):
    story = told(sent)
    (message,), (asked,), (price,) = story["message"], story["asked"], story["price"]
    assert (message["status"], message["parts"], message["recipient"]) == ("Delivered", 2, "0912***4567")
    assert (asked["account"], asked["key"], asked["kind"]) == (account.pk, str(key[0]), "Web service")
    assert (price["per_part"], price["price"], price["returned"]) == (PERSIAN, 2 * PERSIAN, 0)
    assert price["tariff"].startswith("web service tests #1 * fa service")
    reservation, entry = story["money"]
    assert (reservation["charged"], entry["amount"]) == (2 * PERSIAN, -2 * PERSIAN)
    assert entry["balance_after"] == balance(account) == 10_000 - 2 * PERSIAN
    (chunk,) = story["chunk"]
    assert (chunk["gateway"], chunk["bind"], chunk["is_handed_over"]) == ("test", 3, True)
    route, _note = story["route"]
    assert (route["gateway"], route["is_chosen"], route["now"]) == ("test", True, "takes")
    assert route["fits"] == "any line to any operator"
    (request,) = story["request"]
    assert request["request"] == "POST /api/v1/messages"
    assert request["request_id"] == Campaign.objects.get().sources["call"]["request"]


def test_attempts_come_with_their_pdus_and_plain_words(sent):
    first, second, third, note = told(sent)["attempts"]
    assert [row["part"] for row in (first, second, third)] == [1, 2, 1]
    assert [row["attempt"] for row in (first, second, third)] == [1, 1, 2]
    assert first["answer"] == "ESME_RTHROTTLED"
    assert third["operator_id"] == "id-1"
    assert (first["data_coding"], first["esm_class"], first["registered_delivery"]) == ("0x08", "0x40", "1")
    assert first["user_data_header"] == f"05 00 03 {sent.pk & 255:02x} 02 01"
    assert second["user_data_header"] == f"05 00 03 {sent.pk & 255:02x} 02 02"
    assert first["destination_addr"].startswith("0912***4567 ")
    assert "rebuilt" in note["note"]


def test_receipts_are_shown_raw_without_text_and_number(sent):
    first, second = told(sent)["receipts"]
    assert (first["state"], first["part"], second["part"]) == ("DELIVERED", 1, 2)
    assert first["raw"] == "id:id-1 sub:001 dlvrd:001 stat:DELIVRD err:000 to 0912***4567 text:…"


def test_the_receipt_of_one_part_is_found_by_time_among_many(api, gateway):
    answer = api.post("messages", {"to": "09121234567", "text": "hello"})
    message_id = answer.json()["messages"][0]["id"]
    now = timezone.now()
    at = now + timedelta(seconds=500)
    Receipt.objects.bulk_create(
        Receipt(gateway_id=gateway.pk, smsc_id=f"x{n}", state=2, message_id=message_id if n == 500 else 5,
                part=0, received_at=now + timedelta(seconds=n))
        for n in range(1000)
    )  # fmt: skip
    move([News(message_id, Status.SUBMITTED, now)])
    move([News(message_id, Status.DELIVERED, at)])
    (receipt,) = told(Message.objects.get(pk=message_id))["receipts"]
    assert receipt["operator_id"] == "x500"


def test_money_that_came_back(api, account):
    answer = api.post("messages", {"to": "09121234567", "text": "hello"})
    message_id = answer.json()["messages"][0]["id"]
    move([News(message_id, Status.REJECTED, timezone.now(), "smpp:11")])
    story = told(Message.objects.get(pk=message_id))
    assert [row["amount"] for row in story["money"][1:]] == [-LATIN, LATIN]
    assert story["price"][0]["returned"] == LATIN
    assert story["message"][0]["error"] == "smpp:11"
    assert balance(account) == 10_000


def test_webhooks_with_their_attempts(sent, account):
    now = timezone.now()
    endpoint = create_endpoint(account=account, url="https://example.com/hook", events=["message.status"], now=now)
    event = Event.objects.create(
        account=account, type="message.status", subject=sent.pk, data={"status": "delivered"}, at=now, published_at=now
    )
    Delivery.objects.create(
        endpoint=endpoint, event=event, subject=sent.pk, state=1, attempts=2, next_at=now, give_up_at=now
    )
    for seconds, status in enumerate((500, 200)):
        Attempt.objects.create(
            endpoint=endpoint, at=now + timedelta(seconds=seconds), events=[event.pk], status=status, milliseconds=9
        )
    (row,) = told(sent)["webhooks"]
    assert (row["status"], row["state"]) == ("delivered", "Delivered")
    assert [attempt.split(" ")[1] for attempt in row["attempts"]] == ["500", "200"]


def test_numbers_are_whole_when_asked_and_never_those_of_the_bank(sent):
    assert told(sent, "--numbers")["message"][0]["recipient"] == "0912 123 4567"
    Campaign.objects.update(kind=Campaign.Kind.BULK)
    story = told(sent, "--numbers")
    assert "4567" not in story["message"][0]["recipient"]
    assert "4567" not in story["attempts"][0]["destination_addr"]


def test_the_command_in_words_and_for_no_message(sent):
    out = StringIO()
    call_command("explain", str(sent.pk), stdout=out)
    assert "Who asked\n  Account: " in out.getvalue()
    assert "9121234567" not in out.getvalue()
    with pytest.raises(CommandError, match="There is no message 7"):
        call_command("explain", "7")


def test_the_owner_sees_no_internals_and_staff_see_them(sent, account, client):
    client.force_login(make_user(account=account))
    mine = client.get(reverse("webservice:explain", args=[sent.pk]))
    codes = [section.code for section in mine.context["sections"]]
    assert codes == ["message", "asked", "price", "money", "attempts", "receipts", "request"]
    assert "esm_class" not in mine.content.decode()
    assert "secret words" not in mine.content.decode()
    staff = Client()
    staff.force_login(make_user(is_staff=True, is_superuser=True))
    page = staff.get(reverse("staff:message", args=[sent.pk]))
    assert {"chunk", "route"} <= {section.code for section in page.context["sections"]}
    assert "esm_class" in page.content.decode()


def test_staff_need_the_rights(sent):
    user = make_user(is_staff=True, language="en")
    staff = Client()
    staff.force_login(user)
    address = reverse("staff:message", args=[sent.pk])
    assert staff.get(address).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_message", content_type__app_label="messaging"))
    shown = staff.get(address).content.decode()
    assert "0912***4567" in shown
    assert "9121234567" not in shown.replace(" ", "")
    user.user_permissions.add(Permission.objects.get(codename="see_numbers"))
    section = staff.get(address).context["sections"][0]
    assert next(fact.value for fact in section.groups[0] if fact.name == "recipient") == "0912 123 4567"


def test_the_number_of_queries_does_not_grow(sent, account, django_assert_max_num_queries):
    from webservice.explaining import MESSAGE_WITH, Reader, explain

    now = timezone.now()
    for number in range(5):
        Event.objects.create(account=account, type="message.status", subject=sent.pk, data={}, at=now)
        Bind.objects.create(gateway_id=Submission.objects.first().gateway_id, number=number)
    with django_assert_max_num_queries(20):
        explain(Message.objects.select_related(*MESSAGE_WITH).get(pk=sent.pk), Reader(is_staff=True, sees_numbers=True))


def test_the_sent_box_and_the_admin_lead_to_it(sent, account, client):
    client.force_login(make_user(account=account))
    page = client.get(reverse("messaging:message", args=[sent.pk])).content.decode()
    assert reverse("webservice:explain", args=[sent.pk]) in page
    client.force_login(make_user(is_staff=True, is_superuser=True))
    page = client.get(reverse("admin:messaging_message_change", args=[sent.pk])).content.decode()
    assert reverse("staff:message", args=[sent.pk]) in page


def test_without_a_call_there_is_no_line_of_the_request_log(account, line):
    from tests.factories import make_confirmed

    campaign = make_confirmed(account, line, ["09121234567"])
    assert "request" not in told(Message.objects.get(campaign=campaign))
    assert not ApiRequest.objects.exists()
