"""Own fields (9.3): defined, read, found, and handed to personalised messages (2.5)."""

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.text import fold
from phonebook.models import Field
from phonebook.own_fields import change_field, create_field, delete_field, move_field
from phonebook.refusals import PhonebookRefused
from phonebook.selectors import contacts, fields, values_for
from phonebook.services import change_contact, create_contact
from phonebook.values import ValueRefused, in_form, in_message, read
from tests.factories import make_account, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


def test_keys_are_made_once_and_never_given_again(account):
    made = [create_field(account=account, name=name) for name in ("City", "شهر", "Id", "city  code", "Ünïcode")]
    assert [field.key for field in made] == ["city", "field1", "id1", "city_code", "field2"]
    delete_field(field=made[0])
    assert [field.key for field in fields(account)] == ["field1", "id1", "city_code", "field2"]
    other = create_field(account=account, name="City", kind=Field.Kind.NUMBER)
    assert other.key == "city1"


def test_a_deleted_field_comes_back_with_what_contacts_held(account):
    field = create_field(account=account, name="شهر")
    create_contact(account=account, mobile="09121112233", values={field.key: "تهران"})
    delete_field(field=field)
    assert values_for(account, [989121112233])[989121112233] == {
        "first_name": "", "last_name": "", "mobile": "09121112233",
    }  # fmt: skip
    again = create_field(account=account, name="شهر", is_required=True)
    assert (again.pk, again.key, again.is_required) == (field.pk, field.key, True)
    assert values_for(account, [989121112233])[989121112233][field.key] == "تهران"


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "شهر "}, "name"),
        ({"name": "نام خانوادگي"}, "name"),
        ({"name": "a", "kind": "colour"}, "kind"),
        ({"name": "a", "kind": "choice"}, "choices"),
        ({"name": "a", "kind": "choice", "choices": ["x" * 81]}, "choices"),
        ({"name": "a", "key": "first_name"}, "key"),
        ({"name": "a", "key": "9lives"}, "key"),
        ({"name": "a", "key": "field1"}, "key"),
    ],
)
def test_what_cannot_be_a_field_is_refused(account, asked, where):
    create_field(account=account, name="شهر")
    with pytest.raises(PhonebookRefused) as refusal:
        create_field(account=account, **asked)
    assert refusal.value.field == where
    assert Field.objects.count() == 1


def test_fields_are_renamed_and_moved(account):
    first, second, third = (create_field(account=account, name=name) for name in "abc")
    move_field(field=third, up=True)
    move_field(field=first, up=True)
    assert [field.name for field in fields(account)] == ["a", "c", "b"]
    change_field(field=first, name="d", is_required=True)
    with pytest.raises(PhonebookRefused):
        change_field(field=second, name="D")
    assert [(field.name, field.key) for field in fields(account)] == [("d", "a"), ("c", "c"), ("b", "b")]


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("text", "  علی   رضا ", "علی رضا"),
        ("number", "۱۲٬۵۰۰٫۵۰", "12500.5"),
        ("number", "-0", "0"),
        ("number", "1e3", "1000"),
        ("number", "0.10", "0.1"),
        ("date", "۱۳۶۹/۲/۱۱", "1990-05-01"),
        ("date", "1990-05-01", "1990-05-01"),
        ("choice", "نقره اي", "نقره‌ای"),
        ("text", "", ""),
    ],
)
def test_values_are_read_as_people_write_them(kind, written, kept):
    field = Field(name="x", kind=kind, choices=["طلایی", "نقره‌ای"])
    if kind == "choice":
        written = "نقره‌اي"
    assert read(field, written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("text", "x" * 501), ("number", "many"), ("number", "NaN"), ("number", "1e999"), ("number", "1234567890123456"),
        ("number", "Infinity"), ("date", "1405/07/31"), ("date", "soon"), ("choice", "برنزی"),
    ],
)  # fmt: skip
def test_values_that_a_field_cannot_take(kind, written):
    with pytest.raises(ValueRefused):
        read(Field(name="x", kind=kind, choices=["طلایی"]), written)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_kept_number_reads_as_itself(number):
    field = Field(name="x", kind="number")
    kept = read(field, str(number))
    assert read(field, kept) == kept


