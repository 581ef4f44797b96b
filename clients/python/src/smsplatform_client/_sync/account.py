"""The account: money and lines, and the log of requests."""

from collections.abc import Iterator, Sequence

from smsplatform_client import types
from smsplatform_client._sync.resource import Resource
from smsplatform_client.queries import Moment


class Account(Resource):
    """Integer rials everywhere."""

    def balance(self) -> types.Money:
        answer: types.Money = self._client.request("GET", "balance")
        return answer

    def ledger(
        self,
        *,
        kind: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
    ) -> Iterator[types.Entry]:
        """Every debit and credit, the newest first."""
        return self._client.pages("ledger", "entries", {"kind": kind, "since": since, "until": until, "limit": limit})

    def invoices(
        self, *, since: Moment | None = None, until: Moment | None = None, limit: int | None = None
    ) -> Iterator[types.ListedInvoice]:
        return self._client.pages("invoices", "invoices", {"since": since, "until": until, "limit": limit})

    def invoice(self, invoice_id: int) -> types.FullInvoice:
        answer: types.FullInvoice = self._client.request("GET", f"invoices/{invoice_id}")
        return answer

    def top_up(
        self,
        *,
        messages: int | None = None,
        rials: int | None = None,
        gateway: str | None = None,
        idempotency_key: str | None = None,
    ) -> types.TopUp:
        """Open its ``payment_url`` in a browser to pay."""
        body = {"messages": messages, "rials": rials, "gateway": gateway}
        answer: types.TopUp = self._client.request("POST", "topups", body=body, idempotency_key=idempotency_key)
        return answer

    def topup(self, topup_id: int) -> types.TopUp:
        answer: types.TopUp = self._client.request("GET", f"topups/{topup_id}")
        return answer

    def requests(
        self,
        *,
        key: int | None = None,
        method: str | None = None,
        status: int | None = None,
        code: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        limit: int | None = None,
    ) -> Iterator[types.LoggedRequest]:
        """The log of requests, the newest first."""
        filters = {
            "key": key, "method": method, "status": status, "code": code, "since": since, "until": until,
            "limit": limit,
        }  # fmt: skip
        return self._client.pages("requests", "requests", filters)


class Lines(Resource):
    """Numbers to send from."""

    def list(self) -> Sequence[types.SenderLine]:
        answer: types.LineList = self._client.request("GET", "lines")
        return answer["lines"]

    def get(self, number: str) -> types.FullLine:
        answer: types.FullLine = self._client.request("GET", f"lines/{number}")
        return answer

    def is_free(self, number: str) -> bool:
        """Whether a number may be asked for."""
        answer: types.InquiryAnswer = self._client.request("GET", "line-inquiry", query={"number": number})
        return answer["is_free"]

    def ask_for(self, number: str, *, idempotency_key: str | None = None) -> types.RequestOfLine:
        answer: types.RequestOfLine = self._client.request(
            "POST", "line-requests", body={"number": number}, idempotency_key=idempotency_key
        )
        return answer

    def requests(self, *, state: str | None = None, limit: int | None = None) -> Iterator[types.RequestOfLine]:
        """What became of lines that were asked for."""
        return self._client.pages("line-requests", "requests", {"state": state, "limit": limit})

    def request(self, request_id: int) -> types.RequestOfLine:
        answer: types.RequestOfLine = self._client.request("GET", f"line-requests/{request_id}")
        return answer
