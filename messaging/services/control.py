"""Letting a campaign go, and holding, stopping or taking it back."""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.audit import record
from accounts.models import Account, User
from credit.services import reserve
from messaging.dispatch import nudge, release
from messaging.lifecycle import cancel_rows
from messaging.models import Campaign, Chunk
from messaging.rows import delete_rows
from messaging.services.composing import check_times
from messaging.services.preparing import plan_later
from messaging.services.refusals import QuoteExpired, WrongState

_LEAVING = {Campaign.State.SCHEDULED, Campaign.State.QUEUED, Campaign.State.RUNNING}


def confirm(
    *, campaign: Campaign, by: User | None, now: datetime, hold_seconds: int | None = None, audited: bool = True
) -> Campaign:
    """Take exactly the price that was shown and let the campaign go, in one transaction (R3).

    ``hold_seconds`` (default settings.UNDO_SECONDS for bulk) pass before the first message leaves. Raises WrongState,
    QuoteExpired, billing.services.InsufficientCredit; then nothing was changed. A repeat raises WrongState.
    """
    with transaction.atomic():
        campaign = _locked(campaign, {Campaign.State.REVIEW})
        if campaign.quote_expires_at and campaign.quote_expires_at < now:
            raise QuoteExpired
        campaign.reservation = reserve(
            account_id=campaign.account_id,
            amount=campaign.price,
            reference=f"campaign:{campaign.pk}",
            reason="messages",
            details={"campaign": campaign.pk, "recipients": campaign.recipients, "parts": campaign.parts},
        )
        campaign.confirmed_at = now
        hold = timedelta(seconds=settings.UNDO_SECONDS if hold_seconds is None else hold_seconds)
        if campaign.send_at and campaign.send_at > now:
            campaign.state = Campaign.State.SCHEDULED
            campaign.save()
        else:
            campaign.state = Campaign.State.QUEUED
            campaign.undo_until = now + hold if hold else None
            campaign.save()
            release(campaign, now=now, due_at=now + hold)
        if audited:
            _audit("campaign.confirmed", campaign, by, price=campaign.price, recipients=campaign.recipients)
    return campaign


def discard(*, campaign: Campaign, by: User | None = None, audited: bool = True) -> Campaign:
    """Throw away a campaign that was not confirmed; nothing was charged. Its rows go with it."""
    with transaction.atomic():
        campaign = _locked(
            campaign, {Campaign.State.DRAFT, Campaign.State.PLANNING, Campaign.State.REVIEW, Campaign.State.FAILED}
        )
        delete_rows(campaign.pk)
        campaign.given_numbers.all().delete()
        campaign.state = Campaign.State.DISCARDED
        campaign.first_id = campaign.last_id = None
        campaign.save()
        if audited:
            _audit("campaign.discarded", campaign, by)
    return campaign


def pause(*, campaign: Campaign, by: User | None, audited: bool = True) -> Campaign:
    """Hand nothing more to the operators; binds put down what they hold within a second."""
    with transaction.atomic():
        campaign = _locked(campaign, _LEAVING)
        campaign.state = Campaign.State.PAUSED
        campaign.save(update_fields=["state"])
        _chunks(campaign, Chunk.State.READY).update(state=Chunk.State.PAUSED)
        if audited:
            _audit("campaign.paused", campaign, by)
        transaction.on_commit(lambda: nudge(campaign_id=campaign.pk))
    return campaign


def hold_suspended(*, account_id: int | None = None) -> int:
    """Pause what is under way or scheduled in suspended accounts, or in one of them; how many campaigns were paused.

    Nothing more is handed over, nothing is returned: once the account is open again its people resume each campaign,
    or cancel it and have the rest of its money back. Nobody's message leaves late by itself. Safe to run beside
    itself: the sweeper does, for what was confirmed while its account was being suspended.
    """
    found = Campaign.objects.filter(state__in=_LEAVING, account__state=Account.State.SUSPENDED).order_by("id")
    if account_id is not None:
        found = found.filter(account_id=account_id)
    held: Counter[Account] = Counter()
    for campaign in found.select_related("account").iterator():
        try:
            pause(campaign=campaign, by=None, audited=False)
        except WrongState:  # it finished, or its owner paused or cancelled it, meanwhile
            continue
        held[campaign.account] += 1
    for account, campaigns in held.items():
        record(action="campaigns.held", account=account, target=account, details={"campaigns": campaigns})
    return held.total()


