"""Three failures close a name at an address for half an hour; the address alone closes much later."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import AuditEntry
from tests.factories import make_account, make_user

LOGIN = "/accounts/login/"
PASSWORD = "درِ باغ-7391"
NOON = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def user(db):
    return make_user(
        account=make_account(), username="sara", password=PASSWORD, email="sara@example.ir", mobile="+989121234567"
    )


def attempt(client, name="sara", password="wrong", **headers):
    return client.post(LOGIN, {"username": name, "password": password}, **headers)


def statuses(client, count, **options):
    return [attempt(client, **options).status_code for _ in range(count)]


def test_the_third_failure_closes_the_door_even_to_the_right_password(client, user):
    assert statuses(client, 3) == [200, 200, 429]
    refused = attempt(client, password=PASSWORD)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "1800"
    assert "۳۰ دقیقه" in refused.content.decode()
    assert SESSION_KEY not in client.session


def test_the_page_speaks_the_readers_language(client, user):
    client.cookies["django_language"] = "en"
    statuses(client, 2)
    page = attempt(client).content.decode()
    assert "the door stays closed for 30 more minutes" in page
    assert 'lang="en" dir="ltr"' in page


def test_the_door_opens_after_half_an_hour(client, user):
    with time_machine.travel(NOON, tick=False) as clock:
        assert statuses(client, 3) == [200, 200, 429]
        clock.shift(timedelta(minutes=20))
        refused = attempt(client, password=PASSWORD)
        assert (refused.status_code, refused["Retry-After"]) == (429, "600")
        clock.shift(timedelta(minutes=9, seconds=59))
        assert attempt(client, password=PASSWORD).status_code == 429  # nor did the tries meanwhile move the end
        clock.shift(timedelta(seconds=2))
        assert attempt(client, password=PASSWORD).status_code == 302


def test_another_name_and_another_address_are_not_closed(client, user):
    make_user(username="sina", password=PASSWORD)
    statuses(client, 3)
    assert attempt(Client(), "sina", PASSWORD).status_code == 302
    assert attempt(Client(REMOTE_ADDR="198.51.100.9"), "sara", PASSWORD).status_code == 302
    assert attempt(client, password=PASSWORD).status_code == 429


def test_a_success_forgets_the_failures_of_that_name_only(client, user):
    make_user(username="thief", password=PASSWORD)
    statuses(client, 2)
    assert attempt(Client(), "thief", PASSWORD).status_code == 302
    assert attempt(client).status_code == 429  # a login of one's own does not reset guesses at another
    assert attempt(Client(REMOTE_ADDR="198.51.100.9")).status_code == 200
    assert attempt(Client(REMOTE_ADDR="198.51.100.9"), password=PASSWORD).status_code == 302
    assert statuses(Client(REMOTE_ADDR="198.51.100.9"), 2) == [200, 200]


def test_every_way_to_write_a_name_counts_as_that_name(client, user):
    assert attempt(client, "SARA@example.ir").status_code == 200
    assert attempt(client, "۰۹۱۲۱۲۳۴۵۶۷").status_code == 200
    assert attempt(client, "+98 912 123 4567").status_code == 429
    assert attempt(client, "sara", PASSWORD).status_code == 429


def test_names_that_nobody_bears_are_counted_alike(client, db):
    assert [attempt(client, name).status_code for name in ("Nobody", "nobody", " NOBODY ")] == [200, 200, 429]


def test_changing_the_browser_does_not_help(client, user):
    agents = ("Firefox", "Chrome", "curl")
    assert [attempt(client, headers={"User-Agent": agent}).status_code for agent in agents] == [200, 200, 429]


@pytest.mark.parametrize("forged", ["8.8.8.{n}", "8.8.8.{n}, 9.9.9.{n}", "garbage{n}"])
def test_a_forged_header_changes_nothing_behind_a_proxy(user, settings, forged):
    """The proxy appends the address it saw; whatever stood before it was written by the client."""
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    got = [
        attempt(Client(headers={"X-Forwarded-For": forged.format(n=n) + ", 198.51.100.7"})).status_code
        for n in range(4)
    ]
    assert got == [200, 200, 429, 429]
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"198.51.100.7"}
    neighbour = Client(headers={"X-Forwarded-For": "198.51.100.8"})
    assert attempt(neighbour, password=PASSWORD).status_code == 302


def test_a_forged_header_changes_nothing_without_a_proxy(user):
    got = [
        attempt(Client(REMOTE_ADDR="198.51.100.7", headers={"X-Forwarded-For": f"8.8.8.{n}"})).status_code
        for n in range(4)
    ]
    assert got == [200, 200, 429, 429]


def test_an_address_is_closed_after_thirty_failures_at_any_names(client, user, settings):
    settings.LOGIN_ADDRESS_FAILURE_LIMIT = 30
    got = [attempt(client, f"name{n}").status_code for n in range(30)]
    assert got == [200] * 29 + [429]
    assert attempt(client, "sara", PASSWORD).status_code == 429
    assert attempt(Client(REMOTE_ADDR="198.51.100.9"), "sara", PASSWORD).status_code == 302
    assert AuditEntry.objects.filter(action="login.locked").count() == 1


def test_many_people_behind_one_address_may_err(user, settings):
    """Twenty who each mistype once do not close the address to the twenty-first."""
    for number in range(20):
        attempt(Client(REMOTE_ADDR="198.51.100.7"), f"person{number}")
    assert attempt(Client(REMOTE_ADDR="198.51.100.7"), "sara", PASSWORD).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_eight_wrong_passwords_at_once_are_two_failures_and_six_refusals(user):
    start = Barrier(8)

    def guess(number):
        try:
            start.wait(10)
            return attempt(Client(), password=f"guess {number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = sorted(pool.map(guess, range(8)))
    assert got == [200, 200] + [429] * 6
    # Only three passwords were looked at: the others waited their turn and found the door closed.
    assert AccessAttempt.objects.get().failures_since_start == 3
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
        "login.failed",
        "login.failed",
        "login.locked",
    ]


def test_closing_and_opening_are_in_the_trail(client, user):
    statuses(client, 5)
    call_command("axes_reset_username", "sara")
    entries = AuditEntry.objects.of(user.accounts.get()).order_by("id")
    assert list(entries.values_list("action", "target")) == [
        ("login.failed", "sara"),
        ("login.failed", "sara"),
        ("login.locked", "sara"),
        ("login.unlocked", "sara"),
    ]


def test_the_command_opens_every_door(client, user, capsys):
    statuses(client, 3)
    call_command("axes_reset")
    assert capsys.readouterr().out == "1 attempts removed.\n"
    assert attempt(client, password=PASSWORD).status_code == 302
    assert AuditEntry.objects.filter(action="login.unlocked").count() == 1


def test_the_staff_login_is_the_same_door(client, user):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/").url == "/accounts/login/?next=/admin/"
    assert client.post("/admin/login/", {"username": "sara", "password": "wrong"}).status_code == 302
    assert not AccessAttempt.objects.exists()
