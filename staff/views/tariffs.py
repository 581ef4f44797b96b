"""Tariffs for staff: drafts, their effects, publishing. What was published is only looked at."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import refuse
from accounts.models import Account
from common import showing
from common.paging import page_of
from credit.models import TariffPlan, TariffRevision
from credit.pricing import gaps, in_force
from credit.tariffs import TariffRefused, draft_of, drop_draft, fingerprint, publish, withdraw, write_draft
from staff.access import may_change, staff_page
from staff.selectors.tariff_effects import accounts_of, changes, effects, samples
from staff.tariff_forms import DraftForm, PriceFormSet, PublishForm, initial_rows

PLAN, PUBLISH = "credit.tariffplan", "credit.publish_tariff"
SHOWN_ACCOUNTS = 100
State = TariffRevision.State


@require_GET
@staff_page(PLAN)
def plan_list(request: HttpRequest) -> HttpResponse:
    """Every plan with what holds, what comes and what is being written."""
    now = timezone.now()
    revisions = TariffRevision.objects.exclude(state=State.WITHDRAWN).annotate(rows=Count("tariffs"))
    plans = (
        TariffPlan.objects.annotate(payers=Count("accounts"))
        .order_by("tier", "pk")
        .prefetch_related(Prefetch("revisions", queryset=revisions.order_by("effective_from"), to_attr="known"))
    )
    without_plan = Account.objects.filter(plan__isnull=True).count()
    for plan in plans:
        published = [one for one in plan.known if one.state == State.PUBLISHED]
        plan.present = next((one for one in reversed(published) if one.effective_from <= now), None)
        plan.coming = [one for one in published if one.effective_from > now]
        plan.draft = next((one for one in plan.known if one.state == State.DRAFT), None)
        plan.payers += without_plan if plan.is_default else 0
    return render(request, "staff/tariffs/plans.html", {"plans": plans, "may_edit": _may_edit(request)})


@require_GET
@staff_page(PLAN)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan's revisions, the newest first."""
    found, now = get_object_or_404(TariffPlan, pk=pk), timezone.now()
    rows = found.revisions.select_related("published_by", "created_by").annotate(rows=Count("tariffs"))
    context = {
        "plan": found,
        "page": page_of(rows, request.GET),
        "present": in_force(found, now),
        "draft": found.revisions.filter(state=State.DRAFT).first(),
        "payers": accounts_of(found).count(),
        "may_edit": _may_edit(request),
        "now": now,
    }
    return render(request, "staff/tariffs/plan.html", context)


@require_POST
@staff_page(PLAN)
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the plan's draft: a copy of what is in force, or the one that somebody has begun."""
    draft = draft_of(plan=get_object_or_404(TariffPlan, pk=pk), by=request.user, now=timezone.now())
    return redirect("staff:tariff_edit", draft.pk)


