"""How the simulated operator behaves, and the agreed digits. docs/simulator.md shows both as tables."""

from dataclasses import dataclass, fields

from messaging.smpp.errors import Status
from messaging.smpp.receipts import MessageState


@dataclass
class Options:
    """Every value may be changed while the simulator runs. Times are seconds, shares are 0 to 1."""

    system_id: str = ""  # "" lets anybody bind
    password: str = ""  # asked for only when system_id is set
    max_binds: int = 0  # 0: as many as come
    latency: float = 0.0  # before each answer to a submit_sm
    throughput: float = 0.0  # parts a second; RTHROTTLED above it; 0: no cap
    throttle_rate: float = 0.0  # share answered RTHROTTLED at random
    error_rate: float = 0.0  # share answered with error_status at random
    error_status: int = Status.ESME_RSYSERR
    drop_answers: float = 0.0  # share taken, but never answered
    receipt_delay: float = 0.0  # between the answer and the receipt
    drop_receipts: float = 0.0  # share that never gets a receipt
    early_receipts: float = 0.0  # share whose receipt comes before the answer
    late_receipts: float = 0.0  # share whose receipt comes late_seconds later
    late_seconds: float = 5.0
    duplicate_receipts: float = 0.0  # share whose receipt comes twice
    undelivered_rate: float = 0.0  # share whose receipt says UNDELIV
    shuffle_receipts: bool = False  # receipts of what arrived together come in any order
    id_format: str = "decimal"  # of the id in submit_sm_resp: decimal or hex
    receipt_id_format: str = "same"  # of the id in the receipt's text: same, decimal or hex
    receipt_tlvs: bool = True  # receipted_message_id and message_state beside the text
    receipt_command: str = "deliver_sm"  # or data_sm
    deliver_window: int = 1000  # deliver_sm without an acknowledgement at once, for each bind
    fates: bool = True  # numbers that end in agreed digits have agreed fates
    silent: bool = False  # takes everything, answers nothing, not even enquire_link
    read_pause: float = 0.0  # a slow reader: rests so long after every read
    cut_after: int = 0  # cuts each connection after so many submits
    cut_mid_pdu: bool = False  # and leaves half an answer on the wire
    watch: str = ""  # keeps the moment at which each submit_sm to a number that begins so was taken

    def __post_init__(self):
        self.check()

    def update(self, values: dict) -> None:
        """Sets options by name. Raises ValueError, with nothing changed, for an unknown name or a wrong value."""
        kinds = {field.name: type(field.default) for field in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no option {name}")
            wanted = (int, float) if kinds[name] is float else kinds[name]
            if not isinstance(value, wanted) or (kinds[name] is not bool and isinstance(value, bool)):
                raise ValueError(f"{name} must be of the kind {kinds[name].__name__}")
        before = {name: getattr(self, name) for name in values}
        for name, value in values.items():
            setattr(self, name, value)
        try:
            self.check()
        except ValueError:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    def check(self) -> None:
        """Raises ValueError for a value out of its range."""
        shares = "throttle_rate error_rate drop_answers drop_receipts early_receipts late_receipts duplicate_receipts"
        for name in (*shares.split(), "undelivered_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be between 0 and 1")
        for name in ("latency", "throughput", "receipt_delay", "late_seconds", "read_pause", "cut_after", "max_binds"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if self.deliver_window < 1:
            raise ValueError("deliver_window must be at least 1")
        for name, allowed in (
            ("id_format", ("decimal", "hex")),
            ("receipt_id_format", ("same", "decimal", "hex")),
            ("receipt_command", ("deliver_sm", "data_sm")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of: {', '.join(allowed)}")

    @property
    def leaves_nothing_to_chance(self) -> bool:
        return not (
            self.throttle_rate
            or self.error_rate
            or self.drop_answers
            or self.drop_receipts
            or self.early_receipts
            or self.late_receipts
            or self.duplicate_receipts
            or self.undelivered_rate
        )


@dataclass(frozen=True)
class Fate:
    """What becomes of one message. ``status`` not 0: refused so, ``once`` only the first time for that number."""

    status: int = 0
    once: bool = False
    answered: bool = True
    states: tuple[MessageState, ...] = (MessageState.DELIVERED,)  # a receipt for each, in this order; () for none
    error: str = "000"
    early: bool = False
    late: bool = False
    copies: int = 1
    padded_id: bool = False


DELIVERED = Fate()
UNDELIVERED = Fate(states=(MessageState.UNDELIVERABLE,), error="001")

FATES: dict[bytes, Fate] = {
    b"0001": UNDELIVERED,
    b"0002": Fate(states=(MessageState.EXPIRED,), error="027"),
    b"0003": Fate(status=Status.ESME_RINVDSTADR),
    b"0004": Fate(status=Status.ESME_RTHROTTLED, once=True),
    b"0005": Fate(states=()),
    b"0006": Fate(late=True),
    b"0007": Fate(copies=2),
    b"0008": Fate(padded_id=True),
    b"0009": Fate(early=True),
    b"0010": Fate(status=Status.ESME_RSYSERR, once=True),
    b"0011": Fate(answered=False),
    b"0012": Fate(status=Status.ESME_RINVSRCADR),
    b"0013": Fate(states=(MessageState.REJECTED,), error="013"),
    b"0014": Fate(states=(MessageState.ENROUTE, MessageState.DELIVERED)),
    b"0015": Fate(states=(MessageState.UNKNOWN,), error="034"),
    b"0016": Fate(states=(MessageState.DELETED,)),
    b"0017": Fate(states=(MessageState.DELIVERED, MessageState.ACCEPTED)),
}
