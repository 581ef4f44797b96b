"""Composing: the form, and the fragments that it asks for while it is being filled in."""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import panel_page
from accounts.models import Account
from billing.selectors import spendable
from billing.services import InsufficientCredit
from common.phones import normalise
from common.showing import phone, rials
from common.tables import TableError
from common.text import advise, clean, has_opt_out_hint
from common.text.advice_words import sentence
from common.uploads import UploadRefused
from credit.pricing import NoTariff, prices
from messaging.forms import ComposeForm, UploadForm
from messaging.forms.compose import LONGEST_TEXT, initial_of
from messaging.merging import offers
from messaging.models import Campaign, InboundMessage, Message, Upload
from messaging.selectors import lines_for, message_text, samples
from messaging.services import SendRefused, WrongState, compose_once, edit_again, send_test, store_upload
from messaging.views.answers import say
from messaging.views.words import hours_sentence
from numbers.models import Line
from phonebook import selectors as phonebook
from phonebook.models import Contact, Group

KINDS = (Campaign.Kind.SIMPLE, Campaign.Kind.ADVANCED)
OFFERED_PEOPLE = 8
TEST_REPEAT_SECONDS = 5


@require_http_methods(["GET", "POST"])
@panel_page("send")
def compose(request: HttpRequest) -> HttpResponse:
    """Simple and advanced send. What was typed comes back whole when something is refused."""
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind") if asked.get("kind") in KINDS else Campaign.Kind.SIMPLE
    if request.method != "POST":
        try:
            initial = _prefilled(request)
        except WrongState as error:
            messages.error(request, str(error))
            return redirect("messaging:campaigns")
        kind = initial.pop("kind", kind)
        return _page(request, ComposeForm(account=request.account, kind=kind, initial=initial))
    form = ComposeForm(request.POST, account=request.account, kind=kind)
    if form.is_valid():
        try:
            return redirect("messaging:review", _composed(request, form).pk)
        except SendRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _page(request, form, status=422 if request.htmx else 200)


def _composed(request: HttpRequest, form: ComposeForm) -> Campaign:
    replaces = form.cleaned_data["replaces"]
    return compose_once(
        form_token=form.cleaned_data["token"],
        account=request.account,
        created_by=request.user,
        replaces=Campaign.objects.of(request.account).filter(pk=replaces).first() if replaces else None,
        now=timezone.now(),
        **form.request(),
    )


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    """What a link brings along: a campaign to edit, a message to forward or answer, a sample, numbers."""
    account, asked = request.account, request.GET
    if "again" in asked:
        campaign = own(Campaign.objects.of(account), asked["again"])
        kind = campaign.kind if campaign.kind in KINDS else Campaign.Kind.SIMPLE
        return initial_of(edit_again(campaign=campaign)) | {"replaces": campaign.pk, "kind": kind}
    if "forward" in asked:
        message = own(Message.objects.of(account).select_related("campaign"), asked["forward"])
        return {"text": message_text(message), "line": message.line_id}
    if "forward_received" in asked:
        return {"text": own(InboundMessage.objects.of(account), asked["forward_received"]).text}
    if "reply" in asked:
        received = own(InboundMessage.objects.of(account), asked["reply"])
        return {"typed": phone(received.sender), "line": received.line_id}
    if "sample" in asked:
        return {"text": own(samples(account), asked["sample"]).text}
    return {
        "typed": asked.get("to", "")[:1000],
        "text": asked.get("text", "")[:LONGEST_TEXT],
        "groups": asked.getlist("groups"),
        "contacts": asked.getlist("contacts"),
    }


def own(rows: QuerySet, written: str):
    """A row by the id in a link; 404 where there is none, or it is somebody else's."""
    return get_object_or_404(rows, pk=int(written) if written.isascii() and written.isdecimal() else 0)


def _page(request: HttpRequest, form: ComposeForm, status: int = 200) -> HttpResponse:
    return render(request, "messaging/compose.html", form_context(request.account, form), status=status)


def form_context(account: Account, form: ComposeForm) -> dict[str, Any]:
    """What a compose form's template shows beside the form."""
    upload = chosen_upload(account, form["upload"].value())
    context = {
        "form": form,
        "kind": form.kind,
        "lines": form.lines,
        "samples": samples(account),
        "field_offers": offers(account),
        "undo_seconds": settings.UNDO_SECONDS,
        "chosen_groups": _chosen_groups(account, form["groups"].value()),
        "chosen_contacts": Contact.objects.of(account).filter(pk__in=_ids(form["contacts"].value())),
        "composer": {
            "max_parts": settings.MESSAGE_MAX_PARTS,
            "max_recipients": settings.SIMPLE_SEND_MAX_RECIPIENTS if form.kind == Campaign.Kind.SIMPLE else None,
            "balance": spendable(account),
            "prices": price_table(account, form.lines),
        },
    }
    if upload:
        context |= _upload_context(upload, form["column"].value())
    return context


def _ids(values) -> list[int]:
    return [int(one) for one in values or [] if str(one).isascii() and str(one).isdecimal() and len(str(one)) < 19]


