"""Any sequence of top-ups, charges, returns and repeats leaves a ledger that adds up."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from billing.models import LedgerEntry
from billing.selectors import balance, spendable
from billing.services import InsufficientCredit, InvalidAmount, adjust, set_limits, top_up
from credit.models import Reservation
from credit.services import ReturnsTooMuch, check_ledger, give_back, reserve
from tests.factories import make_account

amounts = st.integers(1, 1000)


class Ledger(RuleBasedStateMachine):
    """The model is a sum and, for each reservation, what is left of it."""

    reservations = Bundle("reservations")
    done = Bundle("done")

    def __init__(self) -> None:
        super().__init__()
        self.account = make_account()
        self.balance = self.limit = self.serial = 0
        self.left: dict[int, int] = {}

    def reference(self) -> str:
        self.serial += 1
        return f"{self.account.pk}:{self.serial}"

    @rule(target=done, amount=amounts)
    def top_up(self, amount):
        repeat = {"account": self.account, "amount": amount, "reference": self.reference(), "reason": "online"}
        top_up(**repeat)
        self.balance += amount
        return (top_up, repeat)

    @rule(amount=st.integers(-1000, 1000).filter(bool))
    def adjust(self, amount):
        self.expect(amount, adjust, account=self.account, amount=amount, reference=self.reference(), reason="test")

    @rule(target=reservations, amount=st.integers(0, 1500))
    def reserve(self, amount):
        fields = {"account_id": self.account.pk, "amount": amount, "reference": self.reference(), "reason": "messages"}
        reservation = self.expect(-amount, reserve, **fields)
        if reservation is None:
            return (None, fields)
        self.left[reservation.pk] = amount
        return (reservation.pk, fields)

    @rule(target=done, reservation=reservations, amount=amounts)
    def give_back(self, reservation, amount):
        pk, _ = reservation
        repeat = {"reservation_id": pk, "amount": amount, "reference": self.reference(), "reason": "returned"}
        if pk is None or amount > self.left[pk]:
            with pytest.raises((ReturnsTooMuch, Reservation.DoesNotExist)):
                give_back(**repeat)
            return (None, {})
        give_back(**repeat)
        self.balance += amount
        self.left[pk] -= amount
        return (give_back, repeat)

    @rule(reservation=reservations)
    def reserve_again(self, reservation):
        pk, fields = reservation
        if pk is not None:
            assert reserve(**fields).pk == pk

    @rule(what=consumes(done))
    def repeat(self, what):
        service, fields = what
        if service:
            service(**fields)

    @rule(limit=st.integers(0, 500))
    def limit_credit(self, limit):
        if self.balance < -limit:
            with pytest.raises(InvalidAmount):
                set_limits(account=self.account, credit_limit=limit, low_balance_warning=0)
            return
        set_limits(account=self.account, credit_limit=limit, low_balance_warning=0)
        self.limit = limit

    def expect(self, change: int, service, **fields):
        if change < 0 and self.balance + change < -self.limit:
            with pytest.raises(InsufficientCredit):
                service(**fields)
            return None
        self.balance += change
        return service(**fields)

    @invariant()
    def adds_up(self):
        entries = LedgerEntry.objects.filter(wallet__account=self.account)
        assert balance(self.account) == self.balance == sum(entries.values_list("amount", flat=True))
        assert spendable(self.account) == self.balance + self.limit >= 0
        assert check_ledger(self.account.pk) == []


@pytest.mark.django_db
def test_any_sequence_of_movements_adds_up():
    run_state_machine_as_test(Ledger, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))
