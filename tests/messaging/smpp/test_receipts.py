"""Receipts in the shapes that operators give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.smpp.pdu import ShortMessage, Tag
from messaging.smpp.receipts import IdBase, MessageState, Receipt, normalise_id, read_receipt

USUAL = b"id:0000004711 sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:hello"


def receipt(message, *, tlvs=None, data_coding=0, ids=IdBase.SAME):
    sm = ShortMessage()
    sm.message, sm.tlvs, sm.data_coding, sm.esm_class = message, tlvs or {}, data_coding, 4
    return read_receipt(sm, ids)


def test_the_specifications_own_form():
    assert receipt(USUAL) == Receipt("4711", MessageState.DELIVERED, "000", "2601010001")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            b"ID:4711 SUB:001 DLVRD:000 SUBMIT DATE:2601010000 DONE DATE:260101000159 STAT:UNDELIV ERR:012 TEXT:",
            Receipt("4711", MessageState.UNDELIVERABLE, "012", "260101000159"),
        ),
        (
            b"id: 4711 sub: 1 dlvrd: 1 submit date: 2601010000 done date: 2601010001 stat: DELIVERED err: 0 Text: x",
            Receipt("4711", MessageState.DELIVERED, "0", "2601010001"),
        ),
        (
            b"id:4711 sub:001 dlvrd:001 submitdate:2601010000 donedate:2601010001 stat:EXPIRED err:",
            Receipt("4711", MessageState.EXPIRED, "", "2601010001"),
        ),
        (b"id:4711 stat:REJECTD", Receipt("4711", MessageState.REJECTED, "", "")),
        (b"id:4711 done date:2601010001 stat:ENROUTE", Receipt("4711", MessageState.ENROUTE, "", "2601010001")),
        (b"stat:DELETED err:7 id:4711", Receipt("4711", MessageState.DELETED, "7", "")),
        (b"message_id:4711 status:ACCEPTD", Receipt("4711", MessageState.ACCEPTED, "", "")),
        (b"id:4711 stat:Failed error:0x45", Receipt("4711", MessageState.UNDELIVERABLE, "0x45", "")),
        (b"id:4711 stat:STRANGE", Receipt("4711", MessageState.UNKNOWN, "", "")),
        (b"id:4711", Receipt("4711", MessageState.UNKNOWN, "", "")),
    ],
)
def test_how_operators_bend_it(message, expected):
    assert receipt(message) == expected


@pytest.mark.parametrize("message", [b"", b"delivered", b"text:id:1 stat:DELIVRD", b"id:", "سلام".encode("utf-16-be")])
def test_without_an_id_it_is_no_receipt(message):
    assert receipt(message) is None


def test_the_text_of_the_message_is_not_taken_for_the_receipt():
    assert receipt(b"id:1 stat:UNDELIV text:id:2 stat:DELIVRD err:009") == Receipt(
        "1", MessageState.UNDELIVERABLE, "", ""
    )


def test_ucs2_text_is_read():
    assert receipt(USUAL.decode().encode("utf-16-be"), data_coding=8).smsc_id == "4711"


def test_optional_parameters_alone_are_enough():
    tlvs = {
        Tag.RECEIPTED_MESSAGE_ID: b"00AF\0",
        Tag.MESSAGE_STATE: b"\5",
        Tag.NETWORK_ERROR_CODE: b"\3\0\x1b",
    }
    assert receipt(b"", tlvs=tlvs) == Receipt("af", MessageState.UNDELIVERABLE, "027", "")


def test_the_state_of_the_optional_parameter_wins_when_it_is_one():
    assert receipt(USUAL, tlvs={Tag.MESSAGE_STATE: b"\3"}).state is MessageState.EXPIRED
    assert receipt(USUAL, tlvs={Tag.MESSAGE_STATE: b"\xff"}).state is MessageState.DELIVERED
    assert receipt(USUAL, tlvs={Tag.MESSAGE_STATE: b""}).state is MessageState.DELIVERED


@pytest.mark.parametrize(
    ("ids", "response", "text", "tlv"),
    [
        (IdBase.SAME, b"00AF", b"af", None),
        (IdBase.SAME, b"175", b"000175", None),
        (IdBase.SAME, b"0xAF", b"AF", None),
        (IdBase.SAME, b"6f1a-22", b"6F1A-22", None),
        (IdBase.SAME, b"abc:9", b"", b"abc:9\0"),
        (IdBase.HEX_DEC, b"AF", b"175", None),
        (IdBase.HEX_DEC, b"AF", b"0175", b"AF\0"),
        (IdBase.HEX_DEC, b"AF", b"0175", b"175\0"),
        (IdBase.HEX_DEC, b"AF", b"", b"AF\0"),
        (IdBase.DEC_HEX, b"175", b"000000AF", None),
        (IdBase.DEC_HEX, b"175", b"", b"175\0"),
    ],
)
def test_answer_and_receipt_meet_in_one_form(ids, response, text, tlv):
    message = b"id:%s stat:DELIVRD" % text if text else b""
    found = receipt(message, tlvs={Tag.RECEIPTED_MESSAGE_ID: tlv} if tlv else None, ids=ids)
    assert found.smsc_id == normalise_id(response, ids.response)


def test_ids_that_differ_stay_apart():
    assert normalise_id(b"Zk1") != normalise_id(b"zK1")  # case may carry meaning outside hexadecimal
    assert normalise_id(b"0") == "0"
    assert normalise_id(b"10") != normalise_id(b"100")


@given(st.integers(0, 2**64), st.booleans(), st.integers(0, 6))
def test_one_number_one_form(number, upper, zeros):
    written = b"0" * zeros + (b"%X" if upper else b"%x") % number
    assert normalise_id(written, 16) == str(number)
    assert normalise_id(b"0" * zeros + b"%d" % number, 10) == str(number)
    assert normalise_id(written) == normalise_id(b"%x" % number)


@given(st.binary(max_size=150), st.sampled_from([0, 8]), st.sampled_from(list(IdBase)))
def test_noise_is_read_without_an_exception(noise, data_coding, ids):
    receipt(noise, data_coding=data_coding, ids=ids)
    receipt(b"id:" + noise, tlvs={Tag.RECEIPTED_MESSAGE_ID: noise, Tag.MESSAGE_STATE: noise}, ids=ids)
