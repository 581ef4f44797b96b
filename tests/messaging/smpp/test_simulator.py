"""The simulated operator: its agreed digits, its options, its control port and its command."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from messaging.management.commands import smsc_simulator
from messaging.smpp.pdu import read_message_body
from messaging.smpp.receipts import MessageState
from messaging.smpp.simulator import FATES, Options, simulator
from messaging.smpp.simulator.receipts import mo_bodies
from tests.messaging.smpp.support import messages, plain_numbers, running, wait_until

ROOT = Path(__file__).resolve().parents[3]
DELIVERED, EXPIRED = MessageState.DELIVERED, MessageState.EXPIRED


@pytest.mark.parametrize(
    ("digits", "states"),
    [
        ("1234", [DELIVERED]),
        ("0001", [MessageState.UNDELIVERABLE]),
        ("0002", [EXPIRED]),
        ("0006", [DELIVERED]),
        ("0007", [DELIVERED, DELIVERED]),
        ("0008", [DELIVERED]),
        ("0013", [MessageState.REJECTED]),
        ("0014", [MessageState.ENROUTE, DELIVERED]),
        ("0015", [MessageState.UNKNOWN]),
        ("0016", [MessageState.DELETED]),
        ("0017", [DELIVERED, MessageState.ACCEPTED]),
    ],
)
def test_agreed_digits_decide_the_receipts(digits, states):
    number = f"98912123{digits}"
    with simulator(late_seconds=0.05) as smsc, running(smsc.port, messages([number])) as handler:
        wait_until(lambda: len(handler.receipts) == len(states))
        assert [receipt.state for receipt in handler.receipts] == states
        assert {receipt.smsc_id for receipt in handler.receipts} == {handler.accepted[number]}
        assert smsc.stats()["receipts"] == len(states)


def test_receipts_go_to_the_customer_who_sent():
    mine, others = plain_numbers(40), plain_numbers(40, start=9891000)
    with simulator() as smsc, running(smsc.port, messages(mine), system_id="mine") as first:
        with running(smsc.port, messages(others), system_id="other") as second:
            wait_until(lambda: len(first.receipts) == len(second.receipts) == 40)
        assert {receipt.smsc_id for receipt in first.receipts} == set(first.accepted.values())
        assert {receipt.smsc_id for receipt in second.receipts} == set(second.accepted.values())


@pytest.mark.parametrize(("digits", "status"), [("0003", 0x0B), ("0012", 0x0A), ("0010", 0x08)])
def test_agreed_digits_refuse(digits, status):
    number = f"98912123{digits}"
    with simulator() as smsc, running(smsc.port, messages([number])) as handler:
        wait_until(lambda: handler.answers)
        assert handler.answers == [(number, status, "")]
        assert (smsc.stats()["refused"], smsc.stats()["accepted"]) == (1, 0)


def test_agreed_digits_throttle_once():
    number = "989121230004"
    with simulator() as smsc, running(smsc.port, messages([number])) as handler:
        wait_until(lambda: handler.receipts)
        assert [status for _, status, _ in handler.answers] == [0x58, 0]
        assert (smsc.stats()["submits"], smsc.stats()["accepted"]) == (2, 1)


def test_agreed_digits_refuse_once():
    number = "989121230010"
    with simulator() as smsc, running(smsc.port, messages([number])) as handler:
        wait_until(lambda: handler.answers)
        handler.add(*messages([number]))
        wait_until(lambda: handler.receipts)
        assert [status for _, status, _ in handler.answers] == [0x08, 0]


def test_agreed_digits_never_receipt():
    with simulator() as smsc, running(smsc.port, messages(["989121230005", "989121231234"])) as handler:
        wait_until(lambda: len(handler.answers) == 2 and handler.receipts)
        assert smsc.stats()["receipts"] == 1
        assert handler.receipts[0].smsc_id == handler.accepted["989121231234"]


def test_agreed_digits_receipt_before_the_answer():
    order = []
    with simulator() as smsc, running(smsc.port) as handler:
        handler.answered = lambda answers: order.append("answer")
        handler.delivered = lambda deliveries: order.append("receipt")
        smsc.options.latency = 0.05
        handler.add(*messages(["989121230009"]))
        wait_until(lambda: len(order) == 2)
        assert order == ["receipt", "answer"]


def test_agreed_digits_take_without_an_answer():
    number = "989121230011"
    with simulator() as smsc, running(smsc.port, messages([number]), response_timeout_seconds=0.05) as handler:
        wait_until(lambda: handler.receipts and handler.overdue)
        assert handler.overdue == [number]
        assert handler.answers == []
        assert handler.receipts[0].smsc_id == smsc.submits[0].message_id


def test_every_agreed_ending_is_documented():
    text = (ROOT / "docs" / "simulator.md").read_text()
    assert [digits.decode() for digits in FATES if f"| …{digits.decode()} |" not in text] == []


def test_every_option_has_its_words_and_is_documented():
    names = [option.name for option in fields(Options)]
    assert set(smsc_simulator._HELP) == set(names) - {"latency"}
    text = (ROOT / "docs" / "simulator.md").read_text()
    assert [name for name in names if f"`{name}`" not in text] == []


def test_without_fates_every_number_is_plain():
    numbers = [f"98912123{digits.decode()}" for digits in FATES]
    with simulator(fates=False) as smsc, running(smsc.port, messages(numbers)) as handler:
        wait_until(lambda: len(handler.receipts) == len(numbers))
        assert {receipt.state for receipt in handler.receipts} == {DELIVERED}


def test_only_watched_numbers_are_noted():
    with simulator(watch="98919") as smsc, running(smsc.port, messages([*plain_numbers(3), "989191112222"])) as handler:
        wait_until(lambda: len(handler.accepted) == 4)
        assert [number for number, _ in smsc.watched] == ["989191112222"]


def test_duplicates_are_counted():
    number = plain_numbers(1)[0]
    with simulator() as smsc, running(smsc.port, messages([number, number, plain_numbers(2)[1]])) as handler:
        wait_until(lambda: len(handler.answers) == 3)
        stats = smsc.stats()
        assert (stats["accepted"], stats["distinct"], stats["duplicates"]) == (3, 2, 1)


def test_everything_may_be_left_to_chance():
    options = {"error_rate": 0.2, "error_status": 0x45, "drop_receipts": 0.3, "undelivered_rate": 0.3}
    with simulator(seed=7, **options) as smsc, running(smsc.port, messages(plain_numbers(200))) as handler:
        wait_until(lambda: len(handler.answers) == 200 and len(handler.receipts) == smsc.stats()["receipts"])
        stats = smsc.stats()
        assert stats["refused"] + stats["accepted"] == 200
        assert 15 < stats["refused"] < 75
        assert 60 < stats["receipts"] < stats["accepted"]
        assert {receipt.state for receipt in handler.receipts} == {DELIVERED, MessageState.UNDELIVERABLE}


def test_a_slow_reader_takes_everything_in_the_end():
    with simulator(read_pause=0.005) as smsc, running(smsc.port, messages(plain_numbers(100)), window=100) as handler:
        wait_until(lambda: len(handler.receipts) == 100)
        assert smsc.stats()["duplicates"] == 0


def test_the_operators_unbind_brings_the_session_back():
    with simulator() as smsc, running(smsc.port) as handler:
        smsc.unbind()
        smsc.wait_until(lambda stats: stats["connections"] == 2 and stats["bound"] == 1)
        handler.add(*messages(plain_numbers(1)))
        wait_until(lambda: handler.receipts)


def test_a_receipt_window_holds_what_is_unacknowledged():
    with simulator(deliver_window=3) as smsc, running(smsc.port, messages(plain_numbers(10))) as handler:
        handler.acknowledges = False
        wait_until(lambda: len(handler.answers) == 10)
        smsc.wait_until(lambda stats: stats["unacknowledged"] + stats["receipts_acknowledged"] >= 3)
        handler.acknowledges = True
        handler.session.acknowledge(handler.deliveries)
        wait_until(lambda: len(handler.receipts) == 10)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"drop_receipts": 1.5}, "drop_receipts must be between 0 and 1"),
        ({"latency": -1.0}, "latency must not be negative"),
        ({"id_format": "octal"}, "id_format must be one of: decimal, hex"),
        ({"deliver_window": 0}, "deliver_window must be at least 1"),
    ],
)
def test_options_out_of_range_are_refused(options, sentence):
    with pytest.raises(ValueError) as raised:
        Options(**options)
    assert str(raised.value) == sentence


def test_a_refused_change_changes_nothing():
    options = Options()
    for values in ({"latency": 1, "nonsense": 1}, {"latency": 1, "drop_receipts": 2}, {"fates": 1}, {"latency": "1"}):
        with pytest.raises(ValueError):
            options.update(values)
    assert options == Options()
    options.update({"latency": 1, "fates": False})
    assert options == Options(latency=1, fates=False)


@pytest.mark.parametrize("text", ["سلام " * 40, "😀" * 67, "a😀" * 50, "é" * 71])
def test_long_unicode_of_a_subscriber_is_cut_between_characters(text):
    parts = [read_message_body(body) for body in mo_bodies("989121234567", "983000505", text, 300)]
    assert len(parts) > 1
    assert all(len(part.message) <= 140 for part in parts)
    assert [part.message[:6] for part in parts] == [
        bytes((5, 0, 3, 300 & 255, len(parts), number)) for number in range(1, len(parts) + 1)
    ]
    assert "".join(part.message[6:].decode("utf-16-be") for part in parts) == text


@pytest.fixture
def process():
    """The command as operators run it; gives its ports."""
    child = subprocess.Popen(
        [
            sys.executable,
            "manage.py",
            "smsc_simulator",
            "--latency-ms",
            "5",
            "--no-fates",
            "--id-format",
            "hex",
            "--watch",
            "98",
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child, json.loads(child.stdout.readline())
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def test_the_command_serves_and_is_steered_over_http(process):
    child, ports = process
    began = time.time()
    with (
        running(ports["port"], messages(plain_numbers(20))) as handler,
        httpx.Client(base_url=f"http://127.0.0.1:{ports['control_port']}") as client,
    ):
        wait_until(lambda: len(handler.receipts) == 20)
        assert client.get("/options").json()["latency"] == 0.005
        stats = client.get("/stats").json()
        assert (stats["submits"], stats["distinct"], stats["duplicates"], stats["receipts"]) == (20, 20, 0, 20)
        submit = client.get("/submits").json()[0]
        assert submit["destination"] == plain_numbers(1)[0]
        watched = client.get("/watched").json()
        assert [number for number, _ in watched] == plain_numbers(20)
        assert all(began <= moment <= time.time() for _, moment in watched)
        assert submit["message_id"] == f"{int(submit['message_id'], 16):x}"
        mo = {"source": "989121234567", "destination": "983000505", "text": "سلام"}
        assert client.post("/mo", json=mo).json() == {"parts": 1}
        wait_until(lambda: len(handler.deliveries) == 21)
        assert client.post("/options", json={"error_rate": 1.0}).json()["error_rate"] == 1.0
        handler.add(*messages(plain_numbers(1)))
        wait_until(lambda: len(handler.answers) == 21)
        assert handler.answers[-1] == (plain_numbers(1)[0], 8, "")
        assert client.post("/cut").json() == {}
        wait_until(lambda: handler.session.stats.connections == 2)
        for request, status, sentence in [
            (("POST", "/options", {"nothing": 1}), 400, "there is no option nothing"),
            (("POST", "/options", {"latency": -1}), 400, "latency must not be negative"),
            (("POST", "/mo", {"source": "1"}), 400, "destination is missing"),
            (("POST", "/mo", {**mo, "source": "۹۸"}), 400, "source has a character that SMPP cannot carry: '۹'"),
            (("POST", "/mo", []), 400, "the body must be a JSON object"),
            (("GET", "/nowhere", None), 404, "there is no GET /nowhere"),
        ]:
            answer = client.request(*request[:2], json=request[2])
            assert (answer.status_code, answer.json()) == (status, {"error": sentence})
    child.send_signal(signal.SIGTERM)
    assert child.wait(10) == 0


def test_the_command_refuses_impossible_options():
    with pytest.raises(CommandError, match="error_rate must be between 0 and 1"):
        call_command("smsc_simulator", "--error-rate", "2")


def test_the_command_says_that_its_port_is_taken():
    with simulator() as smsc, pytest.raises(CommandError, match="cannot listen"):
        call_command("smsc_simulator", "--port", str(smsc.port))
