"""Kavenegar's postal codes: the number bank, counted and sent to, its numbers never shown."""

import pytest

from billing.selectors import balance
from messaging.models import Campaign, Message
from phonebook.models import OptOut
from tests.factories import make_line
from tests.numberbank.bank import fill_bank, msisdn, people

pytestmark = pytest.mark.django_db
CODE = "1345612345"


@pytest.fixture
def bank():
    fill_bank(
        people(7, 100, postal=CODE) + people(3, 300, prefix="0935", postal="13456") + people(2, 400, postal="71345")
    )


@pytest.fixture
def advertising(account):
    return make_line(account)


@pytest.mark.parametrize("written", [CODE, "13456", "۱۳۴۵۶", "13456-12345", "134"])
def test_counts_by_operator(kavenegar, bank, written):
    assert kavenegar.rows("sms/countpostalcode", {"postalcode": written}) == [
        {"section": "همراه اول", "value": 7},
        {"section": "ایرانسل", "value": 3},
    ]


def test_sends_the_rows_asked_for_and_conceals_them(kavenegar, account, bank, advertising):
    body = {"postalcode": "13456", "sender": advertising.number, "message": "سلام"}
    body |= {"mcistartIndex": "2", "mcicount": "3", "mtnstartindex": "0", "mtncount": "9"}
    rows = kavenegar.rows("sms/sendbypostalcode", body)
    assert [row["receptor"] for row in rows] == ["0912*******"] * 3 + ["0935*******"] * 3
    assert {row["status"] for row in rows} == {1}
    sent = set(Message.objects.values_list("msisdn", flat=True))
    assert sent == {msisdn(f"0912{n:07}") for n in (102, 103, 104)} | {msisdn(f"0935{n:07}") for n in (300, 301, 302)}
    assert balance(account) == 10_000 - 600
    assert set(Campaign.objects.values_list("kind", flat=True)) == {Campaign.Kind.BULK}
    ids = ",".join(str(row["messageid"]) for row in rows)
    assert {row["status"] for row in kavenegar.rows("sms/status", {"messageid": ids})} == {1}


def test_who_opted_out_is_blocked_and_free(kavenegar, account, bank, advertising):
    OptOut.objects.create(account=account, msisdn=msisdn("09120000100"))
    body = {"postalcode": "13456", "sender": advertising.number, "message": "a", "mcicount": "1"}
    assert [(row["status"], row["cost"]) for row in kavenegar.rows("sms/sendbypostalcode", body)] == [(14, 0)]
    assert balance(account) == 10_000


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (400, {"mcicount": "0"}),
        (400, {"mcicount": "x"}),
        (400, {"postalcode": "abc"}),
        (406, {"postalcode": ""}),
        (406, {"message": ""}),
        (412, {"sender": "99999"}),
        (412, {"sender": "service"}),
        (413, {"message": "a" * 901}),
        (414, {"mcicount": "1001"}),
        (415, {"mcistartindex": "7"}),
        (415, {"mtncount": "1", "mtnstartindex": "3"}),
        (417, {"date": "1"}),
        (418, {"message": "a" * 900, "mcicount": "7"}),
    ],
)
def test_refuses_and_changes_nothing(kavenegar, line, bank, advertising, unchanged, code, change):
    if change.get("sender") == "service":
        change = {"sender": line.number}
    body = {"postalcode": "13456", "sender": advertising.number, "message": "a", "mcicount": "1"} | change
    kavenegar.refused(code, "sms/sendbypostalcode", body)
