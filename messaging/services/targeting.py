"""Who may target the number bank, from which line (3)."""

from datetime import datetime

from django.utils.translation import gettext as _

from billing.selectors import spendable
from messaging.models import Campaign
from messaging.recipients import reached_of
from messaging.services.refusals import Refusal, SendRefused
from numberbank import selection
from numberbank.targets import Target
from numbers.models import Line


def may_target(line: Line) -> bool:
    """A service line may write to its owner's own subscribers only, never to a bank of numbers."""
    return line.kind == Line.Kind.ADVERTISING


def check_target(campaign: Campaign, target: Target, *, now: datetime) -> int:
    """How many numbers the target chooses. Raises SendRefused where the campaign may not have it, or it is empty."""
    if not may_target(campaign.line):
        raise SendRefused(
            Refusal.LINE_MAY_NOT_TARGET,
            _(
                "A service line may write only to your own subscribers, never to the number bank."
                " Choose an advertising line."
            ),
            "line",
        )
    if spendable(campaign.account) <= 0:
        raise SendRefused(Refusal.NO_CREDIT, _("Only accounts with credit may target the number bank. Add credit."))
    matching = selection.count(target.criteria, reached=reached_of(campaign.account, target, now=now))
    size = target.size(matching)
    if size <= 0:
        raise SendRefused(
            Refusal.NO_RECIPIENTS, _("Nobody in the number bank matches. Choose a wider target."), "counted"
        )
    return size
