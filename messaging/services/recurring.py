"""Sends that come again (2.5): made, let come when they are due, paid for then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.audit import record
from accounts.models import Account, User
from billing.services import InsufficientCredit
from common import showing
from common.notify import notify
from credit.pricing import NoTariff
from messaging.anniversaries import Calendar
from messaging.models import Campaign, Occurrence, RecurringSend, Upload
from messaging.recurrence import Rule
from messaging.services.anniversaries import MOST_DAYS, people_of, take_up
from messaging.services.composing import check_placeholders, check_recipients, compose, draft_of
from messaging.services.control import confirm, discard
from messaging.services.once import quote_again, wait_for_twin
from messaging.services.refusals import QuoteExpired, Refusal, SendRefused, WrongState
from messaging.services.uploads import hold_file
from numbers.models import Line
from phonebook.selectors import date_fields

LATEST = timedelta(hours=6)
"""An occurrence found so late, after the platform stood still, is not sent any more: a morning's greeting at night."""
RETRY_EVERY = timedelta(minutes=5)
RETRIED_FOR = timedelta(days=1)


@transaction.atomic
def create_recurring(
    *,
    account: Account,
    created_by: User,
    line: Line,
    text: str,
    rule: Rule,
    title: str = "",
    typed: str = "",
    groups: Sequence[int] = (),
    contacts: Sequence[int] = (),
    upload: Upload | None = None,
    column: int = 0,
    validity_minutes: int | None = None,
    date_key: str = "",
    calendar: str = Calendar.JALALI,
    offset_days: int = 0,
    ends_at: datetime | None = None,
    most: int | None = None,
    short_credit: str = RecurringSend.ShortCredit.SKIP,
    form_token: UUID,
    now: datetime,
) -> RecurringSend:
    """A send that comes again, checked as one that leaves now; once for each ``form_token``. Nothing is planned or
    charged before its time. A rule of dates meets the contacts of these groups (none: all) whose own field ``date_key``
    came round ``offset_days`` days ago (negative: comes round so many days later). Raises SendRefused."""
    wait_for_twin(form_token)
    there = RecurringSend.objects.of(account).filter(form_token=form_token).first()
    if there:
        return there
    draft = draft_of(
        account=account,
        created_by=created_by,
        line=line,
        text=text,
        kind=Campaign.Kind.ADVANCED,
        validity_minutes=validity_minutes,
        now=now,
    )
    sources = {"typed": typed, "groups": list(groups), "contacts": list(contacts), "column": column}
    if rule.frequency == RecurringSend.Frequency.DATES:
        _check_dates(account, date_key, offset_days, is_alone=not (typed.strip() or contacts or upload))
    else:
        check_recipients(draft, sources, upload)
        date_key, calendar, offset_days = "", Calendar.JALALI, 0
    check_placeholders(text, account=account, upload=upload)
    next_at = rule.after(now)
    if next_at is None:
        raise SendRefused(Refusal.SEND_AT_PAST, _("Choose at least one day of the week."), "weekdays")
    if ends_at and next_at > ends_at:
        raise SendRefused(Refusal.SEND_AT_PAST, _("It would end before its first time. Choose a later end."), "ends_at")
    if upload:
        hold_file(upload)
    recurring = RecurringSend.objects.create(
        account=account,
        created_by=created_by,
        line=line,
        title=title.strip()[:120],
        text=text,
        sources=sources,
        upload=upload,
        validity_minutes=validity_minutes,
        frequency=rule.frequency,
        weekdays=sorted(rule.weekdays),
        day=rule.day,
        minute=rule.minute,
        date_key=date_key,
        calendar=calendar,
        offset_days=offset_days,
        ends_at=ends_at,
        most=most,
        short_credit=short_credit,
        next_at=next_at,
        form_token=form_token,
        created_at=now,
    )
    _audit("recurring.created", recurring, created_by)
    return recurring


def _check_dates(account: Account, key: str, offset_days: int, *, is_alone: bool) -> None:
    if not _has_date(account, key):
        sentence = _("Choose the date of the contacts. It is an own field of the phonebook, of the kind “date”.")
        raise SendRefused(Refusal.NO_RECIPIENTS, sentence, "date_key")
    if abs(offset_days) > MOST_DAYS:
        sentence = _("A message may come at most %(days)s days before or after the date.")
        raise SendRefused(Refusal.SEND_AT_TOO_FAR, sentence % {"days": showing.number(MOST_DAYS)}, "offset_days")
    if not is_alone:
        sentence = _("A send on a date goes to contacts: choose groups, or leave the recipients empty for everybody.")
        raise SendRefused(Refusal.NO_RECIPIENTS, sentence, "typed")


