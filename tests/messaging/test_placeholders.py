"""Texts filled in for each recipient (2.5)."""

import uuid

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.selectors import balance
from common.text import MergeTemplate, fold, measure
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.merging import Merger
from messaging.models import Campaign, Message, Status, Upload
from messaging.services import plan
from phonebook.models import Contact, Group
from phonebook.own_fields import create_field
from tests.factories import make_contact

pytestmark = pytest.mark.usefixtures("media")

SARA, REZA, NOBODY = 989121234567, 989351234567, 989121230000


@pytest.fixture
def people(business):
    create_field(account=business.account, name="شهر", key="city")
    make_contact(business.account, SARA, first_name="سارا", last_name="کریمی", values={"city": "یزد"})
    make_contact(business.account, REZA, first_name="", last_name="امیری")
    return business


def compose(business, text, **fields):
    data = {"kind": "simple", "token": str(uuid.uuid4()), "line": business.line.pk, "text": text}
    typed = f"0{SARA - 980000000000}\n0{REZA - 980000000000}\n0{NOBODY - 980000000000}"
    return business.client.post(reverse("messaging:compose"), data | {"typed": typed} | fields)


def texts() -> dict[int, str]:
    return dict(Message.objects.values_list("msisdn", "text"))


def test_each_recipient_gets_a_text_of_its_own_length_and_price(people):
    compose(people, "سلام {first_name|مشترک} {نام خانوادگی} از {city|ایران}" + "!" * 47)
    campaign = Campaign.objects.get()
    tail = "!" * 47
    expected = {
        SARA: f"سلام سارا کریمی از یزد{tail}",
        REZA: f"سلام مشترک امیری از ایران{tail}",
        NOBODY: f"سلام مشترک  از ایران{tail}",
    }
    assert texts() == expected
    sizes = {number: measure(text).parts for number, text in expected.items()}
    assert sizes == {SARA: 1, REZA: 2, NOBODY: 1}
    assert dict(Message.objects.values_list("msisdn", "parts")) == sizes
    assert campaign.price == sum(sizes.values()) * 1_800
    assert campaign.summary["missing"] == 2
    answer = people.client.get(reverse("messaging:review", args=[campaign.pk]))
    assert {row.text for row in answer.context["samples"]} == set(expected.values())
    people.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    assert balance(people.account) == 1_000_000 - campaign.price
    assert check_ledger() == check_charges() == []


def test_encodings_and_parts_differ_by_recipient(people):
    make_contact(people.account, NOBODY, first_name="Bob")
    compose(people, "Hi {first_name|ب}" + "x" * 70)
    campaign = Campaign.objects.get()
    rows = dict(Message.objects.values_list("msisdn", "parts"))
    assert rows == {SARA: 2, REZA: 2, NOBODY: 1}
    assert (campaign.summary["least_parts"], campaign.summary["most_parts"]) == (1, 2)
    assert campaign.price == 4 * 1_800 + 4_320


def test_an_unknown_name_is_told_before_anything_is_planned(people):
    answer = compose(people, "سلام {fist_name}")
    (error,) = answer.context["form"].errors["text"]
    assert "{fist_name}" in error
    assert "{first_name}" in error
    assert "{city}" in error
    assert not Campaign.objects.exists()


def test_somebody_elses_field_is_unknown(people):
    other = people.stranger.memberships.get().account
    create_field(account=other, name="کد", key="code")
    assert "text" in compose(people, "{code}").context["form"].errors


def test_braces_that_name_nothing_stay_as_they_are(people):
    compose(people, "{} { a\nb } سلام")
    assert Campaign.objects.get().text == "{} { a\nb } سلام"
    assert set(texts().values()) == {None}


