"""What every fault must leave behind: each message accounted for, none twice at the operator, every rial explained."""

from django.utils import timezone

from billing.selectors import balance
from messaging.delivery.receipts import match_waiting, settle_unknown_by_fit
from messaging.models import Campaign, Message, Status
from tests.messaging.delivery.bench import assert_explained, counts, wait_for


def wait_finished(campaign: Campaign, *, ends=("DELIVERED", "UNKNOWN"), seconds: float = 60) -> dict[str, int]:
    """The campaign ends by itself, every message in one of ``ends``; how many in each."""

    def is_over() -> bool:
        match_waiting(now=timezone.now())
        settle_unknown_by_fit(now=timezone.now())
        campaign.refresh_from_db()
        return set(counts(campaign)) <= set(ends) and campaign.state == Campaign.State.FINISHED

    try:
        wait_for(is_over, seconds=seconds)
    except AssertionError:
        raise AssertionError(f"after {seconds} s: {campaign.state}, {counts(campaign)}") from None
    return counts(campaign)


def assert_accounted(campaign: Campaign, sent: list[str]) -> None:
    """``sent`` are the recipients that the operator saw. What is unknown never left; the price is what is charged."""
    assert len(sent) == len(set(sent)), "a message came twice"
    unknown = set(Message.objects.filter(campaign=campaign, status=Status.UNKNOWN).values_list("msisdn", flat=True))
    seen = set(map(int, sent))
    assert unknown.isdisjoint(seen)
    assert len(seen) + len(unknown) == campaign.recipients
    assert_explained(campaign)


def assert_paid(account, credit: int) -> None:
    """The whole of what was charged is the price of the campaigns."""
    spent = sum(Campaign.objects.filter(account=account).values_list("price", flat=True))
    assert balance(account) == credit - spent
