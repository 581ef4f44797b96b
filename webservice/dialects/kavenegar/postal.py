"""sms/countpostalcode and sms/sendbypostalcode: the number bank by the first digits of a postal code (5-3)."""

from datetime import datetime

from django.db import transaction

from messaging.models import Campaign, Message
from messaging.services import compose, confirm
from numberbank.selection import count as count_bank
from numberbank.targets import Choice, Criteria, Target
from numbers.models import Operator, Prefix
from webservice.dialects.kavenegar import parameters as read
from webservice.dialects.kavenegar.answers import sent_row
from webservice.dialects.kavenegar.codes import Code, Refused
from webservice.dialects.kavenegar.sending import held_back
from webservice.dialects.sending import messages_of
from webservice.dialects.wire import Parameters
from webservice.models import ApiKey

MOST = 1000
DIGITS = 5  # of a postal code that the bank knows
MCI, MTN = "mci", "irancell"
STARTS = {MCI: ("mcistartindex", "mcistartind"), MTN: ("mtnstartindex", "mtnstartind")}
COUNTS = {MCI: "mcicount", MTN: "mtncount"}


def count(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """How many of the bank live there, a row for each operator that has any; ``section`` is its Persian name."""
    postal = _postal(parameters)
    found = [(operator, _matching(operator, postal)) for operator in Operator.objects.order_by("pk")]
    return [{"section": operator.name_fa, "value": value} for operator, value in found if value]


@transaction.atomic
def send(key: ApiKey, parameters: Parameters, now: datetime) -> list[dict]:
    """A text to rows of the bank: so many of each operator's, from an index that counts from 0. At most 1,000 in all.

    The receptors are concealed: a number of the bank is never shown.
    """
    postal = _postal(parameters)
    line = read.sender(key, read.required(parameters, "sender"))
    text = read.check_message(read.required(parameters, "message"))
    send_at = read.send_time(parameters, now)
    amounts = {code: read.whole(parameters, name, 0) for code, name in COUNTS.items()}
    if not any(amounts.values()):
        raise Refused(Code.INCOMPLETE)
    if sum(amounts.values()) > MOST:
        raise Refused(Code.TOO_MANY)
    targets = [_target(parameters, postal, code, amount) for code, amount in amounts.items() if amount]
    messages: list[Message] = []
    for target in targets:
        campaign = compose(
            account=key.account,
            created_by=key.created_by,
            line=line,
            text=text,
            kind=Campaign.Kind.BULK,
            target=target,
            send_at=send_at,
            now=now,
        )
        messages += _sent(campaign, key, now)
    return [sent_row(message) for message in held_back(key, messages, now)]


def _sent(campaign: Campaign, key: ApiKey, now: datetime) -> list[Message]:
    if campaign.first_id is None:  # no price for this line
        raise Refused(Code.BAD_SENDER, campaign.problem)
    if campaign.state == Campaign.State.REVIEW:
        campaign = confirm(campaign=campaign, by=key.created_by, now=now, hold_seconds=0)
    return list(messages_of(campaign))


def _postal(parameters: Parameters) -> tuple[int, int]:
    """The range of five digits that a postal code, or its beginning, stands for."""
    written = read.required(parameters, "postalcode")
    digits = parameters.word("postalcode").replace("-", "")
    if not (written and digits.isascii() and digits.isdecimal() and len(digits) <= 10):
        raise Refused(Code.INCOMPLETE)
    first = digits[:DIGITS]
    return int(first.ljust(DIGITS, "0")), int(first.ljust(DIGITS, "9"))


def _criteria(operator: Operator, postal: tuple[int, int]) -> Criteria | None:
    prefixes = Prefix.objects.filter(operator=operator).values_list("prefix", flat=True)
    values = tuple(sorted(int(prefix[1:]) for prefix in prefixes))
    return Criteria(postal=(postal,), prefixes=values) if values else None


def _matching(operator: Operator, postal: tuple[int, int]) -> int:
    criteria = _criteria(operator, postal)
    return count_bank(criteria) if criteria else 0


def _target(parameters: Parameters, postal: tuple[int, int], code: str, amount: int) -> Target:
    operator = Operator.objects.filter(code=code).first()
    written = parameters.word(*STARTS[code])
    start = read.whole_of(written) if written else 0
    if operator is None or start >= _matching(operator, postal):
        raise Refused(Code.START_BEYOND)
    criteria = _criteria(operator, postal)
    return Target(criteria=criteria, choice=Choice.ROWS, first=start + 1, last=start + amount)
