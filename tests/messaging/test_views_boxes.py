"""Sent box, scheduled box, inbox and samples (4, 5, 7)."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from billing.selectors import balance
from common.jalali import in_tehran
from messaging.lifecycle import News, move
from messaging.models import Campaign, InboundMessage, Message, SampleMessage, Status, Submission
from tests.factories import make_campaign, make_confirmed, make_contact, make_line, make_received


def listed(business, **query):
    return business.client.get(reverse("messaging:sent"), query).context["page"].rows


@pytest.fixture
def two(business) -> list[Message]:
    make_confirmed(business.account, business.line, ["09121234567"], text="تخفیف پاییزه")
    make_confirmed(business.account, business.line, ["09351234568"], text="نوبت شما فرداست")
    return list(Message.objects.order_by("id"))


def test_sent_messages_newest_first_with_names_and_texts(business, two):
    make_contact(business.account, 989121234567, first_name="سارا")
    rows = listed(business)
    assert [row.pk for row in rows] == [two[1].pk, two[0].pk]
    assert [(row.contact_name, row.text_shown) for row in rows] == [("", "نوبت شما فرداست"), ("سارا", "تخفیف پاییزه")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"recipient": "0912 123 4567"}, [0]),
        ({"recipient": "۰۹۱۲"}, [0]),
        ({"recipient": "+98935"}, [1]),
        ({"recipient": "4568"}, [1]),
        ({"recipient": "0913"}, []),
        ({"text": "پاییزه"}, [0]),
        ({"status": "20"}, [1, 0]),
        ({"status": "50"}, []),
        ({"since": "1405/01/01"}, [1, 0]),
        ({"until": "1405/01/01"}, []),
    ],
)
def test_sent_messages_are_found_by_every_field(business, two, query, found):
    assert [row.pk for row in listed(business, **query)] == [two[place].pk for place in found]


def test_a_day_ends_at_midnight_in_tehran(business, two):
    Message.objects.filter(pk=two[0].pk).update(submitted_at=datetime(2026, 11, 23, 20, 29, tzinfo=UTC))
    Message.objects.filter(pk=two[1].pk).update(submitted_at=datetime(2026, 11, 23, 20, 31, tzinfo=UTC))
    Campaign.objects.update(created_at=datetime(2026, 11, 20, tzinfo=UTC))
    assert [row.pk for row in listed(business, since="1405/09/02", until="1405/09/02")] == [two[0].pk]
    assert [row.pk for row in listed(business, since="1405/09/03")] == [two[1].pk]


def test_messages_of_one_line(business, two):
    other = make_line(business.account)
    assert listed(business, line=other.pk) == []
    assert len(listed(business, line=business.line.pk)) == 2


def test_a_filter_that_cannot_be_read_says_so(business, two):
    answer = business.client.get(reverse("messaging:sent"), {"since": "فردا", "recipient": "x"})
    assert set(answer.context["form"].errors) == {"since", "recipient"}


def test_a_search_that_takes_too_long_is_given_up_in_words(business, two, monkeypatch):
    monkeypatch.setattr("messaging.views.sent.SLOWEST_SECONDS", 1)
    found = Message.objects.extra(where=["pg_sleep(5) IS NOT NULL"])
    monkeypatch.setattr("messaging.views.sent.sent_messages", lambda account, wanted: found)
    answer = business.client.get(reverse("messaging:sent"), {"text": "x"})
    assert answer.status_code == 200
    assert answer.context["page"].rows == []
    assert len(list(answer.context["messages"])) == 1


def test_what_was_not_paid_for_or_waits_for_its_time_is_not_there(business, two):
    make_campaign(business.account, business.line, ["09121110000"])
    later = make_confirmed(business.account, business.line, ["09121110001"], send_at=timezone.now() + timedelta(days=1))
    assert len(listed(business)) == 2
    assert [row.msisdn for row in listed(business, campaign=later.pk)] == [989121110001]


def test_the_search_of_the_top_bar_becomes_a_filter(business):
    for written, meant in (("0912", "recipient=0912"), ("کد ۱۲", "text=")):
        answer = business.client.get(reverse("messaging:sent"), {"q": written})
        assert meant in answer.headers["Location"]


def test_pages_go_by_id_and_never_count(business, django_assert_max_num_queries):
    make_confirmed(business.account, business.line, [f"0912{n:07}" for n in range(120)])
    seen = []
    query = {}
    for _ in range(3):
        with django_assert_max_num_queries(12) as queries:
            page = business.client.get(reverse("messaging:sent"), query).context["page"]
        assert not any("messaging_message" in one["sql"] and "COUNT(" in one["sql"] for one in queries)
        seen += [row.pk for row in page.rows]
        query = {"after": page.next}
    assert len(seen) == len(set(seen)) == 120
    assert page.next is None


def test_a_workbook_of_the_filtered_list(business, two):
    move([News(two[0].pk, Status.UNDELIVERED, datetime(2026, 11, 24, 15, 0, tzinfo=UTC), "receipt:027")])
    answer = business.client.get(reverse("messaging:sent_export"), {"recipient": "0912"})
    rows = list(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(rows) == 2
    assert rows[1][:3] == ("09121234567", "تخفیف پاییزه", business.line.number)
    assert rows[1][6] == "۱۴۰۵/۰۹/۰۳ ۱۸:۳۰"


def test_a_workbook_too_long_is_made_in_the_background(business, two, settings):
    settings.EXPORT_AT_ONCE_MAX = 1
    answer = business.client.get(reverse("messaging:sent_export"), {"status": "20"})
    assert answer.url == reverse("reports:exports") + "?status=20&list=sent"


def test_the_story_of_a_message(business, two):
    at = timezone.now()
    message = two[0]
    Submission.objects.create(
        message_id=message.pk, part=0, attempt=0, gateway_id=business.gateway.pk, bind_number=1,
        command_status=0, smsc_id="A1", answered_at=at,
    )  # fmt: skip
    move([News(message.pk, Status.DELIVERED, at + timedelta(seconds=2))])
    answer = business.client.get(reverse("messaging:message", args=[message.pk]))
    assert [event.tone for event in answer.context["events"]] == ["mute", "mute", "run", "ok"]
    assert "A1" in answer.content.decode()


@pytest.mark.parametrize("name", ["message", "campaign", "review", "rejects"])
def test_rows_of_others_are_not_found(business, client, two, name):
    pk = two[0].pk if name == "message" else two[0].campaign_id
    client.force_login(business.stranger)
    assert client.get(reverse(f"messaging:{name}", args=[pk])).status_code == 404


def test_lists_show_nothing_of_others(business, client, two):
    make_received(business.account, business.line)
    SampleMessage.objects.create(account=business.account, text="راز")
    client.force_login(business.stranger)
    for name in ("sent", "campaigns", "inbox"):
        assert client.get(reverse(f"messaging:{name}")).context["page"].rows == []
    assert list(client.get(reverse("messaging:samples")).context["samples"]) == []


def test_scheduled_campaigns_are_cancelled_and_their_price_returned(business):
    tomorrow = timezone.now() + timedelta(days=1)
    first, second, third = (
        make_confirmed(business.account, business.line, ["09121234567"], send_at=tomorrow + timedelta(hours=hours))
        for hours in (2, 1, 3)
    )
    answer = business.client.get(reverse("messaging:scheduled"))
    assert list(answer.context["page"].rows) == [second, first, third]
    assert balance(business.account) == 1_000_000 - 3 * 1_800
    business.client.post(reverse("messaging:scheduled"), {"campaign": [first.pk, second.pk], "action": "cancel"})
    assert list(Campaign.objects.filter(state="cancelled").order_by("pk")) == [first, second]
    assert balance(business.account) == 1_000_000 - 1_800


def test_a_scheduled_campaign_of_others_stays(business, client):
    campaign = make_confirmed(
        business.account, business.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1)
    )
    client.force_login(business.stranger)
    client.post(reverse("messaging:scheduled"), {"campaign": [campaign.pk]})
    client.force_login(business.viewer)
    assert client.post(reverse("messaging:scheduled"), {"campaign": [campaign.pk]}).status_code == 403
    campaign.refresh_from_db()
    assert campaign.state == "scheduled"


def test_scheduled_can_leave_now(business):
    campaign = make_confirmed(
        business.account, business.line, ["09121234567"], send_at=timezone.now() + timedelta(days=1)
    )
    business.client.post(reverse("messaging:send_now", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.state == "queued"


def test_the_inbox_finds_and_names(business):
    make_contact(business.account, 989125550000, first_name="سارا")
    make_received(business.account, business.line, "کد تخفیف")
    make_received(business.account, business.line, "ساعت کار", msisdn=989351110000, sender="989351110000")
    rows = business.client.get(reverse("messaging:inbox"), {"sender": "0912"}).context["page"].rows
    assert [(row.text, row.contact_name) for row in rows] == [("کد تخفیف", "سارا")]
    rows = business.client.get(reverse("messaging:inbox"), {"text": "ساعت"}).context["page"].rows
    assert [row.text for row in rows] == ["ساعت کار"]


def test_opening_a_message_reads_it_unless_one_may_only_look(business, client):
    received = make_received(business.account, business.line)
    url = reverse("messaging:received", args=[received.pk])
    client.force_login(business.viewer)
    assert client.get(url).status_code == 200
    received.refresh_from_db()
    assert received.read_at is None
    client.force_login(business.owner)
    client.get(url)
    received.refresh_from_db()
    assert received.read_at is not None


def test_marking_deleting_and_undoing(business):
    one, two = (make_received(business.account, business.line) for _ in range(2))
    inbox = reverse("messaging:inbox")
    business.client.post(inbox, {"action": "read", "message": [one.pk]})
    assert list(InboundMessage.objects.filter(read_at=None)) == [two]
    answer = business.client.post(inbox, {"action": "delete", "message": [one.pk, two.pk]}, follow=True)
    assert sorted(answer.context["deleted"]) == [one.pk, two.pk]
    assert answer.context["page"].rows == []
    business.client.post(inbox, {"action": "restore", "message": [one.pk, two.pk]})
    assert InboundMessage.objects.filter(deleted_at=None).count() == 2


@pytest.mark.parametrize("action", ["read", "delete", "restore"])
def test_messages_of_others_stay_as_they_are(business, client, action):
    received = make_received(business.account, business.line)
    client.force_login(business.stranger)
    client.post(reverse("messaging:inbox"), {"action": action, "message": [received.pk]})
    client.force_login(business.viewer)
    assert client.post(reverse("messaging:inbox"), {"action": action, "message": [received.pk]}).status_code == 403
    received.refresh_from_db()
    assert (received.read_at, received.deleted_at) == (None, None)


def test_samples_are_added_edited_and_deleted(business):
    url = reverse("messaging:samples")
    business.client.post(url, {"title": "خوش‌آمد", "text": "سلام\r\nخوش آمدید"})
    sample = SampleMessage.objects.get()
    assert (sample.title, sample.text) == ("خوش‌آمد", "سلام\nخوش آمدید")
    business.client.post(reverse("messaging:sample_edit", args=[sample.pk]), {"title": "", "text": "درود"})
    sample.refresh_from_db()
    assert (sample.title, sample.text) == ("", "درود")
    business.client.post(reverse("messaging:sample_delete", args=[sample.pk]))
    assert not SampleMessage.objects.exists()


def test_the_star_keeps_a_text_once(business):
    for _ in range(2):
        answer = business.client.post(reverse("messaging:sample_add"), {"text": "سلام"}, headers={"HX-Request": "true"})
        assert answer.status_code == 204
    assert SampleMessage.objects.count() == 1


def test_there_is_room_for_so_many_samples_only(business, settings):
    settings.SAMPLE_MESSAGES_MAX = 2
    for text in "الف", "ب", "پ":
        answer = business.client.post(reverse("messaging:samples"), {"text": text})
    assert SampleMessage.objects.count() == 2
    assert answer.context["form"].non_field_errors()
    answer = business.client.post(reverse("messaging:sample_add"), {"text": "ت"}, headers={"HX-Request": "true"})
    assert '"tone": "bad"' in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("name", ["sample_edit", "sample_delete"])
def test_samples_of_others_stay(business, client, name):
    sample = SampleMessage.objects.create(account=business.account, text="سلام")
    url = reverse(f"messaging:{name}", args=[sample.pk])
    client.force_login(business.stranger)
    assert client.post(url, {"text": "x"}).status_code == 404
    client.force_login(business.viewer)
    assert client.post(url, {"text": "x"}).status_code == 403
    sample.refresh_from_db()
    assert sample.text == "سلام"


# --- What waits (5.3) -------------------------------------------------------------------------------------------------


def test_what_waits_is_found_and_downloaded(business):
    tomorrow = timezone.now() + timedelta(days=1)
    one = make_confirmed(business.account, business.line, ["09121234567"], text="یک", send_at=tomorrow)
    two = make_confirmed(
        business.account, business.line, ["09121234567"], text="دو", send_at=tomorrow + timedelta(days=5)
    )
    page = lambda **query: list(  # noqa: E731
        business.client.get(reverse("messaging:scheduled"), query).context["page"].rows
    )
    assert page() == [one, two]
    assert page(text="دو") == [two]
    assert page(since=f"{tomorrow + timedelta(days=3):%Y-%m-%d}") == [two]
    assert page(line=make_line(business.account).pk) == []
    answer = business.client.get(reverse("messaging:scheduled_export"), {"text": "یک"})
    _header, row = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values
    assert row[1:6] == ("یک", business.line.number, 1, 1, 1_800)


@pytest.mark.parametrize(
    ("written", "moved"), [("2099", False), ("", False), ("1400/01/01 10:00", False), ("later", True)]
)
def test_a_send_that_waits_gets_another_time(business, written, moved):
    now = timezone.now()
    campaign = make_confirmed(business.account, business.line, ["09121234567"], send_at=now + timedelta(days=1))
    before = campaign.send_at
    later = (now + timedelta(days=3)).replace(second=0, microsecond=0)
    text = f"{in_tehran(later):%Y-%m-%d %H:%M}" if moved else written
    answer = business.client.post(reverse("messaging:reschedule", args=[campaign.pk]), {"send_at": text}, follow=True)
    campaign.refresh_from_db()
    assert campaign.send_at == (later if moved else before)
    assert len(list(answer.context["messages"])) == 1
    assert balance(business.account) == 1_000_000 - 1_800


def test_a_send_that_left_keeps_its_time(business):
    campaign = make_confirmed(business.account, business.line, ["09121234567"])
    later = in_tehran(timezone.now() + timedelta(days=3))
    business.client.post(reverse("messaging:reschedule", args=[campaign.pk]), {"send_at": f"{later:%Y-%m-%d %H:%M}"})
    campaign.refresh_from_db()
    assert (campaign.send_at, campaign.state) == (None, "queued")


def test_single_messages_are_cancelled_and_come_back_exactly(business, client):
    tomorrow = timezone.now() + timedelta(days=1)
    campaign = make_confirmed(business.account, business.line, ["09121234567", "09351234567"], send_at=tomorrow)
    make_confirmed(business.account, business.line, ["09121110000"])
    url = reverse("messaging:scheduled_messages")
    rows = business.client.get(url).context["page"].rows
    assert [row.msisdn for row in rows] == [989351234567, 989121234567]
    assert {row.leaves_at for row in rows} == {campaign.send_at}
    assert [row.msisdn for row in business.client.get(url, {"recipient": "0912"}).context["page"].rows] == [
        989121234567
    ]
    client.force_login(business.stranger)
    client.post(url, {"message": [rows[0].pk]})
    client.force_login(business.owner)
    before = balance(business.account)
    assert before == 1_000_000 - 3 * 1_800
    client.post(url, {"message": [rows[0].pk]})
    assert balance(business.account) == before + 1_800
    assert [row.msisdn for row in client.get(url).context["page"].rows] == [989121234567]


def test_single_messages_that_wait_are_downloaded_and_too_many_refused(business, monkeypatch):
    tomorrow = timezone.now() + timedelta(days=1)
    make_confirmed(business.account, business.line, ["09121234567", "09351234567"], text="سلام", send_at=tomorrow)
    make_confirmed(business.account, business.line, ["09121110000"])
    url = reverse("messaging:scheduled_messages_export")
    answer = business.client.get(url, {"recipient": "0912"})
    _header, row = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values
    assert row[2:5] == ("سلام", business.line.number, 1_800)
    assert row[0].replace(" ", "").endswith("1234567")
    monkeypatch.setattr("messaging.views.scheduled.MOST_EXPORTED", 1)
    answer = business.client.get(url, follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("messaging:scheduled_messages"))
    assert len(list(answer.context["messages"])) == 1


def test_numbers_of_the_bank_stay_concealed_while_they_wait(business):
    tomorrow = timezone.now() + timedelta(days=1)
    campaign = make_confirmed(business.account, business.line, ["09121234567"], send_at=tomorrow)
    Campaign.objects.filter(pk=campaign.pk).update(kind=Campaign.Kind.BULK)
    answer = business.client.get(reverse("messaging:scheduled_messages"))
    assert "123 4567" not in answer.content.decode()
    assert business.client.get(answer.request["PATH_INFO"], {"recipient": "0912"}).context["page"].rows == []


# --- Samples (7), texts of the sent box (5.4) -------------------------------------------------------------------------


def test_samples_have_categories_and_are_found(business):
    url = reverse("messaging:samples")
    business.client.post(url, {"title": "خوش‌آمد", "category": " فروش ", "text": "سلام {first_name}"})
    business.client.post(url, {"text": "نوبت شما"})
    context = business.client.get(url, {"category": "فروش"}).context
    assert [(sample.category, sample.places) for sample in context["samples"]] == [("فروش", ["first_name"])]
    assert (context["categories"], context["count"]) == (["فروش"], 2)
    assert [sample.text for sample in business.client.get(url, {"text": "نوبت"}).context["samples"]] == ["نوبت شما"]


@pytest.mark.parametrize("query", ["كد ورود ی", "کد ورود ي", "کد ورود ی"])
def test_a_sent_text_is_found_in_persian_and_arabic_letters(business, query):
    make_confirmed(business.account, business.line, ["09121234567"], text="کد ورود ی")
    assert len(listed(business, text=query)) == 1


def test_a_text_is_looked_for_in_the_last_days_unless_a_day_is_chosen(business, two, settings):
    settings.SENT_TEXT_SEARCH_DAYS = 90
    old = timezone.now() - timedelta(days=91)
    Message.objects.filter(pk=two[0].pk).update(created_at=old, submitted_at=old)
    assert listed(business, text="پاییزه") == []
    assert len(listed(business, text="پاییزه", since=f"{old - timedelta(days=2):%Y-%m-%d}")) == 1
    answer = business.client.get(reverse("messaging:sent"), {"text": "پاییزه"})
    assert answer.context["searched_days"] == 90
