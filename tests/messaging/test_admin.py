"""Staff pages of messaging."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from billing.selectors import balance
from messaging.models import Bind, Gateway, Message, Route, Template
from tests.factories import make_campaign, make_confirmed, make_received, make_user

PAGES = ["campaign", "message", "gateway", "route", "bind", "inboundmessage", "samplemessage", "upload", "template"]


@pytest.fixture
def staff(business, client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def listing(staff, name, **query):
    return staff.get(reverse(f"admin:messaging_{name}_changelist"), query)


def act(staff, name, action, *rows):
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return staff.post(reverse(f"admin:messaging_{name}_changelist"), data, follow=True)


@pytest.mark.parametrize("name", PAGES)
def test_every_list_opens_and_searches(business, staff, name):
    make_confirmed(business.account, business.line, ["09121234567"])
    make_received(business.account, business.line)
    Bind.objects.create(gateway=business.gateway, number=1, heartbeat_at=timezone.now())
    assert listing(staff, name).status_code == 200
    assert listing(staff, name, q="1").status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_members_of_accounts_have_no_staff_pages(business, client, name):
    client.force_login(business.owner)
    assert listing(client, name).status_code in {302, 403}


def test_a_campaign_is_looked_at_and_never_edited(business, staff):
    campaign = make_confirmed(business.account, business.line, ["09121234567"])
    url = reverse("admin:messaging_campaign_change", args=[campaign.pk])
    assert staff.get(url).status_code == 200
    assert staff.post(url, {"price": 1}).status_code == 403
    assert staff.get(reverse("admin:messaging_campaign_add")).status_code == 403
    campaign.refresh_from_db()
    assert campaign.price == 1_800


def test_staff_pause_resume_and_cancel_with_a_trail(business, staff):
    campaign = make_confirmed(business.account, business.line, ["09121234567"])
    for action, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        act(staff, "campaign", action, campaign)
        campaign.refresh_from_db()
        assert campaign.state == state
    assert balance(business.account) == 1_000_000
    actions = set(AuditEntry.objects.of(business.account).values_list("action", flat=True))
    assert {"campaign.paused", "campaign.resumed", "campaign.cancelled"} <= actions


def test_what_cannot_be_done_is_said(business, staff):
    campaign = make_campaign(business.account, business.line, ["09121234567"])
    answer = act(staff, "campaign", "pause", campaign)
    campaign.refresh_from_db()
    assert campaign.state == "review"
    assert f"#{campaign.pk}" in str(next(iter(answer.context["messages"])))


def test_staff_without_the_right_do_not_control(business, client):
    from django.contrib.auth.models import Permission

    campaign = make_confirmed(business.account, business.line, ["09121234567"])
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    client.force_login(clerk)
    act(client, "campaign", "cancel", campaign)
    campaign.refresh_from_db()
    assert campaign.state == "queued"


def test_messages_are_found_by_number_id_and_campaign(business, staff):
    campaign = make_confirmed(business.account, business.line, ["09121234567", "09351234567"])
    message = Message.objects.get(msisdn=989121234567)
    make_confirmed(business.account, business.line, ["09191234567"])

    def found(**query):
        return [row.pk for row in listing(staff, "message", **query).context["cl"].result_list]

    assert found(q="0912 123 4567") == [message.pk]
    assert found(q=str(message.pk)) == [message.pk]
    assert found(q="سلام") == []
    assert len(found(campaign=campaign.pk)) == 2
    answer = staff.get(reverse("admin:messaging_message_change", args=[message.pk]))
    assert "0912 123 4567" in answer.content.decode()


def gateway_form(**fields):
    names = ["source_ton", "source_npi", "destination_ton", "destination_npi"]
    return {
        "name": "mci", "host": "10.0.0.1", "port": 2775, "system_id": "demo", "bind_type": "transceiver", "binds": 2,
        "window": 100, "throughput": 0, "enquire_link_seconds": 30, "response_timeout_seconds": 60,
        "failover_seconds": 60, "failover_tries": 2, "failover_statuses": [8],
        "address_form": "international", "id_base": "same", **dict.fromkeys(names, 1),
        "routes-TOTAL_FORMS": 0, "routes-INITIAL_FORMS": 0, **fields,
    }  # fmt: skip


def test_a_password_is_written_and_never_shown(business, staff):
    staff.post(reverse("admin:messaging_gateway_add"), gateway_form(new_password="s3cret!"))
    gateway = Gateway.objects.get(name="mci")
    assert gateway.password == "s3cret!"
    url = reverse("admin:messaging_gateway_change", args=[gateway.pk])
    assert "s3cret!" not in staff.get(url).content.decode()
    staff.post(url, gateway_form(window=50))
    gateway.refresh_from_db()
    assert (gateway.window, gateway.password) == (50, "s3cret!")
    assert "s3cret!" not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_which_answers_send_a_message_on_by_the_next_route(business, staff):
    assert Gateway().failover_statuses == [4, 5, 8, 13, 14, 15, 83, 100, 255, 256, 257, 258]
    staff.post(reverse("admin:messaging_gateway_add"), gateway_form(failover_tries=3, failover_statuses=[10, 20]))
    gateway = Gateway.objects.get(name="mci")
    assert (gateway.failover_tries, gateway.failover_statuses) == (3, [10, 20])
    url = reverse("admin:messaging_gateway_change", args=[gateway.pk])
    page = staff.get(url).content.decode()
    assert 'value="10" id="id_failover_statuses' in page.replace("checked ", "")
    assert "(ESME_RSYSERR)" in page
    assert "ESME_RTHROTTLED" not in page  # that one asks us to slow down
    staff.post(url, gateway_form(failover_statuses=[88], failover_tries=7))
    gateway.refresh_from_db()
    assert gateway.failover_statuses == [10, 20]
    staff.post(url, gateway_form(failover_statuses=[]))
    gateway.refresh_from_db()
    assert gateway.failover_statuses == []


def test_what_smpp_cannot_carry_is_refused(business, staff):
    staff.post(reverse("admin:messaging_gateway_add"), gateway_form(window=0))
    staff.post(reverse("admin:messaging_gateway_add"), gateway_form(new_password="longer than eight"))
    assert not Gateway.objects.filter(name="mci").exists()


def test_gateways_are_switched_with_a_trail(business, staff):
    act(staff, "gateway", "disable", business.gateway)
    business.gateway.refresh_from_db()
    assert not business.gateway.is_enabled
    act(staff, "gateway", "enable", business.gateway)
    business.gateway.refresh_from_db()
    assert business.gateway.is_enabled
    assert AuditEntry.objects.filter(action__in=["gateway.disabled", "gateway.enabled"]).count() == 2


def test_a_route_is_deleted_with_a_trail(business, staff):
    route = Route.objects.get()
    staff.post(reverse("admin:messaging_route_delete", args=[route.pk]), {"post": "yes"})
    assert not Route.objects.exists()
    assert AuditEntry.objects.filter(action="route.deleted").count() == 1


def test_the_page_of_binds_asks_for_itself_and_tells_the_silent_ones(business, staff):
    Bind.objects.create(
        gateway=business.gateway, number=1, state="bound", window_in_flight=7, window_limit=200,
        heartbeat_at=timezone.now() - timedelta(minutes=1), last_error="ESME_RTHROTTLED",
    )  # fmt: skip
    page = listing(staff, "bind").content.decode()
    assert 'hx-trigger="every 5s"' in page
    assert "۷ / ۲۰۰" in page
    assert "ESME_RTHROTTLED" in page
    bind = Bind.objects.get()
    assert staff.post(reverse("admin:messaging_bind_change", args=[bind.pk]), {}).status_code == 403


def test_staff_approve_a_template_and_a_changed_text_waits_again(business, staff):
    template = Template.objects.create(account=business.account, name="login", text="{code}")
    act(staff, "template", "approve", template)
    template.refresh_from_db()
    assert template.state == Template.State.APPROVED
    url = reverse("admin:messaging_template_change", args=[template.pk])
    form = {"account": business.account.pk, "name": "login", "text": "کد: {code}", "line": ""}
    assert staff.post(url, form | {"text": "بی جای خالی"}).status_code == 200
    assert staff.post(url, form | {"text": "{code}", "name": "login2"}).status_code == 302
    template.refresh_from_db()
    assert (template.name, template.state) == ("login2", Template.State.APPROVED)
    assert staff.post(url, form).status_code == 302
    template.refresh_from_db()
    assert (template.text, template.state, template.decided_at) == ("کد: {code}", Template.State.PENDING, None)
    act(staff, "template", "refuse", template)
    template.refresh_from_db()
    assert template.state == Template.State.REFUSED
    actions = AuditEntry.objects.filter(action__startswith="template.").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["template.approved", "template.changed", "template.changed", "template.refused"]
