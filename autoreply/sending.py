"""The replies of a batch: planned, charged and let go together, a campaign a line (6.5)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import Account
from autoreply.models import Outcome
from billing.services import InsufficientCredit
from credit.pricing import NoTariff
from messaging.models import Campaign, Message, MessageClass, Status
from messaging.services import SendRefused, check_text, send
from numbers.models import Line

if TYPE_CHECKING:
    from autoreply.answering import Case

_BLOCKED = {"opted_out": Outcome.OPTED_OUT, "blocked": Outcome.BLOCKED}


def send_replies(cases: Sequence["Case"], *, account: Account, now: datetime) -> None:
    """Answer every open case, or say why not."""
    by_line: dict[int, list[Case]] = defaultdict(list)
    for case in cases:
        if case.is_open:
            by_line[case.line_id].append(case)
    lines = Line.objects.in_bulk(by_line)
    for line_id, mine in sorted(by_line.items()):
        letters = [Letter(case, case.msisdn, case.reply) for case in mine]
        deliver(letters, account=account, line=lines[line_id], now=now)


class Letter:
    """A text to a number on behalf of a case; ``to_sender`` is False for one that is only forwarded."""

    __slots__ = ("case", "msisdn", "text", "to_sender")

    def __init__(self, case: "Case", msisdn: int, text: str, *, to_sender: bool = True) -> None:
        self.case, self.msisdn, self.text, self.to_sender = case, msisdn, text, to_sender

    def sent(self, campaign: Campaign) -> None:
        if self.to_sender:
            self.case.outcome, self.case.campaign_id = Outcome.ANSWERED, campaign.pk

    def failed(self, outcome: Outcome, problem: str = "") -> None:
        if self.to_sender:
            self.case.outcome = outcome
        self.case.problem = self.case.problem or problem or str(outcome.label)


def deliver(letters: Iterable[Letter], *, account: Account, line: Line, now: datetime) -> None:
    """Send from the line what can be sent and paid for; each letter is told its fate."""
    for some in _rounds(_writable(letters, line)):
        _pay_for(some, lambda part: _send(part, account=account, line=line, now=now))


def _writable(letters: Iterable[Letter], line: Line) -> list[Letter]:
    """Those whose text may be sent from the line; the others hear why not."""
    problems: dict[str, str] = {}
    good = []
    for letter in letters:
        if letter.text not in problems:
            problems[letter.text] = _problem(letter.text, line)
        if problems[letter.text]:
            letter.failed(Outcome.REFUSED, problems[letter.text])
        else:
            good.append(letter)
    return good


def _problem(text: str, line: Line) -> str:
    try:
        check_text(text, line=line)
    except SendRefused as refusal:
        return refusal.message
    return ""


def _rounds(letters: Iterable[Letter]) -> list[list[Letter]]:
    """A campaign sends a text to a number once; who is owed it twice gets it by two campaigns."""
    rounds: list[list[Letter]] = []
    seen: Counter = Counter()
    for letter in letters:
        place = seen[letter.msisdn, letter.text]
        seen[letter.msisdn, letter.text] += 1
        if place == len(rounds):
            rounds.append([])
        rounds[place].append(letter)
    return rounds


def _pay_for(letters: list[Letter], send_some: Callable[[list[Letter]], None]) -> None:
    """All at once where the credit is enough for all; else as many from the front as it is enough for."""
    size = len(letters)
    while letters:
        try:
            send_some(letters[:size])
        except InsufficientCredit:
            if size == 1:
                for letter in letters:
                    letter.failed(Outcome.NO_CREDIT)
                return
            size //= 2
        except (SendRefused, NoTariff) as refusal:
            for letter in letters:
                letter.failed(Outcome.REFUSED, str(refusal))
            return
        else:
            letters = letters[size:]


def _send(letters: list[Letter], *, account: Account, line: Line, now: datetime) -> None:
    texts = [letter.text for letter in letters]
    is_one = len(set(texts)) == 1
    with transaction.atomic():
        campaign = send(
            account=account,
            line=line,
            text=texts[0] if is_one else "",
            texts=None if is_one else texts,
            recipients=[letter.msisdn for letter in letters],
            message_class=MessageClass.TRANSACTIONAL,
            kind=Campaign.Kind.AUTO,
            now=now,
        )
    left_out = _left_out(campaign)
    for letter in letters:
        error = left_out.get(letter.msisdn)
        if error is None:
            letter.sent(campaign)
        else:
            letter.failed(_BLOCKED.get(error, Outcome.REFUSED), "" if error in _BLOCKED else error)


def _left_out(campaign: Campaign) -> dict[int, str]:
    """Number → why planning left it out: opted out, blocked, no route."""
    if not any(campaign.summary.get(reason) for reason in ("opted_out", "blocked", "no_route")):
        return {}
    rows = Message.objects.filter(
        pk__range=(campaign.first_id, campaign.last_id), campaign=campaign, status=Status.BLOCKED
    )
    return dict(rows.values_list("msisdn", "error"))
