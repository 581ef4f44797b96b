"""Templates of the web service, and sending by a template (W2, W5)."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from messaging.models import Campaign, Message, Template
from messaging.selectors import message_text
from messaging.services import approve_template, refuse_template
from tests.factories import make_line
from tests.webservice.conftest import problem

pytestmark = pytest.mark.django_db


def test_a_template_is_asked_for_approved_sent_and_deleted(api, account, line):
    asked = api.post("templates", {"name": "ready", "text": "سفارش {order} آماده است"}, idempotency_key="1")
    assert asked.status_code == 201
    body = asked.json()
    assert (body["state"], body["places"], body["reason"]) == ("pending", ["order"], "")
    send = {"to": "09121234567", "template": "ready", "parameters": {"order": "1042"}}
    document = problem(api.post("messages", send), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("template", "not_approved")]
    template = Template.objects.get()
    approve_template(template=template, by=None, now=timezone.now())
    assert api.get(f"templates/{body['id']}").json()["state"] == "approved"
    sent = api.post("messages", send)
    assert sent.status_code == 201
    message = Message.objects.get(pk=sent.json()["messages"][0]["id"])
    assert message_text(message) == "سفارش 1042 آماده است"
    refuse_template(template=template, by=None, now=timezone.now(), reason="Name your shop in it.")
    shown = api.get("templates").json()["templates"][0]
    assert (shown["state"], shown["reason"]) == ("refused", "Name your shop in it.")
    problem(api.post("messages", send), 422, "validation_failed")
    assert api.send("DELETE", f"templates/{body['id']}").status_code == 200
    assert api.get("templates").json() == {"templates": []}
    actions = (
        AuditEntry.objects.filter(account=account, action__startswith="template.")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["template.requested", "template.approved", "template.refused", "template.deleted"]


def test_parameters_for_each_recipient_and_a_quote(api, account, line):
    Template.objects.create(account=account, name="ready", text="Order {order}", state="approved")
    wish = {"to": ["09121234567", "09351234567"], "template": "ready"}
    wish["parameters"] = [{"order": "1"}, {"order": "22"}]
    quoted = api.post("quotes", wish)
    assert quoted.status_code == 201
    assert api.post("messages", {"quote": quoted.json()["quote"]}).status_code == 201
    texts = [message_text(message) for message in Message.objects.order_by("msisdn")]
    assert texts == ["Order 1", "Order 22"]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"parameters": {}}, "parameters.order", "required"),
        ({"parameters": {"order": "1", "colour": "red"}}, "parameters.colour", "unknown_field"),
        ({"parameters": [{"order": "1"}, {}]}, "parameters[1].order", "required"),
        ({"parameters": [{"order": "1"}]}, "parameters", "conflict"),
        ({"parameters": "x"}, "parameters", "wrong_type"),
        ({"parameters": {"order": 5}}, "parameters", "wrong_type"),
        ({"parameters": {"order": "x" * 901}}, "parameters.order", "too_long"),
        ({"template": "none"}, "template", "not_found"),
        ({"text": "and a text"}, "text", "conflict"),
    ],
)
def test_parameters_that_do_not_fit(api, account, line, unchanged, change, field, code):
    Template.objects.create(account=account, name="ready", text="Order {order}", state="approved")
    wish = {"to": ["09121234567", "09351234567"], "template": "ready", "parameters": {"order": "1"}}
    for path in ("messages", "quotes"):
        document = problem(api.post(path, wish | change), 422, "validation_failed")
        assert [(error["field"], error["code"]) for error in document["errors"]] == [(field, code)]


def test_parameters_without_a_template(api, line, unchanged):
    document = problem(
        api.post("messages", {"to": "09121234567", "text": "x", "parameters": {}}), 422, "validation_failed"
    )
    assert document["errors"][0]["field"] == "parameters"


def test_the_templates_line_is_used_and_the_filled_text_is_measured(api, account, line):
    other = make_line(account, kind="service")
    Template.objects.create(account=account, name="t", text="{a}", state="approved", line=other)
    api.post("messages", {"to": "09121234567", "template": "t", "parameters": {"a": "x"}})
    assert Campaign.objects.get().line == other
    Template.objects.create(account=account, name="long", text="{a}" * 20, state="approved")
    wish = {"to": "09121234567", "template": "long", "parameters": {"a": "س" * 100}, "line": line.number}
    document = problem(api.post("messages", wish), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("text", "too_long")]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"name": "a b"}, "name", "invalid"),
        ({"text": "no place"}, "text", "invalid"),
        ({"text": "{a}" * 400}, "text", "too_long"),
        ({"line": "30009999"}, "line", "not_found"),
        ({"name": "taken"}, "name", "conflict"),
        ({"state": "approved"}, "state", "unknown_field"),
    ],
)
def test_a_template_that_cannot_be(api, account, line, fields, field, code):
    Template.objects.create(account=account, name="taken", text="{a}")
    document = problem(api.post("templates", {"name": "new", "text": "{a}"} | fields), 422, "validation_failed")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [(field, code)]
    assert Template.objects.count() == 1


def test_templates_of_others_are_not_found(api, stranger, account, line):
    template = Template.objects.create(account=account, name="mine", text="{a}")
    assert stranger.get("templates").json() == {"templates": []}
    problem(stranger.get(f"templates/{template.pk}"), 404, "not_found")
    problem(stranger.send("DELETE", f"templates/{template.pk}"), 404, "not_found")
