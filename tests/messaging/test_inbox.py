"""The inbox's pages beyond the plain list (4), conversations with their answers (4.2, 4.5), and the trash (15)."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from common.text import fold, search_key
from messaging.models import Campaign, InboundMessage, InboundPart, Message
from messaging.services import empty_old_trash
from phonebook.models import OptOut
from tests.factories import make_account, make_confirmed, make_contact, make_line, make_received

PRICE = 1_800


def found(business, **query) -> list[str]:
    return [row.text for row in business.client.get(reverse("messaging:inbox"), query).context["page"].rows]


@pytest.mark.parametrize("query", ["كيك", "کیک ها", "کیک‌ها", "  کیک ", "ک", "۱۲", "12"])
def test_a_text_is_found_whatever_its_letters(business, query):
    make_received(business.account, business.line, "کیک‌ها رسید ۱۲")
    make_received(business.account, business.line, "شیرینی")
    assert found(business, text=query) == ([] if query == "کیک ها" else ["کیک‌ها رسید ۱۲"])


LETTERS = st.text("ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيكآئء ‌۰۱abAB1 ", max_size=12)


@given(text=LETTERS, part=LETTERS)
def test_a_search_key_holds_another_where_the_folded_texts_do(text, part):
    assert (search_key(part) in search_key(text)) == (fold(part) in fold(text))


def test_a_changed_text_is_found_anew(business):
    message = make_received(business.account, business.line, "پرتقال")
    message.text = "نارنگی"
    message.save()
    assert (found(business, text="پرتقال"), found(business, text="نارنگی")) == ([], ["نارنگی"])


def test_the_inbox_is_narrowed_by_line_day_and_unread(business):
    other = make_line(business.account)
    noon = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    make_received(business.account, business.line, "a", received_at=noon, read_at=noon)
    make_received(business.account, other, "b", received_at=noon + timedelta(days=1))
    assert found(business, line=other.pk) == ["b"]
    assert found(business, since="1405/09/02", until="1405/09/02") == ["a"]
    assert found(business, unread="on") == ["b"]


def test_the_found_messages_as_a_workbook(business):
    make_contact(business.account, 989125550000, first_name="سارا")
    make_received(
        business.account, business.line, "=سلام", received_at=datetime(2026, 11, 24, 15, 0, tzinfo=UTC), missing_parts=1
    )
    make_received(business.account, business.line, "دیگر")
    answer = business.client.get(reverse("messaging:inbox_export"), {"text": "سلام"})
    _header, *rows = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values
    assert rows == [("09125550000", "سارا", business.line.number, "=سلام", "۱۴۰۵/۰۹/۰۳ ۱۸:۳۰", None, 1)]


def test_a_workbook_too_long_is_made_in_the_background(business, settings):
    settings.EXPORT_AT_ONCE_MAX = 1
    for text in "ab":
        make_received(business.account, business.line, text)
    answer = business.client.get(reverse("messaging:inbox_export"), {"unread": "on"})
    assert answer.url == reverse("reports:exports") + "?unread=on&list=received"


def test_everything_found_is_changed_and_nothing_else(business, client):
    make_received(make_account(), business.line, "سلام از دیگری")
    for place in range(60):
        make_received(business.account, business.line, f"سلام {place}")
    make_received(business.account, business.line, "درود")
    url = reverse("messaging:inbox") + "?" + "text=سلام"
    assert business.client.get(url).context["count"] == 60
    answer = business.client.post(url, {"action": "read", "everything": "1", "message": []})
    assert answer.status_code == 302
    assert sorted(InboundMessage.objects.filter(read_at=None).values_list("text", flat=True)) == [
        "درود",
        "سلام از دیگری",
    ]
    business.client.post(url, {"action": "unread", "everything": "1"})
    assert InboundMessage.objects.filter(read_at=None).count() == 62
    business.client.post(url, {"action": "delete", "everything": "1"})
    assert found(business) == ["درود"]
    assert InboundMessage.objects.filter(deleted_at__isnull=False).count() == 60


def test_what_is_more_than_fits_at_once_is_said(business, monkeypatch):
    monkeypatch.setattr("messaging.services.received.MOST_AT_ONCE", 3)
    monkeypatch.setattr("messaging.services.received.BATCH", 2)
    for place in range(5):
        make_received(business.account, business.line, str(place))
    answer = business.client.post(reverse("messaging:inbox"), {"action": "delete", "everything": "1"}, follow=True)
    assert len(list(answer.context["messages"])) == 2
    assert found(business) == ["1", "0"]


def queries_of(business) -> int:
    with CaptureQueriesContext(connection) as seen:
        business.client.get(reverse("messaging:inbox"))
    return len(seen)


def test_a_page_costs_the_same_number_of_queries_however_many_rows(business):
    make_received(business.account, business.line)
    few = queries_of(business)
    for place in range(45):
        make_received(business.account, business.line, str(place), msisdn=989125550000 + place)
    assert queries_of(business) == few


# --- Conversations ----------------------------------------------------------------------------------------------------


def turns(business, message) -> list[tuple[str, str]]:
    shown = business.client.get(reverse("messaging:received", args=[message.pk])).context["conversation"].turns
    return [("sent" if turn.sent else "received", turn.text) for turn in shown]


def test_a_conversation_is_of_one_number_and_one_line_in_the_order_of_time(business):
    now = timezone.now()
    make_received(business.account, business.line, "سلام", received_at=now - timedelta(minutes=5))
    make_confirmed(business.account, business.line, ["09125550000", "09351234567"], text="درود")
    last = make_received(business.account, business.line, "قیمت؟", received_at=now + timedelta(minutes=5))
    make_received(business.account, make_line(business.account), "به خط دیگر")
    make_received(business.account, business.line, "از دیگری", msisdn=989351234567, sender="989351234567")
    make_received(make_account(), business.line, "به کس دیگر")
    assert turns(business, last) == [("received", "سلام"), ("sent", "درود"), ("received", "قیمت؟")]


def test_a_number_of_the_bank_is_not_given_away_by_a_conversation(business):
    message = make_received(business.account, business.line, "سلام")
    campaign = make_confirmed(business.account, business.line, ["09125550000"], text="تبلیغ")
    Campaign.objects.filter(pk=campaign.pk).update(kind=Campaign.Kind.BULK)
    assert turns(business, message) == [("received", "سلام")]


def test_opening_a_conversation_reads_all_of_it(business):
    one, two = (make_received(business.account, business.line) for _ in range(2))
    other = make_received(business.account, business.line, msisdn=989351234567, sender="989351234567")
    business.client.get(reverse("messaging:received", args=[one.pk]))
    assert list(InboundMessage.objects.filter(read_at=None)) == [other]
    assert two.pk != one.pk


def test_a_long_conversation_has_pages(business):
    now = timezone.now()
    rows = [
        make_received(business.account, business.line, str(n), received_at=now + timedelta(seconds=n))
        for n in range(60)
    ]
    url = reverse("messaging:received", args=[rows[-1].pk])
    first = business.client.get(url).context["conversation"]
    assert [turn.text for turn in first.turns] == [str(n) for n in range(10, 60)]
    second = business.client.get(url, {"before": first.older.isoformat()}).context["conversation"]
    assert [turn.text for turn in second.turns] == [str(n) for n in range(10)]
    assert second.older is None


@pytest.mark.parametrize("before", ["x", "2026-99-99T00:00:00+00:00", "2026-01-01T00:00:00"])
def test_a_time_that_cannot_be_read_shows_the_newest(business, before):
    message = make_received(business.account, business.line, "سلام")
    answer = business.client.get(reverse("messaging:received", args=[message.pk]), {"before": before})
    assert len(answer.context["conversation"].turns) == 1


def answered(business, message, text="بله، موجود است", token=None):
    url = reverse("messaging:reply", args=[message.pk])
    return business.client.post(url, {"text": text, "token": token or uuid4()})


def test_an_answer_leaves_from_the_same_line_and_is_charged_once(business):
    message = make_received(business.account, business.line)
    token = uuid4()
    for _ in range(2):
        assert answered(business, message, token=token).status_code == 302
    sent = Message.objects.get()
    assert (sent.msisdn, sent.line_id) == (989125550000, business.line.pk)
    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.text, campaign.created_by) == ("reply", "بله، موجود است", business.owner)
    assert balance(business.account) == 1_000_000 - PRICE
    message.refresh_from_db()
    assert message.read_at is not None


@pytest.mark.parametrize("why", ["no credit", "opted out", "nothing written", "no number", "line gone"])
def test_a_refused_answer_keeps_its_text_and_charges_nothing(business, why):
    message = make_received(business.account, business.line)
    text = "" if why == "nothing written" else "م" * 1000 if why == "no credit" else "پاسخ من"
    if why == "no credit":
        business.account.wallet.__class__.objects.filter(account=business.account).update(balance=5)
    if why == "opted out":
        OptOut.objects.create(account=business.account, msisdn=989125550000)
    if why == "no number":
        InboundMessage.objects.update(msisdn=None, sender="BANK")
    if why == "line gone":
        business.line.state = "suspended"
        business.line.save()
    answer = answered(business, message, text=text)
    assert answer.status_code == 200
    assert len(answer.context["form"].errors["text"]) == 1
    assert answer.context["form"]["text"].value() == text
    assert not Message.objects.exists()
    assert not Campaign.objects.filter(confirmed_at__isnull=False).exists()


# --- The trash --------------------------------------------------------------------------------------------------------


def deleted(business, text="سلام", **fields) -> InboundMessage:
    fields = {"deleted_at": timezone.now()} | fields
    message = make_received(business.account, business.line, text, **fields)
    InboundPart.objects.create(
        gateway=business.gateway, digest="x", sender="1", destination="2", text=text, message=message
    )
    return message


def test_the_trash_restores_and_deletes_for_ever(business):
    back, gone, stays = (deleted(business, text) for text in ("one", "two", "three"))
    alive = make_received(business.account, business.line, "alive")
    trash = reverse("messaging:trash")
    assert [row.pk for row in business.client.get(trash).context["page"].rows] == [stays.pk, gone.pk, back.pk]
    business.client.post(trash, {"action": "restore", "message": [back.pk]})
    business.client.post(trash, {"action": "delete", "message": [gone.pk, alive.pk]})
    assert set(InboundMessage.objects.values_list("pk", flat=True)) == {back.pk, stays.pk, alive.pk}
    assert set(InboundPart.objects.values_list("message_id", flat=True)) == {back.pk, stays.pk}
    assert found(business) == ["alive", "one"]


def test_emptying_the_trash_takes_all_of_ones_own(business):
    deleted(business)
    theirs = make_received(make_account(), business.line, deleted_at=timezone.now())
    alive = make_received(business.account, business.line)
    business.client.post(reverse("messaging:trash"), {"action": "empty"})
    assert set(InboundMessage.objects.all()) == {theirs, alive}


def test_everything_found_in_the_trash_is_restored(business):
    deleted(business, "سلام یک")
    other = deleted(business, "درود")
    business.client.post(reverse("messaging:trash") + "?text=سلام", {"action": "restore", "everything": "1"})
    assert list(InboundMessage.objects.filter(deleted_at__isnull=False)) == [other]


@pytest.mark.parametrize("action", ["restore", "delete", "empty"])
def test_the_trash_of_others_stays(business, client, action):
    message = deleted(business)
    client.force_login(business.stranger)
    client.post(reverse("messaging:trash"), {"action": action, "message": [message.pk], "everything": "1"})
    client.force_login(business.viewer)
    assert client.post(reverse("messaging:trash"), {"action": action, "message": [message.pk]}).status_code == 403
    message.refresh_from_db()
    assert message.deleted_at is not None


def test_what_is_old_in_the_trash_goes_for_ever(business, settings):
    settings.TRASH_DAYS = 30
    now = timezone.now()
    deleted(business, deleted_at=now - timedelta(days=30, seconds=1))
    young = deleted(business, deleted_at=now - timedelta(days=29))
    alive = make_received(business.account, business.line, received_at=now - timedelta(days=90))
    assert empty_old_trash(now=now) == 1
    assert set(InboundMessage.objects.all()) == {young, alive}
    assert list(InboundPart.objects.values_list("message_id", flat=True)) == [young.pk]
