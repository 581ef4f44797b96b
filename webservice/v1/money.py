"""The account's money over the web service: ledger, invoices, buying credit (13, 14, W5). Integer rials."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from billing import selectors
from billing.gateways import gateways_for
from billing.models import Invoice, LedgerEntry, Proforma
from billing.purposes import CREDIT
from billing.reasons import reason_of
from billing.services import PaymentRefused, start_payment
from credit.purchasing import PurchaseRefused, offer_messages, offer_rials, order_credit
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1 import documentation
from webservice.v1.answers import Answer
from webservice.v1.base import ApiView
from webservice.v1.fields import MomentField, StrictCharField, StrictIntegerField, StrictSerializer
from webservice.v1.paging import page_of, preference, wants_count
from webservice.v1.serializers import ListQuery
from webservice.v1.words import CURRENCY, moment

Scope = ApiKey.Scope
KINDS = tuple(LedgerEntry.Kind.values)
STATES = tuple(Proforma.State.values)
_WRITE = [documentation.IDEMPOTENCY_KEY, documentation.LANGUAGE, *documentation.RATE_HEADERS]
_READ = [documentation.LANGUAGE, *documentation.RATE_HEADERS]
_LIST_REFUSALS = documentation.refusals(*documentation.ALWAYS, Code.VALIDATION_FAILED)
_ENTRY = {
    "id": 501, "kind": "charge", "amount": -1450, "balance_after": 998550, "reason": "Messages of a send",
    "reference": "reserve:campaign:1834", "campaign": 1834, "created_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
_INVOICE = {
    "id": 12, "number": "1405-000012", "for": "credit", "net": 15000000, "vat": 1500000, "total": 16500000,
    "currency": "IRR", "issued_at": "2026-03-21T06:00:00.000Z",
}  # fmt: skip
_LINES = [{"title": "SMS credit", "quantity": 10000, "unit_price": 1500, "amount": 15000000}]
_TOPUP = {
    "id": 81, "state": "open", "messages": 10000, "net": 15000000, "vat": 1500000, "total": 16500000,
    "currency": "IRR", "payment_url": "https://bank.example/start/1", "expires_at": "2026-03-24T06:00:00.000Z",
    "invoice": None,
}  # fmt: skip


class Entry(Answer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField([(kind, kind) for kind in KINDS])
    amount = serializers.IntegerField(help_text="Rials; negative takes from the balance.")
    balance_after = serializers.IntegerField()
    reason = serializers.CharField(help_text="In the language of Accept-Language.")
    reference = serializers.CharField(help_text="Unique over the whole ledger.")
    campaign = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class EntryPage(Answer):
    entries = Entry(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class DatedQuery(ListQuery):
    since = MomentField(required=False, help_text="Made at this time or later.")
    until = MomentField(required=False, help_text="Made before this time.")


class LedgerQuery(DatedQuery):
    """The filters of the ledger."""

    kind = serializers.ChoiceField(choices=[(kind, kind) for kind in KINDS], required=False)


class InvoiceQuery(DatedQuery):
    """The filters of the invoices."""


class ListedInvoice(Answer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    purpose = serializers.CharField(help_text="What was bought: credit, line, service_line.")
    net = serializers.IntegerField()
    vat = serializers.IntegerField()
    total = serializers.IntegerField()
    currency = serializers.CharField()
    issued_at = serializers.DateTimeField()

    def get_fields(self):
        fields = super().get_fields()
        return {"for" if name == "purpose" else name: field for name, field in fields.items()}


class InvoiceRow(Answer):
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField()
    amount = serializers.IntegerField()


class FullInvoice(ListedInvoice):
    lines = InvoiceRow(many=True)
    vat_percent = serializers.CharField()
    tracking_number = serializers.CharField(allow_null=True, help_text="The bank's, where it was paid online.")


class InvoicePage(Answer):
    invoices = ListedInvoice(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the page after this one.")
    count = serializers.IntegerField(required=False, help_text="Only with “Prefer: count”.")


class TopUp(Answer):
    id = serializers.IntegerField()
    state = serializers.ChoiceField([(state, state) for state in STATES])
    messages = serializers.IntegerField(allow_null=True)
    net = serializers.IntegerField(help_text="What becomes credit.")
    vat = serializers.IntegerField()
    total = serializers.IntegerField(help_text="What is paid.")
    currency = serializers.CharField()
    payment_url = serializers.CharField(allow_null=True, help_text="The bank's page; only while it is to be paid.")
    expires_at = serializers.DateTimeField(help_text="Until then the price holds.")
    invoice = serializers.IntegerField(allow_null=True, help_text="Once it is paid.")


class NewTopUp(StrictSerializer):
    """How much credit: a number of messages, or of rials."""

    messages = StrictIntegerField(required=False, min_value=1, max_value=10**12)
    rials = StrictIntegerField(required=False, min_value=1, max_value=10**15, help_text="Credit, without VAT.")
    gateway = StrictCharField(required=False, max_length=20, help_text="zarinpal or zibal; the first in use if absent.")

    def validate(self, attrs: dict) -> dict:
        if ("messages" in attrs) == ("rials" in attrs):
            raise serializers.ValidationError(
                {"messages": [serializers.ErrorDetail(_("Give either messages or rials."), FieldCode.CONFLICT)]}
            )
        return attrs


class Ledger(ApiView):
    """Every debit and credit (13.4)."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="list_ledger",
        summary="List every debit and credit, newest first",
        description="The balance after an entry is the balance before it and its amount.",
        tags=["Account"],
        parameters=[LedgerQuery, documentation.PREFER, *_READ],
        responses={200: OpenApiResponse(EntryPage, "A page."), **_LIST_REFUSALS},
        examples=[documentation.example("A page", {"entries": [_ENTRY], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(LedgerQuery, request.query_params)
        found = selectors.history(
            self.account, since=query.get("from"), until=query.get("until"), kind=query.get("kind", "")
        )
        rows, members = page_of(found, query, counted=wants_count(request))
        return Response({"entries": [_entry(row) for row in rows], **members}, headers=preference(request))


class Invoices(ApiView):
    """Paid invoices (14)."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="list_invoices",
        summary="List paid invoices, newest first",
        tags=["Account"],
        parameters=[InvoiceQuery, documentation.PREFER, *_READ],
        responses={200: OpenApiResponse(InvoicePage, "A page."), **_LIST_REFUSALS},
        examples=[documentation.example("A page", {"invoices": [_INVOICE], "next": None})],
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.read(InvoiceQuery, request.query_params)
        found = selectors.invoices(self.account, since=query.get("from"), until=query.get("until"))
        rows, members = page_of(found, query, counted=wants_count(request))
        return Response({"invoices": [_invoice(row) for row in rows], **members}, headers=preference(request))


class InvoiceDetail(ApiView):
    """One invoice with its rows."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="get_invoice",
        summary="One invoice with its rows",
        tags=["Account"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(FullInvoice, "The invoice."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[
            documentation.example(
                "Paid online", _INVOICE | {"lines": _LINES, "vat_percent": "10.00", "tracking_number": "201000012"}
            )
        ],
    )
    def get(self, request: Request, invoice_id: int) -> HttpResponse:
        invoice = Invoice.objects.of(self.account).select_related("proforma", "payment").filter(pk=invoice_id).first()
        if invoice is None:
            raise Problem(Code.NOT_FOUND)
        language = "fa" if (request.headers.get("Accept-Language", "")).startswith("fa") else "en"
        names = ("quantity", "unit_price", "amount")
        rows = [{"title": row["title"][language], **{name: row[name] for name in names}} for row in invoice.lines]
        return Response(
            _invoice(invoice)
            | {
                "lines": rows,
                "vat_percent": str(invoice.vat_percent),
                "tracking_number": invoice.payment.bank_reference if invoice.payment else None,
            }
        )


class TopUps(ApiView):
    """Buy credit (13.3)."""

    scopes = {"POST": Scope.ADMIN}

    @extend_schema(
        operation_id="buy_credit",
        summary="Buy credit: a price, and the address of the bank's page",
        description=(
            "Whoever opens `payment_url` pays there; the credit is added at once, exactly once, and the event "
            "`invoice.paid` tells of it. Needs the scope `admin`; a test key buys nothing."
        ),
        tags=["Account"],
        parameters=_WRITE,
        request=NewTopUp,
        responses={
            201: OpenApiResponse(TopUp, "To be paid."),
            **documentation.refusals(*documentation.ALWAYS, *documentation.OF_WRITES),
        },
        examples=[
            documentation.example("Ten thousand messages", {"messages": 10000}, request=True),
            documentation.example("To be paid", _TOPUP, status=201),
        ],
    )
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._order(request))

    def _order(self, request: Request) -> Response:
        fields, now = self.read(NewTopUp, request.data), timezone.now()
        if request.auth.is_test:
            raise _wrong("", _("A test key buys nothing; use a live key."))
        try:
            if "messages" in fields:
                offer = offer_messages(account=self.account, messages=fields["messages"], now=now)
            else:
                offer = offer_rials(account=self.account, rials=fields["rials"], now=now)
        except PurchaseRefused as refusal:
            raise _wrong("messages" if "messages" in fields else "rials", str(refusal)) from refusal
        offered = [gateway.code for gateway in gateways_for(offer.total)]
        gateway = fields.get("gateway", offered[0] if offered else "")
        if gateway not in offered:
            raise _wrong("gateway", _("This gateway cannot take the payment; choose another."))
        by = request.auth.created_by
        proforma = order_credit(account=self.account, offer=offer, by=by, now=now)
        back = request.build_absolute_uri(reverse("billing:back", args=["TOKEN"])).replace("TOKEN", "{token}")
        try:
            start_payment(proforma=proforma, gateway_code=gateway, callback_url=back, by=by, now=now)
        except PaymentRefused as refusal:
            raise Problem(Code.UNAVAILABLE, str(refusal), headers={"Retry-After": "30"}) from refusal
        return Response(_topup(request, proforma), status.HTTP_201_CREATED)


class TopUpDetail(ApiView):
    """What became of a purchase of credit."""

    scopes = {"GET": Scope.READ}

    @extend_schema(
        operation_id="get_topup",
        summary="One purchase of credit: paid or not",
        tags=["Account"],
        parameters=_READ,
        responses={
            200: OpenApiResponse(TopUp, "The purchase."),
            **documentation.refusals(*documentation.ALWAYS, Code.NOT_FOUND),
        },
        examples=[documentation.example("Paid", _TOPUP | {"state": "paid", "payment_url": None, "invoice": 12})],
    )
    def get(self, request: Request, topup_id: int) -> HttpResponse:
        proforma = Proforma.objects.of(self.account).filter(pk=topup_id, purpose=CREDIT).first()
        if proforma is None:
            raise Problem(Code.NOT_FOUND)
        return Response(_topup(request, proforma))


def _entry(entry: LedgerEntry) -> dict:
    campaign = entry.details.get("campaign")
    return {
        "id": entry.pk,
        "kind": entry.kind,
        "amount": entry.amount,
        "balance_after": entry.balance_after,
        "reason": reason_of(entry),
        "reference": entry.reference,
        "campaign": campaign if isinstance(campaign, int) else None,
        "created_at": moment(entry.created_at),
    }


def _invoice(invoice: Invoice) -> dict:
    return {
        "id": invoice.pk,
        "number": invoice.number,
        "for": invoice.proforma.purpose,
        "net": invoice.net,
        "vat": invoice.vat,
        "total": invoice.total,
        "currency": CURRENCY,
        "issued_at": moment(invoice.issued_at),
    }


def _topup(request: Request, proforma: Proforma) -> dict:
    payment = proforma.payments.exclude(address="").order_by("-id").first() if proforma.is_open else None
    invoice = Invoice.objects.filter(proforma=proforma).first()
    return {
        "id": proforma.pk,
        "state": proforma.state,
        "messages": proforma.details.get("messages"),
        "net": proforma.net,
        "vat": proforma.vat,
        "total": proforma.total,
        "currency": CURRENCY,
        "payment_url": request.build_absolute_uri(payment.address) if payment else None,
        "expires_at": moment(proforma.expires_at),
        "invoice": invoice.pk if invoice else None,
    }


def _wrong(field: str, sentence: str) -> Problem:
    return Problem(Code.VALIDATION_FAILED, errors=[FieldError(field, FieldCode.INVALID, sentence)])
