"""The pages of the auto-responder, as members use them."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from autoreply.models import Book, Draw, LineReply, Poll, Rule, Vote
from autoreply.polls import winners_of
from common.tables import write_xlsx
from phonebook.models import Group
from tests.autoreply.conftest import NOW

EDITED = {
    "keywords": "قیمت، نرخ\nPrice",
    "match": "1",
    "reply": "سلام\r\nقیمت ۱۲۰",
    "line": "",
    "priority": "2",
    "is_enabled": "on",
    "days": ["0", "6"],
    "hours": "08:00-17:00",
}


def rule_of(account) -> Rule:
    return Rule.objects.get(account=account)


def test_a_rule_is_made_and_changed(business):
    client = business.client
    answer = client.post(reverse("autoreply:new_rule"), EDITED)
    assert (answer.status_code, answer.url) == (302, reverse("autoreply:rules"))
    rule = rule_of(business.account)
    assert [keyword.written for keyword in rule.keywords.all()] == ["قیمت", "نرخ", "Price"]
    assert (rule.match, rule.reply, rule.priority, rule.weekdays) == (1, "سلام\nقیمت ۱۲۰", 2, 0b1000001)
    page = client.get(reverse("autoreply:rules"), {"text": "PRICE"}).content.decode()
    assert "قیمت" in page
    assert "قاعده‌ای نیست" not in page
    assert list(client.get(reverse("autoreply:rules"), {"text": "nothing"}).context["page"]) == []
    edit = reverse("autoreply:rule", args=[rule.pk])
    form = client.get(edit).context["form"]
    assert form.initial["keywords"] == "قیمت\nنرخ\nPrice"
    client.post(edit, EDITED | {"keywords": "نرخ", "days": []})
    assert rule.keywords.count() == 3, "refused: without a day it would never answer"
    client.post(edit, EDITED | {"keywords": "نرخ"})
    assert [keyword.written for keyword in rule.keywords.all()] == ["نرخ"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"keywords": " ،\n"}, "دست‌کم یک کلیدواژه بنویسید."),
        ({"keywords": "\u200c\u200f"}, "کلیدواژه دست‌کم یک حرف، رقم یا نشانه لازم دارد."),
        ({"reply": ""}, "متن پاسخ را بنویسید، یا کار دیگری برای قاعده انتخاب کنید."),
        ({"reply": "م" * 5000}, "بخش"),
        ({"hours": "17:00-08:00"}, "08:00-22:00"),
        ({"active_from": "1405/01/02 10:00", "active_until": "1405/01/01 10:00"}, "پایان باید پس از آغاز باشد."),
        ({"forward_to": "0912"}, "09121234567"),
        ({"forward_url": "http://127.0.0.1/x"}, "شبکهٔ خصوصی"),
        ({"forward_url": "ftp://example.com"}, "https://example.com"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(business, wrong, sentence):
    answer = business.client.post(reverse("autoreply:new_rule"), EDITED | wrong)
    page = answer.content.decode()
    assert sentence in page
    assert (answer.status_code, Rule.objects.count()) == (200, 0)
    assert "قیمت ۱۲۰" in page or "reply" in wrong


def test_lines_and_groups_of_others_cannot_be_named(business):
    theirs = Group.objects.create(account=business.stranger.memberships.get().account, name="آنها")
    answer = business.client.post(reverse("autoreply:new_rule"), EDITED | {"joins": theirs.pk})
    assert "joins" in answer.context["form"].errors
    assert Rule.objects.count() == 0


def test_selected_rules_are_switched_and_deleted(business):
    mine = [business.responder.rule(str(n)) for n in range(3)]
    theirs = business.stranger.memberships.get().account
    other = Rule.objects.create(account=theirs, reply="x")
    ids = [rule.pk for rule in mine[:2]] + [other.pk]
    version = Book.objects.get(account=business.account).version
    business.client.post(reverse("autoreply:selected"), {"do": "off", "rule": ids})
    assert list(Rule.objects.order_by("pk").values_list("is_enabled", flat=True)) == [False, False, True, True]
    assert Book.objects.get(account=business.account).version == version + 1
    business.client.post(reverse("autoreply:selected"), {"do": "delete", "rule": ids})
    assert set(Rule.objects.all()) == {mine[2], other}


def test_a_lines_default_reply(business):
    page = reverse("autoreply:line", args=[business.line.pk])
    answer = business.client.post(page, {"default_reply": "رسید", "is_enabled": "on", "per_hour": 3, "per_day": 0})
    assert "per_day" in answer.context["form"].errors
    business.client.post(page, {"default_reply": "رسید", "is_enabled": "on", "per_hour": 3, "per_day": 9})
    row = LineReply.objects.get()
    assert (row.line, row.default_reply, row.per_hour, row.per_day) == (business.line, "رسید", 3, 9)
    assert "رسید" in business.client.get(reverse("autoreply:lines")).content.decode()


def test_the_test_box_says_which_rule_answers_and_why_others_do_not(business):
    respond = business.responder
    respond.rule("قیمت", reply="اول", match=1)
    off = respond.rule("قیمت طلا", reply="خاموش", is_enabled=False)
    behind = respond.rule("طلا", reply="دوم", match=2)
    trial = business.client.get(reverse("autoreply:test"), {"text": "  قيمت طلا ", "line": business.line.pk}).context[
        "trial"
    ]
    assert (trial.reply, trial.keyword, trial.parts) == ("اول", "قیمت", 1)
    assert [(other.rule, other.code) for other in trial.others] == [(off, "off"), (behind, "outranked")]
    respond.default("پیش‌فرض")
    for text, reply, is_default in (("سلام", "پیش‌فرض", True), ("11", "", False)):
        query = {"text": text, "line": business.line.pk}
        trial = business.client.get(reverse("autoreply:test"), query).context["trial"]
        assert (trial.reply, trial.is_default) == (reply, is_default)
    assert respond.sent() == []


def test_the_log_says_what_became_of_each(business, django_assert_max_num_queries):
    business.responder.rule("قیمت", reply="۱۲۰ تومان")
    for n in range(10):
        business.responder.receive("قیمت", f"98912555010{n}")
    business.responder.ask("سلام", "989125550002")
    with django_assert_max_num_queries(15):
        answer = business.client.get(reverse("autoreply:log"))
    page = answer.content.decode()
    assert "هیچ قاعده‌ای نخورد" in page
    assert "۱۲۰ تومان" in page
    only = business.client.get(reverse("autoreply:log"), {"outcome": 10}).context["page"]
    assert [row.msisdn for row in only] == [989125550002]


def test_the_page_tells_that_the_credit_was_not_enough_today(business):
    banner = "به علت کمبود اعتبار فرستاده نشد."
    assert banner not in business.client.get(reverse("autoreply:rules")).content.decode()
    business.responder.rule("قیمت")
    Book.objects.update(told_no_credit_on=timezone.localdate())
    assert banner in business.client.get(reverse("autoreply:rules")).content.decode()


# --- A file of rules (6.2) --------------------------------------------------------------------------------------------

ROWS = [
    ["قیمت", "۱۲۰ تومان"],
    ["", "بی کلیدواژه"],
    ["نشانی", ""],
    [" قيمت ", "دوباره"],
    ["هست", "قبلاً"],
    ["1", "یک"],
]


def workbook(rows, header=("کلیدواژه", "پاسخ")) -> SimpleUploadedFile:
    file = BytesIO()
    write_xlsx(file, header, rows)
    return SimpleUploadedFile("rules.xlsx", file.getvalue())


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def test_the_good_rows_of_a_file_are_taken_and_the_bad_ones_listed(business, media):
    business.responder.rule("هست")
    sent = business.client.post(reverse("autoreply:upload"), {"file": workbook(ROWS), "match": "0", "line": ""})
    review = business.client.get(sent.url)
    assert [(row.row, row.column, row.value) for row in review.context["reading"].bad] == [
        (3, "کلیدواژه", ""),
        (4, "پاسخ", ""),
        (5, "کلیدواژه", "قيمت"),
        (6, "کلیدواژه", "هست"),
    ]
    assert "ردیف 2 همین کلیدواژه را دارد." in review.content.decode()
    rejects = openpyxl.load_workbook(BytesIO(b"".join(business.client.get(f"{sent.url}rejects.xlsx"))))
    assert [row[0] for row in rejects.active.iter_rows(min_row=2, values_only=True)] == [3, 4, 5, 6]
    assert Rule.objects.count() == 1
    business.client.post(sent.url, {"do": "take"})
    assert business.responder.ask("قیمت") == ("ANSWERED", "۱۲۰ تومان")
    assert business.responder.ask("۱") == ("ANSWERED", "یک")
    business.client.post(sent.url, {"do": "take"})
    assert Rule.objects.count() == 3


def test_a_first_row_is_a_rule_unless_it_names_the_columns(business, media):
    sent = business.client.post(
        reverse("autoreply:upload"), {"file": workbook([["2", "دو"]], header=["سلام", "علیک"]), "match": "0"}
    )
    business.client.post(sent.url, {"do": "take"})
    assert business.responder.ask("سلام") == ("ANSWERED", "علیک")


def test_a_file_can_be_left_and_belongs_to_its_account(business, media, client):
    sent = business.client.post(reverse("autoreply:upload"), {"file": workbook(ROWS), "match": "0"})
    client.force_login(business.stranger)
    assert client.get(sent.url).status_code == 404
    client.force_login(business.owner)
    client.post(sent.url, {"do": "leave"})
    assert (Rule.objects.count(), list(media.rglob("*/*/*"))) == (0, [])


def test_a_file_that_is_no_table_is_refused_in_words(business, media):
    file = SimpleUploadedFile("rules.xlsx", b"\x00\x01\x02" * 50)
    sent = business.client.post(reverse("autoreply:upload"), {"file": file, "match": "0"})
    assert "جدول نیست" in business.client.get(sent.url, follow=True).content.decode()


# --- Polls (6.6) ------------------------------------------------------------------------------------------------------


def poll_form(*options: tuple[str, str], **fields) -> dict:
    """The form as a browser sends it."""
    data = {"title": "مسابقه", "line": "", "counting": "first", "thanks": "ثبت شد", "again": ""} | fields
    data |= {"options-TOTAL_FORMS": len(options) + 1, "options-INITIAL_FORMS": 0}
    for place, (title, keywords) in enumerate(options):
        data |= {f"options-{place}-title": title, f"options-{place}-keywords": keywords}
    return data


def test_a_poll_is_made_voted_in_and_drawn(business):
    client = business.client
    made = client.post(reverse("autoreply:new_poll"), poll_form(("تهران", "1، ت"), ("شیراز", "2")))
    poll = Poll.objects.get()
    assert made.url == reverse("autoreply:poll", args=[poll.pk])
    for n in range(12):
        business.responder.receive("1" if n % 3 else "۲", f"9891255502{n:02}")
    business.responder.answer()
    page = client.get(made.url)
    assert [(figure.votes, figure.percent) for figure in page.context["figures"]] == [(8, 67), (4, 33)]
    assert poll.seed not in page.content.decode()
    assert list(client.get(reverse("autoreply:rules")).context["page"]) == []
    draw = reverse("autoreply:draw", args=[poll.pk])
    client.post(draw, {"count": 3})
    assert not Draw.objects.exists(), "the poll has not ended"
    Poll.objects.update(closes_at=NOW - timedelta(hours=1))
    client.post(draw, {"count": 3})
    drawn = Draw.objects.get()
    numbers = sorted(Vote.objects.values_list("msisdn", flat=True))
    assert drawn.winners == winners_of(poll.seed, 1, numbers, 3)
    assert (drawn.participants, len(set(drawn.winners))) == (12, 3)
    assert poll.seed in client.get(made.url).content.decode()
    listing = client.get(reverse("autoreply:participants", args=[poll.pk]))
    rows = list(openpyxl.load_workbook(BytesIO(b"".join(listing))).active.iter_rows(min_row=2, values_only=True))
    assert (len(rows), rows[0][:2]) == (12, ("09125550200", "شیراز"))


def test_an_option_changed_keeps_its_votes_and_one_left_out_goes_with_them(business):
    client = business.client
    client.post(reverse("autoreply:new_poll"), poll_form(("تهران", "1"), ("شیراز", "2")))
    poll = Poll.objects.get()
    business.responder.ask("1")
    business.responder.ask("2", "989125550002")
    option = poll.options.first()
    form = poll_form(("تهران بزرگ", "3"), counting="last") | {"options-0-pk": option.pk}
    edit = reverse("autoreply:edit_poll", args=[poll.pk])
    assert "counting" in client.post(edit, form).context["form"].errors
    client.post(edit, form | {"counting": "first"})
    assert list(Vote.objects.values_list("msisdn", "option__title")) == [(989125550001, "تهران بزرگ")]
    assert business.responder.ask("1", "989125550003") == ("NO_RULE", "")
    assert business.responder.ask("3", "989125550003") == ("ANSWERED", "ثبت شد")
    client.post(reverse("autoreply:delete_poll", args=[poll.pk]))
    assert (Poll.objects.count(), Rule.objects.count(), Vote.objects.count()) == (0, 0, 0)
    assert business.responder.ask("3", "989125550004") == ("NO_RULE", "")


@pytest.mark.parametrize("wrong", [{"title": " "}, {"thanks": "م" * 3000}, {"options-0-keywords": ""}])
def test_a_wrong_poll_is_not_made(business, wrong):
    answer = business.client.post(reverse("autoreply:new_poll"), poll_form(("تهران", "1")) | wrong)
    assert answer.status_code == 200
    assert (Poll.objects.count(), Rule.objects.count()) == (0, 0)
