"""Own fields, imports, exports and opt-outs through the browser's door (9.3–9.5, 9.7)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from phonebook.importing import run
from phonebook.models import Contact, Field, Group, Import, OptOut
from phonebook.opt_outs import SUBSCRIBER
from phonebook.own_fields import create_field
from tests.factories import make_account, make_contact, make_line
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db
FILE = "موبایل,نام,شهر\n09121112233,سارا,تهران\nbad,علی,ری\n"


@pytest.fixture
def account(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_account()


@pytest.fixture
def browser(account):
    return client_of(account)


def octets(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_field_is_defined_filled_shown_and_filtered_by(account, browser):
    form = {"name": "سطح", "kind": "choice", "choices": "طلایی\nنقره‌ای\n", "is_required": "on"}
    assert browser.post("/phonebook/fields/new/", form).status_code == 302
    field = Field.objects.get()
    assert (field.key, field.choices, field.is_required) == ("field1", ["طلایی", "نقره‌ای"], True)
    assert browser.post("/phonebook/new/", {"mobile": "09121112233"}).status_code == 200
    assert browser.post("/phonebook/new/", {"mobile": "09121112233", "field_field1": "طلایی"}).status_code == 302
    make_contact(account, 989121112234)
    assert "سطح : طلایی" in table_of(browser.get("/phonebook/?field_field1=طلایی"))[0][1].replace(":", " :")
    assert len(table_of(browser.get("/phonebook/?field_field1=طلایی"))) == 1
    assert browser.post(f"/phonebook/fields/{field.pk}/", {"name": "رده", "choices": "طلایی"}).status_code == 302
    browser.post(f"/phonebook/fields/{field.pk}/delete/")
    assert browser.get(f"/phonebook/fields/{field.pk}/").status_code == 404
    assert Contact.objects.get(msisdn=989121112233).values == {"field1": "طلایی"}


def test_a_date_is_typed_and_shown_in_the_readers_calendar(account):
    create_field(account=account, name="تولد", kind="date")
    persian = client_of(account, language="fa")
    bad = persian.post("/phonebook/new/", {"mobile": "09121112233", "field_field1": "1369/13/01"})
    assert bad.status_code == 200
    persian.post("/phonebook/new/", {"mobile": "09121112233", "field_field1": "۱۳۶۹/۰۲/۱۱"})
    contact = Contact.objects.get()
    assert contact.values == {"field1": "1990-05-01"}
    assert 'value="1369/02/11"' in persian.get(f"/phonebook/{contact.pk}/").content.decode()
    assert "1990-05-01" in client_of(account).get(f"/phonebook/{contact.pk}/").content.decode()


def test_a_file_comes_in_through_the_pages(account, browser):
    group = Group.objects.create(account=account, name="همه")
    sent = browser.post("/phonebook/import/", {"file": SimpleUploadedFile("people.csv", FILE.encode())})
    one = Import.objects.get()
    assert sent.url == f"/phonebook/import/{one.pk}/"
    page = browser.get(sent.url).content.decode()
    assert "تهران" in page
    assert '<option value="first_name" selected>' in page
    refused = browser.post(sent.url, {"on_duplicate": "fill", "column_1": "first_name"})
    assert "Choose the column that holds the mobile numbers." in refused.content.decode()
    form = {
        "column_0": "mobile",
        "column_1": "first_name",
        "column_2": "new",
        "group": group.pk,
        "on_duplicate": "fill",
    }
    assert browser.post(sent.url, form).status_code == 302
    run(one.pk, now=timezone.now())
    page = browser.get(sent.url).content.decode()
    assert "This is not a mobile number." in page
    assert b"3,\xd9" in octets(browser.get(f"{sent.url}rejects.csv"))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.values, list(contact.groups.all())) == ("سارا", {"field1": "تهران"}, [group])


def test_a_broken_file_is_told_plainly(browser):
    sent = browser.post("/phonebook/import/", {"file": SimpleUploadedFile("people.xlsx", b"PK\x03\x04broken")})
    assert sent.status_code == 200
    assert "damaged" in sent.content.decode()
    assert not Import.objects.exists()


def test_the_filtered_list_is_downloaded(account, browser):
    make_contact(account, 989121112233, first_name="سارا")
    make_contact(account, 989121112234, first_name="علی")
    text = octets(browser.get("/phonebook/contacts.csv?q=سارا")).decode()
    assert text == "\ufeffMobile,First name,Last name,Groups\r\n09121112233,سارا,,\r\n"
    assert octets(browser.get("/phonebook/contacts.xlsx")).startswith(b"PK")


@pytest.mark.parametrize("query", ["", "?q=c1", "?order=number", "?order=oldest"])
def test_the_list_takes_as_many_queries_for_a_hundred_contacts_as_for_sixty(account, browser, query):
    create_field(account=account, name="City")
    groups = [Group.objects.create(account=account, name=f"g{number}") for number in range(3)]

    def add_sixty() -> None:
        for _ in range(60):
            make_contact(account, None, *groups, first_name="c1", values={"city": "Rey"})

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/phonebook/{query}").status_code == 200
        return len(queries)

    add_sixty()
    first = count()
    add_sixty()
    assert count() == first


def test_groups_are_merged(account, browser):
    first, second = (Group.objects.create(account=account, name=name) for name in "ab")
    both, one = make_contact(account, None, first, second), make_contact(account, None, first)
    theirs = Group.objects.create(account=make_account(), name="c")
    browser.post(f"/phonebook/groups/{first.pk}/merge/", {"into": theirs.pk})
    assert Group.objects.filter(pk=first.pk).exists()
    browser.post(f"/phonebook/groups/{first.pk}/merge/", {"into": second.pk})
    assert not Group.objects.filter(pk=first.pk).exists()
    assert sorted(second.contacts.values_list("pk", flat=True)) == [both.pk, one.pk]


def test_opt_outs_are_added_listed_and_taken_off(account, browser):
    line = make_line(account)
    file = SimpleUploadedFile("stop.csv", "نام,موبایل\nعلی,09121112235\nرضا,no\n".encode())
    form = {"numbers": "0912 111 2233, 12", "file": file, "line": line.pk, "note": "by phone"}
    assert browser.post("/phonebook/opt-outs/add/", form).status_code == 302
    kept = list(OptOut.objects.order_by("msisdn").values_list("msisdn", "line", "note"))
    assert kept == [(989121112233, line.pk, "by phone"), (989121112235, line.pk, "by phone")]
    own = OptOut.objects.create(account=account, line=line, msisdn=989121112299, reason=SUBSCRIBER)
    rows = table_of(browser.get("/phonebook/opt-outs/"))
    assert [row[1] for row in rows] == ["0912 111 2299", "0912 111 2235", "0912 111 2233"]
    assert len(table_of(browser.get("/phonebook/opt-outs/?q=2235"))) == 1
    ids = list(OptOut.objects.values_list("pk", flat=True))
    page = browser.post("/phonebook/opt-outs/remove/", {"opt_out": ids}, follow=True).content.decode()
    assert "2 numbers were taken off." in page
    assert list(OptOut.objects.values_list("pk", flat=True)) == [own.pk]
    assert octets(browser.get("/phonebook/opt-outs/opt-outs.csv")).decode().splitlines()[1].startswith("09121112299,")


def test_nothing_to_opt_out_is_refused(account, browser):
    page = browser.post("/phonebook/opt-outs/add/", {"numbers": "hello"})
    assert "Write at least one mobile number" in page.content.decode()
    assert not OptOut.objects.exists()


def test_the_words_are_kept(account, browser):
    form = {"leave": "توقف\nstop", "rejoin": "شروع", "confirms": "on", "left_text": "لغو شد"}
    assert browser.post("/phonebook/opt-outs/words/", form).status_code == 302
    words = account.opt_out_words
    assert (words.leave, words.rejoin, words.confirms) == (["توقف", "stop"], ["شروع"], True)
    assert browser.post("/phonebook/opt-outs/words/", form | {"left_text": ""}).status_code == 200
