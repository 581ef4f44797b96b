"""One message's whole story (issue 3, 6): who asked, what it cost, its way, its PDUs, answers, receipts, webhooks."""

from webservice.explaining.facts import Fact, Section, as_json
from webservice.explaining.reading import MESSAGE_WITH
from webservice.explaining.story import Reader, explain

__all__ = ["MESSAGE_WITH", "Fact", "Reader", "Section", "as_json", "explain"]
