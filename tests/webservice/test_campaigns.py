"""Campaigns over the API: gathered, priced, started, watched, held and stopped (W4, the issue's point 6)."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from billing.selectors import balance
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Chunk, GivenNumbers, Message, Status, Upload
from messaging.services import plan
from numberbank.models import Province
from tests.factories import make_line
from tests.numberbank.bank import fill_bank, people
from tests.webservice.conftest import LATIN, Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db
NUMBERS = [f"0912000{place:04}" for place in range(100, 130)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def nudges(monkeypatch) -> list[int]:
    """The campaigns that the worker is asked to plan."""
    asked = []
    monkeypatch.setattr("messaging.tasks.plan.delay", asked.append)
    return asked


def make(api: Api, **fields) -> dict:
    answer = api.post("campaigns", {"text": "Hello", **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def step(api: Api, campaign: dict, name: str, status: int = 200) -> dict:
    answer = api.post(f"campaigns/{campaign['id']}/{name}", {})
    assert answer.status_code == status, answer.json()
    return answer.json()


def upload(api: Api, campaign: dict, content: bytes, name: str = "numbers.txt", **fields):
    return Client(raise_request_exception=False).post(
        f"/api/v1/campaigns/{campaign['id']}/recipients",
        {"file": SimpleUploadedFile(name, content), **{k: v for k, v in fields.items() if k != "idempotency_key"}},
        headers={"Authorization": f"Bearer {api.secret}"}
        | ({"Idempotency-Key": fields["idempotency_key"]} if "idempotency_key" in fields else {}),
        REMOTE_ADDR=api.address,
    )


def add(api: Api, campaign: dict, chunk: int, recipients: list[str]):
    return api.post(f"campaigns/{campaign['id']}/recipients", {"chunk": chunk, "recipients": recipients})


def test_a_draft_says_what_it_waits_for(api, account, line):
    made = make(api, title="Nowruz", reference="r-1", tags=["a"], validity=60)
    campaign = Campaign.objects.get()
    assert made == {
        "id": campaign.pk,
        "test": False,
        "kind": "advanced",
        "state": "draft",
        "title": "Nowruz",
        "line": line.number,
        "class": "bulk",
        "reference": "r-1",
        "tags": ["a"],
        "send_at": None,
        "validity": 60,
        "recipients": 0,
        "parts": 0,
        "price": 0,
        "currency": "IRR",
        "quote_expires_at": None,
        "progress": None,
        "created_at": made["created_at"],
        "confirmed_at": None,
        "started_at": None,
        "finished_at": None,
        "text": "Hello",
        "problem": None,
        "source": {"file": None, "rows": 0, "rows_read": 0, "chunks": 0, "is_target": False},
        "summary": None,
    }
    assert api.get(f"campaigns/{campaign.pk}").json() == made
    assert balance(account) == 10_000


def test_chunks_become_a_priced_campaign(api, account):
    made = make(api)
    assert add(api, made, 1, NUMBERS[:20]).json()["source"]["rows"] == 20
    answer = add(api, made, 2, [*NUMBERS[20:], NUMBERS[0], "nonsense", "12,34"]).json()
    assert answer == {
        "campaign": made["id"],
        "is_repeat": False,
        "source": {"file": None, "rows": 33, "rows_read": 0, "chunks": 2, "is_target": False},
    }
    priced = step(api, made, "quote")
    assert (priced["state"], priced["recipients"], priced["price"]) == ("review", 30, 30 * LATIN)
    assert priced["summary"] == {
        "rows": 33,
        "valid": 30,
        "duplicates": 1,
        "invalid": 2,
        "opted_out": 0,
        "blocked": 0,
        "no_route": 0,
        "operators": [
            {
                "operator": "mci", "encoding": "gsm7", "recipients": 30, "parts": 30, "price_per_part": LATIN,
                "price": 30 * LATIN,
            }
        ],
    }  # fmt: skip
    assert priced["quote_expires_at"] is not None
    assert not GivenNumbers.objects.exists()
    assert balance(account) == 10_000
    started = step(api, made, "start")
    assert (started["state"], started["progress"]["waiting"], started["progress"]["total"]) == ("queued", 30, 30)
    assert balance(account) == 10_000 - 30 * LATIN
    assert sorted(Message.objects.values_list("msisdn", flat=True)) == [int(f"98{n[1:]}") for n in NUMBERS]
    assert check_ledger() == []
    assert check_charges() == []


def test_a_chunk_that_comes_again_is_taken_once(api):
    made = make(api)
    assert add(api, made, 1, NUMBERS).json()["is_repeat"] is False
    again = add(api, made, 1, NUMBERS).json()
    assert (again["is_repeat"], again["source"]["rows"]) == (True, 30)
    refusal = problem(add(api, made, 1, NUMBERS[:3]), 422, "validation_failed")
    assert refusal["errors"][0]["field"] == "chunk"
    assert GivenNumbers.objects.get().rows == 30


@pytest.mark.parametrize("name", ["numbers.txt", "numbers.csv"])
def test_a_file_becomes_a_priced_campaign(api, name):
    made = make(api)
    rows = "\n".join(NUMBERS) if name.endswith("txt") else "name,mobile\n" + "\n".join(f"a,{n}" for n in NUMBERS)
    stored = upload(api, made, rows.encode(), name)
    assert stored.status_code == 200, stored.json()
    assert stored.json()["source"] == {"file": name, "rows": 30, "rows_read": 0, "chunks": 0, "is_target": False}
    assert step(api, made, "quote")["recipients"] == 30


def test_a_workbook_and_its_column(api, tmp_path, django_capture_on_commit_callbacks):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["home", "mobile", "other"])
    for number in NUMBERS:
        book.active.append(["02188881111", number, "09351112233"])
    book.save(tmp_path / "a.xlsx")
    content = (tmp_path / "a.xlsx").read_bytes()
    made = make(api)
    assert upload(api, made, content, "a.xlsx", column="other").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert upload(api, made, content, "a.xlsx", column="2").status_code == 200
    assert Upload.objects.count() == 1
    assert len([path for path in (tmp_path / "recipients").rglob("*") if path.is_file()]) == 1
    assert step(api, made, "quote")["recipients"] == 30
    other = make(api)
    for column in ("4", "phone"):
        refusal = problem(upload(api, other, content, "a.xlsx", column=column), 422, "validation_failed")
        assert refusal["errors"][0]["field"] == "column"
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "a.txt"), (b"no number\nhere", "a.txt"), (b"PK\x03\x04x", "a.xlsx")]
)
def test_a_file_that_cannot_be_read_is_refused_in_words(api, tmp_path, content, name):
    made = make(api)
    refusal = problem(upload(api, made, content, name), 422, "validation_failed")
    assert refusal["errors"][0]["field"] == "file"
    assert refusal["errors"][0]["detail"]
    assert not Upload.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_file_under_an_idempotency_key(api):
    made = make(api)
    first = upload(api, made, "\n".join(NUMBERS).encode(), idempotency_key="f")
    again = upload(api, made, "\n".join(NUMBERS).encode(), idempotency_key="f")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    problem(upload(api, made, b"09121234567\n", idempotency_key="f"), 422, "idempotency_key_reused")
    assert Upload.objects.get().rows == 30


def test_file_chunks_and_target_do_not_mix(api, account):
    made = make(api)
    add(api, made, 1, NUMBERS)
    problem(upload(api, made, b"09121234567\n"), 422, "validation_failed")
    other = make(api)
    upload(api, other, b"09121234567\n")
    problem(add(api, other, 1, NUMBERS), 422, "validation_failed")
    assert Upload.objects.count() == 1


def test_a_file_that_is_too_large(api, settings):
    settings.UPLOAD_MAX_BYTES = 100
    made = make(api)
    refusal = problem(upload(api, made, b"09121234567\n" * 20), 422, "validation_failed")
    assert refusal["errors"][0]["field"] == "file"
    problem(upload(api, made, b"09121234567\n" * 20_000), 413, "body_too_large")


def test_a_large_one_is_planned_in_the_background_and_the_answer_says_so(
    api, account, nudges, settings, django_capture_on_commit_callbacks
):
    made = make(api)
    numbers = [f"0912{place:07}" for place in range(1_000_000, 1_005_100)]
    upload(api, made, "\n".join(numbers).encode())
    with django_capture_on_commit_callbacks(execute=True):
        assert step(api, made, "quote", 202)["state"] == "planning"
    assert nudges == [made["id"]]
    problem(api.post(f"campaigns/{made['id']}/start", {}), 409, "wrong_state")
    plan(made["id"], now=timezone.now())
    assert api.get(f"campaigns/{made['id']}").json()["state"] == "review"
    refusal = problem(api.post(f"campaigns/{made['id']}/start", {}), 402, "insufficient_credit")
    assert refusal["needed"] == 5_100 * LATIN
    assert balance(account) == 10_000


def test_an_expired_price_is_asked_for_again(api):
    made = make(api)
    add(api, made, 1, NUMBERS)
    step(api, made, "quote")
    Campaign.objects.update(quote_expires_at=timezone.now() - timedelta(seconds=1))
    problem(api.post(f"campaigns/{made['id']}/start", {}), 409, "quote_expired")
    assert step(api, made, "quote")["recipients"] == 30
    assert Message.objects.count() == 30
    assert step(api, made, "start")["state"] == "queued"
    assert check_charges() == []


def test_pause_resume_and_cancel_return_exactly_what_did_not_leave(api, account):
    made = make(api)
    add(api, made, 1, NUMBERS)
    step(api, made, "quote")
    step(api, made, "start")
    assert step(api, made, "pause")["state"] == "paused"
    assert problem(api.post(f"campaigns/{made['id']}/pause", {}), 409, "wrong_state")["state"] == "paused"
    assert step(api, made, "resume")["state"] == "queued"
    cancelled = step(api, made, "cancel")
    assert (cancelled["state"], cancelled["progress"]["cancelled"]) == ("cancelled", 30)
    assert set(Message.objects.values_list("status", flat=True)) == {Status.CANCELLED}
    assert balance(account) == 10_000
    assert check_ledger() == []


@pytest.mark.parametrize("state", ["draft", "review"])
def test_cancelling_before_the_start_throws_it_away(api, account, state):
    made = make(api)
    add(api, made, 1, NUMBERS)
    if state == "review":
        step(api, made, "quote")
    assert step(api, made, "cancel")["state"] == "discarded"
    assert (Message.objects.count(), GivenNumbers.objects.count(), Chunk.objects.count()) == (0, 0, 0)
    problem(api.post(f"campaigns/{made['id']}/start", {}), 409, "wrong_state")
    problem(add(api, made, 2, NUMBERS), 409, "wrong_state")
    assert api.get("campaigns").json()["campaigns"] == []


def test_nobody_to_send_to(api):
    made = make(api)
    refusal = problem(api.post(f"campaigns/{made['id']}/quote", {}), 422, "send_refused")
    assert refusal["errors"][0]["code"] == "no_recipients"
    add(api, made, 1, ["nonsense"])
    failed = step(api, made, "quote")
    assert (failed["state"], failed["summary"]["invalid"]) == ("failed", 1)
    assert failed["problem"]


def test_a_time_in_the_future_waits(api):
    later = timezone.now() + timedelta(hours=1)
    made = make(api, send_at=later.isoformat())
    add(api, made, 1, NUMBERS)
    step(api, made, "quote")
    assert step(api, made, "start")["state"] == "scheduled"
    assert set(Chunk.objects.values_list("state", flat=True)) == {Chunk.State.HELD}


def test_the_number_bank_by_criteria(api, account):
    line = make_line(account)
    fill_bank(people(5, 1000, district="5", gender="زن") + people(4, 2000, district="5", gender="مرد"))
    assert api.get("bank/genders").json() == {
        "values": [
            {"value": "female", "name": "Women", "group": None, "subscribers": 5},
            {"value": "male", "name": "Men", "group": None, "subscribers": 4},
        ]
    }
    prefixes = api.get("bank/prefixes").json()["values"]
    assert [(row["value"], row["group"], row["subscribers"]) for row in prefixes] == [("0912", "MCI", 9)]
    (district,) = [row for row in api.get("bank/districts").json()["values"] if row["subscribers"]]
    target = {"districts": [district["value"]], "genders": ["female"], "choice": "rows", "first": 1, "last": 3}
    made = make(api, text="Hello لغو11", line=line.number, target=target)
    assert (made["kind"], made["state"], made["source"]["is_target"]) == ("bulk", "review", True)
    assert made["recipients"] == 3
    problem(add(api, made, 1, NUMBERS), 409, "wrong_state")
    step(api, made, "start")
    listed = api.get("messages", {"campaign": made["id"]}).json()["messages"]
    assert {row["to"] for row in listed} == {"+98912*******"}


@pytest.mark.parametrize(
    ("target", "field", "code"),
    [
        ({}, "target", "invalid"),
        ({"provinces": ["8"]}, "target.provinces[0]", "wrong_type"),
        ({"genders": ["other"]}, "target.genders[0]", "not_a_choice"),
        ({"provinces": [8], "choice": "rows", "first": 1}, "target.last", "required"),
        ({"provinces": [8], "choice": "random"}, "target.amount", "required"),
        ({"postal": ["113"]}, "target.postal[0]", "invalid"),
        ({"province": [8]}, "target.province", "unknown_field"),
    ],
)
def test_wrong_targets_are_refused(api, account, target, field, code):
    line = make_line(account)
    refusal = problem(
        api.post("campaigns", {"text": "a لغو11", "line": line.number, "target": target}), 422, "validation_failed"
    )
    assert (refusal["errors"][0]["field"], refusal["errors"][0]["code"]) == (field, code)
    assert not Campaign.objects.exists()


def test_the_lists_of_the_bank(api):
    provinces = api.get("bank/provinces").json()["values"]
    assert len(provinces) == Province.objects.count() > 20
    province = provinces[0]["value"]
    assert api.get("bank/cities", {"province": province}).json()["values"]
    assert api.get("bank/guilds").json()["values"][1]["group"]
    problem(api.get("bank/cities"), 422, "validation_failed")
    problem(api.get("bank/provinces", {"x": 1}), 422, "validation_failed")
    problem(api.get("bank/numbers"), 404, "not_found")


def test_a_service_line_may_not_target(api, line):
    answer = api.post("campaigns", {"text": "a", "line": line.number, "target": {"provinces": [8]}})
    assert problem(answer, 422, "send_refused")["errors"][0]["code"] == "line_may_not_target"


def test_the_list_by_cursor_and_its_filters(api, stranger, account):
    made = [make(api, title=str(place), reference=f"r{place % 2}", tags=["t"] if place else []) for place in range(5)]
    api.post("messages", {"to": "09121234567", "text": "Hello"})
    make(stranger)
    first = api.get("campaigns", {"limit": 2}, Prefer="count").json()
    assert ([row["title"] for row in first["campaigns"]], first["count"]) == (["4", "3"], 5)
    second = api.get("campaigns", {"limit": 2, "cursor": first["next"]}).json()
    assert [row["title"] for row in second["campaigns"]] == ["2", "1"]
    last = api.get("campaigns", {"limit": 2, "cursor": second["next"]}).json()
    assert ([row["title"] for row in last["campaigns"]], last["next"]) == (["0"], None)

    def titles(**query) -> list[str]:
        return [row["title"] for row in api.get("campaigns", query).json()["campaigns"]]

    assert titles(reference="r1") == ["3", "1"]
    assert titles(tag="t", reference="r0") == ["4", "2"]
    assert titles(state="review") == []
    assert len(titles(kind="api")) == 1
    assert titles(until=made[0]["created_at"]) == []
    problem(api.get("campaigns", {"cursor": "x"}), 422, "validation_failed")
    problem(api.get("campaigns", {"sort": "id"}), 422, "validation_failed")


def test_anothers_campaign_is_not_found(api, stranger):
    made = make(api)
    for path in ("", "/start", "/quote", "/pause", "/resume", "/cancel", "/recipients"):
        call = stranger.post if path else stranger.get
        problem(call(f"campaigns/{made['id']}{path}", {}), 404, "not_found")
    problem(api.get("campaigns/99999999999999999999"), 404, "not_found")
    assert Campaign.objects.get(pk=made["id"]).state == Campaign.State.DRAFT


def test_scopes(account, line):
    reader = Api(create_key(account=account, name="r", scopes=["read"])[1])
    sender = Api(create_key(account=account, name="s", scopes=["send"])[1])
    problem(reader.post("campaigns", {"text": "a"}), 403, "scope_missing")
    problem(sender.get("campaigns"), 403, "scope_missing")
    assert sender.post("campaigns", {"text": "a"}).status_code == 201


def test_a_repeat_of_the_creation_makes_one(api):
    answers = [api.post("campaigns", {"text": "Hello"}, idempotency_key="c") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Campaign.objects.count() == 1


def test_a_repeat_of_the_start_charges_once(api, account):
    made = make(api)
    add(api, made, 1, NUMBERS)
    step(api, made, "quote")
    answers = [api.post(f"campaigns/{made['id']}/start", {}, idempotency_key="s") for _ in range(2)]
    assert [json.loads(answer.content)["state"] for answer in answers] == ["queued", "queued"]
    problem(api.post(f"campaigns/{made['id']}/start", {}), 409, "wrong_state")
    assert balance(account) == 10_000 - 30 * LATIN
