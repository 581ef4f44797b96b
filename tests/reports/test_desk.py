"""The desk (1)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging.lifecycle import News, move
from messaging.models import Campaign, Message, Status
from tests.factories import (
    make_account,
    make_confirmed,
    make_contact,
    make_gateway,
    make_line,
    make_received,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(client):
    account = make_account(credit=100_000)
    client.force_login(make_user(account=account))
    return account


def desk(client):
    answer = client.get(reverse("reports:desk"))
    assert answer.status_code == 200
    return answer


def test_a_new_account_is_told_what_is_missing(client):
    client.force_login(make_user(account=make_account()))
    context = desk(client).context
    assert not context["has_active_line"]
    assert context["figures"]["delivered_percent"] is None
    assert context["latest"] == context["running"] == context["received"] == []


def test_the_figures_are_those_of_the_account(client, account):
    make_gateway()
    line = make_line(account, kind="service")
    campaign = make_confirmed(account, line, ["09121234567", "09351234567", "09121234568"])
    other = make_account(credit=100_000)
    make_confirmed(other, make_line(other, kind="service"), ["09121234569"])
    ids = list(Message.objects.of(account).order_by("id").values_list("pk", flat=True))
    move([News(pk, Status.DELIVERED, timezone.now()) for pk in ids[:2]])
    move([News(ids[2], Status.UNDELIVERED, timezone.now(), "receipt:027")])
    Campaign.objects.filter(pk=campaign.pk).update(state="finished", finished_at=timezone.now())
    context = desk(client).context
    assert context["has_active_line"]
    assert (context["figures"]["sent_today"], context["figures"]["delivered_percent"]) == (3, 66.7)
    assert context["figures"]["cost_month"] == 5_400
    assert len(context["chart_days"]["labels"]) == 30
    assert [series["values"][-1] for series in context["chart_days"]["series"]] == [2, 1]
    assert sum(context["chart_operators"]["series"][0]["values"]) == 3
    assert context["latest"] == [campaign]
    assert context["latest"][0].delivered_percent == 66.7
    assert context["running"] == []


def test_what_is_on_its_way_is_shown_live(client, account):
    make_gateway()
    campaign = make_confirmed(account, make_line(account, kind="service"), ["09121234567"])
    answer = desk(client)
    assert answer.context["running"] == [campaign]
    assert 'hx-trigger="every 3s"' in answer.content.decode()


def test_the_latest_received_have_their_names(client, account):
    make_contact(account, 989125550000, first_name="سارا")
    make_received(account, make_line(account), "سلام")
    context = desk(client).context
    assert [(row.text, row.contact_name) for row in context["received"]] == [("سلام", "سارا")]
    assert context["figures"]["received_today"] == 1


def test_in_english_days_are_gregorian(client, account):
    client.cookies["django_language"] = "en"
    label = desk(client).context["chart_days"]["labels"][-1]
    assert label.split()[1] in ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
