"""Background work. Rows are the queue; every task is safe to run twice, late, or beside itself."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="messaging.plan", acks_late=True)
def plan(campaign_id: int) -> None:
    from messaging.services import plan as plan_campaign

    plan_campaign(campaign_id, now=timezone.now())


@shared_task(name="messaging.finish_cancelling")
def finish_cancelling(campaign_id: int) -> None:
    from messaging.services import finish_cancelling as finish

    finish(campaign_id=campaign_id, now=timezone.now())


@shared_task(name="messaging.hold_suspended")
def hold_suspended(account_id: int) -> None:
    """Pause what a suspended account has under way."""
    from messaging.services import hold_suspended as hold

    hold(account_id=account_id)


@shared_task(name="messaging.release_due")
def release_due() -> None:
    """Let scheduled campaigns go whose time has come."""
    from messaging.services import release_due as release

    release(now=timezone.now())


@shared_task(name="messaging.run_recurring")
def run_recurring() -> None:
    """Let recurring sends come whose time it is, and pay for those that are planned (2.5)."""
    from messaging.services.recurring import run_recurring as run
    from messaging.services.recurring import settle_occurrences

    run(now=timezone.now())
    settle_occurrences(now=timezone.now())


@shared_task(name="messaging.deliver", acks_late=False)
def deliver() -> None:
    """The nudge: the binds of this worker look at the queue now instead of within half a second."""
    from messaging.delivery.worker import engines

    for engine in engines:
        engine.nudge()


@shared_task(name="messaging.sweep")
def sweep() -> None:
    """Take over what lost workers left: leases that ran out, planning and cancelling that stopped half-way; and pause
    what an account had confirmed at the moment at which it was suspended."""
    from messaging.delivery.recovery import recover_expired
    from messaging.delivery.writer import finish_forgotten
    from messaging.services import hold_suspended, resume_lost_work

    now = timezone.now()
    recover_expired(now=now)
    finish_forgotten(now=now)
    resume_lost_work(now=now)
    hold_suspended()


@shared_task(name="messaging.watch_gateways")
def watch_gateways() -> None:
    """Pass over gateways that are down too long; what waits for them takes the next route."""
    from messaging.failover import watch_gateways as watch

    watch(now=timezone.now())


@shared_task(name="messaging.confirm_opt_outs")
def confirm_opt_outs() -> None:
    """Tell those who left or rejoined a line that they have, where the account wishes it."""
    from messaging.opt_out_words import send_confirmations

    send_confirmations(now=timezone.now())


@shared_task(name="messaging.match_receipts")
def match_receipts() -> None:
    from messaging.delivery.receipts import match_waiting, settle_unknown_by_fit

    now = timezone.now()
    match_waiting(now=now)
    settle_unknown_by_fit(now=now)


@shared_task(name="messaging.settle_unknown")
def settle_unknown() -> None:
    from messaging.delivery.recovery import settle_unknown as settle

    settle(now=timezone.now())


@shared_task(name="messaging.squash_counts")
def squash_counts() -> None:
    from messaging.counts import squash

    squash()


@shared_task(name="messaging.empty_old_trash")
def empty_old_trash() -> None:
    """Delete for ever what has been in the trash for settings.TRASH_DAYS (15)."""
    from messaging.services import empty_old_trash as empty

    empty(now=timezone.now())


@shared_task(name="messaging.clean")
def clean() -> None:
    """Take away campaigns that nobody confirmed, and files that no campaign needs."""
    from messaging.services.cleaning import discard_abandoned, forget_files

    now = timezone.now()
    discard_abandoned(now=now)
    forget_files(now=now)


@shared_task(name="messaging.show_incomplete")
def show_incomplete() -> None:
    """Show long messages whose missing parts did not come (4.5)."""
    from messaging.delivery.inbound import show_incomplete as show

    show(now=timezone.now())
