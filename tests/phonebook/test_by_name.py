"""Contacts in the order of the Persian alphabet, page by page (9.1)."""

import pytest

from phonebook.models import Contact
from tests.factories import make_account, make_contact
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db

# As a Persian reader orders them. Code points would put پ چ ژ گ ی after all others, and آ after ا.
IN_ORDER = [
    "۱ تیر", "2 برادر", "آرش", "آزاده", "احمد", "اکبر", "ايمان", "بهار", "پرویز", "تینا", "ثریا",
    "جواد", "چنگیز", "حسن", "خسرو", "دارا", "ذبیح", "رضا", "زهرا", "ژاله", "سارا", "شیرین", "صادق",
    "ضیا", "طاهر", "ظریفه", "علی رضایی", "علیرضا", "علي‌شاه", "غلام", "فرهاد", "قاسم", "كامران",
    "گلی", "لیلا", "محمد", "مُحمّد تقی", "نرگس", "واحد", "هما", "یاسر", "Ali", "bahar", "Zoe",
]  # fmt: skip


@pytest.fixture
def account():
    return make_account()


def names(response) -> list[str]:
    return [row[1] for row in table_of(response)]


def test_names_stand_as_in_the_alphabet(account):
    for name in sorted(IN_ORDER):
        Contact.objects.create(account=account, msisdn=989120000000 + IN_ORDER.index(name), first_name=name)
    nameless = make_contact(account, 989129999999)
    make_contact(make_account(), first_name="آ")
    found = list(Contact.objects.filter(account=account).order_by("name_key", "id"))
    assert [contact.first_name for contact in found] == [*IN_ORDER, ""]
    assert names(client_of(account).get("/phonebook/?order=name")) == [*IN_ORDER, str(nameless)]


def test_the_last_name_is_an_order_of_its_own(account):
    make_contact(account, first_name="آرش", last_name="یزدی")
    make_contact(account, first_name="یاسر", last_name="آرین")
    make_contact(account, first_name="بهار")
    browser = client_of(account)
    assert names(browser.get("/phonebook/?order=name")) == ["آرش یزدی", "بهار", "یاسر آرین"]
    assert names(browser.get("/phonebook/?order=last_name")) == ["یاسر آرین", "بهار", "آرش یزدی"]


def test_pages_go_on_and_back_among_equal_names(account):
    for number in range(120):
        make_contact(account, 989120000000 + number, first_name="سارا" if number % 3 else "")
    browser, seen, query, pages = client_of(account), [], "order=name", []
    while True:
        page = browser.get(f"/phonebook/?{query}").context["page"]
        pages.append([contact.pk for contact in page])
        seen += pages[-1]
        if page.next is None:
            break
        query = f"order=name&after={page.next}"
    assert seen == list(Contact.objects.filter(account=account).order_by("name_key", "id").values_list("pk", flat=True))
    assert [len(page) for page in pages] == [50, 50, 20]
    back = browser.get(f"/phonebook/?order=name&before={page.previous}").context["page"]
    assert [contact.pk for contact in back] == pages[1]
    theirs = make_contact(make_account(), first_name="سارا")
    beginning = browser.get(f"/phonebook/?order=name&after={theirs.pk}").context["page"]
    assert [contact.pk for contact in beginning] == pages[0]


def test_a_changed_name_moves(account):
    make_contact(account, first_name="بهار")
    contact = make_contact(account, first_name="آرش")
    Contact.objects.filter(pk=contact.pk).update(first_name="یاسر")
    assert names(client_of(account).get("/phonebook/?order=name")) == ["بهار", "یاسر"]
