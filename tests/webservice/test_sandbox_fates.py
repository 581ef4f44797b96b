"""Every fate that docs/api.md promises a test key, over SMPP with a real bind (W1, issue's point 5)."""

import re
from pathlib import Path

from django.conf import settings

from billing.selectors import balance
from credit.services import check_ledger
from messaging.checks import check_charges
from messaging.services.gateways import place_sandbox
from messaging.smpp.simulator.thread import simulator
from tests.messaging.delivery.bench import bench, wait_for
from tests.webservice.conftest import Api
from webservice.services import create_key

__all__ = ["bench"]
FATES = {
    "09121234567": ("delivered", None),
    "09121230001": ("undelivered", "receipt:001"),
    "09121230002": ("expired", "receipt:027"),
    "09121230003": ("rejected", "smpp:11"),
    "09121230004": ("delivered", None),
    "09121230005": ("submitted", None),
    "09121230013": ("rejected", "receipt:013"),
    "09121230018": ("blocked", "blocked"),
}


def test_each_agreed_number_has_its_fate_free_of_charge(bench):
    live = bench.operator()
    bench.start()
    with simulator() as smsc:
        bench.start(place_sandbox(host="127.0.0.1", port=smsc.port))
        before = balance(bench.account)
        api = Api(create_key(account=bench.account, name="t", scopes=["send", "read"], is_test=True)[1])
        sent = api.post("messages", {"to": list(FATES), "text": "Hello"}).json()
        assert (sent["test"], sent["price"]) == (True, 0)

        def fates() -> dict[str, tuple]:
            rows = api.get("messages", {"limit": 50}).json()["messages"]
            ends = {row["to"].replace("+98", "0"): (row["state"], row["error"]) for row in rows}
            return {number: (state, error and error["code"]) for number, (state, error) in ends.items()}

        wait_for(lambda: fates() == FATES)
        delivered = next(row["id"] for row in sent["messages"] if row["to"] == "+989121234567")
        story = api.get(f"messages/{delivered}").json()
        assert [step["state"] for step in story["timeline"]] == ["queued", "submitted", "delivered"]
        assert story["submissions"][0]["receipt"]["state"] == "delivered"
        assert len(live.submits) == 0
        assert len(smsc.submits) == 6  # neither the blocked one nor those refused
        for engine in list(bench.engines):
            bench.stop(engine)
    assert balance(bench.account) == before
    assert check_ledger() == []
    assert check_charges() == []


def test_the_document_lists_these_fates():
    text = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
    table = dict(re.findall(r"^\| …(\d{4}) \| `(\w+)`", text, re.MULTILINE))
    assert table == {number[-4:]: state for number, (state, _error) in FATES.items() if number[-4] == "0"} | {
        "0402": "insufficient_credit",
        "0429": "rate_limited",
    }
