"""Contacts, groups, own fields and opt-outs over the web service (9, W5)."""

import pytest

from phonebook.models import Contact, Field, Group, OptOut
from phonebook.opt_outs import SUBSCRIBER
from tests.factories import make_account, make_contact
from tests.webservice.conftest import Api, problem
from webservice.services import create_key

pytestmark = pytest.mark.django_db
MISSING = 424242


@pytest.fixture
def book(account, line) -> Api:
    return Api(create_key(account=account, name="book", scopes=["contacts"])[1])


@pytest.fixture
def other(gateway, tariff) -> Api:
    return Api(create_key(account=make_account(), name="other", scopes=["contacts"])[1])


def made(answer, status=201) -> dict:
    assert answer.status_code == status, answer.json()
    return answer.json()


def test_a_contact_is_added_read_changed_and_deleted(book):
    city = made(book.post("fields", {"name": "City", "key": "city"}))
    assert city == {
        "id": city["id"],
        "key": "city",
        "name": "City",
        "kind": "text",
        "choices": [],
        "is_required": False,
    }
    group = made(book.post("groups", {"name": "Customers"}))
    body = {"mobile": "0912 123 4567", "first_name": "Sara", "values": {"city": "Rey"}, "groups": [group["id"]]}
    contact = made(book.post("contacts", body))
    assert contact | {"id": 0, "created_at": ""} == {
        "id": 0, "mobile": "+989121234567", "first_name": "Sara", "last_name": "", "values": {"city": "Rey"},
        "groups": [{"id": group["id"], "name": "Customers"}], "created_at": "",
    }  # fmt: skip
    path = f"contacts/{contact['id']}"
    assert book.get(path).json() == contact
    changed = made(book.send("PATCH", path, {"last_name": "Karimi"}), 200)
    assert changed == contact | {"last_name": "Karimi"}
    emptied = made(book.send("PATCH", path, {"values": {"city": None}, "groups": []}), 200)
    assert emptied == changed | {"values": {}, "groups": []}
    assert made(book.send("DELETE", path), 200) == emptied
    problem(book.get(path), 404, "not_found")


def test_contacts_are_listed_by_words_group_and_number(book, account):
    group = Group.objects.create(account=account, name="a")
    make_contact(account, 989121234567, group, first_name="سارا")
    for number in range(3):
        make_contact(account, 989121230000 + number, first_name="علی")
    assert [row["mobile"] for row in book.get("contacts", {"q": "سار"}).json()["contacts"]] == ["+989121234567"]
    assert len(book.get("contacts", {"group": group.pk}).json()["contacts"]) == 1
    assert len(book.get("contacts", {"mobile": "09121230001"}).json()["contacts"]) == 1
    first = book.get("contacts", {"limit": 2}, Prefer="count").json()
    assert (len(first["contacts"]), first["count"]) == (2, 4)
    second = book.get("contacts", {"limit": 2, "cursor": first["next"]}).json()
    assert (len(second["contacts"]), second["next"]) == (2, None)
    problem(book.get("contacts", {"group": MISSING}), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "mobile"),
        ({"mobile": "12"}, "mobile"),
        ({"mobile": "09121234567", "colour": "red"}, "colour"),
        ({"mobile": "09121234567", "values": {"city": "x"}}, "values.city"),
        ({"mobile": "09121234567", "values": {"points": "many"}}, "values.points"),
        ({"mobile": "09121234567", "values": {"points": [1]}}, "values.points"),
        ({"mobile": "09121234567", "groups": [MISSING]}, "groups[0]"),
        ({"mobile": "09129999999"}, "mobile"),
    ],
)
def test_what_cannot_be_a_contact(book, account, body, field):
    Field.objects.create(account=account, key="points", name="Points", kind="number")
    make_contact(account, 989129999999)
    document = problem(book.post("contacts", body), 422, "validation_failed")
    assert [error["field"] for error in document["errors"]] == [field]
    assert Contact.objects.count() == 1


def test_a_thousand_contacts_are_added_or_merged_at_once(book, account):
    Field.objects.create(account=account, key="points", name="Points", kind="number")
    make_contact(account, 989120000000, first_name="Old")
    rows = [
        {"mobile": f"0912000{number:04}", "first_name": "New", "values": {"points": number}} for number in range(1000)
    ]
    rows[5]["groups"] = ["Customers"]
    answer = made(book.post("contacts/bulk", {"contacts": rows, "on_duplicate": "fill"}, idempotency_key="a"), 200)
    assert (answer["added"], answer["changed"], answer["unchanged"]) == (999, 1, 0)
    assert answer["contacts"][0] == {"id": Contact.objects.get(msisdn=989120000000).pk, "mobile": "+989120000000"}
    assert Contact.objects.get(msisdn=989120000000).first_name == "Old"
    assert Contact.objects.get(msisdn=989120000005).groups.get().name == "Customers"
    assert Contact.objects.get(msisdn=989120000007).values == {"points": "7"}
    again = book.post("contacts/bulk", {"contacts": rows, "on_duplicate": "fill"}, idempotency_key="a")
    assert again.json() == answer
    problem(book.post("contacts/bulk", {"contacts": [*rows, rows[0]]}), 422, "validation_failed")


