"""Forms of the panel: sent twice, done once; and a price that has expired, asked for again."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from accounts.models import Account, User
from messaging.models import Campaign
from messaging.p2p import Columns
from messaging.services.composing import compose, edit_again
from messaging.services.control import discard
from messaging.services.refusals import WrongState
from numberbank.targets import Target


@transaction.atomic
def compose_once(*, form_token: UUID, account: Account, replaces: Campaign | None = None, **fields) -> Campaign:
    """``compose``, once for each ``form_token``: a form that comes again, even at the same moment, gets the campaign
    that is there. ``replaces`` is the unconfirmed campaign that was edited; it is discarded. Raises SendRefused.
    """
    wait_for_twin(form_token)
    there = Campaign.objects.of(account).filter(form_token=form_token).first()
    if there:
        return there
    campaign = compose(account=account, **fields)
    Campaign.objects.filter(pk=campaign.pk).update(form_token=form_token)
    if replaces:
        _discard_unconfirmed(replaces, by=fields["created_by"])
    return campaign


@transaction.atomic
def quote_again(*, campaign: Campaign, by: User, now: datetime) -> Campaign:
    """Today's price for a campaign whose quote has expired: a new campaign in its place. Raises WrongState, and
    SendRefused where it can no longer be sent as it was (its time has passed)."""
    sources = edit_again(campaign=campaign)
    renewed = compose(
        account=campaign.account,
        created_by=by,
        line=campaign.line,
        text=campaign.text,
        kind=campaign.kind,
        message_class=campaign.message_class,
        title=campaign.title,
        typed=sources.get("typed", ""),
        groups=sources.get("groups", ()),
        contacts=sources.get("contacts", ()),
        upload=campaign.upload,
        column=sources.get("column", 0),
        columns=Columns(**sources["columns"]) if sources.get("columns") else None,
        target=Target.of(sources["target"]) if sources.get("target") else None,
        send_at=campaign.send_at,
        validity_minutes=campaign.validity_minutes,
        reference=campaign.reference,
        tags=campaign.tags,
        is_test=campaign.is_test,
        now=now,
    )
    _discard_unconfirmed(campaign, by=by)
    return renewed


def wait_for_twin(form_token: UUID) -> None:
    """Until the transaction ends, whoever brings the same token waits here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [form_token.int >> 65])


def _discard_unconfirmed(campaign: Campaign, *, by: User) -> None:
    try:
        discard(campaign=campaign, by=by)
    except WrongState:  # confirmed or discarded from another window; then it is no longer ours to throw away
        return
