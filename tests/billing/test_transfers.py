"""Credit from one account to another (13.5): exactly once, both sides in the ledger, refused in words."""

import uuid
from datetime import timedelta
from io import BytesIO
from unittest.mock import ANY

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Account, AuditEntry, Membership
from billing.models import LedgerEntry, Transfer
from billing.selectors import balance
from billing.services import set_limits
from billing.services.transfers import TransferRefused, transfer
from common.models import Notice
from credit.services import check_ledger
from tests.factories import make_account, make_user
from tests.pages import client_of, table_of

pytestmark = pytest.mark.django_db
PAGE = "/billing/transfers/"


@pytest.fixture
def sender():
    return make_account(credit=1_000_000, name="Sender Company")


@pytest.fixture
def receiver():
    return make_account(name="Receiver Company", mobile="+989121234567")


def moved(sender, receiver, amount=100_000, **words) -> Transfer:
    words = {"note": "", "token": uuid.uuid4(), "by": None, "now": timezone.now()} | words
    return transfer(sender=sender, receiver=receiver, amount=amount, **words)


def unchanged(*accounts) -> None:
    assert not Transfer.objects.exists()
    assert not LedgerEntry.objects.filter(kind="transfer").exists()
    assert [balance(account) for account in accounts] == [1_000_000, 0][: len(accounts)]


def test_both_sides_stand_in_the_ledger_with_their_counterpart(sender, receiver):
    one = moved(sender, receiver, note="مهر ماه")
    assert (balance(sender), balance(receiver)) == (900_000, 100_000)
    out, into = LedgerEntry.objects.filter(kind="transfer").order_by("amount")
    assert (out.reference, out.amount, out.balance_after) == (f"transfer:{one.pk}:out", -100_000, 900_000)
    assert (into.reference, into.amount, into.balance_after) == (f"transfer:{one.pk}:in", 100_000, 100_000)
    words = {"transfer": one.pk, "text": "مهر ماه"}
    assert out.details == words | {"account": receiver.pk, "name": "Re… Co…"}  # no more than the sender was shown
    assert into.details == words | {"account": sender.pk, "name": "Sender Company"}
    assert check_ledger() == []
    notice = Notice.objects.get(kind="credit.received")
    assert (notice.account_id, notice.way, "Sender Company" in notice.text) == (receiver.pk, "sms", True)
    trail = {entry.action: entry.account for entry in AuditEntry.objects.filter(action__startswith="credit.")}
    assert trail == {"credit.transferred": sender, "credit.received": receiver}


@pytest.mark.parametrize("amount", [9_999, 500_000_001, -5])
def test_too_little_and_too_much_at_once(sender, receiver, amount):
    with pytest.raises(TransferRefused) as refusal:
        moved(sender, receiver, amount)
    assert refusal.value.field == "amount"
    unchanged(sender, receiver)


def test_a_credit_limit_is_not_given_away(sender, receiver):
    set_limits(account=sender, credit_limit=5_000_000, low_balance_warning=0)
    with pytest.raises(TransferRefused):
        moved(sender, receiver, 1_000_001)
    unchanged(sender, receiver)
    moved(sender, receiver, 1_000_000)
    assert (balance(sender), balance(receiver)) == (0, 1_000_000)


def test_no_more_than_so_much_in_a_day(sender, receiver, settings):
    settings.TRANSFER_DAY_MOST = 150_000
    now = timezone.now().replace(hour=9)
    moved(sender, receiver, 100_000, now=now)
    with pytest.raises(TransferRefused):
        moved(sender, receiver, 50_001, now=now)
    moved(sender, receiver, 50_000, now=now)
    moved(sender, receiver, 50_001, now=now + timedelta(days=1))
    assert balance(receiver) == 200_001


@pytest.mark.parametrize("state", ["suspended", "closed"])
@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_accounts_that_are_not_active(sender, receiver, state, side):
    Account.objects.filter(pk={"sender": sender, "receiver": receiver}[side].pk).update(state=state)
    with pytest.raises(TransferRefused):
        moved(sender, receiver)
    unchanged(sender, receiver)


def test_to_itself_nothing_is_moved(sender):
    with pytest.raises(TransferRefused):
        moved(sender, sender)
    unchanged(sender)


def test_a_token_moves_once_and_stands_for_one_transfer(sender, receiver):
    token = uuid.uuid4()
    first = moved(sender, receiver, token=token)
    assert moved(sender, receiver, token=token) == first
    for other in ({"amount": 100_001}, {"receiver": make_account()}):
        with pytest.raises(TransferRefused):
            moved(**{"sender": sender, "receiver": receiver, "token": token, **other})
    assert (balance(sender), balance(receiver)) == (900_000, 100_000)


class TestPages:
    def asked(self, receiver, **words) -> dict:
        return {"number": receiver.pk, "amount": "۱۰۰٬۰۰۰", "note": "", "token": str(uuid.uuid4())} | words

    def test_the_name_is_shown_before_the_money_moves(self, sender, receiver):
        client = client_of(sender)
        asked = self.asked(receiver, note="Rent")
        page = client.post(f"{PAGE}new/", asked | {"step": "look"}).content.decode()
        assert "Re… Co…" in page
        assert "Receiver Company" not in page
        assert "900,000" in page
        unchanged(sender, receiver)
        done = client.post(f"{PAGE}new/", asked | {"step": "transfer"}, follow=True)
        assert done.redirect_chain[-1][0] == PAGE
        assert table_of(done) == [[f"Re… Co… {receiver.pk}", "Given", "100,000", "Rent", ANY]]
        client.post(f"{PAGE}new/", asked | {"step": "transfer"})
        assert balance(receiver) == 100_000
        theirs = client_of(receiver).get(PAGE)
        assert table_of(theirs)[0][:2] == [f"Sender Company {sender.pk}", "Received"]

    def test_accounts_of_ones_own_are_offered_by_their_whole_names(self, sender, receiver):
        owner = make_user(account=sender, language="en")
        Membership.objects.create(user=owner, account=receiver, role="owner")
        Membership.objects.create(user=owner, account=make_account(name="Only looked at"), role="viewer")
        client = Client()
        client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
        client.post("/accounts/account/", {"account": sender.pk})
        page = client.get(f"{PAGE}new/").content.decode()
        assert f"?number={receiver.pk}" in page
        assert "Receiver Company" in page
        assert "Only looked at" not in page

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ({"number": "999999999"}, "There is no active account with this number."),
            ({"amount": "1,000,001"}, "Your credit is not enough"),
            ({"amount": "5"}, "are transferred at once"),
            ({"amount": "x"}, "Enter a whole number"),
        ],
    )
    @pytest.mark.parametrize("step", ["look", "transfer"])
    def test_refusals_are_said_and_the_form_keeps_what_was_written(self, sender, receiver, words, sentence, step):
        asked = self.asked(receiver, note="Rent") | words | {"step": step}
        page = client_of(sender).post(f"{PAGE}new/", asked).content.decode()
        assert sentence in page
        assert 'value="Rent"' in page
        unchanged(sender, receiver)

    def test_the_file_holds_what_the_filters_show(self, sender, receiver):
        moved(sender, receiver)
        other = make_account(credit=50_000)
        moved(other, sender, 20_000)
        sheet = load_workbook(BytesIO(client_of(sender).get(f"{PAGE}transfers.xlsx?way=in").getvalue())).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert len(rows) == 2
        assert rows[1][2:6] == ["Received", other.name, other.pk, 20_000]
