"""The wire against npm ``smpp``, which is neither ours nor smpplib: our session to its server, its client to our SMSC.

Needs node (``NODE``, or the one on PATH) and the packages of package.json (``NODE_PATH``; script/test sets both).
"""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from messaging.smpp.pdu import Command, SubmitTemplate, pack_tlv
from messaging.smpp.receipts import MessageState
from messaging.smpp.session import BindState
from messaging.smpp.simulator import simulator
from tests.messaging.smpp.support import running, wait_until

pytestmark = pytest.mark.interop

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / "tests" / "interop"


@pytest.fixture(scope="module")
def node():
    """Runs a program of tests/interop. Absent, the tests are left out, but never in CI."""
    program = os.environ.get("NODE") or shutil.which("node")
    packages = os.environ.get("NODE_PATH") or str(ROOT / "var" / "frontend" / "node_modules")
    if not program or not Path(packages, "smpp").is_dir():
        if os.environ.get("CI"):
            pytest.fail("node and its packages are missing; script/test installs them")
        pytest.skip("needs node and the packages of package.json: run script/test")

    @contextmanager
    def run(name, *arguments):
        process = subprocess.Popen(
            [program, str(PROGRAMS / name), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"NODE_PATH": packages},
        )
        try:
            yield process
        finally:
            process.stdin.close()
            process.kill()
            process.stdout.close()
            process.wait()

    return run


def until(process, event):
    """The events up to and with the first of the kind ``event``."""
    seen = []
    for line in process.stdout:
        seen.append(json.loads(line))
        if seen[-1]["event"] == event:
            return seen
    pytest.fail(f"ended after {seen}")


def test_our_session_is_understood_by_its_server(node):
    with node("smsc.js") as server:
        port = until(server, "listening")[0]["port"]
        persian = SubmitTemplate(
            source="983000505",
            message="سلام دنیا".encode("utf-16-be"),
            data_coding=8,
            validity_period="000001000000000R",
            tlvs=pack_tlv(0x0204, b"\x12\x34"),
        )
        second_part = SubmitTemplate(
            source="Shop", source_ton=5, message=bytes((5, 0, 3, 7, 2, 2)) + b"part two", esm_class=0x40
        )
        long = SubmitTemplate(source="983000505", message=b"p" * 300)
        queue = [
            ("persian", persian.body("989121237001")),
            ("part", second_part.body("989121237002")),
            ("refused", persian.body("989121230003")),
            ("long", long.body("989121237003")),
        ]
        with running(port, queue, id_base="hex-dec", system_type="VMA", enquire_link_seconds=0.05) as handler:
            wait_until(lambda: len(handler.receipts) == 3)
            assert handler.answers == [
                ("persian", 0, "160"),
                ("part", 0, "161"),
                ("refused", 0x0B, ""),
                ("long", 0, "162"),
            ]
            assert [(receipt.smsc_id, receipt.state, receipt.error) for receipt in handler.receipts] == [
                (number, MessageState.DELIVERED, "000") for number in ("160", "161", "162")
            ]
            events = [event for _ in range(3) for event in until(server, "deliver_sm_resp")]
            if not any(event["event"] == "enquire_link" for event in events):
                until(server, "enquire_link")
        bind, submits = events[0], [event for event in events if event["event"] == "submit_sm"]
        assert (bind["event"], bind["system_id"], bind["password"], bind["system_type"]) == (
            "bind_transceiver",
            "demo",
            "secret",
            "VMA",
        )
        assert [(submit["destination"], submit["message"], submit["payload"]) for submit in submits] == [
            ("989121237001", "سلام دنیا", None),
            ("989121237002", "part two", None),
            ("989121230003", "سلام دنیا", None),
            ("989121237003", "", "p" * 300),
        ]
        first, second = submits[:2]
        assert (first["source"], first["destination_ton"], first["destination_npi"]) == ("983000505", 1, 1)
        assert (first["data_coding"], first["registered_delivery"]) == (8, 1)
        assert first["user_message_reference"] == 0x1234
        assert (second["source"], second["source_ton"], second["esm_class"]) == ("Shop", 5, 0x40)
        assert second["udh"] == "0003070202"
        acknowledged = [event["command_status"] for event in events if event["event"] == "deliver_sm_resp"]
        assert acknowledged == [0, 0, 0]
        until(server, "unbind")


