"""The submit_sm of a message, rebuilt: what leaves is not stored, but follows from what is."""

from common.text import encode, measure
from messaging.delivery.hand import validity_period
from messaging.models import Gateway, Message
from messaging.selectors import message_text
from messaging.smpp.pdu import LONGEST_SHORT_MESSAGE
from webservice.explaining.facts import Fact, fact

_UDH_INDICATOR = 0x40


def fields_of_part(
    message: Message, part: int, gateway: Gateway | None, *, recipient: str, expires_at, submitted_at
) -> list[Fact]:
    """The fields of one part's submit_sm as ``gateway`` is set now; ``recipient`` is written as it may be shown."""
    text = message_text(message)
    payloads = encode(text, reference=message.pk & 0xFF if len(encode(text, reference=0)) > 1 else 0)
    if gateway is None or part >= len(payloads):
        return []
    payload = payloads[part]
    encoding = measure(text).encoding
    has_header = len(payloads) > 1
    values = {
        "source_addr": f"{message.line.number} ({gateway.source_ton}/{gateway.source_npi})",
        "destination_addr": f"{recipient} ({gateway.destination_ton}/{gateway.destination_npi})",
        "data_coding": f"0x{int(encoding):02X}",
        "esm_class": f"0x{_UDH_INDICATOR if has_header else 0:02X}",
        "registered_delivery": "1",
        "validity_period": validity_period(expires_at, submitted_at) or "–",
        "sm_length": str(len(payload) if len(payload) <= LONGEST_SHORT_MESSAGE else 0),
        "user_data_header": payload[: payload[0] + 1].hex(" ") if has_header else "",
    }
    return [one for name, value in values.items() if (one := fact(name, name, value, is_code=True))]