def resume(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """Go on from where it was paused."""
    with transaction.atomic():
        campaign = _locked(campaign, {Campaign.State.PAUSED})
        waits = campaign.send_at is not None and campaign.send_at > now
        campaign.state = Campaign.State.SCHEDULED if waits else Campaign.State.QUEUED
        if campaign.started_at:
            campaign.state = Campaign.State.RUNNING
        campaign.save(update_fields=["state"])
        if not waits:
            release(campaign, now=now, due_at=now)
        _audit("campaign.resumed", campaign, by)
    return campaign


def cancel(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """Stop for good; whatever was not handed to an operator comes back, exactly (5.3). What a bind holds at this moment
    it puts down, and returns, within a second."""
    with transaction.atomic():
        campaign = _locked(campaign, _LEAVING | {Campaign.State.PAUSED})
        campaign.state = Campaign.State.CANCELLED
        campaign.finished_at = now
        campaign.wire_text = None
        campaign.save(update_fields=["state", "finished_at", "wire_text"])
        _chunks(campaign, Chunk.State.HELD, Chunk.State.READY, Chunk.State.PAUSED).update(state=Chunk.State.CANCELLING)
        _audit("campaign.cancelled", campaign, by)
        few = _chunks(campaign, Chunk.State.CANCELLING).count() <= 5
        if few:
            finish_cancelling(campaign_id=campaign.pk, now=now)
        else:
            from messaging.tasks import finish_cancelling as task

            transaction.on_commit(lambda: task.delay(campaign.pk))
        transaction.on_commit(lambda: nudge(campaign_id=campaign.pk))
    campaign.refresh_from_db()
    return campaign


def undo(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """Cancel while the hold lasts, so that nothing at all has left. Raises WrongState when the hold is over."""
    if campaign.undo_until is None or campaign.undo_until <= now:
        raise WrongState(campaign)
    return cancel(campaign=campaign, by=by, now=now)


def reschedule(*, campaign: Campaign, send_at: datetime, by: User | None, now: datetime) -> Campaign:
    """Another time for a send that waits for its time; rows with times of their own keep them. Raises WrongState once
    it has begun, and SendRefused for a time that cannot be."""
    check_times(send_at=send_at, validity_minutes=None, now=now)
    with transaction.atomic():
        campaign = _locked(campaign, {Campaign.State.SCHEDULED})
        before, campaign.send_at = campaign.send_at, send_at
        campaign.save(update_fields=["send_at"])
        _audit("campaign.rescheduled", campaign, by, before=before.isoformat(), after=send_at.isoformat())
    return campaign


def send_now(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """End the hold, or the wait for the scheduled time, and let it go at once."""
    with transaction.atomic():
        campaign = _locked(campaign, {Campaign.State.SCHEDULED, Campaign.State.QUEUED})
        campaign.undo_until = None
        if campaign.state == Campaign.State.SCHEDULED:
            campaign.send_at = now
            campaign.state = Campaign.State.QUEUED
            campaign.save()
            _chunks(campaign, Chunk.State.HELD).update(due_at=None)
            release(campaign, now=now, due_at=now)
        else:
            campaign.save()
            _chunks(campaign, Chunk.State.READY).update(due_at=now)
            transaction.on_commit(lambda: nudge(campaign_id=campaign.pk))
        _audit("campaign.hurried", campaign, by)
    return campaign


def release_due(*, now: datetime) -> int:
    """Let scheduled campaigns go whose time has come, and chunks that have a time of their own (2.3); how many
    campaigns were touched. Safe to run beside itself."""
    released = _release_timed_chunks(now)
    while True:
        with transaction.atomic():
            campaign = (
                Campaign.objects.select_for_update(skip_locked=True)
                .filter(state=Campaign.State.SCHEDULED, send_at__lte=now)
                .order_by("send_at")
                .first()
            )
            if campaign is None:
                return released
            campaign.state = Campaign.State.QUEUED
            campaign.save(update_fields=["state"])
            release(campaign, now=now, due_at=now)
        released += 1


def _release_timed_chunks(now: datetime) -> int:
    """The chunks of campaigns under way whose own time has come. A paused campaign's wait until it goes on."""
    under_way = {Campaign.State.QUEUED, Campaign.State.RUNNING}
    due = Chunk.objects.filter(state=Chunk.State.HELD, due_at__lte=now, campaign__state__in=under_way)
    released = 0
    for campaign_id in list(due.order_by().values_list("campaign_id", flat=True).distinct()):
        with transaction.atomic():
            locked = Campaign.objects.select_for_update(skip_locked=True, no_key=True)
            campaign = locked.filter(pk=campaign_id, state__in=under_way).first()
            if campaign:
                release(campaign, now=now, due_at=max(now, campaign.undo_until or now))
                released += 1
    return released


def finish_cancelling(*, campaign_id: int, now: datetime) -> int:
    """Cancel and return, chunk by chunk, what a cancelled campaign had not handed over. Safe to run again."""
    cancelled = 0
    while True:
        with transaction.atomic():
            chunk = (
                Chunk.objects.select_for_update(skip_locked=True)
                .filter(campaign_id=campaign_id, state=Chunk.State.CANCELLING)
                .first()
            )
            if chunk is None:
                return cancelled
            cancelled += cancel_rows(chunk, now=now)
            chunk.state = Chunk.State.CANCELLED
            chunk.save(update_fields=["state"])


def _locked(campaign: Campaign, states: set[str]) -> Campaign:
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.state not in states:
        raise WrongState(campaign)
    return campaign


def _chunks(campaign: Campaign, *states: Chunk.State):
    """Those in ``states``, locked. One that a bind is just taking or putting down is passed over, never waited for:
    that bind holds the chunk and will look at the campaign, which we hold, before it goes on."""
    chunks = Chunk.objects.filter(campaign=campaign, state__in=states).select_for_update(skip_locked=True, no_key=True)
    return Chunk.objects.filter(pk__in=list(chunks.values_list("pk", flat=True)))


def _audit(action: str, campaign: Campaign, by: User | None, **details) -> None:
    record(action=action, user=by, account=campaign.account, target=f"campaign:{campaign.pk}", details=details)


def resume_lost_work(*, now: datetime) -> None:
    """Begin again what a lost worker left half done: planning whose lease ran out, cancelling that stopped."""
    from messaging.tasks import finish_cancelling as cancelling_task

    lost = Campaign.objects.filter(state=Campaign.State.PLANNING, planning_lease_until__lt=now)
    for campaign in lost:
        plan_later(campaign, now=now)
    for campaign_id in (
        Chunk.objects.filter(state=Chunk.State.CANCELLING).values_list("campaign_id", flat=True).distinct()
    ):
        cancelling_task.delay(campaign_id)
