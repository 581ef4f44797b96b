"""The error tables: every code has its action and its words in both languages."""

import re
from pathlib import Path

import pytest

from messaging.smpp import sentences
from messaging.smpp.errors import (
    Action,
    Status,
    action,
    bind_error_sentence,
    name,
    receipt_error_sentence,
    sentence,
    state_sentence,
)
from messaging.smpp.receipts import MessageState

PERSIAN = re.compile("[آ-ی]")


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_an_action_and_both_sentences(status):
    assert status in sentences.STATUSES
    assert isinstance(action(status), Action)
    assert PERSIAN.search(sentence(status, "fa"))
    assert not PERSIAN.search(sentence(status, "en"))
    assert sentence(status, "fa").endswith(".")
    assert sentence(status, "en").endswith(".")


def test_no_row_without_a_name():
    assert set(sentences.STATUSES) == {int(status) for status in Status}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (0x00, Action.ACCEPT),
        (0x58, Action.THROTTLE),
        (0x14, Action.THROTTLE),
        (0x08, Action.RETRY),
        (0x64, Action.RETRY),
        (0x0A, Action.REJECT),
        (0x0B, Action.REJECT),
        (0x45, Action.REJECT),
        (0x0E, Action.FATAL_BIND),
        (0x0F, Action.FATAL_BIND),
        (0x400, Action.REJECT),
        (0x4FF, Action.REJECT),
        (0x10000, Action.REJECT),
        (0x09, Action.RETRY),
        (0x3FF, Action.RETRY),
    ],
)
def test_what_is_done(status, expected):
    assert action(status) is expected


def test_codes_without_a_name_say_their_number():
    assert name(0x58) == "ESME_RTHROTTLED"
    assert name(0x402) == "0x00000402"
    assert "0x00000402" in sentence(0x402, "fa")
    assert "0x00000402" in sentence(0x402, "en")


@pytest.mark.parametrize("state", list(MessageState))
def test_every_state_has_both_sentences(state):
    assert PERSIAN.search(state_sentence(state, "fa"))
    assert not PERSIAN.search(state_sentence(state, "en"))


def test_states_and_errors_nobody_knows():
    assert state_sentence(77, "en") == state_sentence(MessageState.UNKNOWN, "en")
    assert receipt_error_sentence("xyz") == ""
    assert receipt_error_sentence("") == ""


def test_receipt_errors_are_found_with_and_without_zeros():
    assert receipt_error_sentence("27", "en") == receipt_error_sentence("027", "en")
    assert PERSIAN.search(receipt_error_sentence("001", "fa"))


def test_final_states():
    assert {state for state in MessageState if not state.is_final} == {
        MessageState.SCHEDULED,
        MessageState.ENROUTE,
        MessageState.ACCEPTED,
    }


@pytest.mark.parametrize(
    ("error", "english"),
    [
        (
            "cannot connect to 127.0.0.1:2775: Connection refused",
            "No connection to 127.0.0.1:2775: Connection refused. "
            "Check the address, the port and the operator's allow-list.",
        ),
        (
            "the operator refused the bind: ESME_RINVPASWD",
            "ESME_RINVPASWD: The operator says the password is wrong; correct the gateway's password.",
        ),
        (
            "the operator did not bind us: 0x00000402",
            "0x00000402: The operator refused it with its own code 0x00000402; ask the operator what it means.",
        ),
        ("the operator closed the connection", "The operator closed the connection. It is made again by itself."),
    ],
)
def test_why_a_bind_is_down_is_said_in_both_languages(error, english):
    assert bind_error_sentence(error, "en") == english
    assert PERSIAN.search(bind_error_sentence(error, "fa"))


def test_the_reason_of_the_system_is_translated_too():
    assert "Connection refused" not in bind_error_sentence("cannot connect to [::1]:1: Connection refused", "fa")
    assert bind_error_sentence("something else", "fa") == "something else"


def test_every_error_that_the_session_says_has_its_sentences():
    said = set()
    folder = Path(__file__).resolve().parents[3] / "messaging" / "smpp"
    for module in ("link", "dial", "session"):
        source = (folder / f"{module}.py").read_text()
        said |= set(re.findall(r'(?:LinkClosed|_Refused|BindState.UNBINDING, )\(?f?"([^"]+)"', source))
    said.discard("stopped before the connection was made")
    assert len(said) >= 11
    for template in said:
        error = re.sub(r"\{name\(status\)\}", "ESME_RSYSERR", template).replace("{cut}", "")
        error = re.sub(r"\{[^}]*\}", "something", error)
        assert bind_error_sentence(error, "fa") != error, error
