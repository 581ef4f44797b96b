"""Staff move money by entries with a reason; nothing is edited."""

import uuid

import pytest
from django.contrib.auth.models import Permission

from accounts.models import AuditEntry
from billing.models import LedgerEntry, Wallet
from billing.selectors import balance
from credit.services import check_ledger
from tests.factories import make_account, make_user
from tests.pages import staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet():
    return Wallet.objects.get(account=make_account(credit=1000))


def adjusting(client, wallet, **fields):
    form = {"amount": "-100", "reason": "gift taken back", "reference": str(uuid.uuid4())} | fields
    return client.post(f"/admin/billing/wallet/{wallet.pk}/adjust/", form)


def test_an_adjustment_adds_an_entry_with_its_reason(wallet):
    response = adjusting(staff_client(), wallet)
    assert (response.status_code, response.url) == (302, f"/admin/billing/wallet/{wallet.pk}/change/")
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.balance_after, entry.reason) == ("adjustment", -100, 900, "gift taken back")
    assert AuditEntry.objects.filter(action="wallet.adjusted", account=wallet.account).count() == 1
    assert check_ledger() == []


def test_a_form_sent_twice_counts_once(wallet):
    client, reference = staff_client(), str(uuid.uuid4())
    for _ in range(2):
        assert adjusting(client, wallet, reference=reference).status_code == 302
    assert balance(wallet.account) == 900


@pytest.mark.parametrize(
    "wrong", [{"amount": "-1001"}, {"amount": "0"}, {"amount": ""}, {"reason": ""}, {"reference": "x"}]
)
def test_what_cannot_be_is_refused(wallet, wrong):
    response = adjusting(staff_client(), wallet, **wrong)
    assert response.status_code == 200
    assert b"errorlist" in response.content
    assert balance(wallet.account) == 1000
    assert LedgerEntry.objects.count() == 1


def test_staff_without_the_right_adjust_nothing(wallet, client):
    user = make_user(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_wallet"))
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert adjusting(client, wallet).status_code == 403
    assert balance(wallet.account) == 1000


def test_the_wallet_page_changes_limits_and_never_the_balance(wallet):
    url = f"/admin/billing/wallet/{wallet.pk}/change/"
    client = staff_client()
    assert client.get(url).status_code == 200
    client.post(url, {"credit_limit": "300", "low_balance_warning": "50", "balance": "9"})
    wallet.refresh_from_db()
    assert (wallet.balance, wallet.credit_limit, wallet.low_balance_warning) == (1000, 300, 50)
    assert AuditEntry.objects.get(action="wallet.limits_changed").details["is"] == {
        "credit_limit": 300,
        "low_balance_warning": 50,
    }


def test_the_ledger_is_read_only(wallet):
    client, entry = staff_client(), LedgerEntry.objects.get()
    assert client.get("/admin/billing/ledgerentry/?q=test").status_code == 200
    assert client.get(f"/admin/billing/ledgerentry/?wallet__id__exact={wallet.pk}").status_code == 200
    page = f"/admin/billing/ledgerentry/{entry.pk}"
    assert client.get(f"{page}/change/").status_code == 200
    assert client.post(f"{page}/change/", {"amount": "5"}).status_code == 403
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/billing/ledgerentry/add/").status_code == 403
    assert client.post(f"/admin/billing/wallet/{wallet.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_wallet_is_opened_empty():
    account = make_account()
    staff_client().post(
        "/admin/billing/wallet/add/", {"account": account.pk, "credit_limit": "0", "low_balance_warning": "0"}
    )
    assert Wallet.objects.get(account=account).balance == 0
