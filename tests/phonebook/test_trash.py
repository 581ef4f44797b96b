"""The trash of the phonebook (9.1): who is in it is nowhere else; restored, deleted for ever, emptied."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from phonebook import changing, selectors, trash
from phonebook.models import BulkChange, Contact, DeletedContact, Group
from phonebook.subscribing import subscribe
from phonebook.tasks import empty_trash, go_on
from phonebook.trash import Restored
from tests.factories import make_account, make_contact
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


def delete(account, *contacts, deletion=None, now=None) -> int:
    ids = [contact.pk for contact in contacts]
    now = now or timezone.now()
    return trash.delete_contacts(account=account, contact_ids=ids, deletion=deletion or uuid4(), now=now)


def test_who_is_in_the_trash_is_nowhere_else(account):
    group = Group.objects.create(account=account, name="a")
    gone = make_contact(account, 989121112233, group, first_name="Sara")
    make_contact(account, 989121112244, group, first_name="Ali")
    assert delete(account, gone) == 1
    assert [contact.first_name for contact in selectors.contacts(account)] == ["Ali"]
    assert [list(numbers) for numbers in selectors.group_numbers(account, [group.pk])] == [[989121112244]]
    assert list(selectors.contact_numbers(account, [gone.pk])) == []
    assert selectors.groups(account).get().size == 1
    assert selectors.values_for(account, [989121112233]) == {}
    browser = client_of(account)
    for path in ("/phonebook/", "/phonebook/?q=sara", f"/phonebook/?group={group.pk}", "/phonebook/contacts.csv"):
        answer = browser.get(path)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"2233" not in text, path
    assert browser.get(f"/phonebook/{gone.pk}/").status_code == 404
    assert [row[1:3] for row in table_of(browser.get("/phonebook/trash/"))] == [["Sara", "0912 111 2233"]]


def test_a_deletion_is_undone_with_groups_and_fields(account):
    kept, lost = (Group.objects.create(account=account, name=name) for name in "ab")
    contact = make_contact(account, 989121112233, kept, lost, first_name="Sara", values={"city": "Tehran"})
    created_at, browser = contact.created_at, client_of(account)
    page = browser.post("/phonebook/selected/", {"do": "delete", "contact": [contact.pk]}, follow=True)
    assert "1 contact was moved to the trash." in page.content.decode()
    assert not Contact.objects.exists()
    lost.delete()
    page = browser.post(f"/phonebook/trash/undo/{DeletedContact.objects.get().deletion}/", follow=True)
    assert "1 contact is back." in page.content.decode()
    back = Contact.objects.get()
    assert (back.pk, back.msisdn, back.first_name, back.values) == (
        contact.pk,
        989121112233,
        "Sara",
        {"city": "Tehran"},
    )
    assert (back.created_at, list(back.groups.all())) == (created_at, [kept])
    assert not DeletedContact.objects.exists()


def test_who_came_back_meanwhile_is_not_doubled(account):
    first, second = make_contact(account, 989121112233), make_contact(account, 989121112244)
    delete(account, first, second)
    new = make_contact(account, 989121112233, first_name="New")
    ids = list(DeletedContact.objects.values_list("pk", flat=True))
    assert trash.restore_contacts(account=account, ids=ids) == Restored(1, 1)
    assert set(Contact.objects.values_list("pk", "first_name")) == {(new.pk, "New"), (second.pk, "")}
    assert DeletedContact.objects.get().contact_id == first.pk
    page = client_of(account).post("/phonebook/trash/change/", {"do": "restore", "contact": ids}, follow=True)
    assert "1 stays in the trash" in page.content.decode()


def test_nobody_touches_the_trash_of_others(account):
    mine, theirs = make_contact(account), make_account()
    assert trash.delete_contacts(account=theirs, contact_ids=[mine.pk], deletion=uuid4(), now=timezone.now()) == 0
    deletion = uuid4()
    delete(account, mine, deletion=deletion)
    pk = DeletedContact.objects.get().pk
    stranger = client_of(theirs)
    stranger.post(f"/phonebook/trash/undo/{deletion}/")
    for form in ({"do": "erase", "contact": [pk]}, {"do": "restore", "contact": [pk]}, {"do": "empty"}):
        stranger.post("/phonebook/trash/change/", form)
    assert table_of(stranger.get("/phonebook/trash/")) == []
    assert DeletedContact.objects.filter(pk=pk).exists()


def test_all_that_the_filter_finds_is_deleted_for_ever_or_restored(account):
    for number in range(60):
        make_contact(account, first_name="Sara" if number % 2 else "Ali")
    browser = client_of(account)
    browser.post("/phonebook/selected/", {"scope": "all", "query": "", "do": "delete"})
    assert not Contact.objects.exists()
    assert "All 60 that were found" in browser.get("/phonebook/trash/").content.decode()
    browser.post("/phonebook/trash/change/", {"scope": "all", "query": "q=ali", "do": "erase"})
    browser.post("/phonebook/trash/change/", {"scope": "all", "query": "q=sar", "do": "restore"})
    assert (Contact.objects.filter(first_name="Sara").count(), DeletedContact.objects.count()) == (30, 0)
    delete(account, *Contact.objects.all())
    browser.post("/phonebook/trash/change/", {"do": "empty"})
    assert not DeletedContact.objects.exists()


@pytest.mark.parametrize("form", [{"do": "burn", "contact": ["1"]}, {"do": "erase"}, {"scope": "all", "do": "put"}])
def test_what_cannot_be_done_is_refused(account, form):
    delete(account, make_contact(account))
    client_of(account).post("/phonebook/trash/change/", form)
    assert (DeletedContact.objects.count(), BulkChange.objects.count()) == (1, 0)


def test_the_list_of_contacts_takes_no_order_meant_for_the_trash(account):
    make_contact(account)
    client_of(account).post("/phonebook/selected/", {"scope": "all", "query": "", "do": "erase"})
    assert (Contact.objects.count(), BulkChange.objects.count()) == (1, 0)


def test_a_large_deletion_is_undone_while_it_is_under_way(account, monkeypatch):
    monkeypatch.setattr(changing, "BATCH", 10)
    monkeypatch.setattr(changing, "_nudge", lambda pk: None)
    for _ in range(35):
        make_contact(account)
    deletion = changing.change_found(account=account, what="delete")
    assert (deletion.changed, deletion.done_at) == (10, None)
    changing.undo(account=account, deletion=deletion.deletion)
    go_on()
    assert (Contact.objects.count(), DeletedContact.objects.count()) == (35, 0)
    assert not BulkChange.objects.filter(done_at=None).exists()


def test_the_trash_is_emptied_after_its_days(account, settings):
    settings.TRASH_DAYS = 30
    old, young = make_contact(account), make_contact(account)
    delete(account, old, now=timezone.now() - timedelta(days=30, seconds=1))
    delete(account, young, now=timezone.now() - timedelta(days=29))
    empty_trash()
    assert DeletedContact.objects.get().contact_id == young.pk


def test_a_number_in_the_trash_can_subscribe_anew(account):
    group = Group.objects.create(account=account, name="a")
    gone = make_contact(account, 989121112233, group)
    delete(account, gone)
    assert subscribe(account=account, group_id=group.pk, msisdns=[989121112233]) == 1
    assert Contact.objects.get().pk != gone.pk
