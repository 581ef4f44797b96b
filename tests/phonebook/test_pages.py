"""Contacts and groups through the browser's door (9.1–9.3)."""

import pytest

from accounts.models import AuditEntry
from phonebook.models import Contact, Group, GroupMember
from tests.factories import make_account, make_contact
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def browser(account):
    return client_of(account)


def make_group(account, name="customers") -> Group:
    return Group.objects.create(account=account, name=name)


def actions() -> list[str]:
    return list(AuditEntry.objects.exclude(action="login.succeeded").order_by("id").values_list("action", flat=True))


def test_a_contact_is_added_with_its_number_normalised(account, browser):
    group, theirs = make_group(account), make_group(make_account())
    form = {"mobile": "۰۹۱۲ ۱۱۱ ۲۲۳۳", "first_name": " علي ", "last_name": "رضایی", "groups": [group.pk]}
    assert browser.post("/phonebook/new/", form).status_code == 302
    contact = Contact.objects.get()
    assert (contact.account, contact.msisdn, str(contact)) == (account, 989121112233, "علی رضایی")
    assert list(contact.groups.all()) == [group]
    assert actions() == ["contact.created"]
    assert b"errorlist" not in browser.get("/phonebook/new/").content
    assert browser.post("/phonebook/new/", form | {"mobile": "09121112234", "groups": [theirs.pk]}).status_code == 200
    assert Contact.objects.count() == 1


def test_a_number_that_is_there_already_is_refused_with_its_holder(account, browser):
    make_contact(account, 989121112233, first_name="Sara")
    make_contact(make_account(), 989121112244)
    response = browser.post("/phonebook/new/", {"mobile": "+989121112233"})
    assert "09121112233 is in the phonebook already, as “Sara”." in response.content.decode()
    assert Contact.objects.of(account).count() == 1
    assert browser.post("/phonebook/new/", {"mobile": "09121112244"}).status_code == 302


def test_what_is_no_number_is_refused(account, browser):
    response = browser.post("/phonebook/new/", {"mobile": "02188776655"})
    assert "Write a mobile number" in response.content.decode()
    assert not Contact.objects.exists()


def test_a_contact_is_changed(account, browser):
    group, other = make_group(account), make_group(account, "others")
    contact = make_contact(account, 989121112233, group, first_name="Sara")
    make_contact(account, 989121112244, first_name="Ali")
    url = f"/phonebook/{contact.pk}/"
    assert 'value="09121112233"' in browser.get(url).content.decode()
    assert "as “Ali”" in browser.post(url, {"mobile": "09121112244"}).content.decode()
    browser.post(url, {"mobile": "09121112255", "first_name": "Sara", "last_name": "K", "groups": [other.pk]})
    contact.refresh_from_db()
    assert (contact.msisdn, contact.last_name, list(contact.groups.all())) == (989121112255, "K", [other])


def test_the_list_searches_and_pages(account, browser):
    group = make_group(account)
    for number in range(60):
        make_contact(account, 989120001000 + number, *([group] if number < 2 else []), first_name=f"c{number}")
    make_contact(make_account(), first_name="c1")
    first = table_of(browser.get("/phonebook/"))
    assert (len(first), first[0][1], first[0][2]) == (50, "c59", "0912 000 1059")
    last = Contact.objects.get(first_name="c10")
    second = browser.get(f"/phonebook/?after={last.pk}")
    assert [row[1] for row in table_of(second)] == [f"c{n}" for n in range(9, -1, -1)]
    back = browser.get(f"/phonebook/?before={Contact.objects.get(first_name='c9').pk}")
    assert [row[1] for row in table_of(back)] == [f"c{n}" for n in range(59, 9, -1)]
    assert [row[1] for row in table_of(browser.get(f"/phonebook/?group={group.pk}"))] == ["c1", "c0"]
    assert [row[1] for row in table_of(browser.get("/phonebook/?q=1042"))] == ["c42"]
    assert "No contact matches" in browser.get("/phonebook/?q=nobody").content.decode()


