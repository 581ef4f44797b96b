import pytest

from accounts.models import AuditEntry
from phonebook.models import BlockedNumber, Contact, OptOut
from tests.factories import make_account, make_contact
from tests.pages import staff_client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", ["contact", "group", "optout", "blockednumber"])
def test_every_staff_list_opens_and_searches(table):
    assert staff_client().get(f"/admin/phonebook/{table}/?q=09121112233").status_code == 200


def test_contacts_are_looked_at_only():
    contact = make_contact(make_account())
    client = staff_client()
    assert client.get(f"/admin/phonebook/contact/{contact.pk}/change/").status_code == 200
    assert client.post(f"/admin/phonebook/contact/{contact.pk}/change/", {"first_name": "x"}).status_code == 403
    assert client.post(f"/admin/phonebook/contact/{contact.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Contact.objects.exists()


def test_an_opt_out_is_added_once_found_and_taken_off():
    account = make_account()
    client = staff_client()
    form = {"account": account.pk, "line": "", "msisdn": "0912 111 2233", "reason": "asked by phone"}
    client.post("/admin/phonebook/optout/add/", form)
    assert OptOut.objects.get().msisdn == 989121112233
    again = client.post("/admin/phonebook/optout/add/", form)
    assert b"already" in again.content
    assert client.post("/admin/phonebook/optout/add/", form | {"msisdn": "123"}).status_code == 200
    assert b"0912 111 2233" in client.get("/admin/phonebook/optout/?q=%2B989121112233").content
    client.post(f"/admin/phonebook/optout/{OptOut.objects.get().pk}/delete/", {"post": "yes"})
    assert not OptOut.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="opt").order_by("id").values_list("action", "account")
    assert list(actions) == [("opt_out.created", account.pk), ("opt_out.deleted", account.pk)]


def test_a_blocked_number_is_added_once():
    client = staff_client()
    for _ in range(2):
        client.post("/admin/phonebook/blockednumber/add/", {"msisdn": "09121112233"})
    assert BlockedNumber.objects.get().pk == 989121112233
