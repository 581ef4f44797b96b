"""Rules, default replies and the test box over the web service (6, W5)."""

import hashlib

import pytest
from django.utils import timezone

from autoreply.models import LineReply, Poll, PollOption, Rule, Vote
from phonebook.models import Group
from tests.factories import make_account
from tests.webservice.conftest import Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db
RULE = {"keywords": ["قیمت", "price"], "reply": "۱۲۰ تومان", "match": "first_word"}


def program(account) -> Api:
    return Api(create_key(account=account, name="responder", scopes=["inbox"])[1])


@pytest.fixture
def api(account, line) -> Api:
    return program(account)


@pytest.fixture
def stranger(account) -> Api:
    return program(make_account())


def test_a_key_without_the_scope_may_not_even_look(account):
    other = Api(create_key(account=account, name="sender", scopes=["send", "read"])[1])
    problem(other.get("auto-replies"), 403, "scope_missing")


def added(api, **fields) -> dict:
    answer = api.post("auto-replies", RULE | fields)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_rule_is_added_shown_changed_and_deleted(api, line):
    rule = added(api, line=line.number, weekdays=[0, 6, 6], priority=2, forward_to="09121110000")
    expected = {
        "keywords": ["قیمت", "price"],
        "match": "first_word",
        "line": line.number,
        "weekdays": [0, 6],
        "priority": 2,
    }
    assert rule.items() >= (expected | {"forward_to": "+989121110000", "hours": "", "joins_group": None}).items()
    assert api.get(f"auto-replies/{rule['id']}").json() == rule
    assert api.get("auto-replies", {"text": "PRICE"}).json() == {"auto_replies": [rule], "next": None}
    changed = api.send("PUT", f"auto-replies/{rule['id']}", {"keywords": ["نرخ"], "reply": "ارزان"}).json()
    assert (changed["keywords"], changed["match"], changed["line"]) == (["نرخ"], "exact", None)
    assert changed["weekdays"] == [0, 1, 2, 3, 4, 5, 6]
    assert api.send("DELETE", f"auto-replies/{rule['id']}").json() == changed
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"keywords": []}, "keywords"),
        ({"keywords": ["\u200c"]}, "keywords"),
        ({"reply": ""}, "reply"),
        ({"reply": "م" * 5000}, "reply"),
        ({"match": "regex"}, "match"),
        ({"line": "99990000"}, "line"),
        ({"priority": 10}, "priority"),
        ({"weekdays": [7]}, "weekdays[0]"),
        ({"hours": "22-8"}, "hours"),
        ({"joins_group": 1}, "joins_group"),
        ({"forward_to": "0912"}, "forward_to"),
        ({"forward_url": "http://10.0.0.1/"}, "forward_url"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_names_its_field(api, wrong, field):
    document = problem(api.post("auto-replies", RULE | wrong), 422, "validation_failed")
    assert [error["field"] for error in document["errors"]] == [field]
    assert not Rule.objects.exists()


def test_a_group_that_the_sender_joins(api, account):
    group = Group.objects.create(account=account, name="خبرنامه")
    assert added(api, joins_group=group.pk, reply="")["joins_group"] == group.pk


def test_the_test_box(api, line):
    rule = added(api)
    off = added(api, keywords=["قیمت طلا"], is_enabled=False)
    trial = api.post("auto-replies/test", {"text": "قيمت طلا", "line": line.number}).json()
    assert trial == {
        "outcome": "rule", "rule": rule["id"], "keyword": "قیمت", "reply": "۱۲۰ تومان", "parts": 1, "problem": None,
        "others": [{"rule": off["id"], "keyword": "قیمت طلا", "why": "off"}],
    }  # fmt: skip
    assert api.post("auto-replies/test", {"text": "?", "line": line.number}).json()["outcome"] == "nothing"


def test_default_replies(api, line):
    assert api.get("auto-replies/defaults").json()["default_replies"][0]["default_reply"] == ""
    answer = api.send("PUT", "auto-replies/defaults", {"line": line.number, "default_reply": "رسید", "per_hour": 2})
    expected = {"line": line.number, "default_reply": "رسید", "is_enabled": True, "per_hour": 2, "per_day": 20}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert api.get("auto-replies/defaults").json()["default_replies"] == [expected]
    problem(api.send("PUT", "auto-replies/defaults", {"line": line.number, "per_hour": 0}), 422, "validation_failed")
    assert LineReply.objects.get().per_hour == 2


def test_rules_of_others_are_not_there(api, stranger):
    rule = added(api)
    for answer in (
        stranger.get(f"auto-replies/{rule['id']}"),
        stranger.send("PUT", f"auto-replies/{rule['id']}", RULE),
        stranger.send("DELETE", f"auto-replies/{rule['id']}"),
    ):
        problem(answer, 404, "not_found")
    assert stranger.get("auto-replies").json()["auto_replies"] == []
    assert Rule.objects.count() == 1


POLL = {"title": "کدام تیم؟", "options": [{"title": "قرمز", "keywords": ["قرمز"], "is_right": True}]}


def vote(poll_id: int, count: int) -> None:
    option = PollOption.objects.filter(poll=poll_id).first()
    Vote.objects.bulk_create(
        Vote(poll_id=poll_id, option=option, msisdn=989120000000 + n, at=timezone.now()) for n in range(count)
    )


def test_a_poll_is_added_counted_drawn_and_deleted(api, line):
    options = [*POLL["options"], {"title": "آبی", "keywords": ["آبی", "2"]}]
    answer = api.post("polls", POLL | {"options": options, "line": line.number, "thanks": "ممنون"})
    assert answer.status_code == 201, answer.json()
    poll = answer.json()
    assert (poll["line"], poll["counting"], poll["seed"], poll["draws"]) == (line.number, "first", None, [])
    assert [(one["title"], one["keywords"], one["is_right"], one["votes"]) for one in poll["options"]] == [
        ("قرمز", ["قرمز"], True, 0),
        ("آبی", ["آبی", "2"], False, 0),
    ]
    vote(poll["id"], 3)
    now = api.get(f"polls/{poll['id']}").json()
    assert [(one["votes"], one["percent"]) for one in now["options"]] == [(3, 100), (0, 0)]
    [head] = api.get("polls").json()["polls"]
    assert (head["id"], head["votes"]) == (poll["id"], 3)
    problem(api.post(f"polls/{poll['id']}/draws", {"count": 1}), 422, "validation_failed")  # it has not ended
    Poll.objects.update(closes_at=timezone.now())
    draw = api.post(f"polls/{poll['id']}/draws", {"count": 2, "only_right": True}).json()
    assert (draw["number"], draw["participants"], len(set(draw["winners"]))) == (1, 3, 2)
    now = api.get(f"polls/{poll['id']}").json()
    assert now["draws"] == [draw]
    assert hashlib.sha256(now["seed"].encode()).hexdigest() == poll["seed_sha256"]
    assert api.send("DELETE", f"polls/{poll['id']}").json() == now
    assert not Poll.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"options": []}, "options"),
        ({"counting": "most"}, "counting"),
        ({"line": "99990000"}, "line"),
        ({"opens_at": "2026-03-21T06:00:00Z", "closes_at": "2026-03-20T06:00:00Z"}, "closes_at"),
        ({"votes": 7}, "votes"),
    ],
)
def test_a_wrong_poll_is_refused_at_its_field(api, wrong, field):
    told = problem(api.post("polls", POLL | wrong), 422, "validation_failed")
    assert told["errors"][0]["field"].startswith(field)
    assert not Poll.objects.exists()


def test_polls_of_others_are_not_there(api, stranger):
    poll = api.post("polls", POLL).json()
    problem(stranger.get(f"polls/{poll['id']}"), 404, "not_found")
    problem(stranger.post(f"polls/{poll['id']}/draws", {"count": 1}), 404, "not_found")
    problem(stranger.send("DELETE", f"polls/{poll['id']}"), 404, "not_found")
    assert stranger.get("polls").json() == {"polls": [], "next": None}
    assert Poll.objects.count() == 1
