"""Accounts as the provider's people find them, and what they do to one."""

import io
import json

import openpyxl
import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, AuditEntry
from billing.models import BillingProfile, LedgerEntry, Wallet
from billing.selectors import balance
from credit.services import check_ledger
from messaging import tasks
from messaging.models import Campaign, Chunk
from messaging.services import confirm, hold_suspended
from support.models import Ticket, Unit
from tests.factories import (
    make_account,
    make_campaign,
    make_confirmed,
    make_gateway,
    make_line,
    make_ticket,
    make_user,
)
from tests.pages import client_of, staff_client, table_of
from tests.staff.test_queues import clerk

pytestmark = pytest.mark.django_db
REFERENCE = "6f1a3e52-1111-4222-8333-444455556666"


@pytest.fixture
def account():
    account = make_account(name="پخش آفتاب", mobile="+989121112233", email="Info@Aftab.example")
    make_user(
        account=account, username="sara.k", full_name="سارا كريمي", mobile="+989351112233", email="sara@mail.example",
        national_id="0084575948",
    )  # fmt: skip
    BillingProfile.objects.create(account=account, legal_name="شرکت پخش سراسری", national_id="10380284790")
    make_line(account, number="300011223344")
    return account


def found(text: str, **more) -> list[str]:
    rows = table_of(staff_client().get("/staff/accounts/", {"text": text, **more}))
    return [row[0].rpartition(" ")[0] for row in rows]


@pytest.mark.parametrize(
    "text",
    ["آفتاب", "افتاب", "آفتا", "كریمی", "سارا ک", "sara.k", "پخش سراسری", "info@aftab", "SARA@mail", "0912 111 2233",
     "۰۹۳۵۱۱۱۲۲۳۳", "+98 912 111 22 33", "0084575948", "10380284790", "3000112", "۳۰۰۰۱۱۲۲۳۳۴۴"],
)  # fmt: skip
def test_an_account_is_found_in_any_way_a_customer_tells_who_they_are(account, text):
    make_user(account=make_account(name="نان سحر", mobile="+989129998877"), full_name="مینا رضایی")
    assert found(text) == ["پخش آفتاب"]
    assert found(str(account.pk)) == ["پخش آفتاب"]


@pytest.mark.parametrize("text", ["آفتابه", "%%%", "___", "پ", "0912111", "9" * 30, "a@", "\\\\\\", "'"])
def test_what_nobody_answers_to_finds_nobody(account, text):
    assert found(text) == []


def test_the_list_is_filtered_and_downloaded(account):
    other = make_account(name="نان سحر", state=Account.State.SUSPENDED, credit=5_000)
    staff = staff_client()
    assert found("") == ["نان سحر", "پخش آفتاب"]
    assert found("", state="suspended") == ["نان سحر"]
    file = b"".join(staff.get("/staff/accounts/accounts.xlsx?state=suspended"))
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(file)).active]
    assert [(row[0], row[1], row[7]) for row in rows[1:]] == [(other.pk, "نان سحر", 5_000)]
    blind = clerk("view_account")
    assert "5,000" not in blind.get("/staff/accounts/").content.decode()
    header = openpyxl.load_workbook(io.BytesIO(b"".join(blind.get("/staff/accounts/accounts.xlsx")))).active[1]
    assert "Balance (rials)" not in {cell.value for cell in header}


