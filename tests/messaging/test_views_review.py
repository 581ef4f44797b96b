"""Review before paying, and the controls of a campaign."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from billing.models import LedgerEntry
from billing.selectors import balance
from messaging.models import Bind, Campaign, Chunk, Message, Status
from tests.factories import make_campaign, make_confirmed, make_gateway

NUMBERS = ["09121234567", "09351234567", "09121234567", "سلام"]


def post(business, name, campaign):
    return business.client.post(reverse(f"messaging:{name}", args=[campaign.pk]))


def get(business, name, campaign):
    return business.client.get(reverse(f"messaging:{name}", args=[campaign.pk]))


@pytest.fixture
def campaign(business) -> Campaign:
    return make_campaign(business.account, business.line, NUMBERS, created_by=business.owner)


@pytest.fixture
def paid(business) -> Campaign:
    return make_confirmed(business.account, business.line, NUMBERS, created_by=business.owner)


def test_the_review_tells_what_will_be_sent_and_paid(business, campaign):
    answer = get(business, "review", campaign)
    context = answer.context
    assert (context["balance"], context["balance_after"], context["missing"]) == (1_000_000, 996_400, 0)
    assert (campaign.summary["duplicates"], campaign.summary["invalid"]) == (1, 1)
    page = answer.content.decode()
    assert "۳٬۶۰۰" in page
    assert reverse("messaging:rejects", args=[campaign.pk]) in page
    assert reverse("messaging:confirm", args=[campaign.pk]) in page


def test_paying_charges_exactly_the_price_shown(business, campaign):
    answer = post(business, "confirm", campaign)
    assert answer.headers["Location"] == reverse("messaging:campaign", args=[campaign.pk])
    campaign.refresh_from_db()
    assert campaign.state == "queued"
    assert balance(business.account) == 1_000_000 - 3_600
    assert AuditEntry.objects.filter(action="campaign.confirmed", user=business.owner).count() == 1


def test_paying_twice_pays_once(business, campaign):
    post(business, "confirm", campaign)
    answer = post(business, "confirm", campaign)
    assert answer.headers["Location"] == reverse("messaging:campaign", args=[campaign.pk])
    assert LedgerEntry.objects.filter(kind="charge").count() == 1
    assert balance(business.account) == 1_000_000 - 3_600


def test_without_credit_nothing_changes_and_the_page_says_how_much_is_missing(business, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(price=1_500_000)
    answer = post(business, "confirm", campaign)
    assert answer.headers["Location"] == reverse("messaging:review", args=[campaign.pk])
    campaign.refresh_from_db()
    assert (campaign.state, balance(business.account)) == ("review", 1_000_000)
    answer = get(business, "review", campaign)
    assert answer.context["missing"] == 500_000
    assert "۵۰۰٬۰۰۰ ریال" in answer.content.decode()


def test_an_expired_price_is_worked_out_again_and_nothing_is_paid(business, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(quote_expires_at=timezone.now() - timedelta(seconds=1))
    answer = post(business, "confirm", campaign)
    renewed = Campaign.objects.exclude(pk=campaign.pk).get()
    assert answer.headers["Location"] == reverse("messaging:review", args=[renewed.pk])
    campaign.refresh_from_db()
    assert (campaign.state, renewed.state, renewed.price) == ("discarded", "review", 3_600)
    assert balance(business.account) == 1_000_000
    assert Message.objects.filter(campaign=campaign).count() == 0


def test_while_planning_the_page_asks_again(business, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(state="planning", rows_read=150_000)
    page = get(business, "review", campaign).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "۱۵۰٬۰۰۰" in page


def test_a_failed_campaign_says_why_and_can_be_edited(business, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(state="failed", problem="فایل خراب است.")
    page = get(business, "review", campaign).content.decode()
    assert "فایل خراب است." in page
    assert reverse("messaging:edit", args=[campaign.pk]) in page
    assert reverse("messaging:confirm", args=[campaign.pk]) not in page


def test_editing_fills_the_form_again_and_the_edited_one_takes_its_place(business, campaign):
    answer = post(business, "edit", campaign)
    answer = business.client.get(answer.headers["Location"])
    form = answer.context["form"]
    assert form["text"].value() == "سلام"
    assert form["typed"].value() == "\n".join(NUMBERS)
    token = form["token"].value()
    data = {"token": str(token), "replaces": campaign.pk, "line": business.line.pk, "typed": NUMBERS[0], "text": "نو"}
    business.client.post(reverse("messaging:compose"), data)
    campaign.refresh_from_db()
    assert campaign.state == "discarded"
    assert Campaign.objects.get(state="review").text == "نو"


def test_a_campaign_of_others_is_not_replaced(business, client, campaign):
    client.force_login(business.stranger)
    from tests.factories import make_line

    line = make_line(business.stranger.accounts.get(), kind="service")
    data = {"token": "6f1c7f0e-0000-4000-8000-000000000001", "replaces": campaign.pk, "line": line.pk}
    client.post(reverse("messaging:compose"), data | {"typed": NUMBERS[0], "text": "نو"})
    campaign.refresh_from_db()
    assert campaign.state == "review"


def test_discarding_takes_its_rows_away(business, campaign):
    post(business, "discard", campaign)
    campaign.refresh_from_db()
    assert campaign.state == "discarded"
    assert not Message.objects.exists()
    assert balance(business.account) == 1_000_000


def test_the_page_of_a_paid_campaign_shows_progress_and_controls(business, paid):
    answer = get(business, "campaign", paid)
    assert (answer.context["figures"]["waiting"], answer.context["figures"]["delivered"]) == (2, 0)
    assert answer.context["is_live"]
    page = answer.content.decode()
    assert 'hx-trigger="every 2s"' in page
    for name in ("pause", "cancel"):
        assert reverse(f"messaging:{name}", args=[paid.pk]) in page


def test_polling_stops_when_all_is_final(business, paid):
    Campaign.objects.filter(pk=paid.pk).update(state="finished", finished_at=timezone.now())
    from messaging.lifecycle import News, move

    ids = list(Message.objects.values_list("pk", flat=True))
    move([News(ids[0], Status.DELIVERED, timezone.now())])
    move([News(ids[1], Status.UNDELIVERED, timezone.now(), "receipt:027")])
    answer = get(business, "campaign", paid)
    assert not answer.context["is_live"]
    assert [(row["code"], row["messages"]) for row in answer.context["errors"]] == [("err:027", 1)]
    assert "گوشی خاموش" in answer.content.decode()


def test_a_broken_connection_is_told_while_something_waits_for_it(business, paid):
    now = timezone.now()
    assert "اپراتور" in get(business, "campaign", paid).context["waiting_reason"]
    bind = Bind.objects.create(gateway=business.gateway, number=1, state="bound", heartbeat_at=now)
    assert get(business, "campaign", paid).context["waiting_reason"] == ""
    Bind.objects.filter(pk=bind.pk).update(heartbeat_at=now - timedelta(minutes=1))
    assert get(business, "campaign", paid).context["waiting_reason"] != ""


def test_pause_resume_and_cancel(business, paid):
    post(business, "pause", paid)
    paid.refresh_from_db()
    assert paid.state == "paused"
    post(business, "resume", paid)
    paid.refresh_from_db()
    assert paid.state == "queued"
    post(business, "cancel", paid)
    paid.refresh_from_db()
    assert paid.state == "cancelled"
    assert balance(business.account) == 1_000_000
    assert set(Message.objects.values_list("status", flat=True)) == {Status.CANCELLED}


def test_undo_while_the_hold_lasts(business, campaign):
    post(business, "confirm", campaign)
    answer = get(business, "campaign", campaign)
    assert 0 < answer.context["undo_seconds_left"] <= 30
    post(business, "undo", campaign)
    campaign.refresh_from_db()
    assert (campaign.state, balance(business.account)) == ("cancelled", 1_000_000)


def test_undo_after_the_hold_changes_nothing(business, paid):
    post(business, "undo", paid)
    paid.refresh_from_db()
    assert (paid.state, balance(business.account)) == ("queued", 1_000_000 - 3_600)


def test_sending_now_ends_the_hold(business, campaign):
    post(business, "confirm", campaign)
    post(business, "send_now", campaign)
    campaign.refresh_from_db()
    assert campaign.undo_until is None
    assert Chunk.objects.get().due_at <= timezone.now()


@pytest.mark.parametrize("name", ["pause", "resume", "cancel", "undo", "send_now", "confirm", "edit", "discard"])
def test_controls_are_for_members_who_may_send(business, client, campaign, name):
    url = reverse(f"messaging:{name}", args=[campaign.pk])
    assert client.get(url).status_code == 405
    client.force_login(business.viewer)
    assert client.post(url).status_code == 403
    client.force_login(business.stranger)
    assert client.post(url).status_code == 404
    campaign.refresh_from_db()
    assert (campaign.state, balance(business.account)) == ("review", 1_000_000)


def test_a_viewer_sees_pages_without_controls(business, client, paid):
    client.force_login(business.viewer)
    page = client.get(reverse("messaging:campaign", args=[paid.pk])).content.decode()
    assert reverse("messaging:cancel", args=[paid.pk]) not in page


def test_unconfirmed_and_paid_have_each_their_page(business, campaign):
    assert get(business, "campaign", campaign).headers["Location"] == reverse("messaging:review", args=[campaign.pk])
    post(business, "confirm", campaign)
    assert get(business, "review", campaign).headers["Location"] == reverse("messaging:campaign", args=[campaign.pk])


def test_the_list_finds_by_text_and_state(business, campaign):
    make_confirmed(business.account, business.line, NUMBERS, text="تخفیف پاییزه")
    listed = business.client.get(reverse("messaging:campaigns"), {"text": "پاییزه"}).context["page"].rows
    assert [row.text for row in listed] == ["تخفیف پاییزه"]
    listed = business.client.get(reverse("messaging:campaigns"), {"state": "review"}).context["page"].rows
    assert listed == [campaign]


def test_the_list_asks_the_same_number_of_queries_however_long(business, django_assert_max_num_queries):
    for _ in range(12):
        make_confirmed(business.account, business.line, NUMBERS)
    with django_assert_max_num_queries(14):
        assert len(business.client.get(reverse("messaging:campaigns")).context["page"].rows) == 12


def test_an_advertising_line_outside_its_hours_says_when_it_leaves(business, time_machine):
    time_machine.move_to(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)  # 23:30 in Tehran
    from tests.factories import make_line

    line = make_line(business.account, kind="advertising")
    campaign = make_campaign(business.account, line, ["09121234567"])
    assert "۰۸:۰۰" in get(business, "review", campaign).context["hours_notice"]


def test_no_gateway_is_said_before_paying(business):
    business.gateway.is_enabled = False
    business.gateway.save()
    campaign = make_campaign(business.account, business.line, ["09121234567"])
    assert campaign.state == "failed"
    page = get(business, "review", campaign).content.decode()
    assert campaign.problem in page
    make_gateway()
