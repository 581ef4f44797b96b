"""SMPP 3.4 on the wire: the PDUs we speak, packed and read by hand.

Both ends use it: the session (ESME) and the simulator (SMSC). It holds no sockets and no Django. A frame is the plain
tuple ``(command_id, command_status, sequence, body)``; plain tuples and hand-packed structs because at 20,000 messages
a second a general codec alone would take the whole processor (smpplib: 49 µs to build a submit_sm, this: 0.5).

Faults come in two kinds. A frame whose length cannot be right ends the connection (``Framer.fault``), as nothing after
it can be trusted. A body that does not parse raises `MalformedBody`, and the connection lives on.
Clause numbers are those of the SMPP 3.4 specification, issue 1.2.
"""

import struct
from enum import IntEnum, IntFlag

HEADER = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")
HEADER_LENGTH = 16
LONGEST_PDU = 70_000  # a message_payload TLV may carry 64 KiB (5.3.2.32)
LONGEST_SHORT_MESSAGE = 254
LAST_SEQUENCE = 0x7FFFFFFF
RESPONSE = 0x80000000

Frame = tuple[int, int, int, bytes]


class Command(IntEnum):
    """command_id (5.1.2.1)."""

    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    QUERY_SM = 0x00000003
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    REPLACE_SM = 0x00000007
    CANCEL_SM = 0x00000008
    BIND_TRANSCEIVER = 0x00000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    SUBMIT_MULTI = 0x00000021
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI_RESP = 0x80000021
    DATA_SM_RESP = 0x80000103


