"""Planning a campaign: now, in one transaction; or later, by a task, piece by piece and safe to begin again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from common import context, metrics
from common.phones import normalise
from common.tables import TableError
from common.uploads import UploadRefused, no_room_told
from credit.pricing import NoTariff
from messaging.models import Campaign
from messaging.planning import Planner, rejects_path
from messaging.recipients import batches, given
from messaging.rows import delete_rows
from messaging.services.refusals import Refusal, SendRefused

LEASE = timedelta(minutes=2)


def plan_now(campaign: Campaign, *, now: datetime) -> Campaign:
    """Plan a saved campaign in one transaction; it comes back in review, or failed with its problem in words."""
    with transaction.atomic():
        try:
            planner = Planner(campaign, now=now)
            for batch in batches(campaign, cells_of=planner.cells_of):
                planner.add(batch)
            planner.finish()
        except NoTariff as error:
            campaign.state, campaign.problem = Campaign.State.FAILED, str(error)
        else:
            _to_review(campaign, now=now)
        campaign.save()
    return campaign


def plan_given(
    campaign: Campaign, *, recipients: Sequence[int | str], texts: Sequence[str] | None, now: datetime
) -> Campaign:
    """Save and plan a campaign whose recipients are given one by one, in the caller's transaction."""
    if texts is not None and len(texts) != len(recipients):
        raise SendRefused(
            Refusal.TEXTS_DO_NOT_MATCH, _("Give one text, or exactly one text for each recipient."), "text"
        )
    numbers = [normalise(raw) for raw in recipients]
    batch = given(numbers, [str(raw) for raw in recipients], texts)
    if not len(batch.numbers):
        raise SendRefused(Refusal.NO_RECIPIENTS, _("None of the recipients is a valid mobile number."), "to")
    campaign.state = Campaign.State.PLANNING
    campaign.save()
    planner = Planner(campaign, now=now)
    planner.add(batch)
    planner.finish()
    _to_review(campaign, now=now)
    campaign.save()
    return campaign


def plan_later(campaign: Campaign, *, now: datetime) -> None:
    """Have the worker plan it; the sweeper asks again should the worker be lost."""
    from messaging.tasks import plan as plan_task

    Campaign.objects.filter(pk=campaign.pk).update(planning_lease_until=now + LEASE)
    transaction.on_commit(lambda: plan_task.delay(campaign.pk))


def plan(campaign_id: int, *, now: datetime) -> Campaign | None:
    """Plan a campaign from its sources, 50,000 rows a transaction. One at a time per campaign; what an earlier, lost
    attempt had written is taken back first. None if there is nothing to plan."""
    campaign = _claim(campaign_id, now=now)
    if campaign is None:
        return None
    language = campaign.created_by.language if campaign.created_by else settings.LANGUAGE_CODE
    with override(language), context.about(account=campaign.account_id, campaign=campaign.pk):
        try:
            with no_room_told():
                _plan_in_pieces(campaign, now=now)
        except (TableError, UploadRefused, NoTariff, SendRefused) as error:
            rejects_path(campaign).unlink(missing_ok=True)
            _fail(campaign, str(error))
    return campaign


def _claim(campaign_id: int, *, now: datetime) -> Campaign | None:
    with transaction.atomic():
        campaign = (
            Campaign.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("account", "line", "upload", "created_by")
            .filter(pk=campaign_id, state=Campaign.State.PLANNING)
            .first()
        )
        if campaign is None:
            return None
        delete_rows(campaign.pk)
        rejects_path(campaign).unlink(missing_ok=True)
        campaign.rows_read = 0
        campaign.planning_lease_until = now + LEASE
        campaign.save(update_fields=["planning_lease_until", "rows_read"])
    return campaign


def _plan_in_pieces(campaign: Campaign, *, now: datetime) -> None:
    planner = Planner(campaign, now=now)
    limit = settings.SIMPLE_SEND_MAX_RECIPIENTS if campaign.kind == Campaign.Kind.SIMPLE else None
    for batch in batches(campaign, cells_of=planner.cells_of):
        before = planner.totals.rows
        with transaction.atomic():
            planner.add(batch)
            _keep_lease(campaign, planner.totals.rows)
        metrics.planned.inc(planner.totals.rows - before)
        if limit and planner.totals.valid > limit:
            from messaging.services.composing import too_many

            raise too_many(limit)
    with transaction.atomic():
        planner.finish()
        _keep_lease(campaign, planner.totals.rows)
        _to_review(campaign, now=timezone.now())
        campaign.save()


def _keep_lease(campaign: Campaign, rows_read: int) -> None:
    """Say how far we are, and stop if the campaign was discarded or taken over meanwhile."""
    until = timezone.now() + LEASE
    kept = Campaign.objects.filter(
        pk=campaign.pk, state=Campaign.State.PLANNING, planning_lease_until=campaign.planning_lease_until
    ).update(rows_read=rows_read, planning_lease_until=until)
    if not kept:
        raise SendRefused(Refusal.NO_RECIPIENTS, _("The campaign was discarded while it was being prepared."))
    campaign.planning_lease_until = until


def _to_review(campaign: Campaign, *, now: datetime) -> None:
    campaign.planning_lease_until = None
    if campaign.recipients == 0:
        campaign.state = Campaign.State.FAILED
        campaign.problem = _("None of the recipients can be sent to; the figures below say why.")
        return
    campaign.state = Campaign.State.REVIEW
    campaign.quote_expires_at = now + timedelta(minutes=settings.QUOTE_MINUTES)


def _fail(campaign: Campaign, problem: str) -> None:
    with transaction.atomic():
        delete_rows(campaign.pk)
        Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.PLANNING).update(
            state=Campaign.State.FAILED, problem=problem[:300], planning_lease_until=None
        )
    campaign.refresh_from_db()
