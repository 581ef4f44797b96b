"""The receipts and subscribers' messages that the simulator sends, as bodies of deliver_sm or data_sm."""

import time

from messaging.smpp.pdu import EsmClass, InvalidField, Tag, c_string, pack_tlv
from messaging.smpp.receipts import MessageState

_WORDS = {
    MessageState.ENROUTE: b"ENROUTE",
    MessageState.DELIVERED: b"DELIVRD",
    MessageState.EXPIRED: b"EXPIRED",
    MessageState.DELETED: b"DELETED",
    MessageState.UNDELIVERABLE: b"UNDELIV",
    MessageState.ACCEPTED: b"ACCEPTD",
    MessageState.UNKNOWN: b"UNKNOWN",
    MessageState.REJECTED: b"REJECTD",
}
_DELIVER = bytes((EsmClass.RECEIPT, 0, 0, 0, 0, 0, 0, 0, 0))  # esm_class up to sm_default_msg_id
_DATA = bytes((EsmClass.RECEIPT, 0, 0))  # esm_class, registered_delivery, data_coding
_STATE_TLV = {state: pack_tlv(Tag.MESSAGE_STATE, bytes((state,))) for state in MessageState}
_PLAIN = {chr(code) for code in range(32, 123)} - set("$@[\\]^_`") | {"\n"}  # the same in ASCII and GSM-7
_ID_TLV = Tag.RECEIPTED_MESSAGE_ID.to_bytes(2, "big") + b"\0"


def text(identity: bytes, state: MessageState, error: str, stamp: bytes) -> bytes:
    """The receipt's text as in appendix B of SMPP 3.4."""
    delivered = b"001" if state is MessageState.DELIVERED else b"000"
    return b"id:%s sub:001 dlvrd:%s submit date:%s done date:%s stat:%s err:%s text:" % (
        identity,
        delivered,
        stamp,
        stamp,
        _WORDS[state],
        error.encode(),
    )


def deliver_body(addresses: bytes, words: bytes, identity: bytes | None, state: MessageState) -> bytes:
    """``addresses``: service_type to destination_addr. ``identity`` None leaves the optional parameters out."""
    body = addresses + _DELIVER + bytes((len(words),)) + words
    return body if identity is None else body + _tlvs(identity, state)


def data_body(addresses: bytes, words: bytes, identity: bytes | None, state: MessageState) -> bytes:
    body = addresses + _DATA + pack_tlv(Tag.MESSAGE_PAYLOAD, words)
    return body if identity is None else body + _tlvs(identity, state)


def _tlvs(identity, state):
    return _ID_TLV + bytes((len(identity) + 1,)) + identity + b"\0" + _STATE_TLV[state]


class Stamp:
    """YYMMDDhhmm of now, formatted once a minute."""

    def __init__(self):
        self._minute = -1
        self._text = b""

    def now(self) -> bytes:
        minute = int(time.time() // 60)
        if minute != self._minute:
            self._minute = minute
            self._text = time.strftime("%y%m%d%H%M", time.gmtime(minute * 60)).encode()
        return self._text


def mo_bodies(source: str, destination: str, message: str, reference: int) -> list[bytes]:
    """deliver_sm bodies of what a subscriber typed: one, or as many as a long text needs, joined by a UDH.

    Plain ASCII that GSM-7 holds as it is goes out with data_coding 0, anything else as UCS-2. Raises `InvalidField`.
    """
    if not destination or not source:
        raise InvalidField("a subscriber's message needs a source and a destination")
    addresses = b"\0\1\1" + c_string(source, 21, "source") + b"\0\1" + c_string(destination, 21, "destination")
    plain = _PLAIN.issuperset(message)
    coding = 0 if plain else 8
    encoded = message.encode("ascii") if plain else message.encode("utf-16-be", "surrogatepass")
    single, part = (160, 153) if plain else (140, 134)
    if len(encoded) <= single:
        return [_mo_body(addresses, 0, coding, encoded)]
    pieces = _pieces(encoded, part, plain)
    if len(pieces) > 255:
        raise InvalidField("a subscriber's message of more than 255 parts")
    return [
        _mo_body(addresses, EsmClass.UDHI, coding, bytes((5, 0, 3, reference & 255, len(pieces), number)) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


def _pieces(encoded, part, plain):
    """Cut so that no surrogate pair is torn."""
    pieces = []
    start = 0
    while start < len(encoded):
        end = min(start + part, len(encoded))
        if not plain and end < len(encoded) and encoded[end - 2] & 0xFC == 0xD8:
            end -= 2
        pieces.append(encoded[start:end])
        start = end
    return pieces


def _mo_body(addresses, esm_class, coding, message):
    return addresses + bytes((esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(message))) + message