@require_GET
@staff_page(PLAN)
def revision(request: HttpRequest, pk: int) -> HttpResponse:
    """The prices of a revision, to be looked at."""
    found, now = _revision(pk), timezone.now()
    present = in_force(found.plan, now)
    context = {
        "revision": found,
        "rows": found.tariffs.select_related("operator").order_by(
            "line_kind", "prefix_family", "operator", "-language"
        ),
        "is_present": present is not None and present.pk == found.pk,
        "is_coming": found.state == State.PUBLISHED and found.effective_from > now,
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return render(request, "staff/tariffs/revision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(PLAN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a draft's prices. A row whose price is emptied is left out; “more rows” keeps what is written."""
    draft = _revision(pk)
    if draft.state != State.DRAFT:
        return redirect("staff:tariff_revision", draft.pk)
    if not _may_edit(request):
        return redirect("staff:tariff_preview", draft.pk)
    if request.method == "POST":
        form, rows = DraftForm(request.POST), PriceFormSet(request.POST, prefix="rows")
        if form.is_valid() and rows.is_valid() and _is_written(request, draft, form, rows):
            more = "more" in request.POST
            return redirect("staff:tariff_edit" if more else "staff:tariff_preview", draft.pk)
    else:
        values = {"minimum_messages": draft.minimum_messages, "note": draft.note, "edits": draft.edits}
        form, rows = DraftForm(initial=values), PriceFormSet(initial=initial_rows(draft), prefix="rows")
    context = {"draft": draft, "form": form, "rows": rows}
    return render(request, "staff/tariffs/edit.html", context, status=422 if form.is_bound else 200)


def _is_written(request: HttpRequest, draft: TariffRevision, form: DraftForm, rows) -> bool:
    data = form.cleaned_data
    try:
        write_draft(
            draft=draft, rows=rows.rows(), minimum_messages=data["minimum_messages"], note=data["note"],
            edits=data["edits"], by=request.user,
        )  # fmt: skip
    except TariffRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The draft is kept. Nobody pays by it yet."))
    return True


@require_POST
@staff_page(PLAN)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    draft = _revision(pk)
    try:
        drop_draft(draft=draft, by=request.user)
    except TariffRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The draft is thrown away."))
    return redirect("staff:tariff_plan", draft.plan_id)


@require_GET
@staff_page(PLAN)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft would change, before it is published."""
    draft = _revision(pk)
    if draft.state != State.DRAFT:
        return redirect("staff:tariff_revision", draft.pk)
    return _preview(request, draft, PublishForm(initial={"seen": fingerprint(draft, timezone.now())}))


def _preview(request: HttpRequest, draft: TariffRevision, form: PublishForm, status: int = 200) -> HttpResponse:
    present = in_force(draft.plan, timezone.now())
    context = {
        "draft": draft,
        "present": present,
        "changes": changes(present, draft),
        "samples": samples(present, draft),
        "gaps": [f"{kind.label} – {language.label}" for kind, language in gaps(draft)],
        "payers": accounts_of(draft.plan).count(),
        "coming": draft.plan.revisions.filter(Q(state=State.PUBLISHED), effective_from__gt=timezone.now()),
        "form": form,
        "may_publish": request.user.has_perm(PUBLISH),
    }
    return render(request, "staff/tariffs/preview.html", context, status=status)


@require_GET
@staff_page(PLAN)
def traffic(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the preview that counts: what the last month's traffic would have cost, account by account."""
    draft, now = _revision(pk), timezone.now()
    found, total = effects(in_force(draft.plan, now), draft, now=now)
    context = {"effects": found[:SHOWN_ACCOUNTS], "total": total, "count": len(found), "shown": SHOWN_ACCOUNTS}
    return render(request, "staff/tariffs/_traffic.html", context)


@require_POST
@staff_page(PLAN)
def publish_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the draft as it was previewed."""
    if not request.user.has_perm(PUBLISH):
        return refuse(request, _("You may write drafts; publishing needs a right that you do not have."))
    draft, form = _revision(pk), PublishForm(request.POST)
    if form.is_valid():
        try:
            published = publish(draft=draft, by=request.user, now=timezone.now(), **form.cleaned_data)
        except TariffRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            moment = f"{showing.day(published.effective_from)} {showing.clock(published.effective_from)}"
            messages.success(request, _("Published: these prices hold from %(moment)s.") % {"moment": moment})
            return redirect("staff:tariff_plan", draft.plan_id)
    if draft.state != State.DRAFT:
        messages.error(request, _("This is no draft any more: it was published or thrown away."))
        return redirect("staff:tariff_revision", draft.pk)
    form.data = form.data | {"seen": fingerprint(draft, timezone.now())}
    return _preview(request, draft, form, status=422)


@require_POST
@staff_page(PLAN)
def withdraw_page(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.has_perm(PUBLISH):
        return refuse(request, _("You may write drafts; publishing needs a right that you do not have."))
    found = _revision(pk)
    try:
        withdraw(revision=found, by=request.user, now=timezone.now())
    except TariffRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn: the prices in force go on to hold."))
    return redirect("staff:tariff_plan", found.plan_id)


def _may_edit(request: HttpRequest) -> bool:
    return may_change(request.user, PLAN)


def _revision(pk: int) -> TariffRevision:
    return get_object_or_404(TariffRevision.objects.select_related("plan"), pk=pk)
