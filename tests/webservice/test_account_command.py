"""Customers from the command line."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, AuditEntry, Membership, User
from billing.models import LedgerEntry
from billing.selectors import balance
from credit.ledger import check_ledger
from numbers.models import Line
from webservice.models import ApiKey
from webservice.services.keys import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def run(*arguments):
        call_command("account", *arguments)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_create_prints_one_line_with_everything_a_customer_needs(run, client):
    [answer] = run("create", "پخش آفتاب", "--credit", "50,000,000", "--line", "30004554", "--kind", "service")
    account = Account.objects.get()
    assert answer == {
        "account_id": account.pk,
        "name": "پخش آفتاب",
        "login": answer["login"],
        "api_key": answer["api_key"],
        "lines": ["30004554"],
        "balance": 50_000_000,
    }
    owner = User.objects.get(username=answer["login"]["username"])
    assert owner.memberships.get().role == Membership.Role.OWNER
    assert client.post("/accounts/login/", answer["login"]).status_code == 302
    key = ApiKey.objects.of(account).get(digest=digest_of(answer["api_key"]))
    assert (key.scopes, key.created_by) == (["send", "read", "contacts", "inbox"], owner)
    line = Line.objects.get()
    assert (line.account, line.kind, line.state, line.prefix_family) == (account, "service", "active", "3000")
    assert balance(account) == LedgerEntry.objects.get().amount == 50_000_000
    assert check_ledger() == []


def test_create_takes_names_passwords_and_several_lines(run):
    [answer] = run(
        "create", "نان سحر", "--line", "30001", "--line", "۳۰۰۰۲", "--username", "sahar", "--password", "درِ باغ-7391",
        "--mobile", "۰۹۱۲۱۲۳۴۵۶۷", "--email", "s@example.ir",
    )  # fmt: skip
    assert answer["login"] == {"username": "sahar", "password": "درِ باغ-7391"}
    assert answer["lines"] == ["30001", "30002"]
    assert answer["balance"] == 0
    user = User.objects.get()
    assert (user.mobile, user.email) == ("+989121234567", "s@example.ir")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x", "--line", "30001"], "30001"),
        (["x", "--line", "abc"], ""),
        (["x", "--username", "taken"], "taken"),
        (["x", "--username", "TAKEN"], "TAKEN"),
        (["x", "--username", "a b"], ""),
        (["x", "--password", "123"], ""),
        (["x", "--mobile", "123"], ""),
        (["x", "--email", "nobody"], ""),
        (["x", "--credit=-5"], ""),
        (["x", "--credit", "much"], "much"),
        (["x", "--kind", "gold"], "gold"),
        ([" "], ""),
    ],
)
def test_a_refusal_leaves_nothing_behind(run, arguments, sentence):
    run("create", "first", "--line", "30001", "--username", "taken")
    before = [model.objects.count() for model in (Account, User, Line, ApiKey, LedgerEntry, AuditEntry)]
    with pytest.raises(CommandError) as refusal:
        run("create", *arguments)
    assert sentence in str(refusal.value)
    assert [model.objects.count() for model in (Account, User, Line, ApiKey, LedgerEntry, AuditEntry)] == before


def test_list_shows_every_account(run):
    run("create", "اول", "--credit", "1000", "--line", "30001", "--username", "one")
    run("create", "دوم", "--username", "two")
    first, second = run("list")
    assert (first["name"], first["state"], first["balance"], first["lines"], first["users"]) == (
        "اول", "active", 1000, ["30001"], ["one"],
    )  # fmt: skip
    assert (second["name"], second["balance"], second["lines"]) == ("دوم", 0, [])


def test_credit_is_added_and_taken(run):
    [made] = run("create", "پخش آفتاب", "--credit", "1000")
    assert run("credit", "پخش آفتاب", "۲٬۰۰۰")[0]["balance"] == 3000
    assert run("credit", str(made["account_id"]), "-500", "--reason", "اصلاح")[0]["balance"] == 2500
    with pytest.raises(CommandError, match="2,501"):
        run("credit", "پخش آفتاب", "-2501")
    with pytest.raises(CommandError):
        run("credit", "پخش آفتاب", "0")
    with pytest.raises(CommandError, match="No account is named"):
        run("credit", "هیچ", "5")
    assert balance(Account.objects.get()) == 2500
    assert list(LedgerEntry.objects.order_by("id").values_list("kind", "amount")) == [
        ("top_up", 1000), ("top_up", 2000), ("adjustment", -500),
    ]  # fmt: skip
    assert check_ledger() == []


def test_credit_of_a_name_that_two_accounts_bear_asks_for_the_id(run):
    for username in ("one", "two"):
        run("create", "نام", "--username", username)
    with pytest.raises(CommandError, match="give an id"):
        run("credit", "نام", "5")