def test_columns_of_the_file_go_before_the_phonebook(people):
    content = f"موبایل,نام,مبلغ\n{SARA},شهلا,۱۲۰۰\n{REZA},رضا,\n{NOBODY},,300\n{SARA},دوباره,1\nx,y,z\n"
    people.client.post(reverse("messaging:upload"), {"file": SimpleUploadedFile("n.csv", content.encode())})
    stored = Upload.objects.get()
    compose(people, "{نام|مشترک} {مبلغ|هیچ} {city|-}", kind="advanced", typed="", upload=stored.pk, column=0)
    campaign = plan(Campaign.objects.get().pk, now=Campaign.objects.get().created_at)
    assert texts() == {SARA: "شهلا ۱۲۰۰ یزد", REZA: "رضا هیچ -", NOBODY: "مشترک 300 -"}
    assert (campaign.summary["duplicates"], campaign.summary["invalid"]) == (1, 1)


def test_a_text_that_grows_too_long_is_left_out_free_of_charge(people, settings):
    settings.MESSAGE_MAX_PARTS = 1
    Contact.objects.filter(msisdn=REZA).update(last_name="ب" * 20)
    compose(people, "ب" * 55 + " {last_name}")
    campaign = Campaign.objects.get()
    assert (campaign.recipients, campaign.summary["unfit_text"]) == (2, 1)
    left_out = Message.objects.get(status=Status.BLOCKED)
    assert (left_out.msisdn, left_out.price, left_out.error) == (REZA, 0, "unfit_text")
    people.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    assert check_charges() == []


def test_members_of_groups_are_filled_in_by_the_worker(people):
    group = Group.objects.create(account=people.account, name="مشتریان")
    make_contact(people.account, 989121239999, group, first_name="نیما")
    compose(people, "{نام}", typed="", groups=[group.pk])
    plan(Campaign.objects.get().pk, now=Campaign.objects.get().created_at)
    assert texts() == {989121239999: "نیما"}


def test_the_preview_shows_the_first_recipients(people):
    typed = f"{SARA} {REZA}"
    asked = {"text": "سلام {first_name|مشترک}", "typed": typed, "line": people.line.pk}
    answer = people.client.post(reverse("messaging:merge_preview"), asked)
    assert [row["text"] for row in answer.context["samples"]] == ["سلام سارا", "سلام مشترک"]
    assert not Campaign.objects.exists()
    answer = people.client.post(reverse("messaging:merge_preview"), asked | {"text": "{x}"})
    assert answer.status_code == 422
    assert "{x}" in answer.context["problem"]


def test_a_test_to_oneself_is_filled_in_too(people):
    asked = {"line": people.line.pk, "text": "{first_name} {مبلغ}", "mobile": str(SARA)}
    people.client.post(reverse("messaging:test_send"), asked)
    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.text) == ("test", "سارا مبلغ")


WORDS = st.text(st.characters(exclude_characters="{}|\n", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
PIECES = st.lists(
    st.one_of(
        WORDS.map(lambda word: (word, None, None)),
        st.tuples(st.none(), st.sampled_from(["first_name", "نام", "شهر"]), st.one_of(st.none(), WORDS)),
    ),
    max_size=8,
)


@given(pieces=PIECES, rows=st.lists(st.dictionaries(st.sampled_from(["first_name", "نام", "شهر"]), WORDS), max_size=5))
def test_merging_many_is_merging_one_by_one(pieces, rows):
    written, expected = "", [""] * len(rows)
    for literal, name, default in pieces:
        if literal is not None:
            written += literal
            expected = [one + literal for one in expected]
        else:
            written += "{" + name + ("" if default is None else f"|{default}") + "}"
            values = [row.get(name, "").strip() or default or "" for row in rows]
            expected = [one + value for one, value in zip(expected, values, strict=True)]
    template = MergeTemplate.parse(written)
    folded = [{fold(name): value for name, value in row.items()} for row in rows]
    columns = {fold(name): [row.get(fold(name), "") for row in folded] for name in ("first_name", "نام", "شهر")}
    assert template.merge_many(columns, len(rows)) == expected
    assert [template.merge(row) for row in folded] == expected


def test_one_query_fills_in_a_whole_batch(people, django_assert_num_queries):
    merger = Merger(text="{first_name} {city}", account=people.account, upload=None)
    with django_assert_num_queries(2):
        assert merger.texts(np.array([SARA, REZA, NOBODY]), None) == ["سارا یزد", " ", " "]
    assert merger.missing == 2
