"""Personal data, and new addresses that are confirmed by a code (10)."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEntry, User
from common.models import Notice
from tests.factories import make_account, make_user

pytestmark = pytest.mark.django_db
PROFILE, CODE = "/accounts/profile/", "/accounts/profile/code/"


@pytest.fixture
def user():
    return make_user(account=make_account(), full_name="Sara", mobile="+989121234567", language="en")


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


def save(client, **fields):
    return client.post(PROFILE, {"full_name": "Sara", "mobile": "09121234567", "language": "en", **fields})


def code_in(notice: Notice) -> str:
    """Hidden in what staff may read."""
    assert "******" in notice.text
    return re.search(r"\d{6}", notice.wire_text)[0]


def test_personal_data_are_kept_as_digits(client, user):
    assert save(client, national_id="۰۰۸-۴۵۷-۵۹۴۸", postal_code="14155 73941", address="تهران").status_code == 302
    user.refresh_from_db()
    assert (user.national_id, user.postal_code, user.address) == ("0084575948", "1415573941", "تهران")
    assert AuditEntry.objects.get(action="profile.changed").details == {
        "fields": ["national_id", "postal_code", "address"]
    }


@pytest.mark.parametrize(
    "fields", [{"national_id": "0084575949"}, {"national_id": "1111111111"}, {"postal_code": "123"}]
)
def test_bad_numbers_are_refused_and_nothing_is_saved(client, user, fields):
    assert save(client, full_name="Other", **fields).status_code == 422
    user.refresh_from_db()
    assert (user.full_name, user.national_id, user.postal_code) == ("Sara", "", "")


def test_a_new_mobile_waits_for_its_code(client, user):
    assert save(client, mobile="09351112233").url == CODE
    user.refresh_from_db()
    assert user.mobile == "+989121234567"
    notice = Notice.objects.get()
    assert (notice.way, notice.address) == ("sms", "+989351112233")
    wrong = "000000" if code_in(notice) != "000000" else "000001"
    assert client.post(CODE, {"way": "mobile", "code": wrong}).status_code == 422
    assert client.post(CODE, {"way": "mobile", "code": code_in(notice)}).status_code == 302
    user.refresh_from_db()
    assert user.mobile == "+989351112233"


def test_five_wrong_codes_end_it(client, user):
    save(client, email="new@example.ir")
    right = code_in(Notice.objects.get())
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        client.post(CODE, {"way": "email", "code": wrong})
    client.post(CODE, {"way": "email", "code": right})
    assert User.objects.get(pk=user.pk).email == ""


def test_codes_cannot_be_sent_without_end(client, user):
    for number in range(6):
        save(client, mobile=f"0935111220{number}")
    assert Notice.objects.count() == 5


def test_an_address_is_taken_away_without_a_code(client, user):
    assert save(client, mobile="").url == PROFILE
    user.refresh_from_db()
    assert user.mobile == ""