def test_a_subscribers_message_of_its_server_is_read(node):
    with node("smsc.js") as server:
        port = until(server, "listening")[0]["port"]
        with running(port, system_type="MO") as handler:
            wait_until(lambda: handler.deliveries)
            sm = handler.deliveries[0].sm
            assert (sm.source, sm.destination, sm.data_coding) == ("989121234567", "983000505", 8)
            assert sm.message == bytes((5, 0, 3, 9, 2, 1)) + "سلام".encode("utf-16-be")
            assert sm.esm_class == 0x40
            assert handler.deliveries[0].command is Command.DELIVER_SM


def test_its_server_refuses_a_wrong_password(node):
    with node("smsc.js") as server:
        port = until(server, "listening")[0]["port"]
        with running(port, password="wrong", until_bound=False) as handler:
            wait_until(lambda: handler.count(BindState.REFUSED))
            assert handler.session.last_status == 0x0E


def test_our_simulator_is_understood_by_its_client(node):
    with simulator(system_id="demo", password="secret") as smsc, node("esme.js", str(smsc.port), "secret") as client:
        events = until(client, "ready")
        smsc.send_mo("989121234567", "983000505", "لغو ۱۱")
        events += until(client, "closed")
        by_kind = {}
        for event in events:
            by_kind.setdefault(event.pop("event"), []).append(event)
        assert by_kind["bind_transceiver_resp"] == [
            {"command_status": 0, "system_id": "demo", "sc_interface_version": 0x34}
        ]
        assert by_kind["enquire_link_resp"] == [{"command_status": 0}]
        assert by_kind["generic_nack"] == [{"command_status": 3}]  # the simulator knows no query_sm
        assert by_kind["unbind_resp"] == [{"command_status": 0}]
        assert "error" not in by_kind
        answers = {event["destination"]: event for event in by_kind["submit_sm_resp"]}
        assert {number: answer["command_status"] for number, answer in answers.items()} == {
            "989121237001": 0,
            "989121237002": 0,
            "989121230001": 0,
            "989121230003": 0x0B,
            "989121237003": 0,
        }
        receipts = {event["source"]: event for event in by_kind["deliver_sm"] if event["esm_class"] == 4}
        assert {number: receipt["message_state"] for number, receipt in receipts.items()} == {
            "989121237001": 2,
            "989121237002": 2,
            "989121230001": 5,
        }
        for number, receipt in receipts.items():
            assert receipt["receipted_message_id"] == answers[number]["message_id"]
            assert receipt["message"].startswith(f"id:{answers[number]['message_id']} sub:001 ")
        mo = [event for event in by_kind["deliver_sm"] if event["esm_class"] == 0]
        assert [(event["source"], event["destination"], event["message"]) for event in mo] == [
            ("989121234567", "983000505", "لغو ۱۱")
        ]
        submits = {submit.destination: submit for submit in smsc.submits}
        assert submits["989121237001"].message == b"hello"
        assert submits["989121237002"].message == "سلام دنیا".encode("utf-16-be")
        assert submits["989121237003"].message == b"p" * 300


def test_our_simulator_refuses_its_client_with_a_wrong_password(node):
    with simulator(system_id="demo", password="secret") as smsc, node("esme.js", str(smsc.port), "wrong") as client:
        events = until(client, "closed")
        assert (events[0]["event"], events[0]["command_status"]) == ("bind_transceiver_resp", 0x0E)
