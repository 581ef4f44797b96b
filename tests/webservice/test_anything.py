"""Whatever is sent, the answer is one of ours: never a 5xx, and a refusal leaves nothing behind."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.models import Message
from tests.webservice.conftest import state

pytestmark = pytest.mark.django_db

TEXTS = st.text(max_size=40) | st.sampled_from(["09121234567", "+98 935 000 0003", "۰۹۱۲۰۰۰۰۰۰۱", "Hello", "سلام", ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3))
NAMES = ("to", "text", "line", "class", "send_at", "validity", "reference", "tags", "quote")
MOMENTS = st.datetimes().map(lambda at: at.isoformat() + "Z")
LIKELY = {
    "to": TEXTS | st.lists(TEXTS, min_size=1, max_size=4),
    "text": TEXTS | st.lists(TEXTS, min_size=1, max_size=4),
    "class": st.sampled_from(["otp", "bulk", "transactional"]),
    "send_at": MOMENTS,
    "validity": st.integers(0, 20_000),
}
BODIES = st.fixed_dictionaries(
    {"to": LIKELY["to"] | JSON, "text": LIKELY["text"] | JSON},
    optional={name: LIKELY.get(name, JSON) | JSON for name in NAMES[2:]} | {"other": JSON},
)
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PATIENT
@given(path=st.sampled_from(["messages", "quotes"]), body=BODIES | JSON)
def test_any_body(api, account, path, body):
    before = state(account)
    answer = api.post(path, json.dumps(body))
    assert answer.status_code < 500
    document = answer.json()
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert document["code"]
        assert state(account) == before
    else:
        assert Message.objects.filter(pk__in=[row["id"] for row in document["messages"] if row["id"]]).exists()


@PATIENT
@given(body=st.binary(max_size=60))
def test_any_octets(api, account, body):
    before = state(account)
    answer = api.post("messages", body)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert state(account) == before


@PATIENT
@given(query=st.dictionaries(st.sampled_from([*NAMES, "from", "until", "cursor", "limit", "state"]), TEXTS | MOMENTS))
def test_any_query(api, query):
    answer = api.get("messages", query)
    assert answer.status_code in {200, 422}


@PATIENT
@given(name=st.sampled_from(["Authorization", "Idempotency-Key", "Accept", "Accept-Language", "Prefer"]), value=TEXTS)
def test_any_header(api, name, value):
    answer = api.post("quotes", {"to": "09121234567", "text": "Hello"}, **{name: value})
    assert answer.status_code < 500
    assert answer["Content-Type"] in {"application/json", "application/problem+json"}