def _chosen_groups(account: Account, values) -> list[Group]:
    chosen = list(phonebook.groups(account).filter(pk__in=_ids(values)))
    for group in chosen:
        group.count = group.size
    return chosen


def chosen_upload(account: Account, value) -> Upload | None:
    ids = _ids([value] if value else [])
    return Upload.objects.of(account).filter(pk__in=ids).first() if ids else None


def price_table(account: Account, lines: list[Line]) -> dict[int, dict[int, tuple[int, int]]]:
    """line → encoding → (lowest, highest) rials for a part, for the figure that follows the typing."""
    known: dict[tuple[str, str], dict] = {}
    table = {}
    for line in lines:
        key = (line.kind, line.prefix_family)
        if key not in known:
            known[key] = _lowest_and_highest(account, line)
        table[line.pk] = known[key]
    return table


def _lowest_and_highest(account: Account, line: Line) -> dict[int, tuple[int, int]]:
    try:
        by_operator = prices(account=account, line=line)
    except NoTariff:
        return {}
    parts = {encoding: [row[encoding].per_part for row in by_operator.values()] for encoding in (0, 8)}
    return {encoding: (min(values), max(values)) for encoding, values in parts.items() if values}


@require_GET
@panel_page("send")
def people(request: HttpRequest) -> HttpResponse:
    """Groups and contacts that match what was typed so far; a few of them before anything is typed."""
    text = request.GET.get("q", "")[:100].strip()
    groups = list(phonebook.groups(request.account, text)[:OFFERED_PEOPLE])
    for group in groups:
        group.count = group.size
    contacts = phonebook.contacts(request.account, text)[:OFFERED_PEOPLE]
    return render(request, "messaging/_people.html", {"groups": groups, "contacts": contacts, "q": text})


@require_POST
@panel_page("send")
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a file of recipients and show its columns; or say what is wrong with it."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_refused(request, form.errors["file"][0])
    try:
        stored = store_upload(account=request.account, file=form.cleaned_data["file"])
    except (TableError, UploadRefused) as error:
        return _upload_refused(request, str(error))
    return render(request, "messaging/_upload.html", _upload_context(stored, stored.phone_column))


def _upload_refused(request: HttpRequest, problem: str) -> HttpResponse:
    return render(request, "messaging/_upload.html", {"problem": problem}, status=422)


def _upload_context(stored: Upload, column) -> dict[str, Any]:
    columns = [{"index": index, **column} for index, column in enumerate(stored.columns)]
    chosen = _ids([column]) if column not in (None, "") else []
    return {
        "upload": stored,
        "rows": stored.rows,
        "columns": columns,
        "chosen_column": chosen[0] if chosen else stored.phone_column or 0,
    }


@require_POST
@panel_page("send")
def advice(request: HttpRequest) -> HttpResponse:
    """What could be mended in the text, and what the line's rules ask for, in sentences."""
    text = clean(request.POST.get("text", "")[:LONGEST_TEXT])
    sentences = [sentence(one) for one in advise(text)] if text.strip() else []
    line = lines_for(request.account).filter(pk__in=_ids([request.POST.get("line", "")])).first()
    if line and text.strip() and line.requires_opt_out_hint and not has_opt_out_hint(text):
        sentences.insert(0, _("Texts from this line must end with «لغو11». Add it on the last line."))
    if line and (hours := hours_sentence(line, timezone.now(), request.account)):
        sentences.append(hours)
    return render(request, "messaging/_advice.html", {"advice": sentences})


@require_POST
@panel_page("send")
def test_send(request: HttpRequest) -> HttpResponse:
    """The text to the sender's own mobile, at once and at the usual price (2.5)."""
    back = "messaging:compose"
    mobile = normalise(request.POST.get("mobile") or request.user.mobile or "")
    if mobile is None:
        return say(request, _("Write the mobile number that the test shall go to."), "bad", then=back)
    line = lines_for(request.account).filter(pk__in=_ids([request.POST.get("line", "")])).first()
    if line is None:
        return say(request, _("Choose a line."), "bad", then=back)
    text = clean(request.POST.get("text", "")[:LONGEST_TEXT])
    digest = hashlib.sha256(f"{line.pk} {mobile} {text}".encode()).hexdigest()
    if not cache.add(f"test-send:{request.user.pk}:{digest}", 1, TEST_REPEAT_SECONDS):
        return say(request, _("This test is already on its way."), "run", then=back)
    try:
        campaign = send_test(
            account=request.account,
            line=line,
            text=text,
            mobile=str(mobile),
            by=request.user,
            now=timezone.now(),
        )
    except (SendRefused, NoTariff, InsufficientCredit) as refusal:
        return say(request, str(refusal), "bad", then=back)
    if campaign.confirmed_at is None:
        return say(request, campaign.problem or _("The test cannot be sent to this number."), "bad", then=back)
    sent = _("The test is on its way to %(mobile)s; it costs %(price)s.") % {
        "mobile": phone(mobile),
        "price": rials(campaign.price),
    }
    return say(request, sent, "ok", then=back)
