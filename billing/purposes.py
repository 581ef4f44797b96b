"""What paying a proforma does. An app registers its purposes when it is ready; billing knows none but credit itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from billing.models import Proforma


class CannotDeliver(Exception):
    """What the proforma sold is not there any more; its money becomes credit instead. Nothing was changed."""


def _nothing(proforma: Proforma, now: datetime) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Purpose:
    """``deliver(proforma, reference, now)`` gives what was bought, in the transaction of the invoice and with the
    proforma locked; ``reference`` is unique to the payment. It raises CannotDeliver, and leaves nothing done then.
    ``withdraw(proforma, now)`` is told, in its transaction, that an unpaid proforma expired or was cancelled."""

    code: str
    label: Promise | str
    deliver: Callable[[Proforma, str, datetime], None]
    withdraw: Callable[[Proforma, datetime], None] = _nothing


_PURPOSES: dict[str, Purpose] = {}
CREDIT = "credit"


def register(purpose: Purpose) -> None:
    _PURPOSES[purpose.code] = purpose


def purpose_of(proforma: Proforma) -> Purpose:
    """KeyError for a purpose that no app registered."""
    return _PURPOSES[proforma.purpose]


def label_of(code: str) -> str:
    """The words for a purpose; the code itself where nobody registered it."""
    return str(_PURPOSES[code].label) if code in _PURPOSES else code
