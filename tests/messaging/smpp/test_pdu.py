"""The codec by itself, and beside smpplib where smpplib is right."""

import pytest
import smpplib.smpp
from hypothesis import given
from hypothesis import strategies as st

from messaging.smpp.pdu import (
    LONGEST_PDU,
    Command,
    Framer,
    InvalidField,
    MalformedBody,
    SubmitTemplate,
    pack,
    pack_bind_body,
    pack_tlv,
    read_bind_body,
    read_data_body,
    read_message_body,
    read_message_id,
    read_tlvs,
)


class Numbers:
    """What smpplib asks its client for: the sequence number of every PDU."""

    sequence = 7

    def next_sequence(self):
        return self.sequence


frames = st.lists(
    st.tuples(
        st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF), st.binary(max_size=80)
    ),
    max_size=6,
)


@given(frames, st.data())
def test_frames_come_out_whole_however_they_are_cut(frames, data):
    stream = b"".join(pack(*frame) for frame in frames)
    framer, seen = Framer(), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        seen += framer.feed(stream[:size])
        stream = stream[size:]
    assert seen == frames
    assert framer.fault == ""
    assert framer.pending == 0


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_any_bytes_give_frames_or_a_fault_and_nothing_else(pieces):
    framer = Framer()
    for piece in pieces:
        framer.feed(piece)


def test_frames_before_a_fault_count_and_nothing_after_it():
    framer = Framer()
    assert framer.feed(pack(4, 0, 1, b"x") + b"\0\0\0\x0f" + bytes(12) + pack(4, 0, 2)) == [(4, 0, 1, b"x")]
    assert framer.fault == "command_length 15 is outside 16..70000"
    assert framer.feed(pack(4, 0, 3)) == []


def test_a_pdu_over_the_cap_is_a_fault_before_it_has_arrived():
    framer = Framer()
    framer.feed((LONGEST_PDU + 1).to_bytes(4, "big") + bytes(12))
    assert framer.fault


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=20),
    st.text(alphabet="0123456789", min_size=1, max_size=20),
    st.binary(max_size=400),
    st.integers(0, 255),
    st.integers(0, 255),
)
def test_what_a_template_packs_is_read_back(source, destination, message, data_coding, esm_class):
    template = SubmitTemplate(source=source, message=message, data_coding=data_coding, esm_class=esm_class)
    body = template.body(destination)
    assert body == template.body(destination.encode())
    sm = read_message_body(body)
    assert (sm.source, sm.destination, sm.message) == (source, destination, message)
    assert (sm.data_coding, sm.esm_class, sm.registered_delivery) == (data_coding, esm_class, 1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "بازرگان"}, "source_addr has a character that SMPP cannot carry: 'ب'"),
        ({"source": "x" * 21}, "source_addr is 21 octets long; SMPP allows 20"),
        ({"source": "a\0b"}, "source_addr contains a NUL"),
        ({"service_type": "toolong"}, "service_type is 7 octets long; SMPP allows 5"),
        ({"message": bytes(0x10000)}, "a message of 65536 octets; SMPP allows 65535"),
    ],
)
def test_a_template_refuses_what_smpp_cannot_carry(fields, sentence):
    with pytest.raises(InvalidField) as raised:
        SubmitTemplate(**{"source": "983000", "message": b"", **fields})
    assert str(raised.value) == sentence


@pytest.mark.parametrize("length", [0, 1, 160, 254])
def test_submit_sm_is_smpplibs_own(length):
    message = bytes(range(length))
    theirs = smpplib.smpp.make_pdu(
        "submit_sm",
        client=Numbers(),
        service_type="WAP",
        source_addr_ton=5,
        source_addr_npi=0,
        source_addr="Shop",
        dest_addr_ton=1,
        dest_addr_npi=1,
        destination_addr="989121234567",
        esm_class=0x40,
        protocol_id=1,
        priority_flag=2,
        validity_period="000001000000000R",
        registered_delivery=1,
        data_coding=8,
        short_message=message,
    )
    template = SubmitTemplate(
        source="Shop",
        message=message,
        service_type="WAP",
        source_ton=5,
        esm_class=0x40,
        protocol_id=1,
        priority=2,
        validity_period="000001000000000R",
        data_coding=8,
    )
    assert pack(Command.SUBMIT_SM, 0, 7, template.body("989121234567")) == theirs.generate()


