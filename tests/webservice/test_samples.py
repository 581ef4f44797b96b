"""GET, POST, DELETE /samples (7, W5)."""

import pytest

from messaging.models import SampleMessage
from tests.webservice.conftest import problem

pytestmark = pytest.mark.django_db


def added(api, text="Hi {first_name}", **fields) -> dict:
    answer = api.post("samples", {"text": text, **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_sample_is_kept_shown_and_deleted(api):
    sample = added(api, title="Hello", category="Shop")
    expected = {"title": "Hello", "category": "Shop", "text": "Hi {first_name}", "places": ["first_name"]}
    assert sample.items() >= expected.items()
    assert api.get(f"samples/{sample['id']}").json() == sample
    assert api.get("samples").json() == {"samples": [sample], "next": None}
    assert api.send("DELETE", f"samples/{sample['id']}").json() == sample
    assert not SampleMessage.objects.exists()


def test_samples_are_found_by_text_and_category(api):
    one, two = added(api, "Open at nine", category="Hours"), added(api, "Closed")
    found = lambda **query: [row["id"] for row in api.get("samples", query).json()["samples"]]  # noqa: E731
    assert found() == [two["id"], one["id"]]
    assert found(text="nine") == found(category="Hours") == [one["id"]]


def test_no_more_samples_than_there_is_room_for(api, settings):
    settings.SAMPLE_MESSAGES_MAX = 1
    added(api)
    document = problem(api.post("samples", {"text": "another"}), 422, "validation_failed")
    assert document["errors"][0]["field"] == "text"
    assert SampleMessage.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": 5}, {"text": "a", "name": "b"}, {"text": "a" * 20_001}])
def test_what_cannot_be_kept(api, body):
    problem(api.post("samples", body), 422, "validation_failed")
    assert not SampleMessage.objects.exists()


def test_samples_of_others_are_not_there(api, stranger):
    sample = added(api)
    problem(stranger.get(f"samples/{sample['id']}"), 404, "not_found")
    problem(stranger.send("DELETE", f"samples/{sample['id']}"), 404, "not_found")
    assert stranger.get("samples").json()["samples"] == []
    assert SampleMessage.objects.count() == 1