@pytest.mark.parametrize("text", ["آفتاب", "0912 111 2233", "sara@mail.example"])
def test_a_search_uses_indexes_and_a_constant_number_of_questions(account, text):
    """Told by the plans with scans forbidden: what then still scans has no index to use."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    staff = staff_client()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        staff.get("/staff/accounts/", {"text": text})
    questions = [query["sql"] for query in asked if query["sql"].startswith("SELECT") and "LIMIT 200" in query["sql"]]
    assert 2 <= len(questions) <= 10
    with connection.cursor() as cursor:
        for sql in questions:
            cursor.execute(f"EXPLAIN {sql}")
            assert "Seq Scan" not in "\n".join(row[0] for row in cursor), sql


def test_a_page_shows_what_its_reader_may_see(account):
    make_ticket(account)
    page = staff_client().get(f"/staff/accounts/{account.pk}/").content.decode()
    for words in ("سارا كريمي", "شرکت پخش سراسری", "300011223344", "Balance", "Keys of the web service", "Tickets"):
        assert words in page
    little = clerk("view_account").get(f"/staff/accounts/{account.pk}/").content.decode()
    assert "سارا كريمي" in little
    for words in ("Balance", "Keys of the web service", "Tickets", "What you can do", "Look inside"):
        assert words not in little
    assert clerk("view_slip").get(f"/staff/accounts/{account.pk}/").status_code == 403


def test_a_fuller_account_costs_no_more_queries(account, django_assert_max_num_queries):
    make_gateway()
    line = make_line(account)
    staff = staff_client()
    adjust(account, amount="1000000")
    make_confirmed(account, line, ["09121234567"])
    with CaptureQueriesContext(connection) as before:
        staff.get(f"/staff/accounts/{account.pk}/")
    most = len(before)
    for _ in range(4):
        make_user(account=account)
        make_line(account)
        make_ticket(account)
        make_confirmed(account, line, ["09121234567"])
    with django_assert_max_num_queries(most):
        staff.get(f"/staff/accounts/{account.pk}/")


# --- Suspending -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sending(account):
    """A campaign whose messages wait to leave, one that waits for its time, one in review."""
    adjust(account, amount="10000000")
    make_gateway()
    return make_confirmed(account, make_line(account), ["09121234567", "09121234568"])


def suspend(account, reason: str = "It sends fraud."):
    return staff_client().post(f"/staff/accounts/{account.pk}/suspend/", {"reason": reason})


def test_a_suspended_account_has_its_campaigns_paused_and_goes_on_only_by_its_own_hand(
    account, sending, django_capture_on_commit_callbacks, settings
):
    paid = balance(account)
    elsewhere = make_confirmed(make_account(credit=10_000_000), make_line(None, kind="shared"), ["09121234567"])
    with django_capture_on_commit_callbacks(execute=True):
        assert suspend(account).url == f"/staff/accounts/{account.pk}/"
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        queued = valkey.lrange(settings.CELERY_TASK_DEFAULT_QUEUE, 0, -1)
    assert [json.loads(task)["headers"]["task"] for task in queued] == ["messaging.hold_suspended"]
    tasks.hold_suspended(account.pk)
    sending.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (sending.state, elsewhere.state) == ("paused", "queued")
    assert set(Chunk.objects.filter(campaign=sending).values_list("state", flat=True)) == {Chunk.State.PAUSED}
    assert (balance(account), check_ledger()) == (paid, [])
    owner = client_of(account)
    assert owner.post(f"/campaigns/{sending.pk}/resume/").status_code == 403
    assert owner.get("/send/").status_code == 403
    held = AuditEntry.objects.get(action="campaigns.held")
    assert (held.account, held.details) == (account, {"campaigns": 1})
    assert AuditEntry.objects.get(action="account.suspended").details == {"reason": "It sends fraud."}

    staff_client().post(f"/staff/accounts/{account.pk}/reopen/", {"reason": "It was a mistake."})
    hold_suspended()
    sending.refresh_from_db()
    account.refresh_from_db()
    assert (account.state, sending.state) == ("active", "paused")
    assert owner.post(f"/campaigns/{sending.pk}/resume/").status_code < 400
    sending.refresh_from_db()
    assert sending.state == "queued"


def test_what_is_confirmed_while_the_account_is_being_suspended_is_caught_by_the_sweeper(account, sending):
    late = make_campaign(account, sending.line, ["09121234569"])
    suspend(account)
    hold_suspended()
    confirm(campaign=late, by=None, now=late.created_at)
    assert hold_suspended() == 1
    assert hold_suspended() == 0
    late.refresh_from_db()
    assert late.state == Campaign.State.PAUSED


@pytest.mark.parametrize("reason", ["", "no"])
def test_a_reason_is_needed(account, reason):
    assert suspend(account, reason).status_code == 422
    account.refresh_from_db()
    assert account.state == "active"


def test_it_is_suspended_once(account):
    assert suspend(account).status_code == 302
    assert suspend(account).status_code == 422
    assert AuditEntry.objects.filter(action="account.suspended").count() == 1
    staff = staff_client()
    assert staff.post(f"/staff/accounts/{account.pk}/reopen/", {"reason": "It was a mistake."}).status_code == 302
    assert staff.post(f"/staff/accounts/{account.pk}/reopen/", {"reason": "It was a mistake."}).status_code == 422
    account.refresh_from_db()
    assert account.state == "active"


# --- Money, tickets ---------------------------------------------------------------------------------------------------


def adjust(account, client=None, **written):
    given = {"direction": "add", "amount": "50,000", "reason": "A lost campaign.", "reference": REFERENCE, **written}
    return (client or staff_client()).post(f"/staff/accounts/{account.pk}/credit/", given)


def test_credit_is_adjusted_once_for_a_form_with_its_reason_in_the_ledger(account):
    assert [adjust(account).status_code, adjust(account).status_code] == [302, 302]
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.amount, entry.reason, balance(account)) == (
        "adjustment", 50_000, "A lost campaign.", 50_000
    )  # fmt: skip
    assert AuditEntry.objects.get(action="wallet.adjusted").details["reason"] == "A lost campaign."
    assert "A lost campaign." in client_of(account).get("/billing/").content.decode()
    adjust(account, direction="take", amount="20000", reference="6f1a3e52-1111-4222-8333-444455556667")
    assert (balance(account), check_ledger()) == (30_000, [])


@pytest.mark.parametrize(
    "wrong",
    [{"amount": ""}, {"amount": "0"}, {"amount": "-5"}, {"reason": ""}, {"reference": "x"}, {"direction": "double"},
     {"direction": "take", "amount": "1"}],
)  # fmt: skip
def test_a_wrong_adjustment_moves_nothing(account, wrong):
    assert adjust(account, **wrong).status_code == 422
    assert (LedgerEntry.objects.count(), balance(account)) == (0, 0)


def test_limits_are_set(account):
    staff = staff_client()
    written = {"credit_limit": "1,000,000", "low_balance_warning": "5"}
    assert staff.post(f"/staff/accounts/{account.pk}/limits/", written).status_code == 302
    wallet = Wallet.objects.get(account=account)
    assert (wallet.credit_limit, wallet.low_balance_warning) == (1_000_000, 5)
    adjust(account, direction="take", amount="900000")
    assert staff.post(f"/staff/accounts/{account.pk}/limits/", written | {"credit_limit": "5"}).status_code == 422
    assert Wallet.objects.get(account=account).credit_limit == 1_000_000


def test_a_ticket_is_written_in_the_customers_place_once(account):
    staff = staff_client()
    whose = account.memberships.get().user
    written = {
        "whose": whose.pk, "unit": Unit.objects.first().pk, "priority": 3, "title": "پیامک‌ها نرسیده است",
        "body": "تلفنی گفت که پیامک‌های صبح نرسیده است.", "token": REFERENCE,
    }  # fmt: skip
    for _ in range(2):
        assert staff.post(f"/staff/accounts/{account.pk}/ticket/", written).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.account, ticket.opened_by, ticket.priority) == (account, whose, 3)
    entry = ticket.entries.get()
    assert (entry.kind, entry.author.is_staff, entry.body) == ("staff", True, written["body"])
    assert AuditEntry.objects.get(action="ticket.opened").user == entry.author
    stranger = make_user(account=make_account())
    wrong = written | {"whose": stranger.pk, "token": "6f1a3e52-1111-4222-8333-444455556667"}
    assert staff.post(f"/staff/accounts/{account.pk}/ticket/", wrong).status_code == 422
    assert Ticket.objects.count() == 1


def test_each_action_asks_for_its_own_right(account):
    looker = clerk("view_account", "view_wallet", "work_desk")
    assert adjust(account, looker).status_code == 403
    for action in ("suspend", "reopen", "limits"):
        assert looker.post(f"/staff/accounts/{account.pk}/{action}/", {"reason": "Because."}).status_code == 403
    assert looker.post(f"/staff/accounts/{account.pk}/ticket/").status_code == 422
    assert clerk("change_account").post(f"/staff/accounts/{account.pk}/ticket/").status_code == 403
    account.refresh_from_db()
    assert (account.state, balance(account)) == ("active", 0)
