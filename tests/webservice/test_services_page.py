"""The services page (S1, 11): activation, usage, examples that run as they stand."""

import ast
import os
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from messaging.models import Message
from tests.factories import make_user
from tests.webservice.conftest import Api
from webservice.models import Activation, ApiRequest
from webservice.services import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(account) -> Client:
    client = Client()
    client.force_login(make_user(account=account))
    client.cookies["django_language"] = "en"
    return client


def test_the_activation_form_is_kept_and_can_be_changed(owner, account, admin_client):
    page = owner.get("/web-service/keys/").content.decode()
    assert "Activate the web service" in page
    asked = {"used_by": "shop.example.com", "networks": "203.0.113.7/24\n2001:db8::1", "purpose": "Order notices"}
    assert owner.post("/web-service/activation/", asked).status_code == 302
    row = Activation.objects.get(account=account)
    assert (row.used_by, row.networks, row.purpose) == (
        "shop.example.com", ["203.0.113.0/24", "2001:db8::1"], "Order notices",
    )  # fmt: skip
    assert "shop.example.com" in owner.get("/web-service/keys/").content.decode()
    owner.post("/web-service/activation/", asked | {"used_by": "Pars"})
    assert Activation.objects.get().used_by == "Pars"
    actions = AuditEntry.objects.filter(account=account).order_by("id").values_list("action", flat=True)
    assert [name for name in actions if name.startswith("activation")] == ["activation.created", "activation.changed"]
    assert "Pars" in admin_client.get("/admin/webservice/activation/").content.decode()
    assert admin_client.get(f"/admin/webservice/activation/{row.pk}/change/").status_code == 200


def test_a_wrong_address_is_refused_and_nothing_is_lost(owner):
    answer = owner.post("/web-service/activation/", {"used_by": "Pars", "networks": "here", "purpose": "All"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "“here” is not an address" in unescape(page)
    assert 'value="Pars"' in page
    assert Activation.objects.count() == 0


def test_usage_counts_requests_and_messages_of_each_day(owner, account, api: Api):
    assert api.post("messages", {"to": ["09120000001", "09120000002"], "text": "a"}).status_code == 201
    key = account.api_keys.get()
    now = timezone.now()
    for at, status in [(now, 201), (now, 402), (now - timedelta(days=29), 200), (now - timedelta(days=31), 200)]:
        ApiRequest.objects.create(
            at=at, key=key, account=account, method="GET", path="/api/v1/balance", status=status, duration_ms=1,
            request_id="x",
        )  # fmt: skip
    page = owner.get("/web-service/keys/")
    assert page.context["usage_summary"] == ("In the last 30 days: 3 requests, 1 of them refused; 2 messages.")
    answered, refused, messages = (series["values"] for series in page.context["chart_usage"]["series"])
    assert (answered[0], answered[-1], refused[-1], messages[-1]) == (1, 1, 1, 2)
    assert len(answered) == len(refused) == len(messages) == 30


def test_examples_name_the_account_s_line_and_are_right(owner, line):
    page = owner.get("/web-service/keys/").content.decode()
    codes = dict(re.findall(r'<code id="example-(\w+)">(.*?)</code>', page, re.DOTALL))
    assert set(codes) == {
        "curl", "python", "httpx", "php", "javascript", "csharp", "kavenegar", "asanak", "melipayamak",
    }  # fmt: skip
    for name, code in codes.items():
        assert line.number in code, name
        assert "live_…" in code, name
        assert ("testserver" in code) is True, name
    for name in ("python", "httpx", "kavenegar", "asanak", "melipayamak"):
        ast.parse(unescape(codes[name]))
    assert unescape(codes["csharp"]).count('\\"') == 12


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["python", "httpx", "curl"])
def test_an_example_sends_as_it_stands(live_server, account, line, name, tmp_path):
    import subprocess
    import sys
    from pathlib import Path

    from webservice.examples import examples_for

    secret = create_key(account=account, name="first", scopes=["send"])[1]
    host = live_server.url.removeprefix("http://")
    examples = {e.id: e.code for e in examples_for(scheme="http", host=host, line=line.number, secret=secret)}
    file = tmp_path / "example"
    file.write_text(examples[name])
    program = ["bash"] if name == "curl" else [sys.executable]
    path = str(Path(__file__).resolve().parents[2] / "clients" / "python" / "src")
    run = subprocess.run(
        [*program, str(file)], capture_output=True, text=True, timeout=60, env=os.environ | {"PYTHONPATH": path}
    )
    assert run.returncode == 0, run.stderr
    assert Message.objects.get().campaign.line == line
