"""Each way of targeting through its page: count, quote, send (3.1 – 3.5, 3.7)."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from billing.selectors import balance
from messaging.models import Campaign, Message, Status
from messaging.services import SendRefused, compose, confirm, plan, quote_again
from numberbank.models import Audience, Subscriber
from numberbank.targets import Choice, Criteria, Target
from tests.factories import make_account, make_contact, make_gateway, make_line, make_user
from tests.numberbank.bank import fill_bank, msisdn, people

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
def bank():
    fill_bank(
        people(10, 0, district="5", gender="زن", guild="سوپرمارکت")
        + people(7, 100, district="5", gender="مرد", postal="1345612345")
        + people(5, 200, district="کرج 3", guild="0102")
        + people(4, 300, prefix="0935", suburb="شهریار", gender="زن")
        + people(3, 400, prefix="0936", province="فارس", city="شیراز", postal="71345")
    )


@pytest.fixture
def business(client) -> SimpleNamespace:
    account = make_account(credit=1_000_000)
    owner = make_user(account=account, language="en")
    client.force_login(owner)
    return SimpleNamespace(account=account, owner=owner, line=make_line(account), gateway=make_gateway(), client=client)


def shiraz() -> int:
    return Subscriber.objects.exclude(city=None).filter(province=7).values_list("city_id", flat=True)[0]


def count(business, mode: str, **fields):
    return business.client.post(
        reverse(f"messaging:bulk_{mode}"), {"action": "count", **fields}, headers={"HX-Request": "true"}
    )


def ticket(answer) -> str:
    found = re.search(r'name="counted" value="([^"]+)"', answer.content.decode())
    return found[1] if found else ""


def form(business, **fields) -> dict:
    return {
        "token": str(uuid.uuid4()),
        "seed": "7",
        "line": business.line.pk,
        "text": "سلام\nلغو11",
        "choice": "all",
        **fields,
    }


def send(business, mode: str, target: dict, **fields):
    counted = ticket(count(business, mode, **target))
    return business.client.post(
        reverse(f"messaging:bulk_{mode}"), form(business, **{"counted": counted, **target, **fields})
    )


def recipients(campaign: Campaign) -> list[int]:
    return sorted(Message.objects.filter(campaign=campaign).values_list("msisdn", flat=True))


MODES = [
    ("regional", {"districts": [5]}, 17),
    ("regional", {"districts": [5, 103]}, 22),
    ("regional", {"districts": [5], "guilds": [101], "genders": [1]}, 10),
    ("suburbs", {"suburbs": [1]}, 4),
    ("guilds", {"guilds": [101]}, 10),
    ("guilds", {"guilds": [1]}, 15),
    ("operator", {"prefixes": [935, 936]}, 7),
    ("operator_gender", {"prefixes": [935], "genders": [1]}, 4),
    ("operator_region", {"prefixes": [935], "suburbs": [1]}, 4),
    ("operator_region", {"prefixes": [912], "districts": [103]}, 5),
    ("city", {"provinces": [7]}, 3),
    ("city", {"provinces": [23, 30]}, 26),
    ("postal", {"postal": "13456"}, 7),
    ("postal", {"postal": "۱۳۰۰۰-۱۳۹۹۹، 71345"}, 10),
]


@pytest.mark.parametrize(("mode", "target", "expected"), MODES)
def test_each_mode_counts_quotes_and_sends_to_exactly_these(business, bank, mode, target, expected):
    answer = count(business, mode, **target)
    assert f'data-all="{expected}"' in answer.content.decode()
    assert not Campaign.objects.exists()
    answer = send(business, mode, target)
    campaign = Campaign.objects.get()
    assert answer.headers["Location"] == reverse("messaging:review", args=[campaign.pk])
    assert (campaign.kind, campaign.state, campaign.recipients) == ("bulk", "review", expected)
    assert Message.objects.filter(campaign=campaign).count() == len(set(recipients(campaign))) == expected
    before = balance(business.account)
    business.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.state == "queued"
    assert before - balance(business.account) == campaign.price > 0


def test_a_city_of_a_province(business, bank):
    assert 'data-all="3"' in count(business, "city", cities=[shiraz()]).content.decode()
    page = business.client.get(reverse("messaging:bulk_cities", args=[7]))
    assert f'value="{shiraz()}"' in page.content.decode()
    assert "Shiraz <small>3</small>" in page.content.decode()


@pytest.mark.parametrize(
    ("mode", "target"),
    [
        ("regional", {}),
        ("regional", {"guilds": [101]}),
        ("operator_gender", {"prefixes": [935]}),
        ("operator_gender", {"genders": [1]}),
        ("operator_region", {"prefixes": [935]}),
        ("city", {}),
        ("postal", {"postal": ""}),
        ("postal", {"postal": "1345"}),
        ("postal", {"postal": "سلام"}),
        ("postal", {"postal": " ".join(str(13000 + n) for n in range(51))}),
        ("regional", {"districts": [5], "reached_days": "0"}),
    ],
)
def test_a_target_that_is_not_whole_is_not_counted(business, bank, mode, target):
    answer = count(business, mode, **target)
    assert "data-all" not in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    answer = business.client.post(reverse(f"messaging:bulk_{mode}"), form(business, **target))
    assert answer.status_code == 200
    assert not Campaign.objects.exists()


def test_nothing_is_sent_without_the_count_of_this_very_target(business, bank):
    url = reverse("messaging:bulk_regional")
    other = ticket(count(business, "regional", districts=[103]))
    stranger = Client()
    stranger.force_login(make_user(account=make_account(credit=1)))
    foreign = ticket(stranger.post(url, {"action": "count", "districts": [5]}, headers={"HX-Request": "true"}))
    for counted in ("", other, foreign, "made-up"):
        answer = business.client.post(url, form(business, districts=[5], counted=counted, title="پاییزه"))
        assert "counted" in answer.context["form"].errors
        assert answer.context["form"]["title"].value() == "پاییزه"
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(("first", "last", "expected"), [("1", "3", [0, 1, 2]), ("10", "12", [9, 100, 101])])
def test_sequential_takes_the_rows_from_one_to_another(business, bank, first, last, expected):
    send(business, "regional", {"districts": [5]}, choice="rows", first=first, last=last)
    assert recipients(Campaign.objects.get()) == [msisdn(f"0912{serial:07}") for serial in expected]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"choice": "rows", "first": "1", "last": "18"}, "last"),
        ({"choice": "rows", "first": "0", "last": "5"}, "first"),
        ({"choice": "rows", "first": "6", "last": "5"}, "last"),
        ({"choice": "rows", "first": "1"}, "last"),
        ({"choice": "random", "amount": "18"}, "amount"),
        ({"choice": "random", "amount": "0"}, "amount"),
        ({"choice": "random"}, "amount"),
        ({"choice": "everybody"}, "choice"),
        ({"later": "1", "send_at": "1400/01/01 10:00"}, "send_at"),
        ({"text": " "}, "text"),
    ],
)
def test_bounds_are_checked_and_nothing_typed_is_lost(business, bank, fields, wrong):
    answer = send(business, "regional", {"districts": [5]}, title="پاییزه", **fields)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [wrong]
    assert answer.context["matching"] == 17
    assert answer.context["chosen"]["districts"] == {5}
    assert not Campaign.objects.exists()


def test_random_is_exactly_n_and_the_same_from_quote_to_send(business, bank, time_machine):
    time_machine.move_to(NOON, tick=False)
    send(business, "regional", {"districts": [5, 103]}, choice="random", amount="9", seed="11")
    campaign = Campaign.objects.get()
    quoted = recipients(campaign)
    assert (campaign.recipients, len(set(quoted))) == (9, 9)
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    business.client.post(reverse("messaging:confirm", args=[campaign.pk]))
    renewed = Campaign.objects.exclude(pk=campaign.pk).get()
    assert renewed.state == "review"
    assert recipients(renewed) == quoted
    business.client.post(reverse("messaging:confirm", args=[renewed.pk]))
    renewed.refresh_from_db()
    assert renewed.state == "queued"
    assert recipients(renewed) == quoted


def test_a_send_planned_by_the_worker_is_the_same(business, bank, monkeypatch):
    monkeypatch.setattr("messaging.services.composing.PLANNED_AT_ONCE", 0)
    send(business, "regional", {"districts": [5]}, choice="random", amount="6", seed="3")
    campaign = Campaign.objects.get()
    assert campaign.state == "planning"
    first = recipients(plan(campaign.pk, now=timezone.now()))
    Campaign.objects.update(state="planning", planning_lease_until=None)
    assert recipients(plan(campaign.pk, now=timezone.now())) == first
    assert len(first) == 6


def test_a_service_line_is_refused_in_plain_words(business, bank):
    service = make_line(business.account, kind="service")
    answer = send(business, "regional", {"districts": [5]}, line=service.pk)
    assert answer.context["form"].errors["line"] == [
        "A service line may write only to your own subscribers, never to the number bank. Choose an advertising line."
    ]
    assert not Campaign.objects.exists()
    page = business.client.get(reverse("messaging:bulk_regional")).content.decode()
    assert re.search(rf'value="{service.pk}" disabled', page)
    assert "Service lines may not write to the number bank." in page


def test_an_account_with_service_lines_only_is_told_so(bank, client):
    account = make_account(credit=1_000)
    make_line(account, kind="service")
    client.force_login(make_user(account=account, language="en"))
    page = client.get(reverse("messaging:bulk_guilds")).content.decode()
    assert "You have no advertising line" in page
    assert "data-bulk-target" not in page


def test_the_service_refuses_what_no_page_offers(business, bank):
    target = Target(criteria=Criteria(districts=(5,)), choice=Choice.ALL)
    fields = {"account": business.account, "created_by": None, "text": "سلام", "kind": "bulk", "now": timezone.now()}
    shared = make_line(None, kind="shared")
    with pytest.raises(SendRefused) as refusal:
        compose(line=shared, target=target, **fields)
    assert refusal.value.code == "line_may_not_target"
    with pytest.raises(SendRefused) as refusal:
        compose(line=business.line, target=Target(criteria=Criteria(districts=(6,))), **fields)
    assert refusal.value.code == "no_recipients"
    poor = make_account()
    with pytest.raises(SendRefused) as refusal:
        compose(line=make_line(poor), target=target, **(fields | {"account": poor}))
    assert refusal.value.code == "no_credit"
    assert not Message.objects.exists()


def test_a_viewer_may_not_target(business, bank, client):
    client.force_login(make_user(account=business.account, role=Membership.Role.VIEWER))
    for name in ("bulk_regional", "audiences"):
        assert client.get(reverse(f"messaging:{name}")).status_code == 403
    assert count(business, "regional", districts=[5]).status_code == 403


def test_back_to_the_form_brings_the_target_along(business, bank):
    send(business, "regional", {"districts": [5], "genders": [2]}, choice="random", amount="4", title="پاییزه")
    campaign = Campaign.objects.get()
    review = business.client.get(reverse("messaging:review", args=[campaign.pk])).content.decode()
    assert "Tehran, district 5" in review
    assert "4 of them, by chance" in review
    answer = business.client.post(reverse("messaging:edit", args=[campaign.pk]))
    assert answer.headers["Location"] == f"{reverse('messaging:bulk_regional')}?again={campaign.pk}"
    page = business.client.get(answer.headers["Location"])
    assert page.context["chosen"]["districts"] == {5}
    assert page.context["matching"] == 7
    assert page.context["form"]["amount"].value() == 4
    assert page.context["form"]["title"].value() == "پاییزه"
    send(business, "regional", {"districts": [5]}, replaces=campaign.pk)
    campaign.refresh_from_db()
    assert campaign.state == "discarded"
    assert Campaign.objects.exclude(pk=campaign.pk).get().recipients == 17


def test_a_form_sent_twice_makes_one_campaign(business, bank):
    token = str(uuid.uuid4())
    for _ in range(2):
        send(business, "regional", {"districts": [5]}, token=token)
    assert Campaign.objects.count() == 1
    assert Message.objects.count() == 17


def test_those_reached_lately_may_be_left_out(business, bank):
    send(business, "regional", {"districts": [5]}, choice="rows", first="1", last="4")
    confirm(campaign=Campaign.objects.get(), by=None, now=timezone.now())
    reached = list(Message.objects.order_by("id"))
    Message.objects.filter(pk=reached[0].pk).update(status=Status.FAILED)
    Message.objects.filter(pk=reached[1].pk).update(status=Status.DELIVERED, submitted_at=timezone.now())
    old = timezone.now() - timedelta(days=8)
    Message.objects.filter(pk=reached[2].pk).update(status=Status.DELIVERED, submitted_at=old)
    assert 'data-all="17"' in count(business, "regional", districts=[5]).content.decode()
    assert 'data-all="15"' in count(business, "regional", districts=[5], reached_days="7").content.decode()
    assert 'data-all="14"' in count(business, "regional", districts=[5], reached_days="30").content.decode()
    send(business, "regional", {"districts": [5], "reached_days": "30"})
    second = Campaign.objects.order_by("-id")[0]
    assert second.recipients == 14
    assert set(recipients(second)).isdisjoint({row.msisdn for row in reached[1:]})


def test_what_others_sent_leaves_nobody_out(business, bank):
    send(business, "regional", {"districts": [5]})
    confirm(campaign=Campaign.objects.get(), by=None, now=timezone.now())
    other = make_account(credit=1_000)
    client = Client()
    client.force_login(make_user(account=other, language="en"))
    neighbour = SimpleNamespace(client=client)
    assert 'data-all="17"' in count(neighbour, "regional", districts=[5], reached_days="30").content.decode()


def test_an_audience_is_saved_counted_now_used_and_deleted(business, bank):
    url = reverse("messaging:bulk_regional")
    fields = {"action": "save", "districts": [5], "genders": [2], "audience_name": "آقایان منطقه ۵"}
    assert business.client.post(url, fields, headers={"HX-Request": "true"}).status_code == 204
    audience = Audience.objects.get()
    assert (audience.account, audience.criteria) == (business.account, {"districts": [5], "genders": [2]})
    assert business.client.post(url, fields, headers={"HX-Request": "true"}).status_code == 204
    assert Audience.objects.count() == 1
    assert business.client.get(reverse("messaging:audience_count", args=[audience.pk])).content == b"7"
    fill_bank(people(2, 150, district="5", gender="مرد"))
    assert business.client.get(reverse("messaging:audience_count", args=[audience.pk])).content == b"9"
    page = business.client.get(reverse("messaging:audiences")).content.decode()
    assert "آقایان منطقه ۵" in page
    assert "Tehran, district 5" in page
    form_page = business.client.get(url, {"audience": audience.pk})
    assert form_page.context["chosen"]["districts"] == {5}
    assert form_page.context["matching"] == 9
    stranger = Client()
    stranger.force_login(make_user(account=make_account()))
    assert stranger.get(reverse("messaging:audience_count", args=[audience.pk])).status_code == 404
    assert stranger.get(url, {"audience": audience.pk}).status_code == 404
    assert stranger.post(reverse("messaging:audience_delete", args=[audience.pk])).status_code == 404
    business.client.post(reverse("messaging:audience_delete", args=[audience.pk]))
    assert not Audience.objects.exists()


@pytest.mark.parametrize("mode", ["regional", "suburbs", "guilds", "operator", "operator_gender", "city", "postal"])
def test_without_javascript_the_count_is_a_page(business, bank, mode):
    target = dict(next(row[1] for row in MODES if row[0] == mode))
    page = business.client.post(reverse(f"messaging:bulk_{mode}"), {"action": "count", **form(business), **target})
    assert page.status_code == 200
    assert page.context["matching"] > 0
    assert page.context["form"]["text"].value() == "سلام\nلغو11"
    assert not page.context["form"].errors


# --- Numbers of the bank are never shown ---


@pytest.fixture
def sent(business, bank) -> Campaign:
    make_contact(business.account, msisdn("09120000003"), first_name="سارا")
    send(business, "regional", {"districts": [5]}, title="پاییزه")
    return confirm(campaign=Campaign.objects.get(), by=None, now=timezone.now())


def shows_a_number(text: str) -> bool:
    """Whether any number of the bank stands in a text, in any of the forms in which we write numbers."""
    plain = re.sub(r"[\s\u200e\u200f\u2066-\u2069*]", "", text)
    return any(str(number)[2:] in plain for number in Subscriber.objects.values_list("msisdn", flat=True))


def test_no_page_of_the_panel_shows_a_number_of_the_bank(business, sent):
    message = Message.objects.first()
    pages = [
        reverse("messaging:sent"),
        f"{reverse('messaging:sent')}?campaign={sent.pk}",
        reverse("messaging:message", args=[message.pk]),
        reverse("messaging:campaign", args=[sent.pk]),
        reverse("messaging:campaigns"),
        reverse("messaging:scheduled"),
        reverse("reports:desk"),
    ]
    for url in pages:
        page = business.client.get(url)
        assert page.status_code == 200
        assert not shows_a_number(page.content.decode()), url
        assert "سارا" not in page.content.decode()
    assert "0912 *** ****" in business.client.get(pages[0]).content.decode()


def test_a_download_shows_no_number_of_the_bank(business, sent):
    book = b"".join(business.client.get(reverse("messaging:sent_export")).streaming_content)
    rows = list(openpyxl.load_workbook(BytesIO(book)).active.values)
    assert len(rows) == 18
    assert {row[0] for row in rows[1:]} == {"0912*******"}


@pytest.mark.parametrize("asked", ["09120000003", "0912000", "0003", "+989120000003"])
def test_a_number_of_the_bank_cannot_be_searched_for(business, sent, asked):
    page = business.client.get(reverse("messaging:sent"), {"recipient": asked})
    assert list(page.context["page"].rows) == []


def test_numbers_that_the_account_wrote_itself_are_shown_as_ever(business, sent):
    own = compose(
        account=business.account, created_by=None, line=business.line, text="سلام", kind="simple",
        typed="09120000003", now=timezone.now(),
    )  # fmt: skip
    confirm(campaign=own, by=None, now=timezone.now())
    page = business.client.get(reverse("messaging:sent"), {"recipient": "09120000003"})
    assert [row.campaign_id for row in page.context["page"].rows] == [own.pk]
    assert "0912 000 0003" in page.content.decode()


def test_the_quote_again_keeps_the_target(business, sent):
    send(business, "regional", {"districts": [103]})
    campaign = Campaign.objects.order_by("-id")[0]
    renewed = quote_again(campaign=campaign, by=business.owner, now=timezone.now())
    renewed.refresh_from_db()
    assert renewed.sources["target"] == campaign.sources["target"]
    assert renewed.recipients == 5