class Tag(IntEnum):
    """The optional parameters this project reads or writes (5.3.2); others are kept by number."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class EsmClass(IntFlag):
    """esm_class of a message (5.2.12)."""

    RECEIPT = 0x04
    INTERMEDIATE = 0x20
    UDHI = 0x40


MESSAGE_TYPE_BITS = 0x3C
# Plain numbers for the hot path: looking a member up on its enum costs as much as reading a field.
_RECEIPT_TYPES = (EsmClass.RECEIPT.value, EsmClass.INTERMEDIATE.value)
_RECEIPTED_MESSAGE_ID = Tag.RECEIPTED_MESSAGE_ID.value
_MESSAGE_PAYLOAD = Tag.MESSAGE_PAYLOAD.value


class ProtocolError(Exception):
    """Base of what this module raises about bytes or fields."""


class MalformedBody(ProtocolError):
    """A whole PDU whose body does not parse; the connection itself is sound."""


class InvalidField(ProtocolError):
    """A value that SMPP has no room for, e.g. a sender of 30 letters or one in Persian script."""


class Framer:
    """Cuts a byte stream into PDUs, whatever pieces it arrives in.

    After a length that cannot be right, ``fault`` says why; frames before it are still returned, later bytes are
    ignored.
    """

    def __init__(self, longest=LONGEST_PDU):
        self.longest = longest
        self.fault = ""
        self._rest = b""

    @property
    def pending(self):
        """Bytes held of a PDU that has not arrived whole."""
        return len(self._rest)

    def feed(self, data: bytes) -> list[Frame]:
        if self.fault:
            return []
        if self._rest:
            data = self._rest + data
        frames = []
        position = 0
        end = len(data)
        longest = self.longest
        unpack = HEADER.unpack_from
        while end - position >= HEADER_LENGTH:
            length, command, status, sequence = unpack(data, position)
            if length < HEADER_LENGTH or length > longest:
                self.fault = f"command_length {length} is outside {HEADER_LENGTH}..{longest}"
                self._rest = b""
                return frames
            following = position + length
            if following > end:
                break
            frames.append((command, status, sequence, data[position + HEADER_LENGTH : following]))
            position = following
        self._rest = data[position:]
        return frames


def pack(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """One whole PDU."""
    return HEADER.pack(HEADER_LENGTH + len(body), command, status, sequence) + body


def pack_tlv(tag: int, value: bytes) -> bytes:
    return _TLV.pack(tag, len(value)) + value


def read_tlvs(body: bytes, position: int = 0) -> dict[int, bytes]:
    """The optional parameters from ``position`` on, known or not. Raises `MalformedBody` when one is cut short."""
    tlvs = {}
    end = len(body)
    unpack = _TLV.unpack_from
    while position < end:
        start = position + 4
        if start > end:
            raise MalformedBody("an optional parameter is cut short")
        tag, length = unpack(body, position)
        position = start + length
        if position > end:
            raise MalformedBody(f"optional parameter 0x{tag:04X} is cut short")
        tlvs[tag] = body[start:position]
    return tlvs


def c_string(value: str | bytes, longest: int, name: str) -> bytes:
    """A C-octet string with its NUL; ``longest`` counts the NUL, as the specification does. Raises `InvalidField`."""
    try:
        octets = value if isinstance(value, bytes) else value.encode("ascii")
    except UnicodeEncodeError as error:
        raise InvalidField(f"{name} has a character that SMPP cannot carry: {value[error.start]!r}") from None
    if b"\0" in octets:
        raise InvalidField(f"{name} contains a NUL")
    if len(octets) >= longest:
        raise InvalidField(f"{name} is {len(octets)} octets long; SMPP allows {longest - 1}")
    return octets + b"\0"


def read_c_string(body: bytes, position: int = 0) -> tuple[str, int]:
    """Text up to the NUL and the position after it. Raises `MalformedBody` when there is no NUL."""
    end = body.find(0, position)
    if end < 0:
        raise MalformedBody("a string without its end")
    return body[position:end].decode("latin-1"), end + 1


# --- bind ---------------------------------------------------------------------------------------------------------


def pack_bind_body(
    *,
    system_id: str,
    password: str,
    system_type: str = "",
    interface_version: int = 0x34,
    addr_ton: int = 0,
    addr_npi: int = 0,
    address_range: str = "",
) -> bytes:
    """Body of any bind_* (4.1). Raises `InvalidField`: a password over 8 octets is refused, never cut."""
    return (
        c_string(system_id, 16, "system_id")
        + c_string(password, 9, "password")
        + c_string(system_type, 13, "system_type")
        + bytes((interface_version, addr_ton, addr_npi))
        + c_string(address_range, 41, "address_range")
    )


def read_bind_body(body: bytes) -> dict:
    """The fields of a bind_* as a dict with the names of `pack_bind_body`. Raises `MalformedBody`."""
    system_id, position = read_c_string(body)
    password, position = read_c_string(body, position)
    system_type, position = read_c_string(body, position)
    if len(body) < position + 4:
        raise MalformedBody("a bind cut short")
    version, ton, npi = body[position : position + 3]
    address_range, _ = read_c_string(body, position + 3)
    return {
        "system_id": system_id,
        "password": password,
        "system_type": system_type,
        "interface_version": version,
        "addr_ton": ton,
        "addr_npi": npi,
        "address_range": address_range,
    }


# --- submit_sm, deliver_sm, data_sm -------------------------------------------------------------------------------


class SubmitTemplate:
    """All of a submit_sm (4.4) but the recipient, packed once for a (line, part of a text).

    ``body(destination)`` costs one joining of bytes. A message over 254 octets travels as message_payload.
    Raises `InvalidField` for what SMPP cannot carry.
    """

    __slots__ = ("_head", "_tail")

    def __init__(
        self,
        *,
        source: str,
        message: bytes,
        service_type: str = "",
        source_ton: int = 0,
        source_npi: int = 0,
        destination_ton: int = 1,
        destination_npi: int = 1,
        esm_class: int = 0,
        protocol_id: int = 0,
        priority: int = 0,
        schedule_delivery_time: str = "",
        validity_period: str = "",
        registered_delivery: int = 1,
        replace_if_present: int = 0,
        data_coding: int = 0,
        default_message_id: int = 0,
        tlvs: bytes = b"",
    ):
        self._head = (
            c_string(service_type, 6, "service_type")
            + bytes((source_ton, source_npi))
            + c_string(source, 21, "source_addr")
            + bytes((destination_ton, destination_npi))
        )
        if len(message) > LONGEST_SHORT_MESSAGE:
            if len(message) > 0xFFFF:
                raise InvalidField(f"a message of {len(message)} octets; SMPP allows 65535")
            text = b"\0" + pack_tlv(Tag.MESSAGE_PAYLOAD, message)
        else:
            text = bytes((len(message),)) + message
        self._tail = (
            b"\0"
            + bytes((esm_class, protocol_id, priority))
            + c_string(schedule_delivery_time, 17, "schedule_delivery_time")
            + c_string(validity_period, 17, "validity_period")
            + bytes((registered_delivery, replace_if_present, data_coding, default_message_id))
            + text
            + tlvs
        )

    def body(self, destination: str | bytes) -> bytes:
        """The body for one recipient: at most 20 digits (E.164 without the plus), which the caller has validated."""
        if destination.__class__ is str:
            destination = destination.encode("ascii")
        return self._head + destination + self._tail


class ShortMessage:
    """What a submit_sm, deliver_sm or data_sm carries. Addresses are text, the message is bytes in ``data_coding``."""

    __slots__ = (
        "data_coding",
        "destination",
        "destination_npi",
        "destination_ton",
        "esm_class",
        "message",
        "protocol_id",
        "registered_delivery",
        "service_type",
        "source",
        "source_npi",
        "source_ton",
        "tlvs",
    )

    @property
    def is_receipt(self):
        """A receipt by its esm_class, or by carrying the id of the message it is about.

        Never by its text alone: a subscriber could type one.
        """
        return self.esm_class & MESSAGE_TYPE_BITS in _RECEIPT_TYPES or _RECEIPTED_MESSAGE_ID in self.tlvs


_NO_TLVS: dict[int, bytes] = {}


def read_message_body(body: bytes) -> ShortMessage:
    """Reads submit_sm and deliver_sm, whose layouts are one (4.4.1, 4.6.1). Raises `MalformedBody`."""
    sm = ShortMessage()
    try:
        position = _read_addresses(sm, body)
        sm.esm_class = body[position]
        sm.protocol_id = body[position + 1]
        position = body.index(0, position + 3) + 1  # after the priority: schedule_delivery_time
        position = body.index(0, position) + 1  # validity_period
        sm.registered_delivery = body[position]
        sm.data_coding = body[position + 2]
        start = position + 5
        position = start + body[position + 4]
    except (ValueError, IndexError):
        raise MalformedBody("a message cut short") from None
    if position > len(body):
        raise MalformedBody("sm_length is longer than the PDU")
    sm.message = body[start:position]
    if position == len(body):
        sm.tlvs = _NO_TLVS
    else:
        sm.tlvs = read_tlvs(body, position)
        if not sm.message:
            sm.message = sm.tlvs.get(_MESSAGE_PAYLOAD, b"")
    return sm


def read_data_body(body: bytes) -> ShortMessage:
    """Reads data_sm (4.7.1), which some operators use to carry receipts. Raises `MalformedBody`."""
    sm = ShortMessage()
    try:
        position = _read_addresses(sm, body)
        sm.esm_class = body[position]
        sm.protocol_id = 0
        sm.registered_delivery = body[position + 1]
        sm.data_coding = body[position + 2]
    except (ValueError, IndexError):
        raise MalformedBody("a data_sm cut short") from None
    sm.tlvs = read_tlvs(body, position + 3)
    sm.message = sm.tlvs.get(_MESSAGE_PAYLOAD, b"")
    return sm


def _read_addresses(sm, body):
    position = body.index(0)
    sm.service_type = body[:position].decode("latin-1")
    sm.source_ton = body[position + 1]
    sm.source_npi = body[position + 2]
    start = position + 3
    position = body.index(0, start)
    sm.source = body[start:position].decode("latin-1")
    sm.destination_ton = body[position + 1]
    sm.destination_npi = body[position + 2]
    start = position + 3
    position = body.index(0, start)
    sm.destination = body[start:position].decode("latin-1")
    return position + 1


def read_message_id(body: bytes) -> bytes:
    """message_id of a submit_sm_resp or data_sm_resp; empty when there is no body, as error answers may have none."""
    end = body.find(0)
    return body if end < 0 else body[:end]