def test_smpplib_reads_our_submit_and_its_payload():
    body = SubmitTemplate(source="983000", message=b"y" * 300, data_coding=0).body("989121234567")
    parsed = smpplib.smpp.parse_pdu(pack(Command.SUBMIT_SM, 0, 9, body), client=Numbers())
    assert (parsed.command, parsed.sequence) == ("submit_sm", 9)
    assert (parsed.source_addr, parsed.destination_addr) == (b"983000", b"989121234567")
    assert parsed.message_payload == b"y" * 300


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (Command.BIND_TRANSMITTER, "bind_transmitter"),
        (Command.BIND_RECEIVER, "bind_receiver"),
        (Command.BIND_TRANSCEIVER, "bind_transceiver"),
    ],
)
def test_binds_are_smpplibs_own(command, name):
    fields = {
        "system_id": "demo",
        "password": "secret12",
        "system_type": "VMA",
        "addr_ton": 1,
        "addr_npi": 1,
        "address_range": "^98",
    }
    theirs = smpplib.smpp.make_pdu(name, client=Numbers(), **fields, interface_version=0x34).generate()
    assert pack(command, 0, 7, pack_bind_body(**fields)) == theirs
    assert read_bind_body(theirs[16:]) == {**fields, "interface_version": 0x34}


def test_a_delivery_of_smpplib_is_read():
    theirs = smpplib.smpp.make_pdu(
        "deliver_sm",
        client=Numbers(),
        source_addr="989121234567",
        source_addr_ton=1,
        destination_addr="983000",
        esm_class=4,
        data_coding=3,
        short_message=b"id:5",
        receipted_message_id="00AF",
        message_state=2,
    )
    sm = read_message_body(theirs.generate()[16:])
    assert (sm.source, sm.destination, sm.message) == ("989121234567", "983000", b"id:5")
    assert (sm.source_ton, sm.esm_class, sm.data_coding) == (1, 4, 3)
    assert sm.tlvs == {0x001E: b"00AF\0", 0x0427: b"\2"}
    assert sm.is_receipt


def test_every_prefix_of_a_delivery_is_whole_or_malformed():
    body = SubmitTemplate(source="1", message=b"hello", tlvs=pack_tlv(0x1400, b"vendor")).body("2")
    whole = 0
    for end in range(len(body)):
        try:
            read_message_body(body[:end])
            whole += 1
        except MalformedBody:
            pass
    assert whole == 1  # without the optional parameter


@given(st.binary(max_size=120))
def test_bodies_of_noise_are_read_or_malformed(noise):
    for reader in (read_message_body, read_data_body, read_bind_body, read_tlvs):
        try:
            reader(noise)
        except MalformedBody:
            continue
    read_message_id(noise)


def test_data_sm_carries_its_message_in_the_payload():
    body = b"\0\1\x0112\0\1\x0134\0\4\0\0" + pack_tlv(0x0424, b"id:1 stat:DELIVRD") + pack_tlv(0x001E, b"1\0")
    sm = read_data_body(body)
    assert (sm.source, sm.destination, sm.message) == ("12", "34", b"id:1 stat:DELIVRD")
    assert sm.is_receipt


@pytest.mark.parametrize(("body", "message_id"), [(b"", b""), (b"\0", b""), (b"1a\0", b"1a"), (b"no end", b"no end")])
def test_message_id_of_an_answer(body, message_id):
    assert read_message_id(body) == message_id
