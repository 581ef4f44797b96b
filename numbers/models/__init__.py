"""Sender lines and the requests for them; operators and the prefixes of the numbers that lines send to."""

from numbers.models.lines import Line, LineQuerySet, Operator, PortedNumber, Prefix, validate_hours
from numbers.models.quiet import QuietHours
from numbers.models.requests import LineDocument, LineOffer, LineRequest

__all__ = [
    "Line",
    "LineDocument",
    "LineOffer",
    "LineQuerySet",
    "LineRequest",
    "Operator",
    "PortedNumber",
    "Prefix",
    "QuietHours",
    "validate_hours",
]