def test_the_selected_go_into_a_group_out_of_it_and_away(account, browser):
    group = make_group(account)
    mine = [make_contact(account) for _ in range(3)]
    theirs = make_contact(make_account())
    chosen = [contact.pk for contact in (*mine[:2], theirs)]
    for _ in range(2):
        browser.post("/phonebook/selected/", {"do": "put", "group": group.pk, "contact": chosen})
    assert set(group.contacts.all()) == set(mine[:2])
    browser.post("/phonebook/selected/", {"do": "take", "group": group.pk, "contact": [mine[0].pk]})
    assert set(group.contacts.all()) == {mine[1]}
    browser.post("/phonebook/selected/", {"do": "delete", "contact": chosen})
    assert set(Contact.objects.all()) == {mine[2], theirs}
    assert not GroupMember.objects.exists()
    assert actions() == ["group.filled", "group.thinned", "contacts.deleted"]


@pytest.mark.parametrize(
    "form", [{"do": "put"}, {"do": "burn", "contact": ["1"]}, {"do": "delete", "contact": ["x", "9" * 30]}]
)
def test_a_choice_that_makes_no_sense_changes_nothing(account, browser, form):
    make_contact(account)
    response = browser.post("/phonebook/selected/", form, follow=True)
    assert "data-stay" in response.content.decode()
    assert Contact.objects.count() == 1
    assert actions() == []


def test_another_accounts_group_takes_nobody_in(account, browser):
    theirs = make_group(make_account())
    contact = make_contact(account)
    browser.post("/phonebook/selected/", {"do": "put", "group": theirs.pk, "contact": [contact.pk]})
    assert not GroupMember.objects.exists()


def test_groups_are_added_renamed_listed_with_their_counts_and_deleted(account, browser):
    browser.post("/phonebook/groups/new/", {"name": "  همكاران  "})
    group = Group.objects.get()
    assert (group.account, group.name) == (account, "همکاران")
    make_contact(account, None, group)
    make_group(account, "آشنایان")
    make_group(make_account(), "others")
    rows = table_of(browser.get("/phonebook/groups/"))
    assert [row[:2] for row in rows] == [["آشنایان", "0"], ["همکاران", "1"]]
    assert [row[0] for row in table_of(browser.get("/phonebook/groups/?q=همکار"))] == ["همکاران"]
    assert (
        "There is a group of this name already."
        in browser.post("/phonebook/groups/new/", {"name": "همکاران"}).content.decode()
    )
    browser.post(f"/phonebook/groups/{group.pk}/", {"name": "دوستان"})
    group.refresh_from_db()
    assert group.name == "دوستان"
    browser.post(f"/phonebook/groups/{group.pk}/delete/")
    assert not Group.objects.filter(pk=group.pk).exists()
    assert Contact.objects.count() == 1


def test_rows_of_another_account_are_not_found(browser):
    stranger = make_account()
    contact, group = make_contact(stranger), make_group(stranger)
    for path in (f"/phonebook/{contact.pk}/", f"/phonebook/groups/{group.pk}/"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"mobile": "09121112233", "name": "x"}).status_code == 404
    assert browser.post(f"/phonebook/groups/{group.pk}/delete/").status_code == 404
    assert Group.objects.filter(pk=group.pk).exists()


def test_a_viewer_looks_and_changes_nothing(account):
    contact, group = make_contact(account), make_group(account)
    viewer = client_of(account, "viewer")
    assert viewer.get("/phonebook/").status_code == viewer.get("/phonebook/groups/").status_code == 200
    for path in (
        "/phonebook/new/",
        f"/phonebook/{contact.pk}/",
        "/phonebook/groups/new/",
        f"/phonebook/groups/{group.pk}/",
    ):
        assert viewer.get(path).status_code == 403
    form = {"do": "delete", "contact": [contact.pk]}
    assert viewer.post("/phonebook/selected/", form).status_code == 403
    assert viewer.post(f"/phonebook/groups/{group.pk}/delete/").status_code == 403
    assert (Contact.objects.count(), Group.objects.count()) == (1, 1)


@pytest.mark.parametrize("path", ["/phonebook/selected/", "/phonebook/groups/1/delete/"])
def test_changes_are_posted(browser, path):
    assert browser.get(path).status_code == 405
