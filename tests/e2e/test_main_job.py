"""The main job (issue 2): a business sends to a list, the operators deliver, receipts come back, the money is right."""

from collections import Counter

import httpx
import pytest
from django.contrib.auth.hashers import make_password

from billing.selectors import balance
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.models import Campaign, Message, Status
from numbers.models import Line
from tests.e2e import lists, panel
from tests.e2e.stage import until
from tests.factories import make_account, make_line, make_user
from webservice.services import create_key

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TEXT = "جشنواره پاییزه آفتاب: ۲۰٪ تخفیف تا پایان هفته. لغو۱۱"
UNIQUE, REPEATS, RUBBISH = 1900, 60, 40  # 2,000 rows


def test_a_file_of_2000_rows_goes_through_the_panel_and_the_money_is_right(stage, visit, tmp_path):
    account = make_account(credit=100_000_000)
    line = make_line(account, kind=Line.Kind.SERVICE)
    owner = make_user(account=account, username="sara")
    owner.password = make_password("Aftab-4554", hasher="argon2")  # the server knows no hasher of the tests
    owner.save()
    numbers = lists.subscribers(UNIQUE)
    file = lists.write(tmp_path / "مشتریان.txt", lists.mixed(numbers, repeats=REPEATS, rubbish=RUBBISH))

    page = visit()
    panel.log_in(page, "sara", "Aftab-4554")
    page.wait_for_url(stage.url + "/")
    before = balance(account)
    panel.compose(page, TEXT, file=file)
    panel.review(page)

    assert panel.reviewed(page) == {
        "سطرهای خوانده‌شده": panel.fa(2000),
        "تکراری": panel.fa(REPEATS),
        "شماره همراه نیست": panel.fa(RUBBISH),
        "لغوکرده": panel.fa(0),
        "در فهرست سیاه مخابرات": panel.fa(0),
        "ارسال می‌شود": panel.fa(UNIQUE),
    }
    campaign = Campaign.objects.get(account=account)
    shown = panel.summary(page)
    assert shown["هزینه (ریال)"] == panel.fa(campaign.price)
    assert shown["مانده پس از ارسال (ریال)"] == panel.fa(before - campaign.price)
    assert balance(account) == before

    assert panel.confirm(page) == campaign.pk
    assert balance(account) == before - campaign.price
    panel.press(page, "send-now")
    panel.watch_it_finish(page, delivered=UNIQUE)

    assert statuses(campaign) == {Status.DELIVERED: UNIQUE}
    assert delivered_to(stage, line) == Counter(f"98{number}" for number in numbers)
    assert balance(account) == before - campaign.price
    assert books_are_clean()
    page.goto("/")
    assert panel.fa(before - campaign.price) in page.locator("#credit").inner_text()


def test_a_program_sends_to_2000_and_the_money_is_right(stage):
    account = make_account(credit=100_000_000)
    line = make_line(account, kind=Line.Kind.SERVICE)
    _, key = create_key(account=account, name="shop", scopes=["send", "read"])
    numbers = lists.subscribers(UNIQUE, first=5_461_000)
    body = {"to": lists.mixed(numbers, repeats=REPEATS, rubbish=RUBBISH), "text": TEXT, "class": "bulk"}

    with httpx.Client(base_url=f"{stage.url}/api/v1", timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        before = client.get("/balance").json()["balance"]
        quote = client.post("/quotes", json=body).json()
        sent = client.post("/messages", json=body, headers={"Idempotency-Key": "autumn-1"})
        again = client.post("/messages", json=body, headers={"Idempotency-Key": "autumn-1"})
        assert (sent.status_code, again.status_code) == (201, 201)
        assert (again.json(), again.headers["Idempotent-Replayed"]) == (sent.json(), "true")

        answer = sent.json()
        assert Counter(row["skipped"] for row in answer["messages"]) == {
            None: UNIQUE, "duplicate": REPEATS, "invalid": RUBBISH,
        }  # fmt: skip
        assert answer["price"] == quote["price"] == before - answer["balance"]

        campaign = Campaign.objects.get(pk=answer["campaign"])
        until(lambda: statuses(campaign) == {Status.DELIVERED: UNIQUE})
        one = client.get(f"/messages/{answer['messages'][0]['id']}").json()
        assert (one["state"], one["returned"]) == ("delivered", 0)
        assert client.get("/balance").json()["balance"] == before - quote["price"]

    assert delivered_to(stage, line) == Counter(f"98{number}" for number in numbers)
    assert books_are_clean()


def statuses(campaign: Campaign) -> dict[Status, int]:
    return Counter(map(Status, Message.objects.filter(campaign=campaign).values_list("status", flat=True)))


def delivered_to(stage, line: Line) -> Counter:
    """What reached the operator from ``line``: number → how many times."""
    return Counter(submit.destination for submit in stage.smsc.submits if submit.source == line.number)


def books_are_clean() -> bool:
    assert check_ledger() == []
    assert check_charges() == []
    return True
