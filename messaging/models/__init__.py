from messaging.models.campaigns import Campaign, Chunk, GivenNumbers, SampleMessage, StatusCount, Upload
from messaging.models.gateways import Bind, Gateway, Route
from messaging.models.inbox import InboundMessage, InboundPart
from messaging.models.messages import Encoding, Message, MessageClass, Receipt, Status, Submission
from messaging.models.recurring import Anniversary, Occurrence, RecurringSend
from messaging.models.templates import Template

__all__ = [
    "Anniversary",
    "Bind",
    "Campaign",
    "Chunk",
    "Encoding",
    "Gateway",
    "GivenNumbers",
    "InboundMessage",
    "InboundPart",
    "Message",
    "MessageClass",
    "Occurrence",
    "Receipt",
    "RecurringSend",
    "Route",
    "SampleMessage",
    "Status",
    "StatusCount",
    "Submission",
    "Template",
    "Upload",
]
