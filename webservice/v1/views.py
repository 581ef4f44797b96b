"""The doors of the native API (W2, W3): each checks who asks, calls one service, answers."""

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Wallet
from billing.selectors import balance
from messaging.models import Campaign
from messaging.services import QuoteExpired, confirm
from numbers.models import Line
from webservice.idempotency import answer_once
from webservice.models import ApiKey
from webservice.problems import MEANINGS, Code, Problem
from webservice.v1 import documentation, reading, sending
from webservice.v1.base import ApiView
from webservice.v1.paging import preference, wants_count
from webservice.v1.serializers import MessageQuery, NewMessages, QuotedMessages
from webservice.v1.words import CURRENCY

Scope = ApiKey.Scope


class Messages(ApiView):
    """Send, and list what was sent."""

    scopes = {"POST": Scope.SEND, "GET": Scope.READ}

    @extend_schema(**documentation.SEND)
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._send(request))

    @extend_schema(**documentation.LIST)
    def get(self, request: Request) -> HttpResponse:
        query = self.read(MessageQuery, request.query_params)
        page = reading.page(request.auth, query, counted=wants_count(request))
        return Response(page, headers=preference(request))

    @transaction.atomic
    def _send(self, request: Request) -> Response:
        now = timezone.now()
        if "quote" in request.data:
            campaign = sending.quoted(key=request.auth, quote_id=self.read(QuotedMessages, request.data)["quote"])
            campaign = self._confirm(campaign, now)
            messages = [sending.row_of(row) for row in sending.planned(campaign)]
        else:
            fields = self.read(NewMessages, request.data)
            campaign = self._confirm(sending.plan(key=request.auth, fields=fields, now=now), now)
            messages = list(sending.rows(campaign, fields["to"], fields["text"]))
        return Response(sending.sent(campaign, messages, balance=balance(self.account)), status.HTTP_201_CREATED)

    def _confirm(self, campaign: Campaign, now) -> Campaign:
        try:
            sent = confirm(campaign=campaign, by=self.request.auth.created_by, now=now, hold_seconds=0, audited=False)
        except QuoteExpired as error:
            raise Problem(Code.QUOTE_EXPIRED) from error
        sent.line, sent.account = campaign.line, self.account  # read already
        return sent


class MessageDetail(ApiView):
    """What became of one message."""

    scopes = {"GET": Scope.READ}

    @extend_schema(**documentation.DETAIL)
    def get(self, request: Request, message_id: int) -> HttpResponse:
        return Response(reading.full(reading.message_of(request.auth, message_id)))


class Quotes(ApiView):
    """A dry run with a price that holds."""

    scopes = {"POST": Scope.SEND}

    @extend_schema(**documentation.QUOTE)
    def post(self, request: Request) -> HttpResponse:
        return answer_once(request, lambda: self._quote(request))

    @transaction.atomic
    def _quote(self, request: Request) -> Response:
        fields = self.read(NewMessages, request.data)
        campaign = sending.plan(key=request.auth, fields=fields, now=timezone.now())
        messages = list(sending.rows(campaign, fields["to"], fields["text"]))
        return Response(sending.priced(campaign, messages, balance=balance(self.account)), status.HTTP_201_CREATED)


class Balance(ApiView):
    """The account's money."""

    scopes = {"GET": Scope.READ}

    @extend_schema(**documentation.BALANCE)
    def get(self, request: Request) -> HttpResponse:
        wallet = Wallet.objects.filter(account=self.account).first() or Wallet()
        return Response({"balance": wallet.balance, "credit_limit": wallet.credit_limit, "currency": CURRENCY})


class Lines(ApiView):
    """The lines that the account may send from."""

    scopes = {"GET": Scope.READ}

    @extend_schema(**documentation.LINES)
    def get(self, request: Request) -> HttpResponse:
        lines = Line.objects.usable_by(self.account)
        return Response({"lines": [{"number": line.number, "kind": line.kind} for line in lines]})


class Problems(ApiView):
    """Every code that an answer may carry; no key is needed."""

    authentication_classes = []
    permission_classes = []

    @extend_schema(**documentation.PROBLEMS)
    def get(self, request: Request) -> HttpResponse:
        return Response(
            {
                "problems": [
                    {"code": code, "status": meaning.status, "title": str(meaning.title), "advice": str(meaning.advice)}
                    for code, meaning in MEANINGS.items()
                ]
            }
        )
