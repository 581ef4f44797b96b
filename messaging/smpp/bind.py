"""What a session is told and what it tells: the settings of a bind, its states, and the handler it calls."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from messaging.smpp.pdu import Command, InvalidField, ShortMessage, pack_bind_body
from messaging.smpp.receipts import IdBase, Receipt

Token = Any  # whatever the handler uses to know a message by; the session only hands it back
Outgoing = tuple[Token, bytes]  # (token, body of a submit_sm: see pdu.SubmitTemplate)
Answer = tuple[Token, int, str]  # (token, command_status, normalised message id or "")


class ConfigurationError(ValueError):
    """A setting that SMPP has no room for; the sentence names it."""


class BindType(Enum):
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    TRANSCEIVER = "transceiver"

    @property
    def command(self) -> Command:
        return Command[f"BIND_{self.name}"]

    @property
    def can_submit(self) -> bool:
        return self is not BindType.RECEIVER


class BindState(Enum):
    """disconnected → connecting → bound → unbinding → disconnected; refused instead of bound when the operator says no
    for good (wrong password...); stopped at the end of `Session.run`."""

    CONNECTING = "connecting"
    BOUND = "bound"
    UNBINDING = "unbinding"
    DISCONNECTED = "disconnected"
    REFUSED = "refused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class BindConfig:
    """Settings of one bind. Times are seconds. Raises `ConfigurationError` for what SMPP cannot carry: a password over
    8 octets is refused here rather than cut on the wire."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    bind_type: BindType = BindType.TRANSCEIVER
    interface_version: int = 0x34
    addr_ton: int = 0
    addr_npi: int = 0
    address_range: str = ""
    window: int = 100  # submit_sm without an answer at once
    id_base: IdBase = IdBase.SAME
    enquire_link_seconds: float = 30.0  # silence after which the peer is asked whether it lives
    enquire_link_timeout_seconds: float = 15.0
    response_timeout_seconds: float = 60.0  # for the answer to a submit_sm
    unbind_timeout_seconds: float = 5.0
    connect_timeout_seconds: float = 10.0  # for the TCP connection, and again for the answer to the bind
    reconnect_min_seconds: float = 1.0
    reconnect_max_seconds: float = 60.0
    refused_min_seconds: float = 30.0  # after a refusal for good: no hammering with a wrong password
    refused_max_seconds: float = 600.0
    max_unacknowledged: int = 50_000  # deliveries kept waiting for `Session.acknowledge` before reading pauses

    def __post_init__(self):
        object.__setattr__(self, "bind_type", BindType(self.bind_type))
        object.__setattr__(self, "id_base", IdBase(self.id_base))
        if not 0 < self.port < 65536:
            raise ConfigurationError("port must be 1 to 65535")
        if self.window < 1:
            raise ConfigurationError("window must be at least 1")
        try:
            self.bind_body()
        except InvalidField as error:
            raise ConfigurationError(str(error)) from None

    def bind_body(self) -> bytes:
        return pack_bind_body(
            system_id=self.system_id,
            password=self.password,
            system_type=self.system_type,
            interface_version=self.interface_version,
            addr_ton=self.addr_ton,
            addr_npi=self.addr_npi,
            address_range=self.address_range,
        )


class Delivery:
    """A deliver_sm or data_sm that came in: a receipt (``receipt`` is set), or a subscriber's message.

    ``is_receipt`` with ``receipt`` None is a receipt that names no message. ``body`` is the PDU's body as it came. It
    knows its connection and sequence, so that it can be acknowledged once it is durable.
    """

    __slots__ = ("body", "command", "connection", "is_receipt", "receipt", "sequence", "sm")

    def __init__(self, connection: int, command: int, sequence: int, body: bytes, sm: ShortMessage):
        self.connection = connection
        self.command = command
        self.sequence = sequence
        self.body = body
        self.sm = sm
        self.is_receipt = sm.is_receipt
        self.receipt: Receipt | None = None

    def __repr__(self):
        return f"<Delivery {self.connection}/{self.sequence} {self.receipt or self.sm.source}>"


class Stats:
    """Counts since the session began; only ever growing."""

    __slots__ = ("accepted", "answered", "connections", "delivered", "ignored", "malformed", "submitted", "throttled")

    def __init__(self):
        self.submitted = self.answered = self.accepted = self.throttled = 0
        self.delivered = self.malformed = self.ignored = self.connections = 0

    def as_dict(self) -> dict[str, int]:
        return {field: getattr(self, field) for field in self.__slots__}


class Handler(Protocol):
    """What a session calls, always in the session's own thread. Each must be quick, as nothing is read or written
    meanwhile. An exception raised here ends `Session.run` with it, after `lost` was told."""

    def pull(self, room: int) -> list[Outgoing]:
        """At most ``room`` messages to submit, in order. Fewer than ``room`` means there is no more now: the session
        asks again only after `Session.wake` or the time given to `Session.wake_at`."""

    def answered(self, answers: list[Answer]) -> None:
        """Answers as they were read, in batches. One with a throttling status has not been taken by the operator: put
        it back at the head of the queue; the session itself slows down. An answer may still come after `timed_out`."""

    def delivered(self, deliveries: list[Delivery]) -> None:
        """Make them durable, then `Session.acknowledge` them, from any thread. Unacknowledged ones come again from the
        operator, so the same one may be seen twice."""

    def lost(self, maybe_sent: list[Token], not_sent: list[Token]) -> None:
        """The connection is gone. ``not_sent`` provably never left our buffer and may be sent again; of ``maybe_sent``
        at least one byte was handed to the socket and no answer came: their fate is unknown."""

    def timed_out(self, tokens: list[Token]) -> None:
        """Sent, but no answer in time while the connection lives: unknown, like ``maybe_sent``."""

    def state(self, state: BindState, error: str) -> None:
        """The bind changed its state; ``error`` is "" or says why (`Session.last_status` holds a refusal's code)."""