def _has_date(account: Account, key: str) -> bool:
    return any(field.key == key for field in date_fields(account))


def pause_recurring(*, recurring: RecurringSend, by: User) -> None:
    """No further times until it goes on. Raises WrongState for one that has ended."""
    _change(recurring, RecurringSend.State.ACTIVE, by, state=RecurringSend.State.PAUSED, next_at=None)


def resume_recurring(*, recurring: RecurringSend, by: User, now: datetime) -> None:
    """Go on with the next time from now; those in between are not made up for."""
    next_at = recurring.rule.after(now)
    _change(recurring, RecurringSend.State.PAUSED, by, **_following(recurring, next_at))


def end_recurring(*, recurring: RecurringSend, by: User) -> None:
    """No further times, for good. What has been sent stays."""
    _change(recurring, None, by, state=RecurringSend.State.ENDED, next_at=None)


def _change(recurring: RecurringSend, only_from: str | None, by: User, **fields) -> None:
    with transaction.atomic():
        locked = RecurringSend.objects.select_for_update().get(pk=recurring.pk)
        if locked.state == RecurringSend.State.ENDED or only_from not in (None, locked.state):
            raise WrongState(locked)
        RecurringSend.objects.filter(pk=locked.pk).update(**fields)
        _audit(f"recurring.{fields['state']}", locked, by)


def _following(recurring: RecurringSend, next_at: datetime | None) -> dict:
    over = next_at is None or (recurring.ends_at and next_at > recurring.ends_at)
    if over or (recurring.most and recurring.times >= recurring.most):
        return {"state": RecurringSend.State.ENDED, "next_at": None}
    return {"state": RecurringSend.State.ACTIVE, "next_at": next_at}


# --- when the time comes --------------------------------------------------------------------------------------------


def run_recurring(*, now: datetime) -> int:
    """Make the campaigns of what is due; how many times came. Safe beside itself: an occurrence, its campaign and the
    next time commit together."""
    came = 0
    while True:
        with transaction.atomic():
            recurring = (
                RecurringSend.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("account", "line", "upload", "created_by")
                .filter(state=RecurringSend.State.ACTIVE, next_at__lte=now)
                .order_by("next_at")
                .first()
            )
            if recurring is None:
                return came
            _come(recurring, now)
        came += 1


def _come(recurring: RecurringSend, now: datetime) -> None:
    due_at = recurring.next_at
    is_on_dates = recurring.frequency == RecurringSend.Frequency.DATES
    occurrence = Occurrence(recurring=recurring, due_at=due_at)
    if is_on_dates and not _has_date(recurring.account, recurring.date_key):
        _end_for_want_of_a_date(recurring, occurrence)
        return
    if is_on_dates and not people_of(occurrence):
        recurring.next_at = _following(recurring, recurring.rule.after(due_at))["next_at"]
        recurring.state = RecurringSend.State.ACTIVE if recurring.next_at else RecurringSend.State.ENDED
        recurring.save(update_fields=["state", "next_at"])
        return
    occurrence.save()
    with override(_language(recurring)):
        if now - due_at > LATEST:
            _close(occurrence, Occurrence.State.MISSED, _("The platform was not at work at this time."))
        else:
            try:
                with transaction.atomic():
                    _make_campaign(occurrence, now, only_to=take_up(occurrence) if is_on_dates else None)
            except (SendRefused, NoTariff) as refusal:
                _close(occurrence, Occurrence.State.FAILED, str(refusal))
    occurrence.save()
    recurring.times += 1
    following = _following(recurring, recurring.rule.after(due_at))
    recurring.state, recurring.next_at = following["state"], following["next_at"]
    recurring.save(update_fields=["times", "state", "next_at"])


def _end_for_want_of_a_date(recurring: RecurringSend, occurrence: Occurrence) -> None:
    with override(_language(recurring)):
        _close(occurrence, Occurrence.State.FAILED, _("The date is no longer a field of the phonebook, so it ended."))
    occurrence.save()
    recurring.state, recurring.next_at = RecurringSend.State.ENDED, None
    recurring.save(update_fields=["state", "next_at"])


