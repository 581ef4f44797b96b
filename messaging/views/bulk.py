"""Sending to the number bank (3): a page for each way of targeting, the mandatory count, and saved audiences."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from accounts.models import Account
from billing.selectors import spendable
from common.showing import number
from messaging.forms.bulk import BulkForm, CountForm, counted_size, initial_of_target, ticket
from messaging.forms.bulk_modes import MODES, Mode, family_of
from messaging.forms.compose import initial_of
from messaging.models import Campaign
from messaging.recipients import reached_of
from messaging.selectors import samples
from messaging.services import SendRefused, WrongState, compose_once, edit_again
from messaging.services.targeting import may_target
from messaging.views.answers import say
from messaging.views.compose import price_table
from numberbank import selection, selectors
from numberbank.audiences import AudienceRefused, delete_audience, save_audience
from numberbank.models import Audience
from numberbank.targets import Criteria, Target


@require_http_methods(["GET", "POST"])
@panel_page("send")
def page(request: HttpRequest, mode: str) -> HttpResponse:
    """The form; with ``action`` in the POST, its count or its audience. What was chosen comes back when refused."""
    way = MODES[mode]
    if request.method == "POST":
        act = {"count": _count, "save": _save}.get(request.POST.get("action", ""), _send)
        return act(request, way)
    try:
        initial = _prefilled(request)
    except WrongState as error:
        messages.error(request, str(error))
        return redirect("messaging:campaigns")
    return _page(request, BulkForm(account=request.account, mode=way, initial=initial))


def form_url(campaign: Campaign) -> str:
    """The form that a campaign of the bank was made with, filled in as it was."""
    mode = MODES.get(campaign.sources.get("target", {}).get("mode", ""), MODES["regional"])
    return f"{mode.url}?again={campaign.pk}"


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    account, asked = request.account, request.GET
    if "again" in asked:
        campaign = _own(Campaign.objects.of(account).filter(kind=Campaign.Kind.BULK), asked["again"])
        fields = initial_of(edit_again(campaign=campaign))
        return fields | initial_of_target(Target.of(campaign.sources["target"])) | {"replaces": campaign.pk}
    if "audience" in asked:
        audience = _own(Audience.objects.of(account), asked["audience"])
        target = Target(criteria=Criteria.of(audience.criteria), reached_days=audience.reached_days)
        return initial_of_target(target)
    return {}


def _own(rows: QuerySet, written: str):
    return get_object_or_404(rows, pk=int(written) if written.isascii() and written.isdecimal() else 0)


def _send(request: HttpRequest, mode: Mode) -> HttpResponse:
    form = BulkForm(request.POST, account=request.account, mode=mode)
    if form.is_valid():
        try:
            return redirect("messaging:review", _composed(request, form).pk)
        except SendRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _page(request, form)


def _composed(request: HttpRequest, form: BulkForm) -> Campaign:
    replaces = form.cleaned_data["replaces"]
    return compose_once(
        form_token=form.cleaned_data["token"],
        account=request.account,
        created_by=request.user,
        replaces=Campaign.objects.of(request.account).filter(pk=replaces).first() if replaces else None,
        now=timezone.now(),
        **form.request(),
    )


def _count(request: HttpRequest, mode: Mode) -> HttpResponse:
    form = CountForm(request.POST, mode=mode)
    context: dict[str, Any] = {"mode": mode}
    if form.is_valid():
        context |= _counted(request.account, form.criteria(), form.cleaned_data["reached_days"])
    else:
        context["problems"] = _problems(form)
    if request.htmx:
        return render(request, "messaging/_bulk_count.html", context)
    whole = BulkForm(request.POST, account=request.account, mode=mode)
    whole.is_valid()
    whole.errors.clear()
    return _page(request, whole, context)


def _problems(form: CountForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _counted(account: Account, criteria: Criteria, reached_days: int | None) -> dict[str, Any]:
    matching = count_of(account, criteria, reached_days)
    return {"matching": matching, "ticket": ticket(matching, account, criteria, reached_days)}


def count_of(account: Account, criteria: Criteria, reached_days: int | None) -> int:
    target = Target(criteria=criteria, reached_days=reached_days)
    return selection.count(criteria, reached=reached_of(account, target, now=timezone.now()))


def _save(request: HttpRequest, mode: Mode) -> HttpResponse:
    form = CountForm(request.POST, mode=mode)
    if not form.is_valid():
        return say(request, " ".join(_problems(form)), "bad", then=mode.url)
    try:
        audience = save_audience(
            account=request.account,
            name=request.POST.get("audience_name", ""),
            mode=mode.slug,
            criteria=form.criteria(),
            reached_days=form.cleaned_data["reached_days"],
            by=request.user,
        )
    except AudienceRefused as refusal:
        return say(request, str(refusal), "bad", then=mode.url)
    saved = _("“%(name)s” is among your saved audiences now.") % {"name": audience.name}
    return say(request, saved, "ok", then=reverse("messaging:audiences"))


def _page(request: HttpRequest, form: BulkForm, count: dict[str, Any] | None = None) -> HttpResponse:
    account, mode = request.account, form.mode
    chosen = {name: _ids(form[name].value()) for name in ("districts", "suburbs", "guilds", "prefixes", "genders")}
    chosen |= {name: _ids(form[name].value()) for name in ("provinces", "cities")}
    if count is None:
        count = _count_again(account, form)
    context = {
        "form": form,
        "mode": mode,
        "tabs": family_of(mode),
        "lines": form.lines,
        "barred_lines": [line for line in form.all_lines if not may_target(line)],
        "samples": samples(account),
        "undo_seconds": settings.UNDO_SECONDS,
        "has_credit": spendable(account) > 0,
        "chosen": chosen,
        "narrowed": any(chosen.get(name) for name in mode.others)
        or bool(form["postal"].value() and "postal" in mode.others),
        "sections": _sections(mode, chosen),
        "composer": {
            "max_parts": settings.MESSAGE_MAX_PARTS,
            "max_recipients": None,
            "balance": spendable(account),
            "prices": price_table(account, form.lines),
        },
    }
    return render(request, "messaging/bulk.html", context | count)


def _count_again(account: Account, form: BulkForm) -> dict[str, Any]:
    """The count that still holds of a form that came back; of one filled in from a link, the count of today."""
    if form.is_bound:
        if not hasattr(form, "cleaned_data"):
            return {}
        criteria, days = form.criteria(), form.cleaned_data.get("reached_days")
        written = form.data.get("counted", "")
        matching = counted_size(written, account, criteria, days)
        return {} if matching is None else {"matching": matching, "ticket": written}
    if not form.initial.get("seed"):
        return {}
    wanted = ((name, form.initial.get(name)) for name in CountForm.base_fields)
    written = {name: [str(one) for one in value] if isinstance(value, list) else value for name, value in wanted}
    again = CountForm(written, mode=form.mode)
    return _counted(account, again.criteria(), again.cleaned_data["reached_days"]) if again.is_valid() else {}


def _ids(values) -> set[int]:
    return {int(one) for one in values or [] if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 10}


def _sections(mode: Mode, chosen: dict[str, set[int]]) -> dict[str, Any]:
    provinces = selectors.provinces()
    open_provinces = selectors.provinces_of_cities(chosen["cities"])
    for province in provinces:
        province.options = selectors.cities(province.value) if province.value in open_provinces else []
    return {
        "districts": selectors.districts(),
        "suburbs": selectors.suburbs(),
        "guilds": selectors.guilds(),
        "prefixes": selectors.prefixes(mode.carrying),
        "genders": selectors.genders(),
        "provinces": provinces,
    }


@require_GET
@panel_page("send")
def cities(request: HttpRequest, province: int) -> HttpResponse:
    """The cities of a province, to be chosen from."""
    context = {"options": selectors.cities(min(province, 10_000)), "chosen": set()}
    return render(request, "messaging/_bulk_cities.html", context)


@require_GET
@panel_page("send")
def audiences(request: HttpRequest) -> HttpResponse:
    """Saved audiences; each asks for its own count when it comes into view."""
    rows = list(Audience.objects.of(request.account))
    words = selectors.names_of_each([Criteria.of(row.criteria) for row in rows])
    for row, row.words in zip(rows, words, strict=True):
        row.url = f"{MODES.get(row.mode, MODES['regional']).url}?audience={row.pk}"
    return render(request, "messaging/audiences.html", {"audiences": rows})


@require_GET
@panel_page("send")
def audience_count(request: HttpRequest, pk: int) -> HttpResponse:
    """How many an audience has now, as text."""
    audience = get_object_or_404(Audience.objects.of(request.account), pk=pk)
    return HttpResponse(number(count_of(request.account, Criteria.of(audience.criteria), audience.reached_days)))


@require_POST
@panel_page("send")
def audience_delete(request: HttpRequest, pk: int) -> HttpResponse:
    audience = get_object_or_404(Audience.objects.of(request.account).select_related("account"), pk=pk)
    delete_audience(audience=audience, by=request.user)
    messages.success(request, _("The audience was deleted."))
    return redirect("messaging:audiences")
