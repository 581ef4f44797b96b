"""What is done to all contacts that a filter finds (9.1)."""

import pytest

from phonebook import changing, services
from phonebook.changing import run_batch
from phonebook.models import BulkChange, Contact, Group
from phonebook.tasks import go_on
from tests.factories import make_account, make_contact
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


def test_everybody_who_is_found_is_put_in_a_group_and_deleted(account):
    group = Group.objects.create(account=account, name="a")
    for number in range(60):
        make_contact(account, first_name="Sara" if number % 2 else "Ali")
    theirs = make_contact(make_account(), first_name="Sara")
    browser = client_of(account)
    assert "All 60 that were found" in browser.get("/phonebook/").content.decode()
    form = {"scope": "all", "query": "q=sara", "do": "put", "group": group.pk}
    page = browser.post("/phonebook/selected/", form, follow=True).content.decode()
    assert "30 contacts were put in the group." in page
    assert set(group.contacts.values_list("first_name", flat=True)) == {"Sara"}
    browser.post("/phonebook/selected/", {"scope": "all", "query": f"group={group.pk}", "do": "delete"})
    assert Contact.objects.of(account).count() == 30
    assert Contact.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("form", [{"do": "put"}, {"do": "burn"}])
def test_what_cannot_be_done_is_refused(account, form):
    make_contact(account)
    client_of(account).post("/phonebook/selected/", {"scope": "all", "query": ""} | form)
    assert not BulkChange.objects.exists()


def test_a_killed_change_goes_on_where_it_was_and_spares_who_came_later(account, monkeypatch):
    monkeypatch.setattr(changing, "BATCH", 10)
    monkeypatch.setattr(changing, "_nudge", lambda pk: None)
    group = Group.objects.create(account=account, name="a")
    for _ in range(35):
        make_contact(account)
    change = changing.change_found(account=account, what="put", group_id=group.pk)
    assert (change.changed, change.done_at) == (10, None)
    late = make_contact(account)
    put = services.put_in_group

    def die(**options):
        put(**options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "put_in_group", die)
        with pytest.raises(KeyboardInterrupt):
            run_batch(change.pk)
    change.refresh_from_db()
    assert (change.changed, group.members.count()) == (10, 10)
    go_on()
    change.refresh_from_db()
    assert (change.changed, change.done_at is not None) == (35, True)
    assert not group.members.filter(contact=late).exists()
