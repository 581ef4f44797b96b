import numpy as np
import pytest

from phonebook.models import BlockedNumber, Field, Group, OptOut
from phonebook.selectors import blocked, contact_numbers, contacts, group_numbers, groups, opted_out
from tests.factories import make_account, make_contact, make_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


def group(account, name, *members) -> Group:
    made = Group.objects.create(account=account, name=name)
    for member in members:
        made.members.create(contact=member)
    return made


def labels(account, text) -> list[tuple]:
    found = [("group", group.name, group.size) for group in groups(account, text)]
    return found + [("contact", str(contact), 1) for contact in contacts(account, text)]


def test_search_finds_groups_then_contacts_with_their_counts(account):
    sara = make_contact(account, 989121112233, first_name="سارا", last_name="کریمی")
    group(account, "کریمی‌ها", sara)
    assert labels(account, "کریمی") == [("group", "کریمی‌ها", 1), ("contact", "سارا کریمی", 1)]
    assert labels(account, "كريمي") == [("group", "کریمی‌ها", 1), ("contact", "سارا کریمی", 1)]
    assert labels(account, "سارا کر") == [("contact", "سارا کریمی", 1)]
    assert labels(account, "هیچ") == []


@pytest.mark.parametrize(
    "text", ["09121112233", "0912111", "۰۹۱۲۱۱۱", "+98912111", "112233", "0098 912 111", "98912111"]
)
def test_search_finds_numbers_however_they_are_written(account, text):
    make_contact(account, 989121112233, first_name="سارا")
    make_contact(account, 989129999999)
    assert labels(account, text) == [("contact", "سارا", 1)]


def test_nothing_of_another_account_is_found_or_sent_to(account):
    stranger = make_account()
    contact = make_contact(stranger, first_name="سارا")
    theirs = group(stranger, "سارا", contact)
    assert labels(account, "سارا") == []
    assert list(group_numbers(account, [theirs.pk])) == []
    assert contact_numbers(account, [contact.pk]).tolist() == []


@pytest.mark.parametrize("batch", [1, 2, 3, 50])
def test_the_numbers_of_groups_come_in_batches(account, batch):
    contacts = [make_contact(account, 989120000001 + place) for place in range(5)]
    first, second = group(account, "a", *contacts[:3]), group(account, "b", *contacts[2:])
    group(account, "c", contacts[0])
    arrays = list(group_numbers(account, [second.pk, first.pk], batch=batch))
    assert max(len(array) for array in arrays) <= batch
    assert {array.dtype for array in arrays} == {np.dtype(np.int64)}
    assert np.concatenate(arrays).tolist() == [
        989120000001, 989120000002, 989120000003, 989120000003, 989120000004, 989120000005,
    ]  # fmt: skip


def test_an_empty_group_has_no_numbers(account):
    assert list(group_numbers(account, [group(account, "a").pk])) == []


def test_the_numbers_of_contacts(account):
    contacts = [make_contact(account, 989120000009 - place) for place in range(3)]
    found = contact_numbers(account, [contacts[2].pk, contacts[0].pk])
    assert (found.dtype, found.tolist()) == (np.int64, [989120000009, 989120000007])


def test_opt_outs_of_the_line_and_of_the_whole_account_count(account):
    line, other = make_line(account), make_line(account)
    for msisdn, of_line in ((989120000003, line), (989120000001, None), (989120000003, None), (989120000002, other)):
        OptOut.objects.create(account=account, line=of_line, msisdn=msisdn)
    OptOut.objects.create(account=make_account(), msisdn=989120000009)
    assert opted_out(account, line).tolist() == [989120000001, 989120000003]
    assert opted_out(account, line).dtype == np.int64


def test_blocked_numbers_are_marked(account, django_assert_num_queries):
    numbers = np.array([989120000001, 989120000002, 989120000001], np.int64)
    with django_assert_num_queries(1):
        assert blocked(numbers).tolist() == [False, False, False]
    BlockedNumber.objects.create(msisdn=989120000001)
    assert blocked(numbers).tolist() == [True, False, True]
    assert blocked(numbers[:0]).tolist() == []


def test_a_groups_search_finds_what_both_find(account, django_assert_num_queries):
    field = Field.objects.create(account=account, key="city", name="شهر", kind="choice", choices=["قم", "یزد"])
    people = [
        make_contact(
            account,
            989120000000 + n,
            first_name=("سارا", "علی", "سارینا")[n % 3],
            last_name=("کریمی", "رضایی")[n % 2],
            values={field.key: field.choices[n % 5 % 2]},
        )
        for n in range(40)
    ]
    mine, other = group(account, "a", *people[::4]), group(account, "b", *people[1::4])
    stranger = make_account()
    group(stranger, "c", make_contact(stranger, 989120000000, first_name="سارا"))
    found = 0
    for one in (mine, other):
        for text in ("سار", "سارا کریمی", "09120000", "هیچ", "0912 000 0012"):
            for values in ({}, {"city": "قم"}):
                within = set(contacts(account, group=one)) & set(contacts(account, text, values=values))
                expected = sorted(within, key=lambda contact: -contact.pk)
                with django_assert_num_queries(1):
                    assert list(contacts(account, text, one, values)) == expected
                found += len(expected)
    assert found > 40
    assert list(contacts(stranger, "سارا", mine)) == []
