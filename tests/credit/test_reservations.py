import pytest

from billing.models import LedgerEntry
from billing.selectors import balance
from billing.services import InsufficientCredit, InvalidAmount, ReferenceConflict
from credit.models import Reservation
from credit.services import ReturnsTooMuch, check_ledger, give_back, reserve
from tests.factories import make_account

pytestmark = pytest.mark.django_db


def entries() -> list[tuple]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "amount", "reference")[1:])


def test_reserving_takes_the_money_at_once():
    account = make_account(credit=1000)
    reservation = reserve(
        account_id=account.pk, amount=600, reference="campaign:1", reason="messages", details={"campaign": 1}
    )
    assert (reservation.charged, reservation.returned) == (600, 0)
    assert balance(account) == 400
    assert entries() == [("charge", -600, "reserve:campaign:1")]
    assert check_ledger() == []


def test_nothing_is_reserved_when_the_credit_is_short():
    account = make_account(credit=1000)
    with pytest.raises(InsufficientCredit):
        reserve(account_id=account.pk, amount=1001, reference="campaign:1", reason="messages")
    assert balance(account) == 1000
    assert not Reservation.objects.exists()
    assert entries() == []


def test_a_free_send_is_reserved_without_an_entry():
    account = make_account()
    reservation = reserve(account_id=account.pk, amount=0, reference="campaign:1", reason="messages")
    assert reservation.charged == 0
    assert not LedgerEntry.objects.exists()
    assert check_ledger() == []


def test_a_negative_charge_is_refused():
    with pytest.raises(InvalidAmount):
        reserve(account_id=make_account().pk, amount=-1, reference="campaign:1", reason="messages")


def test_a_repeat_reserves_once():
    account = make_account(credit=1000)
    first, second = (
        reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages") for _ in range(2)
    )
    assert first == second
    assert balance(account) == 400


def test_a_reference_cannot_reserve_for_another_amount_or_account():
    account, stranger = make_account(credit=1000), make_account(credit=1000)
    reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages")
    for account_id, amount in ((account.pk, 500), (stranger.pk, 600)):
        with pytest.raises(ReferenceConflict):
            reserve(account_id=account_id, amount=amount, reference="campaign:1", reason="messages")
    assert (balance(account), balance(stranger)) == (400, 1000)


def test_what_was_not_sent_comes_back_once():
    account = make_account(credit=1000)
    reservation = reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages")
    for _ in range(2):
        entry = give_back(
            reservation_id=reservation.pk, amount=100, reference="campaign:1:return:1", reason="messages_returned"
        )
    reservation.refresh_from_db()
    assert (reservation.charged, reservation.returned) == (600, 100)
    assert balance(account) == 500
    assert entry.details == {"reservation": reservation.pk}
    assert entries()[1:] == [("refund", 100, "campaign:1:return:1")]
    assert check_ledger() == []


def test_no_more_comes_back_than_was_charged():
    account = make_account(credit=1000)
    reservation = reserve(account_id=account.pk, amount=600, reference="campaign:1", reason="messages")
    give_back(reservation_id=reservation.pk, amount=500, reference="r:1", reason="messages_returned")
    with pytest.raises(ReturnsTooMuch):
        give_back(reservation_id=reservation.pk, amount=101, reference="r:2", reason="messages_returned")
    reservation.refresh_from_db()
    assert reservation.returned == 500
    assert balance(account) == 900
    give_back(reservation_id=reservation.pk, amount=100, reference="r:3", reason="messages_returned")
    assert balance(account) == 1000


def test_a_return_of_nothing_leaves_no_trace():
    reservation = reserve(account_id=make_account().pk, amount=0, reference="campaign:1", reason="messages")
    assert give_back(reservation_id=reservation.pk, amount=0, reference="r:1", reason="messages_returned") is None
    assert not LedgerEntry.objects.exists()
    with pytest.raises(InvalidAmount):
        give_back(reservation_id=reservation.pk, amount=-1, reference="r:1", reason="messages_returned")


def test_a_return_reference_belongs_to_one_reservation_and_amount():
    account = make_account(credit=1000)
    one, other = (
        reserve(account_id=account.pk, amount=100, reference=f"campaign:{n}", reason="messages") for n in (1, 2)
    )
    give_back(reservation_id=one.pk, amount=50, reference="r:1", reason="messages_returned")
    for reservation, amount in ((other, 50), (one, 40)):
        with pytest.raises(ReferenceConflict):
            give_back(reservation_id=reservation.pk, amount=amount, reference="r:1", reason="messages_returned")
    assert balance(account) == 850
    assert check_ledger() == []