def _make_campaign(occurrence: Occurrence, now: datetime, *, only_to: list[int] | None) -> None:
    if only_to == []:  # everybody whose date this is has been written to this year
        _close(occurrence, Occurrence.State.SKIPPED, _("Everybody has had this year's message already."), tell=False)
        return
    recurring = occurrence.recurring
    sources = recurring.sources if only_to is None else {"contacts": only_to}
    occurrence.campaign = compose(
        account=recurring.account,
        created_by=recurring.created_by,
        line=recurring.line,
        text=recurring.text,
        kind=Campaign.Kind.ADVANCED,
        title=recurring.title,
        upload=recurring.upload,
        validity_minutes=recurring.validity_minutes,
        now=now,
        **sources,
    )


def settle_occurrences(*, now: datetime) -> int:
    """Pay for what has been planned, or close what cannot be sent; how many were settled. Safe beside itself."""
    open_ones = Occurrence.objects.filter(state__in=[Occurrence.State.PLANNING, Occurrence.State.WAITING])
    due = open_ones.exclude(retry_at__gt=now).exclude(campaign__state=Campaign.State.PLANNING)
    settled = 0
    for pk in list(due.order_by("id").values_list("pk", flat=True)):
        with transaction.atomic():
            locked = open_ones.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk)
            occurrence = locked.select_related("recurring__account", "recurring__created_by", "campaign").first()
            if occurrence:
                with override(_language(occurrence.recurring)):
                    _settle(occurrence, now)
                occurrence.save()
                settled += occurrence.state != Occurrence.State.WAITING
    return settled


def _settle(occurrence: Occurrence, now: datetime) -> None:
    campaign = occurrence.campaign
    if campaign is None or campaign.state == Campaign.State.DISCARDED:
        _close(occurrence, Occurrence.State.SKIPPED, _("It was discarded before it was paid for."), tell=False)
    elif campaign.state == Campaign.State.FAILED:
        _close(occurrence, Occurrence.State.FAILED, campaign.problem)
    elif campaign.state == Campaign.State.REVIEW:
        _pay(occurrence, campaign, now)
    else:
        _close(occurrence, Occurrence.State.SENT, tell=False)


def _pay(occurrence: Occurrence, campaign: Campaign, now: datetime) -> None:
    by = occurrence.recurring.created_by
    try:
        with transaction.atomic():
            confirm(campaign=campaign, by=by, now=now, hold_seconds=0)
        _close(occurrence, Occurrence.State.SENT, tell=False)
    except WrongState:  # somebody confirms or discards it at this moment; the next look sees which
        return
    except QuoteExpired:
        try:
            with transaction.atomic():
                occurrence.campaign = quote_again(campaign=campaign, by=by, now=now)
        except SendRefused as refusal:
            _close(occurrence, Occurrence.State.FAILED, str(refusal))
    except InsufficientCredit as refusal:
        _without_credit(occurrence, campaign, str(refusal), now)


def _without_credit(occurrence: Occurrence, campaign: Campaign, problem: str, now: datetime) -> None:
    recurring = occurrence.recurring
    retries = recurring.short_credit == RecurringSend.ShortCredit.RETRY
    if retries and now < occurrence.due_at + RETRIED_FOR:
        first = occurrence.state != Occurrence.State.WAITING
        occurrence.retry_at = now + RETRY_EVERY
        _close(occurrence, Occurrence.State.WAITING, problem, tell=first)
        return
    discard(campaign=campaign, by=recurring.created_by)
    _close(occurrence, Occurrence.State.SKIPPED, problem)


def _close(occurrence: Occurrence, state: str, problem: str = "", *, tell: bool = True) -> None:
    occurrence.state, occurrence.problem = state, problem[:300]
    if not tell:
        return
    recurring = occurrence.recurring
    notify(
        kind=f"recurring.{state}",
        key=f"recurring:{recurring.pk}:{int(occurrence.due_at.timestamp())}:{state}",
        subject=_("A recurring send did not leave"),
        text=_("“%(title)s” of %(time)s did not leave: %(problem)s")
        % {"title": recurring, "time": _shown(occurrence.due_at), "problem": problem},
        account_id=recurring.account_id,
        mobile=recurring.account.mobile or (recurring.created_by.mobile if recurring.created_by else None),
        email=recurring.account.email or (recurring.created_by.email if recurring.created_by else None),
    )


def _shown(moment: datetime) -> str:
    return f"{showing.day(moment)} {showing.clock(moment)}"


def _language(recurring: RecurringSend) -> str:
    return recurring.created_by.language if recurring.created_by else settings.LANGUAGE_CODE


def _audit(action: str, recurring: RecurringSend, by: User | None) -> None:
    record(action=action, user=by, account=recurring.account, target=f"recurring:{recurring.pk}")