@given(st.dates(min_value=__import__("datetime").date(1900, 1, 1), max_value=__import__("datetime").date(2100, 1, 1)))
def test_a_kept_date_reads_back_from_either_calendar(day):
    field = Field(name="x", kind="date")
    assert read(field, day.isoformat()) == read(field, in_message(field, day.isoformat())) == day.isoformat()
    with translation.override("en"):
        assert in_form(field, day.isoformat()) == day.isoformat()


def test_a_required_field_must_be_filled_and_others_stay(account):
    city, points = (
        create_field(account=account, name="City", is_required=True),
        create_field(account=account, name="Points", kind="number"),
    )
    with pytest.raises(PhonebookRefused) as refusal:
        create_contact(account=account, mobile="09121112233", values={"points": "3"})
    assert refusal.value.field == "values.city"
    contact = create_contact(account=account, mobile="09121112233", values={city.key: "Rey", points.key: "۳"})
    assert contact.values == {"city": "Rey", "points": "3"}
    change_contact(contact=contact, mobile="09121112233", values={"points": ""})
    contact.refresh_from_db()
    assert contact.values == {"city": "Rey"}
    with pytest.raises(PhonebookRefused):
        change_contact(contact=contact, mobile="09121112233", values={"colour": "red"})


def found(account, text="", **filters) -> list[str]:
    return [str(contact) for contact in contacts(account, text, **filters)]


def test_contacts_are_found_by_their_own_fields(account):
    city = create_field(account=account, name="شهر")
    for number, (name, value) in enumerate([("سارا", "تهران بزرگ"), ("علی", "تهران"), ("رضا", "O'Hara\\x")]):
        create_contact(account=account, mobile=989121112230 + number, first_name=name, values={city.key: value})
    create_contact(account=make_account(), mobile="09121112233", first_name="تهران")
    assert found(account, "تهران") == ["علی", "سارا"]
    assert found(account, "سارا بزرگ") == ["سارا"]
    assert found(account, values={city.key: "تهران"}) == ["علی"]
    assert found(account, values={city.key: "O'Hara\\x"}) == ["رضا"]
    assert found(account, "o'har") == ["رضا"]
    assert found(account, "'؟ -") == []


@given(st.text(alphabet="اآأإئءيیىكکةهہ۱١1ًّٰ\u200c\u200d ـabÀé'&|!:*\\", max_size=12))
def test_what_is_stored_is_found_as_typed(text):
    account = make_account()
    contact = make_contact(account, first_name=text)
    contact.first_name = fold(text)
    if any(character.isalnum() for character in fold(text)):
        assert list(contacts(account, text)) == [contact]
        assert list(contacts(account, fold(text))) == [contact]
    else:
        assert list(contacts(account, text)) in ([], [contact])


def test_the_values_for_a_batch_of_numbers(account, django_assert_num_queries):
    birthday = create_field(account=account, name="Birthday", kind="date")
    create_field(account=account, name="City")
    create_contact(account=account, mobile="09121112233", first_name="Sara", values={birthday.key: "1990-05-01"})
    make_contact(account, 989121112234)
    make_contact(make_account(), 989121112235, first_name="theirs")
    with django_assert_num_queries(2):
        found = values_for(account, np.array([989121112233, 989121112234, 989121112235], np.int64))
    assert found == {
        989121112233: {
            "first_name": "Sara", "last_name": "", "mobile": "09121112233", "birthday": "1369/02/11", "city": "",
        },
        989121112234: {"first_name": "", "last_name": "", "mobile": "09121112234", "birthday": "", "city": ""},
    }  # fmt: skip