def test_one_bad_row_keeps_all_out(book):
    rows = [{"mobile": "09121234567"}, {"mobile": "12"}]
    document = problem(book.post("contacts/bulk", {"contacts": rows}), 422, "validation_failed")
    assert document["errors"][0]["field"] == "contacts[1].mobile"
    assert not Contact.objects.exists()


def test_groups_are_kept_and_filled(book, account):
    group = made(book.post("groups", {"name": "a"}))
    path = f"groups/{group['id']}"
    contact, theirs = make_contact(account), make_contact(make_account())
    assert made(book.post(f"{path}/contacts", {"contacts": [contact.pk, theirs.pk]}), 200) == {"changed": 1}
    assert made(book.send("PATCH", path, {"name": "b"}), 200) == group | {"name": "b", "size": 1}
    assert book.get("groups").json() == {"groups": [group | {"name": "b", "size": 1}], "next": None}
    problem(book.post("groups", {"name": "b"}), 422, "validation_failed")
    assert made(book.post(f"{path}/contacts/remove", {"contacts": [contact.pk]}), 200) == {"changed": 1}
    assert made(book.send("DELETE", path), 200)["size"] == 0
    assert Contact.objects.of(account).count() == 1


def test_fields_are_changed_and_come_back(book):
    level = made(book.post("fields", {"name": "Level", "kind": "choice", "choices": ["Gold"]}))
    path = f"fields/{level['id']}"
    assert made(book.send("PATCH", path, {"choices": ["Gold", "Silver"]}), 200)["choices"] == ["Gold", "Silver"]
    assert made(book.send("DELETE", path), 200)["key"] == "level"
    assert book.get("fields").json() == {"fields": []}
    problem(book.get(path), 404, "not_found")
    assert made(book.post("fields", {"name": "Level", "kind": "choice", "choices": ["Gold"]}))["id"] == level["id"]
    problem(book.post("fields", {"name": "x", "kind": "choice"}), 422, "validation_failed")


def test_opt_outs_are_added_listed_and_taken_back(book, account, line):
    body = {"mobiles": ["09121234567", "09121234568"], "line": line.number, "note": "asked"}
    assert made(book.post("opt-outs", body)) == {"added": 2}
    assert made(book.post("opt-outs", body)) == {"added": 0}
    [row] = book.get("opt-outs", {"mobile": "09121234567"}).json()["opt_outs"]
    assert (row["line"], row["reason"], row["note"]) == (line.number, "web_service", "asked")
    assert made(book.send("DELETE", f"opt-outs/{row['id']}"), 200) == row
    own = OptOut.objects.create(account=account, line=line, msisdn=989121234567, reason=SUBSCRIBER)
    problem(book.send("DELETE", f"opt-outs/{own.pk}"), 409, "wrong_state")
    assert [row["reason"] for row in book.get("opt-outs", {"reason": "subscriber"}).json()["opt_outs"]] == [
        "subscriber"
    ]
    assert book.get(f"opt-outs/{own.pk}").json()["mobile"] == "+989121234567"
    document = problem(book.post("opt-outs", {"mobiles": ["09121234567", "x"]}), 422, "validation_failed")
    assert document["errors"][0]["field"] == "mobiles[1]"


def test_another_accounts_phonebook_is_not_there(book, other, account, line):
    contact, group = make_contact(account), Group.objects.create(account=account, name="a")
    field = Field.objects.create(account=account, key="a", name="a")
    row = OptOut.objects.create(account=account, line=line, msisdn=989121234567, reason="panel")
    for path in (f"contacts/{contact.pk}", f"groups/{group.pk}", f"fields/{field.pk}", f"opt-outs/{row.pk}"):
        assert book.get(path).status_code == 200
        problem(other.get(path), 404, "not_found")
        problem(other.send("DELETE", path), 404, "not_found")
    for path, name in (("contacts", "contacts"), ("groups", "groups"), ("fields", "fields"), ("opt-outs", "opt_outs")):
        assert other.get(path).json()[name] == []


def test_the_scope_is_needed(api):
    for path in ("contacts", "groups", "fields", "opt-outs"):
        assert problem(api.get(path), 403, "scope_missing")["scope"] == "contacts"
