"""Changing prices: a draft copied from what is in force, looked at, published for a later minute.

What was published is never changed, so that every charge and quote stays explainable; a new price is a new revision.
It begins at a full minute, at least LEAD away: nobody prices by what he read before, since prices are kept for seconds
at most. Locks: plan → revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from credit.models import Tariff, TariffPlan, TariffRevision
from credit.pricing import PUBLISHED, in_force

LEAD = timedelta(minutes=1)
LATEST = timedelta(days=366)
State = TariffRevision.State


class TariffRefused(Exception):
    """The tariff cannot be changed so; the message says why in the reader's language. ``field`` names what is wrong,
    where it is one field. Nothing was changed."""

    def __init__(self, sentence: str, field: str = "") -> None:
        self.sentence, self.field = sentence, field
        super().__init__(sentence)

    def __str__(self) -> str:
        return str(self.sentence)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price of a draft; rials a part. ``operator_id`` None and ``prefix_family`` "" mean any."""

    line_kind: str
    operator_id: int | None
    prefix_family: str
    language: str
    price_per_part: int
    refunds_undelivered: bool = False


@transaction.atomic
def draft_of(*, plan: TariffPlan, by: User | None, now: datetime) -> TariffRevision:
    """The plan's open draft; a new copy of what is in force where it has none."""
    plan = TariffPlan.objects.select_for_update().get(pk=plan.pk)
    draft = plan.revisions.filter(state=State.DRAFT).first()
    if draft:
        return draft
    source = in_force(plan, now)
    number = (plan.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
    draft = TariffRevision.objects.create(
        plan=plan, number=number, created_by=by, created_at=now,
        minimum_messages=source.minimum_messages if source else None,
    )  # fmt: skip
    names = ("line_kind", "operator_id", "prefix_family", "language", "price_per_part", "refunds_undelivered")
    rows = source.tariffs.values(*names) if source else []
    Tariff.objects.bulk_create(Tariff(revision=draft, **row) for row in rows)
    _record("tariff.drafted", draft, by)
    return draft


@transaction.atomic
def write_draft(
    *,
    draft: TariffRevision,
    rows: Sequence[PriceRow],
    minimum_messages: int | None,
    note: str,
    edits: int,
    by: User | None,
) -> TariffRevision:
    """Put these prices in place of the draft's. ``edits`` is the draft's own as its editor read it: where somebody
    else has changed the draft since, TariffRefused. Two rows for the same are refused too."""
    draft = _locked_draft(draft)
    if draft.edits != edits:
        raise TariffRefused(_("Somebody else has changed this draft since you opened it. Open it again."))
    if len({(row.line_kind, row.operator_id, row.prefix_family, row.language) for row in rows}) != len(rows):
        raise TariffRefused(_("There are two rows for the same operator, language, kind and family."))
    draft.tariffs.all().delete()
    Tariff.objects.bulk_create(
        Tariff(revision=draft, **{name: getattr(row, name) for name in PriceRow.__slots__}) for row in rows
    )
    draft.minimum_messages, draft.note, draft.edits = minimum_messages, note, draft.edits + 1
    draft.save(update_fields=["minimum_messages", "note", "edits"])
    _record("tariff.edited", draft, by, rows=len(rows))
    return draft


@transaction.atomic
def drop_draft(*, draft: TariffRevision, by: User | None) -> None:
    """Throw a draft away. TariffRefused where it is none any more."""
    draft = _locked_draft(draft)
    _record("tariff.dropped", draft, by)
    draft.delete()


@transaction.atomic
def publish(
    *, draft: TariffRevision, effective_from: datetime | None, seen: str, by: User | None, now: datetime
) -> TariffRevision:
    """The draft holds from ``effective_from``'s minute on; None: from the next minute that is LEAD away. ``seen`` is
    ``fingerprint`` as it was when the effects were looked at: where the draft or the prices in force have changed
    since, TariffRefused. What was priced before, or is priced until then, stays as it is."""
    draft = _locked_draft(draft)
    if seen != fingerprint(draft, now):
        raise TariffRefused(_("The prices have changed since you looked at the preview. Look again, then publish."))
    if not draft.tariffs.exists():
        raise TariffRefused(_("The draft has no price at all."))
    begins = _minute(effective_from or now + LEAD)
    if begins < now + LEAD:
        raise TariffRefused(_("Prices can change at the earliest in the minute after the next."), "effective_from")
    if begins > now + LATEST:
        raise TariffRefused(_("That is more than a year away."), "effective_from")
    if draft.plan.revisions.filter(state=PUBLISHED, effective_from=begins).exists():
        raise TariffRefused(_("Another revision begins at this very minute."), "effective_from")
    draft.state, draft.effective_from, draft.published_by, draft.published_at = PUBLISHED, begins, by, now
    draft.save(update_fields=["state", "effective_from", "published_by", "published_at"])
    _record("tariff.published", draft, by, begins=begins.isoformat(), rows=draft.tariffs.count())
    return draft


@transaction.atomic
def withdraw(*, revision: TariffRevision, by: User | None, now: datetime) -> TariffRevision:
    """Take back what was published and has not begun. TariffRefused afterwards."""
    TariffPlan.objects.select_for_update().get(pk=revision.plan_id)
    revision = TariffRevision.objects.select_for_update().select_related(None).get(pk=revision.pk)
    if revision.state != PUBLISHED or revision.effective_from <= now:
        raise TariffRefused(_("Only prices that have not begun to hold can be withdrawn; publish new ones instead."))
    revision.state, revision.withdrawn_at = State.WITHDRAWN, now
    revision.save(update_fields=["state", "withdrawn_at"])
    _record("tariff.withdrawn", revision, by)
    return revision


def fingerprint(draft: TariffRevision, now: datetime) -> str:
    """What a preview of the draft stands on: its edits, and the revision in force."""
    present = in_force(draft.plan, now)
    return f"{draft.pk}.{draft.edits}.{present.pk if present else 0}"


def _locked_draft(draft: TariffRevision) -> TariffRevision:
    TariffPlan.objects.select_for_update().get(pk=draft.plan_id)
    found = TariffRevision.objects.select_for_update(of=["self"]).select_related("plan").filter(pk=draft.pk).first()
    if found is None or found.state != State.DRAFT:
        raise TariffRefused(_("This is no draft any more: it was published or thrown away."))
    return found


def _minute(moment: datetime) -> datetime:
    """The full minute, upwards."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def _record(action: str, revision: TariffRevision, by: User | None, **details) -> None:
    details = {"plan": revision.plan.name, "revision": revision.number, **details}
    audit.record(action=action, user=by, target=revision, details=details)
