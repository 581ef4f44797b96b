"""Delivery receipts: what an operator says became of a message.

A receipt comes as text (appendix B of SMPP 3.4, a form that every operator bends a little) and, from better operators,
as optional parameters too. The id inside it is compared with the one of submit_sm_resp as text, after both were brought
to one form: operators answer in hexadecimal and receipt in decimal, pad with zeros, or change the case.
"""

import re
from enum import Enum, IntEnum
from typing import NamedTuple

from messaging.smpp.pdu import ShortMessage, Tag


class MessageState(IntEnum):
    """message_state (5.2.28); SCHEDULED and SKIPPED are of SMPP 5.0."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9

    @property
    def is_final(self):
        return self in FINAL_STATES


FINAL_STATES = frozenset(MessageState) - {MessageState.SCHEDULED, MessageState.ENROUTE, MessageState.ACCEPTED}


class IdBase(Enum):
    """How the ids of submit_sm_resp and of the receipt's text are written: a gateway's setting."""

    SAME = "same", 0, 0
    HEX_DEC = "hex-dec", 16, 10
    DEC_HEX = "dec-hex", 10, 16

    def __new__(cls, value, response, receipt):
        member = object.__new__(cls)
        member._value_ = value
        member.response = response
        member.receipt = receipt
        return member


class Receipt(NamedTuple):
    """``smsc_id`` is normalised; ``error`` is the operator's err, "" when absent; ``done_at_text`` as the operator
    wrote it (YYMMDDhhmm, sometimes with seconds, in the operator's own time zone)."""

    smsc_id: str
    state: MessageState
    error: str
    done_at_text: str


_HEX = re.compile(rb"(?:0[xX])?[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+)*")


def normalise_id(raw: bytes, base: int = 0) -> str:
    """The id as comparable text. ``base`` 16 or 10: the number it writes, in decimal. ``base`` 0: without leading zeros
    and in small letters when it is made of hexadecimal digits only, else as it is (case may then carry meaning)."""
    if base:
        try:
            return str(int(raw, base))
        except ValueError:
            base = 0
    if raw.isdigit():
        return raw.decode("latin-1").lstrip("0") or "0"
    raw = raw.strip()
    text = raw.decode("latin-1")
    if _HEX.fullmatch(raw):
        return text.lower().removeprefix("0x").lstrip("0") or "0"
    return text


_WHOLE = re.compile(
    rb"\s*id\s*:\s*([^\s:]+)\s+sub\s*:\s*\d*\s+dlvrd\s*:\s*\d*\s+submit\s*date\s*:\s*\d*\s+"
    rb"done\s*date\s*:\s*(\d*)\s+stat\s*:\s*(\w+)(?:\s+err\s*:\s*([^\s:]*)(?=\s|$))?",
    re.IGNORECASE,
)
_FIELDS = {
    name: re.compile(rb"(?:^|[\s,;])" + pattern, re.IGNORECASE)
    for name, pattern in {
        "id": rb"(?:message[\s_]?)?id\s*[:=]\s*([^\s:,;]+)",
        "done": rb"done[\s_]*date\s*[:=]\s*(\d+)",
        "stat": rb"stat(?:us|e)?\s*[:=]\s*(\w+)",
        "err": rb"err(?:or)?\s*[:=]\s*([^\s:,;]+)",
    }.items()
}
# By the first letters: operators write DELIVRD, DELIVERED, Delivrd, UNDELIV, UNDELIVERABLE...
_STATES = {
    b"DELIV": MessageState.DELIVERED,
    b"EXPIR": MessageState.EXPIRED,
    b"DELET": MessageState.DELETED,
    b"UNDEL": MessageState.UNDELIVERABLE,
    b"FAILE": MessageState.UNDELIVERABLE,
    b"ACCEP": MessageState.ACCEPTED,
    b"ACKED": MessageState.ACCEPTED,
    b"ENROU": MessageState.ENROUTE,
    b"BUFFE": MessageState.ENROUTE,
    b"REJEC": MessageState.REJECTED,
    b"SCHED": MessageState.SCHEDULED,
    b"SKIPP": MessageState.SKIPPED,
    b"UNKNO": MessageState.UNKNOWN,
}
_STATES_BY_NUMBER = {state.value: state for state in MessageState}
_UNKNOWN = MessageState.UNKNOWN
_RECEIPTED_MESSAGE_ID, _MESSAGE_STATE, _NETWORK_ERROR_CODE = (
    Tag.RECEIPTED_MESSAGE_ID.value,
    Tag.MESSAGE_STATE.value,
    Tag.NETWORK_ERROR_CODE.value,
)


def read_receipt(sm: ShortMessage, ids: IdBase = IdBase.SAME) -> Receipt | None:
    """What the receipt says, or None when it names no message.

    Where both forms speak: the state is the optional parameter's. The id is the optional parameter's too, which is
    submit_sm_resp's own form (5.3.2.12), but the text's where the gateway's setting says that the bases differ, since
    some operators then write the receipt's base in both places.
    """
    message = sm.message
    if sm.data_coding == 8:
        message = message.decode("utf-16-be", "ignore").encode("latin-1", "ignore")
    message = message.replace(b"\0", b"")  # in no id; PostgreSQL stores no text with it
    identity, done, word, error = _read_text(message)
    tlvs = sm.tlvs
    base = ids.receipt
    if tlvs:
        told = tlvs.get(_RECEIPTED_MESSAGE_ID, b"").replace(b"\0", b"")
        if told and (not identity or not base):
            identity = told
            base = ids.response
    if not identity:
        return None
    state = _STATES.get(word[:5].upper(), _UNKNOWN)
    if tlvs:
        number = tlvs.get(_MESSAGE_STATE)
        if number:
            state = _STATES_BY_NUMBER.get(number[0], state)
        network = tlvs.get(_NETWORK_ERROR_CODE)
        if network and len(network) == 3 and not error:
            return Receipt(normalise_id(identity, base), state, f"{network[1] << 8 | network[2]:03d}", done)
    return Receipt(normalise_id(identity, base), state, error, done)


def _read_text(message):
    whole = _WHOLE.match(message)
    if whole:
        identity, done, word, error = whole.groups()
        return identity, done.decode(), word, error.decode("latin-1") if error else ""
    # The "text:" at the end repeats the subscriber's own message, which may hold words like ours.
    head = re.split(rb"(?i)(?:^|\s)text\s*:", message, maxsplit=1)[0]
    found = {name: pattern.search(head) for name, pattern in _FIELDS.items()}
    values = {name: match[1] if match else b"" for name, match in found.items()}
    return values["id"], values["done"].decode(), values["stat"], values["err"].decode("latin-1")
